"""The embedder that the settings name."""

from __future__ import annotations

from copilot.errors import BadInput
from copilot.models.embedding_service import read_service
from copilot.models.embeddings import Embedder
from copilot.models.local import LocalEmbedder
from copilot.models.remote import Access, RemoteEmbedder
from copilot.models.static import StaticEmbedder


def load_embedder(name: str, *, download: bool = False, access: Access | None = None) -> Embedder:
    """Make an embedder; a model takes seconds, one that a service serves is not asked yet.

    Args:
        name: `static` for the built-in one, the name or folder of a sentence-transformers model, or a service:
            see `models.embedding_service.read_service`.
        download: fetch a model that is not on this machine; ask a service again what its model is like.
        access: keys, budget, masking and memory for a service.

    Raises:
        BadInput: the packages for models are missing, the model cannot be read, or the service is not known.
        NotFound: the model is not on this machine.
    """
    if name == "static":
        return StaticEmbedder()
    service = read_service(name)
    if service is None:
        return LocalEmbedder(name, download=download)
    if access is None:
        raise BadInput(f"the embedder '{name}' is asked over the network, which this part of the program does not do")
    return RemoteEmbedder(service, access, is_fresh=download)

"""The embedder that the settings name."""

from __future__ import annotations

from copilot.models.embeddings import Embedder
from copilot.models.local import LocalEmbedder
from copilot.models.static import StaticEmbedder


def load_embedder(name: str, *, download: bool = False) -> Embedder:
    """Make an embedder; a model takes seconds.

    Args:
        name: `static` for the built-in one, or the name or folder of a sentence-transformers model.
        download: fetch a model that is not on this machine.

    Raises:
        BadInput: the packages for models are missing, or the model cannot be read.
        NotFound: the model is not on this machine.
    """
    return StaticEmbedder() if name == "static" else LocalEmbedder(name, download=download)

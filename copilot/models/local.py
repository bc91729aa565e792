"""Embedding models that run on this machine, by sentence-transformers (the extra `local`).

Nothing is fetched from the network unless a person asks for it by `download=True`.
"""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.errors import BadInput, NotFound

if TYPE_CHECKING:
    from copilot.models.embeddings import Vectors

SUGGESTED_ZH = "BAAI/bge-small-zh-v1.5"
"""For Chinese communities: small enough for a machine without a graphics card."""
SUGGESTED_MULTILINGUAL = "BAAI/bge-m3"
"""For communities that ask in one language about what is written in another."""

_BATCH = 64


class LocalEmbedder:
    """Embeds with a model of the sentence-transformers kind.

    Args:
        name: the model's name on Hugging Face, or the folder that holds it.
        download: fetch the model if it is not on this machine.

    Raises:
        BadInput: the packages are missing, or the model cannot be loaded.
        NotFound: the model is not on this machine.
    """

    def __init__(self, name: str, *, download: bool = False) -> None:
        # The libraries' own bars and warnings would stand in the middle of answers; without `download` nothing is
        # asked for in the network, which would only be waited for.
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        os.environ.setdefault("TQDM_DISABLE", "1")
        if not download:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            # Takes seconds and hundreds of megabytes, and is not part of a plain installation.
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise BadInput(
                f"The embedding model {name} needs sentence-transformers: run `pip install torch==2.13.0` and then "
                '`pip install "community-copilot[local]"`.'
            ) from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu", local_files_only=not download)
        except (OSError, ValueError) as error:
            if not download:
                raise NotFound(
                    f"The embedding model {name} is not on this machine: run `copilot embedder {name}` to fetch it, "
                    "or give the folder that holds it."
                ) from error
            raise BadInput(f"The embedding model {name} cannot be fetched or read: check its name.") from error
        self.dimensions = len(self._encode([""])[0])
        # A folder's place says nothing of the model in it.
        shown = Path(name).name if Path(name).is_dir() else name
        self.identity = f"local:{shown}:{self.dimensions}:{self._fingerprint()}"

    def embed(self, texts: list[str]) -> Vectors:
        """Embed texts as passages: the model's prompt for passages is put before each, if it has one.

        Returns:
            Shape (len(texts), dimensions): rows of unit length.
        """
        return self._encode(texts, "document", "passage")

    def embed_questions(self, texts: list[str]) -> Vectors:
        """Embed texts as questions, likewise with the model's own prompt for them."""
        return self._encode(texts, "query")

    def _encode(self, texts: list[str], *roles: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        prompts: dict[str, str] = self._model.prompts or {}
        prompt = next((prompts[role] for role in roles if prompts.get(role)), "")
        found: Vectors = self._model.encode(
            texts,
            prompt=prompt,
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        ).astype(np.float32)
        return found

    def _fingerprint(self) -> str:
        """A hash of what the model says of a fixed sentence and of its settings: another revision has another."""
        digest = blake2b(digest_size=4)
        # To two decimals: the last bits of a product differ between processors.
        digest.update(np.rint(self._encode(["你好 hello"])[0][:32] * 100).astype(np.int8).tobytes())
        digest.update(json.dumps(self._model.prompts or {}, sort_keys=True).encode())
        return digest.hexdigest()

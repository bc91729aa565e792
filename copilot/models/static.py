"""The built-in embedder: a text is the sum of its pieces, each a fixed random vector, the rarer the longer.

It knows no meaning: texts are alike as far as they share pieces, which helps with endings and misspellings of words
and gives every text a vector without a model. What a community confirms is learned on top (`retrieval/refit.py`).

A piece's vector has four entries of +1 or -1 at places that its hash gives (a sparse random projection: Achlioptas,
Database-friendly random projections, 2003; Charikar et al., Finding frequent items in data streams, 2002), so there
is no table of vectors to load, and projecting is four additions a piece. How rare a piece is stands in
`static_idf.npy`, which `python -m benchmarks.fit_static` makes from openly licensed texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from copilot.models.grams import Grams, Keys, Values, batches, mixed

if TYPE_CHECKING:
    from copilot.models.embeddings import Vectors

DIMENSIONS = 256
# Raised when the same text gets another vector.
_VERSION = 1
_ENTRIES = 4
_IDF_FILE = Path(__file__).with_name("static_idf.npy")
IDF_STEP = 1 / 16
"""What a step of the table is worth, in units of the natural logarithm: the table holds bytes."""


class StaticEmbedder:
    """Embeds by pieces of characters and their rarity. It has no state: the same text has the same vector anywhere."""

    identity = f"static:{_VERSION}:{DIMENSIONS}"
    dimensions = DIMENSIONS

    def embed(self, texts: list[str]) -> Vectors:
        """Embed texts, about four million characters a second.

        Args:
            texts: raw texts.

        Returns:
            Shape (len(texts), 256): rows of unit length, of zeros for a text without a letter or digit.
        """
        parts = [unit(project(cut, np.sqrt(cut.counts) * rarity(cut.keys))) for cut in batches(texts)]
        return np.concatenate(parts) if parts else np.zeros((0, DIMENSIONS), dtype=np.float32)


def rarity(keys: Keys) -> Values:
    """How rare pieces are in what people write: the logarithm of the inverse share of texts that hold them."""
    table = _idf()
    found: Values = table[keys >> np.uint32(33 - len(table).bit_length())]
    return found


@lru_cache(maxsize=1)
def _idf() -> Values:
    steps: npt.NDArray[np.uint8] = np.load(_IDF_FILE)
    return steps.astype(np.float32) * np.float32(IDF_STEP)


def project(cut: Grams, weights: Values) -> Vectors:
    """Add up the vectors of pieces, each with its weight.

    Args:
        cut: the pieces of some texts.
        weights: shape (len(cut.keys),).

    Returns:
        Shape (number of texts, 256), not normalised.
    """
    many = len(cut.starts) - 1
    bits = mixed(cut.keys.astype(np.uint64))
    first = cut.owners() * DIMENSIONS
    sums = np.zeros(many * DIMENSIONS)
    for i in range(_ENTRIES):
        place = (bits >> np.uint64(8 * i)) & np.uint64(DIMENSIONS - 1)
        signs = 1.0 - 2.0 * ((bits >> np.uint64(40 + i)) & np.uint64(1))
        sums += np.bincount(first + place.astype(np.int64), weights=signs * weights, minlength=len(sums))
    return sums.reshape(many, DIMENSIONS).astype(np.float32)


def entries(keys: Keys) -> Vectors:
    """The vectors of pieces themselves: shape (len(keys), 256), unit length or a little off where places coincide."""
    alone = Grams(keys, np.ones(len(keys), np.float32), np.zeros(len(keys), np.bool_), np.arange(len(keys) + 1))
    return project(alone, np.full(len(keys), 0.5, dtype=np.float32))


def unit(vectors: Vectors) -> Vectors:
    """Bring rows to length 1; rows of zeros stay as they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return found


def count_texts(texts: Sequence[str]) -> tuple[Keys, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """In how many texts each piece stands: the pieces, their counts, and which of them are of CJK runs."""
    parts = list(batches(texts))
    keys = np.concatenate([part.keys for part in parts]) if parts else np.zeros(0, np.uint32)
    found, counts = np.unique(keys, return_counts=True)
    return found, counts, (found & np.uint32(1)).astype(np.bool_)

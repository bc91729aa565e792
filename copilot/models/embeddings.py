"""What an embedder is: texts in, vectors of unit length out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose scalar product says how much two texts are alike."""

    @property
    def identity(self) -> str:
        """Names the embedder and its release: vectors of different identities cannot be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        ...

    def embed(self, texts: list[str]) -> Vectors:
        """Embed texts.

        Args:
            texts: raw texts.

        Returns:
            Shape (len(texts), dimensions): rows of unit length; a row of zeros, which is like nothing, for a text
            in which there is nothing to go by.
        """
        ...


def embed_questions(embedder: Embedder, texts: list[str]) -> Vectors:
    """Embed what is asked: some models have a way of their own for questions, `embed_questions`; others have one way.

    Returns:
        As `Embedder.embed`.
    """
    own: Callable[[list[str]], Vectors] = getattr(embedder, "embed_questions", embedder.embed)
    return own(texts)


def placed(embedder: Embedder, community_id: int, group_id: int | None = None) -> Embedder:
    """The embedder for texts of a community or group: one that is asked over the network masks its members' names and
    records for whom it was asked; for any other it is the same."""
    of: Callable[[int, int | None], Embedder] | None = getattr(embedder, "of", None)
    return embedder if of is None else of(community_id, group_id)


def close(embedder: Embedder) -> None:
    """Let go what an embedder holds open; most hold nothing."""
    own: Callable[[], None] | None = getattr(embedder, "close", None)
    if own is not None:
        own()

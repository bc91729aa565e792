"""How the words of a question stand in what a community has: plain counts and scores, before anyone judges them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one body of texts holds of a question's words.

    Args:
        size: the number of texts.
        counts: for each term of the question, the number of texts that hold it.
        scores: BM25 of the best passages, best first, at most 20.
    """

    size: int = 0
    counts: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the gate is told of a question: its distinct terms, and how knowledge (FAQ, rules, documents) and history
    answer to them. `history` is empty where there is none, or where none was looked at."""

    terms: tuple[str, ...] = ()
    knowledge: Side = field(default_factory=Side)
    history: Side = field(default_factory=Side)

"""What people said of answers, and what retrieval made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from copilot.records.answer import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's word that a source answers a question, or that it does not.

    Args:
        id: the store's id; 0 before it is saved.
        group_id: the group in which it was asked; None for the whole community.
        question: as it was asked.
        kind, item_id, section: the source: an entry's, rule's or document's id, or that of a thread.
        is_right: whether it answers.
        account_id: who said so.
    """

    community_id: int
    question: str
    kind: SourceKind
    item_id: int
    is_right: bool
    at: datetime
    section: int = 0
    group_id: int | None = None
    account_id: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a community's confirmations taught retrieval.

    Args:
        pairs: how many pairs of a question and its entry there were: confirmed ones, and other wordings of entries.
        held_out: how many of them were put aside to judge by.
        before, after: the share of those (0 to 1) whose entry is among the first five, by words alone and with what
            was learned.
        is_used: whether it helps enough to be used.
        weight: how much vectors count beside words, 0 to 1.
        made_at: when.
    """

    pairs: int
    held_out: int
    before: float
    after: float
    is_used: bool
    weight: float
    made_at: datetime

"""What a community knows: FAQ entries, rules, documents. Each belongs to the community or to one group of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from copilot.records.community import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """A question with its answer.

    Args:
        id: the store's id; 0 before it is saved.
        group_id: the group that it is for; None for the whole community.
        question, variants: the canonical wording and other wordings of the same question.
        expires_on: the last day on which it may answer, in the community's timezone.
    """

    question: str
    answer: str
    variants: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    expires_on: date | None = None
    id: int = 0
    community_id: int = 0
    group_id: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One clause of a group's rules as members read it; `number` is how it is cited (群规第3条)."""

    number: int
    text: str
    id: int = 0
    community_id: int = 0
    group_id: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A longer text in Markdown, keyed by its name within its community or group."""

    name: str
    text: str
    id: int = 0
    community_id: int = 0
    group_id: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All that one community (or one of its groups) knows, as a knowledge folder holds it.

    `groups` maps a group's name to its overrides; it is empty at the level of a group.
    """

    profile: Profile = field(default_factory=Profile)
    rules: tuple[Rule, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    documents: tuple[Document, ...] = ()
    groups: dict[str, Knowledge] = field(default_factory=dict)

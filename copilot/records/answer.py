"""What retrieval finds and what answering makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SourceKind(StrEnum):
    """Where a passage comes from."""

    FAQ = "faq"
    RULE = "rule"
    DOCUMENT = "document"
    HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a passage stands.

    `id` is the FAQ entry's, rule's or document's id, or for history the id of the thread, which is the message that
    opens it; `last_id` is the id of the thread's last message; `section` counts a document's sections from 0.
    """

    kind: SourceKind
    id: int
    community_id: int
    group_id: int | None = None
    last_id: int | None = None
    section: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A unit of text that can be retrieved. `texts` are the wordings that are indexed, best first (a FAQ entry
    has its question, its variants and its answer; anything else has one); `title` is what people see of it."""

    source: Source
    title: str
    texts: tuple[str, ...]
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found.

    Args:
        score: BM25 of the best wording; where vectors count, both together on the scale of the best BM25.
        matched: the question's words that stand in it, which are only looked for where the hit explains an answer.
        alike: how probably it means the same as the question, 0 to 1, as vectors tell; 0 where they do not count.
    """

    passage: Passage
    score: float
    matched: tuple[str, ...] = ()
    alike: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What an answer rests on: the words themselves, and for history who wrote them and when.

    `source.id` of a history citation is the cited message's own id.
    """

    source: Source
    title: str
    words: str
    sender_name: str | None = None
    sent_at: datetime | None = None


class SilenceReason(StrEnum):
    """Why nothing is answered."""

    EMPTY = "empty"
    NOT_A_QUESTION = "not_a_question"
    TO_SOMEONE_ELSE = "to_someone_else"
    NOTHING_KNOWN = "nothing_known"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_SURE = "not_sure"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How an answer or a silence came about: what was found, and the probability that the question is in scope
    (0 to 1) beside the threshold that it had to reach; how much vectors counted beside words (0 to 1), and why, as a
    code of `retrieval.fusion.Reason`.

    Args:
        outcome: a value of `Outcome`: `ok` where a model worded or judged, else why none did; "" where none was
            needed.
        understood: the question as a model understood it from what was said before; "" where it stands by itself.
    """

    language: str = "zh"
    probability: float = 0.0
    threshold: float = 0.0
    meaning: float = 0.0
    meaning_why: str = ""
    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    outcome: str = ""
    understood: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A sourced reply: the text as a member would read it, and at least one citation."""

    question: str
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    why: Explanation = field(default_factory=Explanation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Staying quiet, with the reason; `near` are citations that may still help an admin who asks."""

    question: str
    reason: SilenceReason
    near: tuple[Citation, ...] = ()
    why: Explanation = field(default_factory=Explanation)

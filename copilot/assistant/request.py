"""What the assistant is asked to do, once it is understood: the one form that the router and the agent both fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from copilot.records import Account, Answer, Citation, Outcome, ProposalKind, Silence


class Tool(StrEnum):
    """What the assistant can do. All of it reads; `propose` leaves a proposal for a person to decide."""

    ASK = "ask"
    SEARCH = "search"
    READ = "read"
    TOPICS = "topics"
    ACTIVITY = "activity"
    MEMBERS = "members"
    EXPERTS = "experts"
    COMPARE = "compare"
    UNANSWERED = "unanswered"
    EPISODE = "episode"
    RULES = "rules"
    PROPOSALS = "proposals"
    DRAFT = "draft"
    REWRITE = "rewrite"
    PROPOSE = "propose"
    HELP = "help"


class Aspect(StrEnum):
    """Which members are asked for: those who talk most, who are new, who have not spoken for long (久未发言)."""

    ACTIVE = "active"
    NEW = "new"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time: from `starts_at` until before `ends_at`, aware UTC; `words` is how it was said (上周五晚)."""

    starts_at: datetime
    ends_at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to do.

    Args:
        topic: what it is about (辅食; the 周六 event of a draft), "" where it is about everything; of `ask` the whole
            question, of `rewrite` how the text is to be changed.
        period: when; None where nothing was said of it. `compared`: the other period of a comparison.
        member: a member's name, as said.
        text: a text that was handed over: to rewrite, to check against the rules, to propose.
        kind: of a draft or proposal.
        aspect: of `members`: which of them; None where nothing was said of it.
        thread_id: of the conversation to read.
        sureness: 0 to 1, how sure the router is.
        choices: where the words can be read in several ways, those readings as full sentences; then nothing is done.
        hands_over: whether a draft is to go among the proposals at once.
    """

    tool: Tool
    topic: str = ""
    period: Period | None = None
    compared: Period | None = None
    member: str = ""
    text: str = ""
    kind: ProposalKind | None = None
    aspect: Aspect | None = None
    thread_id: int | None = None
    sureness: float = 1.0
    choices: tuple[str, ...] = ()
    hands_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who asks, about what, when: a group, or a whole community (`group_id` None)."""

    account: Account
    community_id: int
    group_id: int | None
    language: str
    timezone: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a request.

    Args:
        text: a reply for the admin, plain text in the scope's language.
        draft: where a text for the group was written, that text alone, as members would read it.
        material: what a model reads to word a reply of its own ("": `text`); members' words stand in data blocks.
        citations: the sources that it rests on.
        result: where a question was asked, the answer or silence itself.
        proposal_ids: what was proposed.
        choices: what can be asked next, as full sentences.
        outcome: how a model did that was to word it; `no_model` where none was asked.
    """

    text: str
    draft: str = ""
    material: str = ""
    citations: tuple[Citation, ...] = ()
    result: Answer | Silence | None = None
    proposal_ids: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    outcome: Outcome = Outcome.NO_MODEL

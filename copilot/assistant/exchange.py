"""A turn in the making: what is asked for and where, and the reply as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from copilot.assistant.events import Event, Looked, Said, Withdrew
from copilot.assistant.handing import Target
from copilot.assistant.memory import Recalled
from copilot.assistant.offered import offers_acting, own_words
from copilot.assistant.request import Found, Request, Scope, Tool
from copilot.records import Answer, Citation, Outcome, ProposalKind, Silence, Step, Turn
from copilot.services.locating import Location
from copilot.text.fold import folded

_MADE = {Tool.DRAFT.value, Tool.REWRITE.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A text that goes among the proposals when the turn is saved; `is_reply`: that is all that the turn says."""

    target: Target
    text: str
    citations: tuple[Citation, ...] = ()
    is_reply: bool = False


@dataclass(slots=True)
class Reply:
    """A reply in the making."""

    said: str = ""
    outcome: Outcome = Outcome.NO_MODEL
    steps: list[Step] = field(default_factory=list)
    citations: tuple[Citation, ...] = ()
    proposal_ids: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    result: Answer | Silence | None = None
    handover: Handover | None = None

    def hear(self, event: Event) -> Event:
        """Keep what an event tells, and pass it on."""
        match event:
            case Said(text=text):
                self.said += text
            case Withdrew():
                self.said = ""
            case Looked(step=step):
                self.steps.append(step)
        return event

    def take(self, found: Found) -> None:
        """Keep what came of a request, beside its words."""
        self.citations = found.citations
        self.proposal_ids = found.proposal_ids
        self.choices = found.choices
        self.result = found.result


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One turn: where it takes place, what was said before it, what is asked for, and the reply."""

    words: str
    place: Location
    scope: Scope
    dialogue_id: int
    recalled: Recalled
    request: Request
    reply: Reply = field(default_factory=Reply)

    @property
    def asked_before(self) -> list[str]:
        """What the admin said in the turns before."""
        return own_words(self.recalled.turns)

    def turn(self, at: datetime) -> Turn:
        """The turn as it is kept."""
        reply = self.reply
        return Turn(
            dialogue_id=self.dialogue_id,
            asked=self.words,
            said=reply.said.strip(),
            at=at,
            outcome=reply.outcome,
            steps=tuple(reply.steps),
            citations=reply.citations,
            proposal_ids=reply.proposal_ids,
            choices=reply.choices,
            choices_act=bool(reply.choices) and offers_acting(self.request),
        )


def last_text(turns: Sequence[Turn]) -> tuple[str, ProposalKind | None]:
    """The text for a group that was written last, and as what; "" where none was."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            kind = step.arguments.get("kind")
            if step.tool in _MADE and step.found:
                return step.found, ProposalKind(kind) if kind else _kind_in(turn.asked)
            if step.tool == Tool.PROPOSE.value and step.arguments.get("text"):
                return str(step.arguments["text"]), ProposalKind(kind) if kind else None
    return "", None


def _kind_in(words: str) -> ProposalKind | None:
    """What a text is that was rewritten: an announcement where the admin called it one."""
    plain = folded(words)
    return ProposalKind.ANNOUNCE if any(one in plain for one in ("公告", "通告", "announce")) else None

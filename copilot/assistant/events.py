"""What the assistant reports while it works on a reply."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.records import Answer, Silence, Step, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The dialogue that the turn belongs to, which may be new."""

    dialogue_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Something was looked up."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A piece of the reply, to be put behind what was said before."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrew:
    """What was said so far does not hold: the model failed half-way, or what it said could not be verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The whole turn, saved; `result` is the answer or silence where the turn was a question to the knowledge."""

    turn: Turn
    result: Answer | Silence | None = None


Event = Began | Looked | Said | Withdrew | Finished

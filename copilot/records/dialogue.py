"""What admins and the co-pilot said to each other in the console."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from copilot.records.answer import Citation
from copilot.records.model import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that the co-pilot looked up or did on the way to what it said.

    Args:
        tool: the name of the tool.
        arguments: plain JSON values; what it was asked to look for.
        found: what came of it, for people to read: a few lines.
        citations: the sources that it showed.
    """

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)
    found: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange of a dialogue.

    Args:
        asked: what the admin typed.
        said: what the co-pilot replied, plain text.
        outcome: whether a model said it (`ok`), or why the words come without one (`no_model`, `over_budget`, …).
        proposal_ids: what it proposed.
        choices: what can be asked next with one click; after a question back, the readings to choose from.
        choices_act: whether one of them may have a text written or handed over: they are made of the admin's own words
            alone, and hold nothing that members wrote.
        group_ids: the groups on which it could draw when it was saved; None where nobody noted them.
    """

    asked: str
    said: str
    at: datetime
    dialogue_id: int = 0
    outcome: Outcome = Outcome.NO_MODEL
    steps: tuple[Step, ...] = ()
    citations: tuple[Citation, ...] = ()
    proposal_ids: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    choices_act: bool = False
    group_ids: tuple[int, ...] | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A conversation of one account about one group, or about a whole community (`group_id` None).

    `summary` stands for the turns up to and with `summarised_id` where a model is told what was said before.
    """

    account_id: int
    community_id: int
    title: str
    created_at: datetime
    changed_at: datetime
    group_id: int | None = None
    summary: str = ""
    summarised_id: int = 0
    id: int = 0

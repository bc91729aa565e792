"""What the co-pilot wants to do, and waits for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from copilot.records.answer import Citation


class ProposalKind(StrEnum):
    """What would be done to the group."""

    SEND_MESSAGE = "send_message"
    ANNOUNCE = "announce"


class ProposalState(StrEnum):
    """Where a proposal stands. Nothing is sent by the co-pilot yet: a person copies the text."""

    PENDING = "pending"
    HANDED_OFF = "handed_off"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A text for a group, with its reason and evidence.

    Args:
        text: what members would read, as last edited.
        reason: why, in a sentence.
        evidence: what it rests on.
        account_id: in whose conversation it came up.
        version: counts the edits; a decision names the version that it saw.
    """

    kind: ProposalKind
    community_id: int
    group_id: int
    text: str
    reason: str
    created_at: datetime
    evidence: tuple[Citation, ...] = ()
    state: ProposalState = ProposalState.PENDING
    account_id: int | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    version: int = 1
    id: int = 0

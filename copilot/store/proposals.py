"""Proposals, and what people decided on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Proposal, ProposalKind, ProposalState
from copilot.store import citations
from copilot.store.engine import inserted_id
from copilot.store.tables import proposal


def add(connection: Connection, one: Proposal) -> Proposal:
    """Write a new proposal."""
    row = connection.execute(
        sa.insert(proposal).values(
            kind=one.kind.value,
            community_id=one.community_id,
            group_id=one.group_id,
            text=one.text,
            reason=one.reason,
            evidence=citations.to_json(one.evidence),
            state=one.state.value,
            account_id=one.account_id,
            decided_by=one.decided_by,
            decided_at=one.decided_at,
            version=one.version,
            created_at=one.created_at,
        )
    )
    return replace(one, id=inserted_id(row))


def get(connection: Connection, proposal_id: int) -> Proposal:
    """One proposal.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(proposal).where(proposal.c.id == proposal_id)).first()
    if row is None:
        raise NotFound(f"there is no proposal {proposal_id}; its group may have been removed meanwhile")
    return _record(row)


def waiting(connection: Connection, kind: ProposalKind, group_id: int, text: str) -> Proposal | None:
    """The proposal of a text to a group that waits to be decided on; None where there is none."""
    row = connection.execute(
        sa.select(proposal)
        .where(
            proposal.c.group_id == group_id,
            proposal.c.state == ProposalState.PENDING.value,
            proposal.c.kind == kind.value,
            proposal.c.text == text,
        )
        .limit(1)
    ).first()
    return None if row is None else _record(row)


def of_groups(
    connection: Connection, group_ids: Iterable[int], *, state: ProposalState | None = None, limit: int = 100
) -> list[Proposal]:
    """The proposals for some groups, the latest first; those in one state where that is named."""
    query = sa.select(proposal).where(proposal.c.group_id.in_(list(group_ids)))
    if state is not None:
        query = query.where(proposal.c.state == state.value)
    return [_record(row) for row in connection.execute(query.order_by(proposal.c.id.desc()).limit(limit))]


def count(connection: Connection, group_ids: Iterable[int], state: ProposalState) -> int:
    """How many proposals for some groups are in a state."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(proposal.c.group_id.in_(list(group_ids)), proposal.c.state == state.value)
        ).scalar_one()
    )


def save(connection: Connection, changed: Proposal) -> None:
    """Write a proposal's text, state, decision and version."""
    connection.execute(
        sa.update(proposal)
        .where(proposal.c.id == changed.id)
        .values(
            text=changed.text,
            state=changed.state.value,
            decided_by=changed.decided_by,
            decided_at=changed.decided_at,
            version=changed.version,
        )
    )


def _record(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        id=row.id,
        kind=ProposalKind(row.kind),
        community_id=row.community_id,
        group_id=row.group_id,
        text=row.text,
        reason=row.reason,
        evidence=citations.from_json(row.evidence),
        state=ProposalState(row.state),
        account_id=row.account_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        version=row.version,
        created_at=row.created_at,
    )

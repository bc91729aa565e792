"""What retrieval has learned from each community's confirmations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.store.tables import refit


@dataclass(frozen=True, slots=True, kw_only=True)
class RefitRow:
    """One community's refit: `data` is what `retrieval.refit` wrote, `report` how it was judged."""

    community_id: int
    version: int
    embedder: str
    pairs: int
    data: bytes
    report: dict[str, Any]
    made_at: datetime


def save(connection: Connection, row: RefitRow) -> None:
    """Put a community's refit in the place of the one before."""
    forget(connection, row.community_id)
    connection.execute(
        sa.insert(refit).values(
            community_id=row.community_id,
            version=row.version,
            embedder=row.embedder,
            pairs=row.pairs,
            data=row.data,
            report=row.report,
            made_at=row.made_at,
        )
    )


def get(connection: Connection, community_id: int) -> RefitRow | None:
    """A community's refit, or None."""
    row = connection.execute(sa.select(refit).where(refit.c.community_id == community_id)).first()
    return None if row is None else RefitRow(**row._mapping)


def version(connection: Connection, community_id: int) -> int:
    """The version of a community's refit; 0 where there is none."""
    found = connection.execute(sa.select(refit.c.version).where(refit.c.community_id == community_id)).scalar()
    return int(found or 0)


def forget(connection: Connection, community_id: int) -> None:
    """Take a community's refit away."""
    connection.execute(sa.delete(refit).where(refit.c.community_id == community_id))

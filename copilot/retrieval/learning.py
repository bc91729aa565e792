"""What confirmations taught retrieval, community by community."""

from __future__ import annotations

from copilot.records import Learned
from copilot.store import Connection, refits


def learned(connection: Connection, community_id: int) -> Learned | None:
    """What a community's confirmations taught so far; None before there were enough to try."""
    row = refits.get(connection, community_id)
    if row is None:
        return None
    return Learned(
        pairs=row.pairs,
        held_out=int(row.report["held_out"]),
        before=float(row.report["before"]),
        after=float(row.report["after"]),
        is_used=bool(row.report["is_used"]),
        weight=float(row.report["weight"]),
        made_at=row.made_at,
    )

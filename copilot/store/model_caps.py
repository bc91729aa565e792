"""What models may use in a day: one row for all groups together, one for each group that has its own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import Cap
from copilot.store.tables import model_cap


def get(connection: Connection, group_id: int | None = None) -> Cap | None:
    """The cap of a group, or (None) of all together; None where nobody set one."""
    row = connection.execute(sa.select(model_cap).where(model_cap.c.scope == _scope(group_id))).first()
    return None if row is None else Cap(group_id=row.group_id, yuan=row.yuan, tokens=row.tokens)


def all_of(connection: Connection) -> list[Cap]:
    """Every cap that somebody set; that of all together first."""
    rows = connection.execute(sa.select(model_cap).order_by(model_cap.c.group_id.is_not(None), model_cap.c.group_id))
    return [Cap(group_id=row.group_id, yuan=row.yuan, tokens=row.tokens) for row in rows]


def put(connection: Connection, cap: Cap) -> None:
    """Set a cap in the place of the one that was set before."""
    drop(connection, cap.group_id)
    connection.execute(
        sa.insert(model_cap).values(scope=_scope(cap.group_id), group_id=cap.group_id, yuan=cap.yuan, tokens=cap.tokens)
    )


def drop(connection: Connection, group_id: int | None = None) -> None:
    """Forget a cap."""
    connection.execute(sa.delete(model_cap).where(model_cap.c.scope == _scope(group_id)))


def _scope(group_id: int | None) -> str:
    return "all" if group_id is None else f"g{group_id}"

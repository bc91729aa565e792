"""Single values that the processes of one data folder share."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.store.tables import fact


def get(connection: Connection, name: str) -> str | None:
    """The value under a name, or None."""
    return connection.execute(sa.select(fact.c.value).where(fact.c.name == name)).scalar()


def put(connection: Connection, name: str, value: str) -> None:
    """Set the value under a name."""
    drop(connection, name)
    connection.execute(sa.insert(fact).values(name=name, value=value))


def drop(connection: Connection, name: str) -> None:
    """Forget the value under a name."""
    connection.execute(sa.delete(fact).where(fact.c.name == name))

"""How history is cut into blocks, as the word index knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.store.tables import block


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """Where a block stands: the ids and times of its first and last message."""

    id: int
    group_id: int
    first_id: int
    last_id: int
    first_at: datetime
    last_at: datetime


_COLUMNS = (block.c.id, block.c.group_id, block.c.first_id, block.c.last_id, block.c.first_at, block.c.last_at)


def from_time(connection: Connection, group_id: int, at: datetime) -> Iterator[BlockRow]:
    """A group's blocks that end at a time or later, in order, as far as the caller reads."""
    rows = connection.execution_options(yield_per=200).execute(
        sa.select(*_COLUMNS)
        .where(block.c.group_id == group_id, block.c.last_at >= at, block.c.gone.is_(False))
        .order_by(block.c.last_at, block.c.id)
    )
    for row in rows:
        yield BlockRow(**row._mapping)


def before(connection: Connection, group_id: int, at: datetime) -> BlockRow | None:
    """A group's last block that ends before a time."""
    row = connection.execute(
        sa.select(*_COLUMNS)
        .where(block.c.group_id == group_id, block.c.last_at < at, block.c.gone.is_(False))
        .order_by(block.c.last_at.desc(), block.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else BlockRow(**row._mapping)


def add(connection: Connection, group_id: int, places: Sequence[tuple[int, int, datetime, datetime]]) -> list[int]:
    """Write new blocks, given as (first id, last id, first time, last time).

    Returns:
        Their ids, in the same order.
    """
    newest = int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(block.c.id), 0))).scalar_one())
    connection.execute(
        sa.insert(block),
        [
            {
                "group_id": group_id,
                "first_id": first_id,
                "last_id": last_id,
                "first_at": first_at,
                "last_at": last_at,
                "gone": False,
            }
            for first_id, last_id, first_at, last_at in places
        ],
    )
    ids = connection.execute(
        sa.select(block.c.id).where(block.c.group_id == group_id, block.c.id > newest).order_by(block.c.id)
    ).scalars()
    return list(ids)


def void(connection: Connection, ids: Iterable[int]) -> None:
    """Mark blocks as gone."""
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        connection.execute(sa.update(block).where(block.c.id.in_(wanted[start : start + 500])).values(gone=True))


def gone(connection: Connection, group_id: int) -> list[int]:
    """The ids of a group's blocks that the index may still hold."""
    return list(
        connection.execute(sa.select(block.c.id).where(block.c.group_id == group_id, block.c.gone.is_(True))).scalars()
    )


def forget(connection: Connection, group_id: int, ids: Iterable[int]) -> None:
    """Delete rows that the index has dropped."""
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        connection.execute(sa.delete(block).where(block.c.id.in_(wanted[start : start + 500])))


def some(connection: Connection, ids: Iterable[int]) -> dict[int, BlockRow]:
    """The blocks with these ids, by id; those that are gone are left out."""
    rows = connection.execute(sa.select(*_COLUMNS).where(block.c.id.in_(list(ids)), block.c.gone.is_(False)))
    return {row.id: BlockRow(**row._mapping) for row in rows}


def forget_all(connection: Connection) -> None:
    """Delete every row, when the index starts from nothing."""
    connection.execute(sa.delete(block))

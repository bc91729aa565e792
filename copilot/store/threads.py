"""Threads: which messages belong together, which one answers which, and what the indexes have yet to follow.

A thread is named by the message that opens it. Rows of messages that were removed stay until their group is cut again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import Message
from copilot.store.messages import IS_THERE, RAW, record
from copilot.store.tables import message, thread, thread_message

# The most values that stand in one `IN (...)`.
_MANY = 500


class Due(StrEnum):
    """The indexes that follow threads."""

    WORDS = "words_due"
    VECTOR = "vector_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands: its thread, the message that it answers, and why that is thought."""

    message_id: int
    thread_id: int
    sent_at: datetime
    answers_id: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """A thread: the message that opens it names it."""

    id: int
    group_id: int
    first_at: datetime
    last_at: datetime
    size: int


_PLACE = (
    thread_message.c.message_id,
    thread_message.c.thread_id,
    thread_message.c.sent_at,
    thread_message.c.answers_id,
    thread_message.c.why,
)
_THREAD = (thread.c.id, thread.c.group_id, thread.c.first_at, thread.c.last_at, thread.c.size)


def window(connection: Connection, group_id: int, before: datetime, limit: int) -> list[tuple[Message, Place]]:
    """The last messages that were sent before a time and are placed, in order, at most `limit`."""
    rows = connection.execute(
        sa.select(
            *RAW,
            thread_message.c.thread_id,
            thread_message.c.answers_id,
            thread_message.c.why,
        )
        .join_from(thread_message, message, message.c.id == thread_message.c.message_id)
        .where(thread_message.c.group_id == group_id, thread_message.c.sent_at < before, IS_THERE)
        .order_by(thread_message.c.sent_at.desc(), thread_message.c.message_id.desc())
        .limit(limit)
    ).all()
    found = []
    for row in reversed(rows):
        one = record(row)
        place = Place(
            message_id=one.id, thread_id=row.thread_id, sent_at=one.sent_at, answers_id=row.answers_id, why=row.why
        )
        found.append((one, place))
    return found


def sizes(connection: Connection, thread_ids: Iterable[int], before: datetime) -> dict[int, int]:
    """How many messages threads had before a time."""
    found: dict[int, int] = {}
    for some in _parts(set(thread_ids)):
        rows = connection.execute(
            sa.select(thread_message.c.thread_id, sa.func.count())
            .where(thread_message.c.thread_id.in_(some), thread_message.c.sent_at < before)
            .group_by(thread_message.c.thread_id)
        )
        found.update({int(row[0]): int(row[1]) for row in rows})
    return found


def places(connection: Connection, message_ids: Iterable[int]) -> dict[int, Place]:
    """Where messages stand, by their ids; those that are not placed are left out."""
    found: dict[int, Place] = {}
    for some in _parts(message_ids):
        for row in connection.execute(sa.select(*_PLACE).where(thread_message.c.message_id.in_(some))):
            found[row.message_id] = Place(**row._mapping)
    return found


def between(connection: Connection, group_id: int, from_at: datetime, to_at: datetime) -> dict[int, Place]:
    """What is placed between two times (both included), by the messages' ids."""
    rows = connection.execute(
        sa.select(*_PLACE).where(
            thread_message.c.group_id == group_id, thread_message.c.sent_at.between(from_at, to_at)
        )
    )
    return {row.message_id: Place(**row._mapping) for row in rows}


def latest_at(connection: Connection, group_id: int) -> datetime | None:
    """When the last message that is placed was sent."""
    return connection.execute(
        sa.select(thread_message.c.sent_at)
        .where(thread_message.c.group_id == group_id)
        .order_by(thread_message.c.sent_at.desc())
        .limit(1)
    ).scalar()


def place(connection: Connection, group_id: int, rows: Sequence[Place]) -> None:
    """Write where messages stand; what stood there is replaced."""
    unplace(connection, [row.message_id for row in rows])
    if rows:
        connection.execute(
            sa.insert(thread_message),
            [
                {
                    "message_id": row.message_id,
                    "group_id": group_id,
                    "thread_id": row.thread_id,
                    "sent_at": row.sent_at,
                    "answers_id": row.answers_id,
                    "why": row.why,
                }
                for row in rows
            ],
        )


def unplace(connection: Connection, message_ids: Iterable[int]) -> None:
    """Take messages out of their threads."""
    for some in _parts(message_ids):
        connection.execute(sa.delete(thread_message).where(thread_message.c.message_id.in_(some)))


def answers_after(connection: Connection, message_ids: Iterable[int], after: datetime) -> datetime | None:
    """When the first message was sent, after a time, that answers one of some messages."""
    found: list[datetime] = []
    for some in _parts(message_ids):
        at = connection.execute(
            sa.select(thread_message.c.sent_at)
            .join_from(message, thread_message, thread_message.c.message_id == message.c.id)
            .where(message.c.reply_to_id.in_(some), message.c.reply_to_id.is_not(None), message.c.sent_at > after)
            .order_by(thread_message.c.sent_at)
            .limit(1)
        ).scalar()
        if at is not None:
            found.append(at)
    return min(found, default=None)


def settle(connection: Connection, group_id: int, thread_ids: Collection[int]) -> None:
    """Count threads anew after messages were placed, and have the indexes look at them."""
    for some in _parts(thread_ids):
        rows = connection.execute(
            sa.select(
                thread_message.c.thread_id,
                sa.func.count(),
                sa.type_coerce(sa.func.min(thread_message.c.sent_at), thread_message.c.sent_at.type),
                sa.type_coerce(sa.func.max(thread_message.c.sent_at), thread_message.c.sent_at.type),
            )
            .where(thread_message.c.thread_id.in_(some))
            .group_by(thread_message.c.thread_id)
        ).all()
        counted = {row[0]: tuple(row[1:]) for row in rows}
        there = connection.execute(sa.select(*_THREAD).where(thread.c.id.in_(some))).all()
        before = {row.id: (row.first_at, row.last_at) for row in there}
        connection.execute(sa.delete(thread).where(thread.c.id.in_(some)))
        values = []
        for thread_id in some:
            # What was never there and holds nothing needs no grave.
            if thread_id not in counted and thread_id not in before:
                continue
            size, first_at, last_at = counted.get(thread_id, (0, *before.get(thread_id, (None, None))))
            values.append(
                {
                    "id": thread_id,
                    "group_id": group_id,
                    "first_at": first_at,
                    "last_at": last_at,
                    "size": size,
                    "words_due": True,
                    "vector_due": True,
                }
            )
        if values:
            connection.execute(sa.insert(thread), values)


def groups_due(connection: Connection, due: Due) -> list[int]:
    """The groups with threads that an index has yet to follow."""
    return sorted(connection.execute(sa.select(thread.c.group_id).where(thread.c[due.value]).distinct()).scalars())


def count_due(connection: Connection, group_id: int, due: Due) -> int:
    """How many threads of a group an index has yet to follow."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(thread.c.group_id == group_id, thread.c[due.value])
        ).scalar_one()
    )


def take_due(connection: Connection, group_id: int, due: Due, *, after: int, limit: int) -> list[ThreadRow]:
    """The next threads that an index has yet to follow, by their ids, those with a size of 0 to be dropped."""
    rows = connection.execute(
        sa.select(*_THREAD)
        .where(thread.c.group_id == group_id, thread.c[due.value], thread.c.id > after)
        .order_by(thread.c.id)
        .limit(limit)
    )
    return [ThreadRow(**row._mapping) for row in rows]


def followed(connection: Connection, group_id: int, due: Due, *, up_to: int | None = None) -> None:
    """Say that an index has followed a group's threads (up to an id); empty ones that both have dropped are deleted."""
    where = [thread.c.group_id == group_id, thread.c[due.value]]
    if up_to is not None:
        where.append(thread.c.id <= up_to)
    connection.execute(sa.update(thread).where(*where).values({due.value: False}))
    gone = [thread.c.group_id == group_id, thread.c.size == 0, thread.c.words_due.is_(False)]
    connection.execute(sa.delete(thread).where(*gone, thread.c.vector_due.is_(False)))


def everything_due(connection: Connection, due: Due) -> None:
    """Have an index follow all threads again."""
    connection.execute(sa.update(thread).where(thread.c[due.value].is_(False)).values({due.value: True}))


def take_apart(connection: Connection) -> None:
    """Forget every place, so that all groups are cut again; the threads wait to be dropped or filled anew."""
    connection.execute(sa.delete(thread_message))
    connection.execute(sa.update(thread).values(size=0, words_due=True, vector_due=True))


def some(connection: Connection, thread_ids: Iterable[int]) -> dict[int, ThreadRow]:
    """The threads with these ids that hold something, by id."""
    found: dict[int, ThreadRow] = {}
    for part in _parts(thread_ids):
        for row in connection.execute(sa.select(*_THREAD).where(thread.c.id.in_(part), thread.c.size > 0)):
            found[row.id] = ThreadRow(**row._mapping)
    return found


def talks(connection: Connection, thread_ids: Iterable[int]) -> dict[int, tuple[Message, ...]]:
    """The messages of threads, in order, by the threads' ids."""
    found: dict[int, list[Message]] = {}
    for part in _parts(thread_ids):
        rows = connection.execute(
            sa.select(*RAW, thread_message.c.thread_id)
            .join_from(thread_message, message, message.c.id == thread_message.c.message_id)
            .where(thread_message.c.thread_id.in_(part), IS_THERE)
        )
        for row in rows:
            found.setdefault(row.thread_id, []).append(record(row))
    return {key: tuple(sorted(talk, key=lambda one: (one.sent_at, one.id))) for key, talk in found.items()}


def count(connection: Connection, group_id: int) -> int:
    """How many threads a group has."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(thread.c.group_id == group_id, thread.c.size > 0)
        ).scalar_one()
    )


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = list(ids)
    for start in range(0, len(wanted), _MANY):
        yield wanted[start : start + _MANY]

"""What a group's history comes to over a stretch of time: counts, who wrote, which threads, who came and who left.

Every query here reads rows of one stretch of one group (by the indexes on group and time) or a bounded number of rows;
none grows with the whole of a group. A month of 30,000 messages is counted in some 50 ms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import Message, MessageKind
from copilot.store.messages import IS_THERE, RAW, record
from copilot.store.tables import (
    from_microseconds,
    member,
    member_alias,
    message,
    thread_message,
)

# The most values that stand in one `IN (...)`.
_MANY = 500
# Slots of a quarter of an hour: every timezone's days and hours are made of them.
SLOT = timedelta(minutes=15)
_SLOT = SLOT // timedelta(microseconds=1)
# What the platform writes is nobody's word.
_BY_PEOPLE = message.c.kind.not_in([MessageKind.SYSTEM.value])
_AT = sa.type_coerce(message.c.sent_at, sa.BigInteger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """What somebody wrote in a stretch of time: how many messages, when the first and the last."""

    member_id: int
    name: str
    messages: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFigures:
    """A thread as far as it lies in a stretch of time: its messages, who wrote them, and how many answer another."""

    thread_id: int
    messages: int
    people: int
    answers: int
    first_at: datetime
    last_at: datetime


def _during(group_id: int, from_at: datetime, to_at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """What people wrote in a group from one time until before another."""
    return (
        message.c.group_id == group_id,
        message.c.sent_at >= from_at,
        message.c.sent_at < to_at,
        IS_THERE,
        _BY_PEOPLE,
    )


def slots(connection: Connection, group_id: int, from_at: datetime, to_at: datetime) -> list[tuple[datetime, int]]:
    """How many messages people wrote in each slot of a quarter of an hour that has any, in order."""
    slot = (_AT - _AT % _SLOT).label("slot")
    rows = connection.execute(
        sa.select(slot, sa.func.count()).where(*_during(group_id, from_at, to_at)).group_by(slot).order_by(slot)
    )
    return [(from_microseconds(row[0]), row[1]) for row in rows]


def writers(connection: Connection, group_id: int, from_at: datetime, to_at: datetime) -> list[Writer]:
    """Who wrote in a stretch of time, those who wrote most first."""
    number = sa.func.count().label("number")
    rows = connection.execute(
        sa.select(message.c.member_id, number, sa.func.min(_AT).label("first"), sa.func.max(_AT).label("last"))
        .where(*_during(group_id, from_at, to_at), message.c.member_id.is_not(None))
        .group_by(message.c.member_id)
        .order_by(number.desc(), message.c.member_id)
    ).all()
    names = _names(connection, [row.member_id for row in rows])
    return [
        Writer(
            member_id=row.member_id,
            name=names.get(row.member_id, ""),
            messages=row.number,
            first_at=from_microseconds(row.first),
            last_at=from_microseconds(row.last),
        )
        for row in rows
    ]


def wrote_before(connection: Connection, member_ids: Iterable[int], before: datetime) -> set[int]:
    """Those of some members who wrote something before a time.

    A member's rows lie in the order in which they came in, mostly that of time, so the search ends at the first.
    """
    found: set[int] = set()
    for some in _parts(member_ids):
        earlier = sa.exists().where(message.c.member_id == member.c.id, message.c.sent_at < before, IS_THERE)
        found.update(connection.execute(sa.select(member.c.id).where(member.c.id.in_(some), earlier)).scalars())
    return found


def first_messages(connection: Connection, group_id: int, writers: Collection[Writer]) -> dict[int, Message]:
    """The messages with which writers began in their stretch of time, by their member ids."""
    return _at(connection, group_id, [(one.member_id, one.first_at) for one in writers])


def last_messages(connection: Connection, group_id: int, writers: Collection[Writer]) -> dict[int, Message]:
    """The messages with which writers ended in their stretch of time, by their member ids."""
    return _at(connection, group_id, [(one.member_id, one.last_at) for one in writers])


def _at(connection: Connection, group_id: int, wanted: Iterable[tuple[int, datetime]]) -> dict[int, Message]:
    """What members wrote at certain times, by their ids."""
    found: dict[int, Message] = {}
    for member_id, at in wanted:
        row = connection.execute(
            sa.select(*RAW)
            .where(message.c.group_id == group_id, message.c.sent_at == at)
            .where(message.c.member_id == member_id, IS_THERE, _BY_PEOPLE)
            .order_by(message.c.id)
            .limit(1)
        ).first()
        if row is not None:
            found[member_id] = record(row)
    return found


def system_lines(
    connection: Connection, group_id: int, from_at: datetime, to_at: datetime, *, limit: int
) -> list[Message]:
    """What the platform wrote in a stretch of time, such as who came and went; the newest `limit`, in order."""
    rows = connection.execute(
        sa.select(*RAW)
        .where(message.c.group_id == group_id, message.c.sent_at >= from_at, message.c.sent_at < to_at, IS_THERE)
        .where(message.c.kind == MessageKind.SYSTEM.value)
        .order_by(message.c.sent_at.desc(), message.c.id.desc())
        .limit(limit)
    ).all()
    return [record(row) for row in reversed(rows)]


def threads_during(
    connection: Connection, group_id: int, from_at: datetime, to_at: datetime, *, least_people: int, limit: int
) -> list[ThreadFigures]:
    """The threads of a stretch of time in which at least so many people wrote, the fullest first.

    One pass over the stretch's messages; at most `limit` threads come back.
    """
    people = sa.func.count(message.c.member_id.distinct())
    number = sa.func.count()
    answers = sa.func.count(thread_message.c.answers_id)
    rows = connection.execute(
        sa.select(
            thread_message.c.thread_id,
            number.label("number"),
            people.label("people"),
            answers.label("answers"),
            sa.func.min(_AT).label("first"),
            sa.func.max(_AT).label("last"),
        )
        .join_from(thread_message, message, message.c.id == thread_message.c.message_id)
        .where(
            thread_message.c.group_id == group_id,
            thread_message.c.sent_at >= from_at,
            thread_message.c.sent_at < to_at,
            IS_THERE,
        )
        .group_by(thread_message.c.thread_id)
        .having(people >= least_people)
        .order_by((people * number).desc(), thread_message.c.thread_id)
        .limit(limit)
    )
    return [
        ThreadFigures(
            thread_id=row.thread_id,
            messages=row.number,
            people=row.people,
            answers=row.answers,
            first_at=from_microseconds(row.first),
            last_at=from_microseconds(row.last),
        )
        for row in rows
    ]


def holding(
    connection: Connection, group_id: int, from_at: datetime, to_at: datetime, marks: Collection[str], *, limit: int
) -> list[Message]:
    """What people wrote in a stretch of time that holds one of some marks, the newest `limit`, in order."""
    rows = connection.execute(
        sa.select(*RAW)
        .where(*_during(group_id, from_at, to_at))
        .where(sa.or_(*(message.c.text.contains(mark, autoescape=True) for mark in marks)))
        .order_by(message.c.sent_at.desc(), message.c.id.desc())
        .limit(limit)
    ).all()
    return [record(row) for row in reversed(rows)]


def answered_by(
    connection: Connection, group_id: int, from_at: datetime, to_at: datetime
) -> dict[int, frozenset[int | None]]:
    """Which messages are answered in a stretch of time, by which members."""
    rows = connection.execute(
        sa.select(thread_message.c.answers_id, message.c.member_id)
        .join_from(thread_message, message, message.c.id == thread_message.c.message_id)
        .where(
            thread_message.c.group_id == group_id,
            thread_message.c.sent_at >= from_at,
            thread_message.c.sent_at < to_at,
            thread_message.c.answers_id.is_not(None),
            IS_THERE,
        )
        .distinct()
    )
    found: dict[int, set[int | None]] = {}
    for answers_id, member_id in rows:
        found.setdefault(int(answers_id), set()).add(member_id)
    return {one: frozenset(by) for one, by in found.items()}


def by_members(
    connection: Connection,
    group_id: int,
    member_ids: Collection[int],
    from_at: datetime,
    to_at: datetime,
    *,
    limit: int,
) -> list[Message]:
    """The newest messages of some members in a stretch of time, at most `limit`, in order."""
    rows = connection.execute(
        sa.select(*RAW)
        .where(*_during(group_id, from_at, to_at), message.c.member_id.in_(list(member_ids)))
        .order_by(message.c.sent_at.desc(), message.c.id.desc())
        .limit(limit)
    ).all()
    return [record(row) for row in reversed(rows)]


def came_last(connection: Connection, member_ids: Collection[int], *, limit: int) -> list[Message]:
    """The messages of some members that came in last, at most `limit`, in the order of time."""
    rows = connection.execute(
        sa.select(*RAW)
        .where(message.c.member_id.in_(list(member_ids)), IS_THERE, _BY_PEOPLE)
        .order_by(message.c.id.desc())
        .limit(limit)
    ).all()
    return sorted((record(row) for row in rows), key=lambda one: (one.sent_at, one.id))


def named(connection: Connection, group_id: int, name: str, *, limit: int = 20) -> list[tuple[int, str]]:
    """The members of a group who have a name, or whose name holds it: (member id, shown name), whole matches first."""
    wanted = name.strip()
    if not wanted:
        return []
    holds = sa.select(member_alias.c.member_id).where(
        member_alias.c.group_id == group_id,
        member_alias.c.kind == "name",
        member_alias.c.value.icontains(wanted, autoescape=True),
    )
    exact = sa.select(member_alias.c.member_id).where(
        member_alias.c.group_id == group_id,
        member_alias.c.kind == "name",
        sa.func.lower(member_alias.c.value) == wanted.lower(),
    )
    rows = connection.execute(
        sa.select(member.c.id, member.c.name)
        .where(
            member.c.group_id == group_id,
            member.c.id.in_(holds) | member.c.name.icontains(wanted, autoescape=True),
        )
        .order_by(member.c.id.in_(exact).desc(), sa.func.length(member.c.name), member.c.id)
        .limit(limit)
    )
    return [(int(row[0]), str(row[1])) for row in rows]


def _names(connection: Connection, member_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _parts(member_ids):
        rows = connection.execute(sa.select(member.c.id, member.c.name).where(member.c.id.in_(some)))
        found.update({int(row[0]): str(row[1]) for row in rows})
    return found


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    wanted = list(ids)
    return [wanted[start : start + _MANY] for start in range(0, len(wanted), _MANY)]

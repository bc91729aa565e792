"""An import in the making: rows that nobody sees until `publish` makes them messages in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import MessageKind, SourceMessage
from copilot.store import members
from copilot.store.tables import (
    member_alias,
    message,
    message_alias,
    message_origin,
    staged_message,
    staged_sender,
)

# Ids that the store made up for messages whose source has none.
MADE_UP = "seq"
_NAME = 200
_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A message on one side of the comparison: of the store (has `member_id`) or of the export (has `sender`)."""

    id: int
    member_id: int | None
    sender: int | None
    platform_id: str | None
    sent_at: datetime
    to_the_minute: bool
    kind: MessageKind
    text: str
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One who writes in an export."""

    number: int
    sender_id: str | None
    name: str


def append(connection: Connection, job_id: int, rows: Sequence[tuple[int, int, SourceMessage]]) -> None:
    """Stage messages.

    Args:
        rows: (number in the export, number of the sender, message).
    """
    if not rows:
        return
    connection.execute(
        sa.insert(staged_message),
        [
            {
                "job_id": job_id,
                "number": number,
                "sender": sender,
                "platform_id": one.platform_id[:_ID] if one.platform_id else None,
                "sent_at": one.sent_at,
                "to_the_minute": one.to_the_minute,
                "kind": one.kind.value,
                "text": one.text,
                "reply_to": one.reply_to[:_ID] if one.reply_to else None,
                "quoted_name": one.quoted_name[:_NAME] if one.quoted_name else None,
                "quoted_text": one.quoted_text,
                "recalled": one.recalled,
                "line": one.line,
                "known_id": None,
                "repeats": False,
            }
            for number, sender, one in rows
        ],
    )


def add_senders(connection: Connection, job_id: int, senders: Iterable[Sender]) -> None:
    """Stage those who write."""
    rows = [
        {"job_id": job_id, "number": s.number, "sender_id": s.sender_id, "name": s.name, "member_id": None}
        for s in senders
    ]
    if rows:
        connection.execute(sa.insert(staged_sender), rows)


def senders(connection: Connection, job_id: int) -> list[Sender]:
    """Those who write in an import, by number."""
    rows = connection.execute(
        sa.select(staged_sender).where(staged_sender.c.job_id == job_id).order_by(staged_sender.c.number)
    )
    return [Sender(number=row.number, sender_id=row.sender_id, name=row.name) for row in rows]


def drop(connection: Connection, job_id: int) -> None:
    """Make an import vanish as if it had never begun."""
    connection.execute(sa.delete(staged_message).where(staged_message.c.job_id == job_id))
    connection.execute(sa.delete(staged_sender).where(staged_sender.c.job_id == job_id))


def mark_repeats(connection: Connection, job_id: int) -> list[tuple[int, str]]:
    """Mark all but the first of those that share a platform id.

    Returns:
        (line, platform id) of each that is marked.
    """
    mine = staged_message.c.job_id == job_id
    first = (
        sa.select(staged_message.c.platform_id, sa.func.min(staged_message.c.number).label("first"))
        .where(mine, staged_message.c.platform_id.is_not(None))
        .group_by(staged_message.c.platform_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    rows = connection.execute(
        sa.select(staged_message.c.number, staged_message.c.line, staged_message.c.platform_id)
        .join(first, first.c.platform_id == staged_message.c.platform_id)
        .where(mine, staged_message.c.number > first.c.first)
        .order_by(staged_message.c.number)
    ).all()
    for start in range(0, len(rows), 500):
        numbers = [row.number for row in rows[start : start + 500]]
        connection.execute(
            sa.update(staged_message).where(mine, staged_message.c.number.in_(numbers)).values(repeats=True)
        )
    return [(row.line, row.platform_id) for row in rows]


def mark_known_by_id(connection: Connection, job_id: int, group_id: int) -> int:
    """Mark those whose platform id the group has already; returns how many."""
    by_id = (
        sa.select(message.c.id)
        .where(message.c.group_id == group_id, message.c.platform_id == staged_message.c.platform_id)
        .scalar_subquery()
    )
    by_alias = (
        sa.select(message_alias.c.message_id)
        .where(message_alias.c.group_id == group_id, message_alias.c.platform_id == staged_message.c.platform_id)
        .scalar_subquery()
    )
    connection.execute(
        sa.update(staged_message)
        .where(staged_message.c.job_id == job_id, staged_message.c.platform_id.is_not(None))
        .values(known_id=sa.func.coalesce(by_id, by_alias))
    )
    return known(connection, job_id)


def known(connection: Connection, job_id: int) -> int:
    """How many staged messages are there already."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(
                staged_message.c.job_id == job_id,
                staged_message.c.known_id.is_not(None),
                staged_message.c.repeats.is_(False),
            )
        ).scalar_one()
    )


def open_span(connection: Connection, job_id: int) -> tuple[datetime, datetime] | None:
    """The first and last time of what is not yet known to be there; None where all is."""
    row = connection.execute(
        sa.select(
            sa.type_coerce(sa.func.min(staged_message.c.sent_at), staged_message.c.sent_at.type),
            sa.type_coerce(sa.func.max(staged_message.c.sent_at), staged_message.c.sent_at.type),
        ).where(*_open(job_id))
    ).one()
    return None if row[0] is None else (row[0], row[1])


def span(connection: Connection, job_id: int) -> tuple[datetime, datetime] | None:
    """The first and last time of all that is staged; None where nothing is."""
    row = connection.execute(
        sa.select(
            sa.type_coerce(sa.func.min(staged_message.c.sent_at), staged_message.c.sent_at.type),
            sa.type_coerce(sa.func.max(staged_message.c.sent_at), staged_message.c.sent_at.type),
        ).where(staged_message.c.job_id == job_id)
    ).one()
    return None if row[0] is None else (row[0], row[1])


def coming(connection: Connection, job_id: int) -> Iterator[Compared]:
    """What is not yet known to be there, by time and then in the order of the export."""
    table = staged_message
    rows = connection.execution_options(yield_per=5000).execute(
        sa.select(
            table.c.number, table.c.sender, table.c.platform_id, table.c.sent_at, table.c.to_the_minute,
            table.c.kind, table.c.text,
        )
        .where(*_open(job_id))
        .order_by(table.c.sent_at, table.c.number)
    )  # fmt: skip
    for row in rows:
        yield Compared(
            id=row.number,
            member_id=None,
            sender=row.sender,
            platform_id=row.platform_id,
            sent_at=row.sent_at,
            to_the_minute=row.to_the_minute,
            kind=MessageKind(row.kind),
            text=row.text,
        )


def there(connection: Connection, job_id: int, group_id: int, from_at: datetime, to_at: datetime) -> Iterator[Compared]:
    """What the group has between two times, recalled messages too, less what was matched by its id."""
    matched = sa.select(staged_message.c.known_id).where(
        staged_message.c.job_id == job_id, staged_message.c.known_id.is_not(None)
    )
    rows = connection.execution_options(yield_per=5000).execute(
        sa.select(
            message.c.id, message.c.member_id, message.c.platform_id, message.c.sent_at, message.c.to_the_minute,
            message.c.kind, message.c.text, message.c.job_id,
        )
        .where(message.c.group_id == group_id, message.c.sent_at.between(from_at, to_at), message.c.id.not_in(matched))
        .order_by(message.c.sent_at, message.c.id)
    )  # fmt: skip
    for row in rows:
        made_up = row.platform_id.startswith(f"{MADE_UP}:")
        yield Compared(
            id=row.id,
            member_id=row.member_id,
            sender=None,
            platform_id=None if made_up else row.platform_id,
            sent_at=row.sent_at,
            to_the_minute=row.to_the_minute,
            kind=MessageKind(row.kind),
            text=row.text,
            is_live=row.job_id is None,
        )


def members_by_alias(connection: Connection, group_id: int) -> tuple[dict[str, int], dict[str, list[int]]]:
    """A group's members by platform id, and by name (a name may be several people's)."""
    by_id: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    query = sa.select(member_alias).where(member_alias.c.group_id == group_id).order_by(member_alias.c.id)
    for row in connection.execute(query):
        if row.kind == "id":
            by_id[row.value] = row.member_id
        else:
            by_name.setdefault(row.value, []).append(row.member_id)
    return by_id, by_name


def set_known(connection: Connection, job_id: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Mark staged messages as being there: (number in the export, id of the message)."""
    if pairs:
        connection.execute(
            sa.update(staged_message)
            .where(staged_message.c.job_id == job_id, staged_message.c.number == sa.bindparam("n"))
            .values(known_id=sa.bindparam("m")),
            [{"n": number, "m": message_id} for number, message_id in pairs],
        )


def set_times(connection: Connection, job_id: int, times: Sequence[tuple[int, datetime]]) -> None:
    """Move staged messages within their minute: (number in the export, time)."""
    if times:
        connection.execute(
            sa.update(staged_message)
            .where(staged_message.c.job_id == job_id, staged_message.c.number == sa.bindparam("n"))
            .values(sent_at=sa.bindparam("at")),
            [{"n": number, "at": at} for number, at in times],
        )


def refine_times(connection: Connection, times: Sequence[tuple[int, datetime, bool]]) -> None:
    """Give messages of the store a time that is better known: (id, time, known to the minute only)."""
    if times:
        connection.execute(
            sa.update(message)
            .where(message.c.id == sa.bindparam("m"))
            .values(sent_at=sa.bindparam("at"), to_the_minute=sa.bindparam("minute")),
            [{"m": message_id, "at": at, "minute": minute} for message_id, at, minute in times],
        )


def settle_senders(connection: Connection, job_id: int, group_id: int, same: dict[int, int]) -> None:
    """Give every sender their member; `same` holds those who were recognised (number of the sender → member)."""
    for sender in senders(connection, job_id):
        member_id = same.get(sender.number)
        if member_id is None:
            member_id = members.resolve(connection, group_id, sender.sender_id, sender.name)
        else:
            members.see(connection, group_id, member_id, sender.sender_id, sender.name)
        connection.execute(
            sa.update(staged_sender)
            .where(staged_sender.c.job_id == job_id, staged_sender.c.number == sender.number)
            .values(member_id=member_id)
        )


def publish(connection: Connection, job_id: int, group_id: int) -> tuple[int, int]:
    """Make everything staged part of the group.

    New messages are inserted; of those that are there the store learns the other id, the answered message, and whether
    they were recalled meanwhile.

    Returns:
        (new messages, messages that were recalled).
    """
    mine = sa.and_(staged_message.c.job_id == job_id, staged_message.c.repeats.is_(False))
    now = datetime.now(UTC)
    s = staged_message.c
    at = message.c.sent_at.type
    platform_id = sa.func.coalesce(s.platform_id, sa.literal(f"{MADE_UP}:{job_id}:") + sa.cast(s.number, sa.String))
    inserted = connection.execute(
        sa.insert(message).from_select(
            [
                "group_id", "platform_id", "member_id", "sender_name", "sent_at", "to_the_minute", "kind", "text",
                "reply_to", "quoted_name", "quoted_text", "recalled_at", "job_id",
            ],
            sa.select(
                sa.literal(group_id), platform_id, staged_sender.c.member_id, staged_sender.c.name, s.sent_at,
                s.to_the_minute, s.kind, s.text, s.reply_to, s.quoted_name, s.quoted_text,
                sa.case((s.recalled, sa.literal(now, at)), else_=sa.null()), sa.literal(job_id),
            )
            .join(staged_sender, sa.and_(staged_sender.c.job_id == s.job_id, staged_sender.c.number == s.sender))
            .where(mine, s.known_id.is_(None))
            .order_by(s.sent_at, s.number),
        )
    )  # fmt: skip
    there_already = sa.and_(mine, s.known_id.is_not(None))
    connection.execute(
        sa.insert(message_origin).from_select(
            ["message_id", "job_id"],
            sa.select(s.known_id, sa.literal(job_id)).where(there_already).distinct(),
        )
    )
    connection.execute(
        sa.insert(message_alias).from_select(
            ["group_id", "platform_id", "message_id"],
            sa.select(sa.literal(group_id), s.platform_id, s.known_id)
            .where(there_already, s.platform_id.is_not(None))
            .where(
                ~sa.exists().where(message.c.group_id == group_id, message.c.platform_id == s.platform_id),
                ~sa.exists().where(message_alias.c.group_id == group_id, message_alias.c.platform_id == s.platform_id),
            ),
        )
    )
    recalled = sa.select(s.known_id).where(there_already, s.recalled)
    withdrawn = connection.execute(
        sa.update(message).where(message.c.id.in_(recalled), message.c.recalled_at.is_(None)).values(recalled_at=now)
    )
    _link_replies(connection, group_id)
    return inserted.rowcount, withdrawn.rowcount


def _link_replies(connection: Connection, group_id: int) -> None:
    target = message.alias("target")
    open_replies = sa.and_(
        message.c.group_id == group_id, message.c.reply_to.is_not(None), message.c.reply_to_id.is_(None)
    )
    by_id = (
        sa.select(target.c.id)
        .where(target.c.group_id == group_id, target.c.platform_id == message.c.reply_to)
        .scalar_subquery()
    )
    by_alias = (
        sa.select(message_alias.c.message_id)
        .where(message_alias.c.group_id == group_id, message_alias.c.platform_id == message.c.reply_to)
        .scalar_subquery()
    )
    connection.execute(sa.update(message).where(open_replies).values(reply_to_id=sa.func.coalesce(by_id, by_alias)))


def withdraw(connection: Connection, job_id: int) -> int:
    """Take back what an import brought; what another import holds too stays, as that one's.

    Returns:
        How many messages went.
    """
    brought = message.c.job_id == job_id
    heir = (
        sa.select(sa.func.min(message_origin.c.job_id))
        .where(message_origin.c.message_id == message.c.id, message_origin.c.job_id != job_id)
        .scalar_subquery()
    )
    connection.execute(sa.delete(message_origin).where(message_origin.c.job_id == job_id))
    shared = sa.exists().where(message_origin.c.message_id == message.c.id)
    connection.execute(sa.update(message).where(brought, shared).values(job_id=heir))
    connection.execute(
        sa.delete(message_origin).where(
            sa.exists().where(message.c.id == message_origin.c.message_id, message.c.job_id == message_origin.c.job_id)
        )
    )
    # A recalled message leaves its id behind, so that an older export does not bring its words back.
    connection.execute(
        sa.update(message)
        .where(brought, message.c.recalled_at.is_not(None), message.c.platform_id.not_like(f"{MADE_UP}:%"))
        .values(text="", quoted_text=None, job_id=None)
    )
    going = sa.select(message.c.id).where(brought).scalar_subquery()
    connection.execute(sa.update(message).where(message.c.reply_to_id.in_(going)).values(reply_to_id=None))
    return connection.execute(sa.delete(message).where(brought)).rowcount


def _open(job_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    s = staged_message.c
    return (s.job_id == job_id, s.known_id.is_(None), s.repeats.is_(False))

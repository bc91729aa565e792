"""Messages: the posts of a group, in the order of (`sent_at`, `id`). Recalled ones stay out of everything read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Message, MessageKind, SourceMessage
from copilot.store import changes
from copilot.store.changes import ChangeKind
from copilot.store.engine import inserted_id
from copilot.store.tables import from_microseconds, message, message_alias

_COLUMNS = (
    message.c.id,
    message.c.group_id,
    message.c.platform_id,
    message.c.member_id,
    message.c.sender_name,
    message.c.sent_at,
    message.c.text,
    message.c.kind,
    message.c.reply_to_id,
    message.c.quoted_name,
    message.c.quoted_text,
    message.c.to_the_minute,
)
# A long stretch costs what each row costs, so raw integers are read and turned into times here.
RAW = tuple(sa.type_coerce(c, sa.BigInteger).label(c.name) if c.name == "sent_at" else c for c in _COLUMNS)
IS_THERE = message.c.recalled_at.is_(None)
_KINDS = {kind.value: kind for kind in MessageKind}


def add(connection: Connection, group_id: int, source: SourceMessage, member_id: int | None) -> Message | None:
    """Save one live message and log it.

    Returns:
        The message, or None where its platform id is there already (it was delivered twice).
    """
    platform_id = source.platform_id
    known_id = find(connection, group_id, platform_id) if platform_id is not None else None
    if known_id is not None:
        if source.recalled and is_there(connection, known_id):
            recall(connection, known_id)
        return None
    reply_to_id = find(connection, group_id, source.reply_to) if source.reply_to else None
    row = connection.execute(
        sa.insert(message).values(
            group_id=group_id,
            platform_id=platform_id or f"live:{uuid4().hex}",
            member_id=member_id,
            sender_name=source.sender_name,
            sent_at=source.sent_at,
            to_the_minute=source.to_the_minute,
            kind=source.kind.value,
            text=source.text,
            reply_to=source.reply_to,
            reply_to_id=reply_to_id,
            quoted_name=source.quoted_name,
            quoted_text=source.quoted_text,
            recalled_at=datetime.now(UTC) if source.recalled else None,
        )
    )
    message_id = inserted_id(row)
    if source.recalled:
        return None
    log_stretch(connection, group_id, source.sent_at, source.sent_at)
    if platform_id is not None:
        _answer_waiting(connection, group_id, platform_id, message_id, source.sent_at)
    return get(connection, message_id)


def _answer_waiting(
    connection: Connection, group_id: int, platform_id: str, message_id: int, sent_at: datetime
) -> None:
    """Link replies that came before the message that they answer; a platform may deliver out of order."""
    waiting = connection.execute(
        sa.select(message.c.id, message.c.sent_at).where(
            message.c.group_id == group_id,
            message.c.sent_at >= sent_at,
            message.c.reply_to == platform_id,
            message.c.reply_to_id.is_(None),
        )
    ).all()
    for row in waiting:
        connection.execute(sa.update(message).where(message.c.id == row.id).values(reply_to_id=message_id))
        log_stretch(connection, group_id, row.sent_at, row.sent_at)


def find(connection: Connection, group_id: int, platform_id: str) -> int | None:
    """The id of the message that a platform id stands for, recalled ones too."""
    found = connection.execute(
        sa.select(message.c.id).where(message.c.group_id == group_id, message.c.platform_id == platform_id)
    ).scalar()
    if found is None:
        found = connection.execute(
            sa.select(message_alias.c.message_id).where(
                message_alias.c.group_id == group_id, message_alias.c.platform_id == platform_id
            )
        ).scalar()
    return found


def get(connection: Connection, message_id: int) -> Message:
    """One message.

    Raises:
        NotFound: there is none with this id, or it was recalled.
    """
    row = connection.execute(sa.select(*RAW).where(message.c.id == message_id, IS_THERE)).first()
    if row is None:
        raise NotFound(f"message {message_id} is not there; it may have been recalled or removed")
    return record(row)


def is_there(connection: Connection, message_id: int) -> bool:
    """Whether a message is there and was not recalled."""
    return bool(connection.execute(sa.select(sa.exists().where(message.c.id == message_id, IS_THERE))).scalar())


def recall(connection: Connection, message_id: int) -> None:
    """Take a message out of everything that reads; its row stays, so that an older export does not bring it back."""
    found = get(connection, message_id)
    connection.execute(sa.update(message).where(message.c.id == message_id).values(recalled_at=datetime.now(UTC)))
    log_stretch(connection, found.group_id, found.sent_at, found.sent_at)


def log_stretch(connection: Connection, group_id: int, from_at: datetime, to_at: datetime) -> int:
    """Log that messages between two times came, went or changed; returns the change's id."""
    return changes.log(connection, ChangeKind.MESSAGES, group_id=group_id, from_at=from_at, to_at=to_at)


def stretch(
    connection: Connection,
    group_id: int,
    *,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    batch: int = 5000,
) -> Iterator[Message]:
    """A group's messages between two times (both included), streamed in order."""
    query = sa.select(*RAW).where(message.c.group_id == group_id, IS_THERE)
    if from_at is not None:
        query = query.where(message.c.sent_at >= from_at)
    if to_at is not None:
        query = query.where(message.c.sent_at <= to_at)
    query = query.order_by(message.c.sent_at, message.c.id)
    result = connection.execution_options(yield_per=batch).execute(query)
    for rows in result.partitions():
        for row in rows:
            yield record(row)


_STRETCH = (
    sa.select(*RAW)
    .where(
        message.c.group_id == sa.bindparam("group"),
        message.c.sent_at.between(sa.bindparam("from_at"), sa.bindparam("to_at")),
        IS_THERE,
    )
    .order_by(message.c.sent_at, message.c.id)
)


def of_stretches(
    connection: Connection, stretches: Sequence[tuple[int, datetime, datetime]]
) -> list[tuple[Message, ...]]:
    """The messages of several short stretches (group id, first and last time), each in order."""
    return [
        tuple(
            record(row) for row in connection.execute(_STRETCH, {"group": group_id, "from_at": from_at, "to_at": to_at})
        )
        for group_id, from_at, to_at in stretches
    ]


def replies_to(connection: Connection, message_ids: Iterable[int], *, limit: int = 200) -> list[Message]:
    """The messages that answer some others by name, in order."""
    rows = connection.execute(
        sa.select(*RAW)
        .where(message.c.reply_to_id.in_(list(message_ids)), message.c.reply_to_id.is_not(None), IS_THERE)
        .order_by(message.c.sent_at, message.c.id)
        .limit(limit)
    )
    return [record(row) for row in rows]


def around(connection: Connection, message_id: int, *, before: int, after: int) -> list[Message]:
    """A message with those that stand before and after it in its group, in order.

    Raises:
        NotFound: the message is not there.
    """
    focus = get(connection, message_id)
    place = sa.tuple_(message.c.sent_at, message.c.id)
    here = sa.tuple_(sa.literal(focus.sent_at, message.c.sent_at.type), sa.literal(focus.id))
    base = sa.select(*RAW).where(message.c.group_id == focus.group_id, IS_THERE)
    earlier = connection.execute(
        base.where(place < here).order_by(message.c.sent_at.desc(), message.c.id.desc()).limit(before)
    ).all()
    later = connection.execute(base.where(place > here).order_by(message.c.sent_at, message.c.id).limit(after)).all()
    return [record(row) for row in reversed(earlier)] + [focus] + [record(row) for row in later]


def count(connection: Connection, group_id: int, *, from_at: datetime, to_at: datetime) -> int:
    """How many messages a group has between two times."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(
                message.c.group_id == group_id, message.c.sent_at.between(from_at, to_at), IS_THERE
            )
        ).scalar_one()
    )


def sample(
    connection: Connection, group_id: int, *, from_at: datetime, to_at: datetime, every: int, limit: int
) -> list[Message]:
    """About each n-th message with words of a group between two times (both included), in order.

    Which ones follows from their ids, and from nothing that regularly comes and goes in a talk.

    Args:
        every: n, 1 for all.
        limit: the most to return.
    """
    rows = connection.execute(
        sa.select(*RAW)
        .where(
            message.c.group_id == group_id,
            message.c.sent_at.between(from_at, to_at),
            message.c.kind == MessageKind.TEXT.value,
            # A multiple modulo a prime mixes ids that two groups share by turns.
            (message.c.id * 48271) % 65537 % every == 0,
            IS_THERE,
        )
        .order_by(message.c.sent_at, message.c.id)
        .limit(limit)
    )
    return [record(row) for row in rows]


def newest_at(connection: Connection, group_ids: Iterable[int]) -> datetime | None:
    """When the newest message of some groups was sent."""
    newest = [
        connection.execute(
            sa.select(message.c.sent_at)
            .where(message.c.group_id == group_id, IS_THERE)
            .order_by(message.c.sent_at.desc())
            .limit(1)
        ).scalar()
        for group_id in group_ids
    ]
    return max((at for at in newest if at is not None), default=None)


def last_before(connection: Connection, group_id: int, at: datetime, within: timedelta) -> datetime | None:
    """When the last message before a time was sent, if that was not longer ago than `within`."""
    return connection.execute(
        sa.select(message.c.sent_at)
        .where(message.c.group_id == group_id, message.c.sent_at < at, message.c.sent_at >= at - within, IS_THERE)
        .order_by(message.c.sent_at.desc())
        .limit(1)
    ).scalar()


def record(row: Row[*tuple[Any, ...]]) -> Message:
    """The message in a row of the `RAW` columns."""
    return Message(
        id=row.id,
        group_id=row.group_id,
        platform_id=row.platform_id,
        member_id=row.member_id,
        sender_name=row.sender_name,
        sent_at=from_microseconds(row.sent_at),
        text=row.text,
        kind=_KINDS[row.kind],
        reply_to_id=row.reply_to_id,
        quoted_name=row.quoted_name,
        quoted_text=row.quoted_text,
        to_the_minute=row.to_the_minute,
    )

"""The change log: what the indexes have to look at again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.store.engine import inserted_id
from copilot.store.tables import change, chat_group, document, faq_entry, message, rule


class ChangeKind(StrEnum):
    """What changed: a stretch of a group's messages, an item of knowledge, or the end of a group or community; or what
    is still to be done: a stretch that was cut into threads roughly."""

    MESSAGES = "messages"
    ROUGHLY_CUT = "roughly_cut"
    FAQ = "faq"
    RULE = "rule"
    DOCUMENT = "document"
    GROUP_GONE = "group"
    COMMUNITY_GONE = "community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the log. MESSAGES and ROUGHLY_CUT have `group_id` and the times between which messages changed; an
    item of knowledge has `item_id`; what stands there now is read from the other tables."""

    id: int
    kind: ChangeKind
    community_id: int | None = None
    group_id: int | None = None
    item_id: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


def log(
    connection: Connection,
    kind: ChangeKind,
    *,
    community_id: int | None = None,
    group_id: int | None = None,
    item_id: int | None = None,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
) -> int:
    """Write one row in the transaction of the change itself; returns its id."""
    row = connection.execute(
        sa.insert(change).values(
            kind=kind.value,
            community_id=community_id,
            group_id=group_id,
            item_id=item_id,
            from_at=from_at,
            to_at=to_at,
        )
    )
    return inserted_id(row)


def after(connection: Connection, position: int, *, kind: ChangeKind | None = None, limit: int = 1000) -> list[Change]:
    """The next rows after a position, in order, at most `limit`; of one kind, if one is named."""
    query = sa.select(change).where(change.c.id > position)
    if kind is not None:
        query = query.where(change.c.kind == kind.value)
    rows = connection.execute(query.order_by(change.c.id).limit(limit))
    return [Change(**{**row._mapping, "kind": ChangeKind(row.kind)}) for row in rows]


def newest(connection: Connection) -> int:
    """The id of the newest row; 0 while there is none."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(change.c.id), 0))).scalar_one())


def touch(connection: Connection, group_id: int, *, after: int) -> bool:
    """Whether a group's messages changed after a position."""
    return bool(
        connection.execute(
            sa.select(
                sa.exists().where(
                    change.c.id > after, change.c.group_id == group_id, change.c.kind == ChangeKind.MESSAGES.value
                )
            )
        ).scalar()
    )


def communities_of(connection: Connection, kinds: Collection[ChangeKind], *, after: int) -> set[int]:
    """The communities of which something of some kinds changed after a position."""
    rows = connection.execute(
        sa.select(change.c.community_id)
        .where(change.c.id > after, change.c.kind.in_([kind.value for kind in kinds]))
        .distinct()
    )
    return {row[0] for row in rows if row[0] is not None}


def shorten(connection: Connection, change_id: int, from_at: datetime) -> None:
    """Say that a change of messages has been followed up to a time, so that it is gone on with from there."""
    connection.execute(
        sa.update(change)
        .where(change.c.id == change_id, change.c.from_at < from_at)
        .values(from_at=from_at, to_at=sa.case((change.c.to_at < from_at, from_at), else_=change.c.to_at))
    )


def relog_knowledge(connection: Connection) -> None:
    """Log every FAQ entry, rule and document again, for an index that was thrown away."""
    for kind, table in ((ChangeKind.FAQ, faq_entry), (ChangeKind.RULE, rule), (ChangeKind.DOCUMENT, document)):
        connection.execute(sa.delete(change).where(change.c.kind == kind.value))
        connection.execute(
            sa.insert(change).from_select(
                ["kind", "community_id", "group_id", "item_id"],
                sa.select(sa.literal(kind.value), table.c.community_id, table.c.group_id, table.c.id),
            )
        )


def relog_messages(connection: Connection) -> None:
    """Log the messages of every group again, for history that is to be cut anew."""
    connection.execute(sa.delete(change).where(change.c.kind == ChangeKind.MESSAGES.value))
    connection.execute(
        sa.insert(change).from_select(
            ["kind", "community_id", "group_id", "from_at", "to_at"],
            sa.select(
                sa.literal(ChangeKind.MESSAGES.value),
                chat_group.c.community_id,
                chat_group.c.id,
                sa.func.min(message.c.sent_at),
                sa.func.max(message.c.sent_at),
            )
            .join_from(chat_group, message, message.c.group_id == chat_group.c.id)
            .group_by(chat_group.c.community_id, chat_group.c.id),
        )
    )

"""Confirmations: what people said of answers. One word for a question and a source; the latest counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Confirmation, SourceKind
from copilot.store.engine import inserted_id
from copilot.store.tables import confirmation
from copilot.text.fold import folded

# Further confirmed questions of one entry teach the refit; as wordings they would only crowd the entry.
MOST_WORDINGS = 30


def save(connection: Connection, one: Confirmation) -> Confirmation:
    """Save a confirmation; an earlier word on the same question and source is replaced."""
    key = _key(one.question)
    connection.execute(
        sa.delete(confirmation).where(
            confirmation.c.community_id == one.community_id,
            confirmation.c.question_key == key,
            confirmation.c.kind == one.kind.value,
            confirmation.c.item_id == one.item_id,
            confirmation.c.section == one.section,
        )
    )
    row = connection.execute(
        sa.insert(confirmation).values(
            community_id=one.community_id,
            group_id=one.group_id,
            question=one.question,
            question_key=key,
            kind=one.kind.value,
            item_id=one.item_id,
            section=one.section,
            is_right=one.is_right,
            account_id=one.account_id,
            at=one.at,
        )
    )
    return replace(one, id=inserted_id(row))


def get(connection: Connection, confirmation_id: int) -> Confirmation:
    """One confirmation.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(confirmation).where(confirmation.c.id == confirmation_id)).first()
    if row is None:
        raise NotFound(f"there is no confirmation {confirmation_id}; it may have been withdrawn meanwhile")
    return _record(row)


def remove(connection: Connection, confirmation_id: int) -> None:
    """Take a confirmation back."""
    connection.execute(sa.delete(confirmation).where(confirmation.c.id == confirmation_id))


def of_community(
    connection: Connection, community_id: int, *, kind: SourceKind | None = None, limit: int | None = None
) -> list[Confirmation]:
    """A community's confirmations, the latest first."""
    query = sa.select(confirmation).where(confirmation.c.community_id == community_id)
    if kind is not None:
        query = query.where(confirmation.c.kind == kind.value)
    rows = connection.execute(query.order_by(confirmation.c.id.desc()).limit(limit))
    return [_record(row) for row in rows]


def refused(connection: Connection, community_id: int, question: str) -> set[tuple[SourceKind, int, int]]:
    """What people said does not answer just this question: kind, item and section."""
    rows = connection.execute(
        sa.select(confirmation.c.kind, confirmation.c.item_id, confirmation.c.section).where(
            confirmation.c.community_id == community_id,
            confirmation.c.question_key == _key(question),
            confirmation.c.is_right.is_(False),
        )
    )
    return {(SourceKind(row.kind), row.item_id, row.section) for row in rows}


def wordings(connection: Connection, entry_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The questions that FAQ entries were confirmed to answer, by the entries' ids; the latest first, a few of each."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(confirmation.c.item_id, confirmation.c.question)
        .where(
            confirmation.c.kind == SourceKind.FAQ.value,
            confirmation.c.item_id.in_(list(entry_ids)),
            confirmation.c.is_right,
        )
        .order_by(confirmation.c.id.desc())
    )
    for row in rows:
        asked = found.setdefault(row.item_id, [])
        if len(asked) < MOST_WORDINGS:
            asked.append(row.question)
    return {entry_id: tuple(asked) for entry_id, asked in found.items()}


def newest(connection: Connection, community_id: int) -> tuple[int, int]:
    """How many confirmations a community has, and the id of the latest; (0, 0) where there is none."""
    row = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(confirmation.c.id), 0)).where(
            confirmation.c.community_id == community_id
        )
    ).one()
    return int(row[0]), int(row[1])


def move(connection: Connection, kind: SourceKind, from_id: int, to_id: int) -> list[int]:
    """Let what was said of one source count for another; returns the ids of the confirmations that moved.

    Where the same question was confirmed for both, the one that is there stays.
    """
    there = sa.select(confirmation.c.question_key).where(
        confirmation.c.kind == kind.value, confirmation.c.item_id == to_id
    )
    ids = list(
        connection.execute(
            sa.select(confirmation.c.id).where(
                confirmation.c.kind == kind.value,
                confirmation.c.item_id == from_id,
                confirmation.c.question_key.not_in(there),
            )
        ).scalars()
    )
    point(connection, ids, to_id)
    return ids


def of_item(connection: Connection, kind: SourceKind, item_id: int) -> list[int]:
    """The ids of what was said of one source."""
    query = sa.select(confirmation.c.id).where(confirmation.c.kind == kind.value, confirmation.c.item_id == item_id)
    return list(connection.execute(query).scalars())


def find(connection: Connection, one: Confirmation) -> Confirmation | None:
    """What was said before of the same question and source."""
    row = connection.execute(
        sa.select(confirmation).where(
            confirmation.c.community_id == one.community_id,
            confirmation.c.question_key == _key(one.question),
            confirmation.c.kind == one.kind.value,
            confirmation.c.item_id == one.item_id,
            confirmation.c.section == one.section,
        )
    ).first()
    return None if row is None else _record(row)


def point(connection: Connection, ids: Iterable[int], to_id: int) -> None:
    """Let some confirmations speak of another source of the same kind."""
    connection.execute(sa.update(confirmation).where(confirmation.c.id.in_(list(ids))).values(item_id=to_id))


def _key(question: str) -> str:
    return hashlib.sha256(" ".join(folded(question).split()).encode()).hexdigest()


def _record(row: Row[tuple[object, ...]]) -> Confirmation:
    return Confirmation(
        id=row.id,
        community_id=row.community_id,
        group_id=row.group_id,
        question=row.question,
        kind=SourceKind(row.kind),
        item_id=row.item_id,
        section=row.section,
        is_right=row.is_right,
        account_id=row.account_id,
        at=row.at,
    )

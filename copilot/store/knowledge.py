"""What communities know: FAQ entries, rules and documents, each with a version that a change must name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import Conflict, NotFound
from copilot.records import Document, FaqEntry, Rule
from copilot.store import changes
from copilot.store.changes import ChangeKind
from copilot.store.engine import inserted_id
from copilot.store.tables import document, faq_entry, rule

Item = FaqEntry | Rule | Document
T = TypeVar("T", FaqEntry, Rule, Document)
_TABLES: dict[type, tuple[sa.Table, ChangeKind, str]] = {
    FaqEntry: (faq_entry, ChangeKind.FAQ, "FAQ entry"),
    Rule: (rule, ChangeKind.RULE, "rule"),
    Document: (document, ChangeKind.DOCUMENT, "document"),
}


def save(connection: Connection, item: T) -> T:
    """Write an item: id 0 makes a new one; another id replaces the version that `item.version` names.

    Returns:
        The item with its id and new version.

    Raises:
        NotFound: it was removed meanwhile.
        Conflict: somebody else changed it meanwhile.
    """
    table, kind, name = _TABLES[type(item)]
    if item.id == 0:
        row = connection.execute(sa.insert(table).values(**_columns(item), version=1))
        saved = replace(item, id=inserted_id(row), version=1)
    else:
        changed = connection.execute(
            sa.update(table)
            .where(table.c.id == item.id, table.c.version == item.version)
            .values(**_columns(item), version=item.version + 1)
        )
        if changed.rowcount == 0:
            _explain_miss(connection, table, item.id, name)
        saved = replace(item, version=item.version + 1)
    changes.log(connection, kind, community_id=item.community_id, group_id=item.group_id, item_id=saved.id)
    return saved


def remove(connection: Connection, item: FaqEntry | Rule | Document) -> None:
    """Remove an item in the version that `item.version` names.

    Raises:
        NotFound: it was removed meanwhile.
        Conflict: somebody else changed it meanwhile.
    """
    table, kind, name = _TABLES[type(item)]
    gone = connection.execute(sa.delete(table).where(table.c.id == item.id, table.c.version == item.version))
    if gone.rowcount == 0:
        _explain_miss(connection, table, item.id, name)
    changes.log(connection, kind, community_id=item.community_id, group_id=item.group_id, item_id=item.id)


def get(connection: Connection, kind: type[T], item_id: int) -> T:
    """One item.

    Raises:
        NotFound: there is none with this id.
    """
    table, _, name = _TABLES[kind]
    row = connection.execute(sa.select(table).where(table.c.id == item_id)).first()
    if row is None:
        raise NotFound(f"there is no {name} {item_id}; it may have been removed meanwhile")
    return _record(kind, row)


def some(connection: Connection, kind: type[T], ids: Iterable[int]) -> dict[int, T]:
    """The items with these ids, by id; those that are gone are left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    table = _TABLES[kind][0]
    rows = connection.execute(sa.select(table).where(table.c.id.in_(wanted)))
    return {row.id: _record(kind, row) for row in rows}


def own(connection: Connection, kind: type[T], community_id: int, group_id: int | None) -> list[T]:
    """The items of exactly one level: a community's own, or a group's own."""
    table = _TABLES[kind][0]
    at_level = table.c.group_id.is_(None) if group_id is None else table.c.group_id == group_id
    order = table.c.number if table is rule else table.c.id
    rows = connection.execute(sa.select(table).where(table.c.community_id == community_id, at_level).order_by(order))
    return [_record(kind, row) for row in rows]


def holds(connection: Connection, kind: type[T], community_id: int, group_ids: Iterable[int]) -> bool:
    """Whether a community, for all of its groups or for some of them, has items of a kind."""
    table = _TABLES[kind][0]
    place = sa.or_(table.c.group_id.is_(None), table.c.group_id.in_(list(group_ids)))
    found = connection.execute(sa.select(table.c.id).where(table.c.community_id == community_id, place).limit(1))
    return found.first() is not None


def _explain_miss(connection: Connection, table: sa.Table, item_id: int, name: str) -> None:
    if connection.execute(sa.select(table.c.id).where(table.c.id == item_id)).first() is None:
        raise NotFound(f"the {name} {item_id} was removed meanwhile; add it again if it is still wanted")
    raise Conflict(f"somebody else changed the {name} {item_id} meanwhile; look at it again and repeat the change")


def _columns(item: Item) -> dict[str, object]:
    common: dict[str, object] = {"community_id": item.community_id, "group_id": item.group_id}
    if isinstance(item, FaqEntry):
        return common | {
            "question": item.question,
            "variants": list(item.variants),
            "answer": item.answer,
            "tags": list(item.tags),
            "expires_on": item.expires_on,
        }
    if isinstance(item, Rule):
        return common | {"number": item.number, "text": item.text}
    return common | {"name": item.name, "text": item.text}


def _record(kind: type[T], row: Row[tuple[object, ...]]) -> T:
    values = dict(row._mapping)
    for name in ("variants", "tags"):
        if name in values:
            values[name] = tuple(values[name])
    return kind(**values)


def expired(entry: FaqEntry, today: date) -> bool:
    """Whether an entry's last day has passed."""
    return entry.expires_on is not None and entry.expires_on < today

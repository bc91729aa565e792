"""Members of a group, and the platform ids and names under which each has been seen."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.errors import BadInput, NotFound
from copilot.records import Member
from copilot.store import facts
from copilot.store.engine import inserted_id
from copilot.store.tables import chat_group, member, member_alias, message

# Counts renamings, so that whoever keeps names sees that they have changed.
_RENAMED = "members_renamed"
NAME_LENGTH = 200


def resolve(connection: Connection, group_id: int, sender_id: str | None, name: str) -> int | None:
    """The member that a sender is, made where there is none; None for a sender without id and name.

    An id decides; a name decides only where no id is given, or where its bearer has no id yet.
    """
    if not sender_id and not name:
        return None
    known = _by_alias(connection, group_id, "id", sender_id) if sender_id else None
    if known is None and name:
        known = _by_name(connection, group_id, name, lacking_id=bool(sender_id))
    if known is None:
        row = connection.execute(
            sa.insert(member).values(group_id=group_id, name=(name or sender_id or "")[:NAME_LENGTH])
        )
        known = inserted_id(row)
    see(connection, group_id, known, sender_id, name)
    return known


def see(connection: Connection, group_id: int, member_id: int, sender_id: str | None, name: str) -> None:
    """Remember that a member has been seen under an id and a name."""
    for kind, value in (("id", sender_id), ("name", name)):
        if not value:
            continue
        there = connection.execute(
            sa.select(member_alias.c.id).where(
                member_alias.c.group_id == group_id,
                member_alias.c.kind == kind,
                member_alias.c.value == value,
                member_alias.c.member_id == member_id,
            )
        ).first()
        if there is None:
            connection.execute(
                sa.insert(member_alias).values(group_id=group_id, member_id=member_id, kind=kind, value=value)
            )


def get(connection: Connection, member_id: int) -> Member:
    """One member with what they wrote.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(member).where(member.c.id == member_id)).first()
    if row is None:
        raise NotFound(f"there is no member {member_id}; they may have been merged into another")
    return _records(connection, row.group_id, [row])[0]


def search(connection: Connection, group_id: int, words: str = "", *, limit: int = 200) -> list[Member]:
    """A group's members, those who wrote most first; `words` must stand in one of their names or ids."""
    query = (
        sa.select(member)
        .outerjoin(message, message.c.member_id == member.c.id)
        .where(member.c.group_id == group_id)
        .group_by(member.c.id)
        .order_by(sa.func.count(message.c.id).desc(), member.c.id)
        .limit(limit)
    )
    if words.strip():
        matching = sa.select(member_alias.c.member_id).where(
            member_alias.c.group_id == group_id, member_alias.c.value.icontains(words.strip(), autoescape=True)
        )
        query = query.where(member.c.id.in_(matching) | member.c.name.icontains(words.strip(), autoescape=True))
    return _records(connection, group_id, connection.execute(query).all())


def rename(connection: Connection, member_id: int, name: str) -> None:
    """Change the name that is shown of a member; what their messages were signed with stays."""
    get(connection, member_id)
    connection.execute(sa.update(member).where(member.c.id == member_id).values(name=name[:NAME_LENGTH]))
    facts.put(connection, _RENAMED, str(int(facts.get(connection, _RENAMED) or 0) + 1))


def merge(connection: Connection, keep_id: int, other_id: int) -> None:
    """Make one member of two: `other_id`'s messages, ids and names become `keep_id`'s.

    Raises:
        BadInput: they are the same or of different groups.
    """
    keep, other = get(connection, keep_id), get(connection, other_id)
    if keep_id == other_id or keep.group_id != other.group_id:
        raise BadInput(f"{keep.name!r} and {other.name!r} cannot be merged; choose two members of one group")
    connection.execute(sa.update(message).where(message.c.member_id == other_id).values(member_id=keep_id))
    for sender_id in other.platform_ids:
        see(connection, keep.group_id, keep_id, sender_id, "")
    for name in other.names:
        see(connection, keep.group_id, keep_id, None, name)
    connection.execute(sa.delete(member).where(member.c.id == other_id))


def split(connection: Connection, member_id: int, name: str) -> int:
    """Make a member of their own of everything that `member_id` signed with `name`.

    Returns:
        The new member's id.

    Raises:
        BadInput: the member never used the name, or no other.
    """
    whole = get(connection, member_id)
    if name not in whole.names or len(whole.names) < 2:
        raise BadInput(
            f"{whole.name!r} cannot be split by {name!r}; choose one of their names: {', '.join(whole.names)}"
        )
    row = connection.execute(sa.insert(member).values(group_id=whole.group_id, name=name))
    new_id = inserted_id(row)
    connection.execute(
        sa.update(message)
        .where(message.c.member_id == member_id, message.c.sender_name == name)
        .values(member_id=new_id)
    )
    connection.execute(
        sa.update(member_alias)
        .where(member_alias.c.member_id == member_id, member_alias.c.kind == "name", member_alias.c.value == name)
        .values(member_id=new_id)
    )
    if whole.name == name:
        rest = next(other for other in whole.names if other != name)
        connection.execute(sa.update(member).where(member.c.id == member_id).values(name=rest))
    return new_id


def drop_silent(connection: Connection, group_id: int) -> None:
    """Remove a group's members without any message, as an import that is undone leaves them."""
    speaking = sa.select(message.c.member_id).where(message.c.group_id == group_id, message.c.member_id.is_not(None))
    connection.execute(sa.delete(member).where(member.c.group_id == group_id, member.c.id.not_in(speaking)))


def platform_ids(connection: Connection, group_id: int) -> dict[int, str]:
    """The platform id of each of a group's members that has one: member id → the first id seen."""
    rows = connection.execute(
        sa.select(member_alias.c.member_id, member_alias.c.value)
        .where(member_alias.c.group_id == group_id, member_alias.c.kind == "id")
        .order_by(member_alias.c.id.desc())
    )
    return {row.member_id: row.value for row in rows}


def names(connection: Connection, community_id: int) -> set[str]:
    """All names under which the members of a community's groups are or have been seen."""
    inside = sa.select(chat_group.c.id).where(chat_group.c.community_id == community_id)
    shown = sa.select(member.c.name).where(member.c.group_id.in_(inside))
    seen = sa.select(member_alias.c.value).where(member_alias.c.group_id.in_(inside), member_alias.c.kind == "name")
    return set(connection.execute(sa.union(shown, seen)).scalars())


def names_in(connection: Connection, group_ids: Iterable[int]) -> set[str]:
    """All names under which the members of some groups are or have been seen."""
    wanted = list(group_ids)
    shown = sa.select(member.c.name).where(member.c.group_id.in_(wanted))
    seen = sa.select(member_alias.c.value).where(member_alias.c.group_id.in_(wanted), member_alias.c.kind == "name")
    return set(connection.execute(sa.union(shown, seen)).scalars())


def names_stamp(connection: Connection, community_id: int) -> tuple[int, ...]:
    """Numbers that differ once `names` may say something else."""
    inside = sa.select(chat_group.c.id).where(chat_group.c.community_id == community_id)
    shown, seen = (
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(table.c.id), 0)).where(table.c.group_id.in_(inside))
        for table in (member, member_alias)
    )
    renamed = int(facts.get(connection, _RENAMED) or 0)
    return (renamed, *connection.execute(shown).one(), *connection.execute(seen).one())


def _by_alias(connection: Connection, group_id: int, kind: str, value: str) -> int | None:
    return connection.execute(
        sa.select(member_alias.c.member_id).where(
            member_alias.c.group_id == group_id, member_alias.c.kind == kind, member_alias.c.value == value
        )
    ).scalar()


def _by_name(connection: Connection, group_id: int, name: str, *, lacking_id: bool) -> int | None:
    query = sa.select(member_alias.c.member_id).where(
        member_alias.c.group_id == group_id, member_alias.c.kind == "name", member_alias.c.value == name
    )
    if lacking_id:
        with_id = sa.select(member_alias.c.member_id).where(
            member_alias.c.group_id == group_id, member_alias.c.kind == "id"
        )
        query = query.where(member_alias.c.member_id.not_in(with_id))
    return connection.execute(query.order_by(member_alias.c.member_id)).scalars().first()


def _records(connection: Connection, group_id: int, rows: object) -> list[Member]:
    found = list(rows)  # type: ignore[call-overload]
    ids = [row.id for row in found]
    aliases: dict[int, dict[str, list[str]]] = {one: {"id": [], "name": []} for one in ids}
    query = sa.select(member_alias).where(member_alias.c.group_id == group_id, member_alias.c.member_id.in_(ids))
    for alias in connection.execute(query.order_by(member_alias.c.id)):
        aliases[alias.member_id][alias.kind].append(alias.value)
    written = {
        row.member_id: (row.number, row.last)
        for row in connection.execute(
            sa.select(
                message.c.member_id,
                sa.func.count().label("number"),
                sa.type_coerce(sa.func.max(message.c.sent_at), message.c.sent_at.type).label("last"),
            )
            .where(message.c.member_id.in_(ids), message.c.recalled_at.is_(None))
            .group_by(message.c.member_id)
        )
    }
    return [
        Member(
            id=row.id,
            group_id=row.group_id,
            name=row.name,
            platform_ids=tuple(aliases[row.id]["id"]),
            names=tuple(aliases[row.id]["name"]),
            message_count=written.get(row.id, (0, None))[0],
            last_sent_at=written.get(row.id, (0, None))[1],
        )
        for row in found
    ]


def group_of(connection: Connection, member_id: int) -> int:
    """The group that a member belongs to.

    Raises:
        NotFound: there is no such member.
    """
    found = connection.execute(
        sa.select(chat_group.c.id).join_from(chat_group, member).where(member.c.id == member_id)
    ).scalar()
    if found is None:
        raise NotFound(f"there is no member {member_id}; they may have been merged into another")
    return int(found)

"""Groups, and which stretches of time their history covers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import BadInput, NotFound
from copilot.records import CoveredSpan, Group, Platform, Profile
from copilot.store import changes
from copilot.store.changes import ChangeKind
from copilot.store.engine import inserted_id
from copilot.store.profiles import from_json, to_json
from copilot.store.tables import (
    chat_group,
    community,
    covered_span,
    document,
    faq_entry,
    member,
    message,
    rule,
)

_SELECT = sa.select(chat_group, community.c.is_sample).join_from(
    chat_group, community, chat_group.c.community_id == community.c.id
)


def add(
    connection: Connection, community_id: int, name: str, platform: Platform, profile: Profile | None = None
) -> Group:
    """Make a group.

    Raises:
        BadInput: the community has a group of this name already.
    """
    profile = profile or Profile()
    if find(connection, community_id, name) is not None:
        raise BadInput(f"the community has a group named {name!r} already; choose another name or that group")
    row = connection.execute(
        sa.insert(chat_group).values(
            community_id=community_id,
            name=name,
            platform=platform.value,
            profile=to_json(profile),
            created_at=datetime.now(UTC),
        )
    )
    return get(connection, inserted_id(row))


def find(connection: Connection, community_id: int, name: str) -> Group | None:
    """The community's group of this name."""
    row = connection.execute(
        _SELECT.where(chat_group.c.community_id == community_id, chat_group.c.name == name)
    ).first()
    return None if row is None else _record(row)


def get(connection: Connection, group_id: int) -> Group:
    """One group.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(_SELECT.where(chat_group.c.id == group_id)).first()
    if row is None:
        raise NotFound(f"there is no group {group_id}; it may have been removed meanwhile")
    return _record(row)


def all_of(connection: Connection, community_id: int | None = None) -> list[Group]:
    """Every group, or those of one community; the samples' last."""
    query = _SELECT.order_by(community.c.is_sample, chat_group.c.community_id, chat_group.c.id)
    if community_id is not None:
        query = query.where(chat_group.c.community_id == community_id)
    return [_record(row) for row in connection.execute(query)]


def rename(connection: Connection, group_id: int, name: str) -> None:
    """Give a group another name.

    Raises:
        BadInput: its community has another group of this name.
    """
    group = get(connection, group_id)
    other = find(connection, group.community_id, name)
    if other is not None and other.id != group_id:
        raise BadInput(f"the community has a group named {name!r} already; choose another name")
    connection.execute(sa.update(chat_group).where(chat_group.c.id == group_id).values(name=name))


def save_profile(connection: Connection, group_id: int, profile: Profile) -> None:
    """Replace the fields in which a group differs from its community."""
    connection.execute(sa.update(chat_group).where(chat_group.c.id == group_id).values(profile=to_json(profile)))


def remove(connection: Connection, group_id: int) -> None:
    """Remove a group with its members, messages and own knowledge."""
    group = get(connection, group_id)
    connection.execute(sa.delete(chat_group).where(chat_group.c.id == group_id))
    changes.log(connection, ChangeKind.GROUP_GONE, community_id=group.community_id, group_id=group_id)


def remove_if_bare(connection: Connection, group_id: int) -> None:
    """Remove a group that has neither messages nor a profile nor knowledge of its own."""
    group = get(connection, group_id)
    holds = [sa.exists().where(table.c.group_id == group_id) for table in (message, faq_entry, rule, document)]
    if group.profile == Profile() and not connection.execute(sa.select(sa.or_(*holds))).scalar():
        remove(connection, group_id)


def counts(connection: Connection, group_ids: Iterable[int]) -> dict[int, tuple[int, int, datetime, datetime]]:
    """How much there is in groups: group id → (messages, members, first and last time). Empty groups are left out."""
    wanted = list(group_ids)
    times = connection.execute(
        sa.select(
            message.c.group_id,
            sa.func.count().label("messages"),
            sa.type_coerce(sa.func.min(message.c.sent_at), message.c.sent_at.type).label("first"),
            sa.type_coerce(sa.func.max(message.c.sent_at), message.c.sent_at.type).label("last"),
        )
        .where(message.c.group_id.in_(wanted), message.c.recalled_at.is_(None))
        .group_by(message.c.group_id)
    ).all()
    people = {
        row[0]: row[1]
        for row in connection.execute(
            sa.select(member.c.group_id, sa.func.count())
            .where(member.c.group_id.in_(wanted))
            .group_by(member.c.group_id)
        )
    }
    return {row.group_id: (row.messages, people.get(row.group_id, 0), row.first, row.last) for row in times}


def add_span(connection: Connection, span: CoveredSpan, job_id: int | None) -> None:
    """Record that a group's history is complete over a stretch of time, as far as its source goes."""
    connection.execute(
        sa.insert(covered_span).values(
            group_id=span.group_id, starts_at=span.starts_at, ends_at=span.ends_at, job_id=job_id
        )
    )


def drop_spans(connection: Connection, job_id: int) -> None:
    """Forget the stretches that one import brought."""
    connection.execute(sa.delete(covered_span).where(covered_span.c.job_id == job_id))


def spans(connection: Connection, group_id: int) -> list[CoveredSpan]:
    """The stretches of time that a group's history covers, joined where they touch, in order."""
    rows = connection.execute(
        sa.select(covered_span.c.starts_at, covered_span.c.ends_at)
        .where(covered_span.c.group_id == group_id)
        .order_by(covered_span.c.starts_at)
    )
    joined: list[CoveredSpan] = []
    for starts_at, ends_at in rows:
        if joined and starts_at <= joined[-1].ends_at:
            last = joined.pop()
            starts_at, ends_at = last.starts_at, max(ends_at, last.ends_at)
        joined.append(CoveredSpan(group_id=group_id, starts_at=starts_at, ends_at=ends_at))
    return joined


def _record(row: Row[tuple[object, ...]]) -> Group:
    return Group(
        id=row.id,
        community_id=row.community_id,
        name=row.name,
        platform=Platform(row.platform),
        profile=from_json(row.profile),
        is_sample=row.is_sample,
    )


def set_platform(connection: Connection, group_id: int, platform: Platform) -> None:
    """Say where a group lives."""
    connection.execute(sa.update(chat_group).where(chat_group.c.id == group_id).values(platform=platform.value))

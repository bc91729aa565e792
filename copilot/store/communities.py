"""Communities."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Community, Profile
from copilot.store import changes
from copilot.store.changes import ChangeKind
from copilot.store.engine import inserted_id
from copilot.store.profiles import from_json, to_json
from copilot.store.tables import community


def add(connection: Connection, slug: str, profile: Profile, *, is_sample: bool = False) -> Community:
    """Make a community. `slug` is made unique by a number where it is taken."""
    taken = set(connection.execute(sa.select(community.c.slug)).scalars())
    unique, number = slug, 1
    while unique in taken:
        number += 1
        unique = f"{slug}-{number}"
    row = connection.execute(
        sa.insert(community).values(
            slug=unique, is_sample=is_sample, profile=to_json(profile), created_at=datetime.now(UTC)
        )
    )
    return Community(id=inserted_id(row), slug=unique, profile=profile, is_sample=is_sample)


def all_of(connection: Connection) -> list[Community]:
    """Every community, the samples last."""
    rows = connection.execute(sa.select(community).order_by(community.c.is_sample, community.c.id))
    return [_record(row) for row in rows]


def get(connection: Connection, community_id: int) -> Community:
    """One community.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(community).where(community.c.id == community_id)).first()
    if row is None:
        raise NotFound(f"there is no community {community_id}; it may have been removed meanwhile")
    return _record(row)


def save_profile(connection: Connection, community_id: int, profile: Profile) -> None:
    """Replace a community's profile."""
    get(connection, community_id)
    connection.execute(sa.update(community).where(community.c.id == community_id).values(profile=to_json(profile)))


def remove(connection: Connection, community_id: int) -> None:
    """Remove a community with all that belongs to it."""
    get(connection, community_id)
    connection.execute(sa.delete(community).where(community.c.id == community_id))
    changes.log(connection, ChangeKind.COMMUNITY_GONE, community_id=community_id)


def _record(row: Row[tuple[object, ...]]) -> Community:
    return Community(id=row.id, slug=row.slug, profile=from_json(row.profile), is_sample=row.is_sample)

"""How passages are named in the indexes: `<kind>:<id>`, or `document:<id>:<section>`; and where they answer."""

from __future__ import annotations

from copilot.records import SourceKind


def key_of(kind: SourceKind, item_id: int, section: int | None = None) -> str:
    """The name of a passage. For history the id is the thread's."""
    return f"{kind.value}:{item_id}" if section is None else f"{kind.value}:{item_id}:{section}"


def parse(key: str) -> tuple[SourceKind, int, int]:
    """Kind, id and section (0 where there is none) of a passage by its name."""
    kind, item_id, *section = key.split(":")
    return SourceKind(kind), int(item_id), int(section[0]) if section else 0


def scope_of(community_id: int, group_id: int | None) -> str:
    """Where a passage answers: in one group, or in all groups of a community."""
    return f"c{community_id}" if group_id is None else f"g{group_id}"

"""Citations as plain JSON, for the rows that hold some: turns of dialogues and proposals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copilot.records import Citation, Source, SourceKind
from copilot.store.tables import from_microseconds, to_microseconds


def to_json(citations: Iterable[Citation]) -> list[dict[str, Any]]:
    """Citations as plain values, times as microseconds since 1970."""
    return [
        {
            "kind": one.source.kind.value,
            "id": one.source.id,
            "community_id": one.source.community_id,
            "group_id": one.source.group_id,
            "last_id": one.source.last_id,
            "section": one.source.section,
            "title": one.title,
            "words": one.words,
            "sender_name": one.sender_name,
            "sent_at": None if one.sent_at is None else to_microseconds(one.sent_at),
        }
        for one in citations
    ]


def from_json(values: Iterable[dict[str, Any]]) -> tuple[Citation, ...]:
    """The citations of such values."""
    return tuple(
        Citation(
            source=Source(
                kind=SourceKind(one["kind"]),
                id=one["id"],
                community_id=one["community_id"],
                group_id=one["group_id"],
                last_id=one["last_id"],
                section=one["section"],
            ),
            title=one["title"],
            words=one["words"],
            sender_name=one["sender_name"],
            sent_at=None if one["sent_at"] is None else from_microseconds(one["sent_at"]),
        )
        for one in values
    )

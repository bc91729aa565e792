"""What the tests of the importers share: reading fixtures and bytes, and messages made by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from hypothesis import strategies as st

from copilot.importers.export import Export, Item
from copilot.importers.reading.source import Source
from copilot.importers.registry import open_export, open_source
from copilot.records import MessageKind, Skipped, SourceMessage

EXPORTS = Path(__file__).parent.parent / "exports"
SHANGHAI = "Asia/Shanghai"
NOW = datetime(2026, 4, 8, 4, 0, tzinfo=UTC)  # noon in Shanghai, a Wednesday


def fixture(name: str, *, timezone: str = SHANGHAI, chat: str | None = None) -> Export:
    """One of the files in tests/exports."""
    return open_export(EXPORTS / name, timezone=timezone, chat=chat, now=NOW)


def opened(content: bytes | str, *, timezone: str = SHANGHAI, chat: str | None = None) -> Export:
    """Bytes as they would stand in a file whose name says nothing."""
    raw = content if isinstance(content, bytes) else content.encode()
    source = Source(lambda: BytesIO(raw), name="chat.bin", size_bytes=len(raw), changed_at=NOW)
    return open_source(source, timezone=timezone, chat=chat, now=NOW)


def messages_of(items: Export | Iterable[Item]) -> list[SourceMessage]:
    """The messages among what was read."""
    found = items.items() if isinstance(items, Export) else items
    return [item for item in found if isinstance(item, SourceMessage)]


def skips_of(items: Export | Iterable[Item]) -> list[tuple[int, str]]:
    """The line and the reason of what was skipped."""
    found = items.items() if isinstance(items, Export) else items
    return [(item.line, item.reason) for item in found if isinstance(item, Skipped)]


def without_lines(messages: Iterable[SourceMessage]) -> list[SourceMessage]:
    """Messages but for where they stood in the file."""
    return [replace(message, line=0) for message in messages]


def at(text: str) -> datetime:
    """A time of day in Shanghai (`2026-04-06 16:21`) as UTC."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


characters = st.characters(codec="utf-8", exclude_characters="\r")
texts = st.text(characters, max_size=60)
single_lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20)
moments = st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2098, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
identifiers = st.text("abcdefghijklmnopqrstuvwxyz0123456789_:", min_size=1, max_size=12)
source_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines,
    text=st.text(st.characters(codec="utf-8"), max_size=60),
    kind=st.sampled_from(MessageKind),
    sender_id=st.none() | identifiers,
    platform_id=st.none() | identifiers,
    reply_to=st.none() | identifiers,
    quoted_name=st.none() | single_lines,
    quoted_text=st.none() | texts,
    recalled=st.booleans(),
    to_the_minute=st.booleans(),
)

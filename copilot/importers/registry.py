"""Which formats there are, and which of them an export is in.

A format is added by adding a module to `importers.formats`.
"""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

from copilot.errors import BadInput, UnknownFormat
from copilot.importers import formats
from copilot.importers.export import Export, Format, Reading, Refusal
from copilot.importers.reading.source import Source
from copilot.importers.reading.times import zone


@cache
def known_formats() -> tuple[Format, ...]:
    """Every format that can be read, by name: its titles and how such an export is made, in Chinese and English."""
    return tuple(sorted((its for module in _modules() for its in module.FORMATS), key=lambda its: its.name))


@cache
def _refusals() -> tuple[Refusal, ...]:
    return tuple(its for module in _modules() for its in getattr(module, "REFUSALS", ()))


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = (its.name for its in pkgutil.iter_modules(formats.__path__))
    return tuple(importlib.import_module(f"{formats.__name__}.{name}") for name in names)


def open_export(path: Path, *, timezone: str, chat: str | None = None, now: datetime | None = None) -> Export:
    """Open the export in a file, whatever the file is called.

    Args:
        timezone: IANA name of the zone of local times without an offset.
        chat: the key or the name of the chat to read, where the file holds several.
        now: what missing years and dates are counted from; the time of the file's last change by default, so that a
            resumed import finds the same times.

    Raises:
        UnknownFormat: it is in no known format or encoding.
        BrokenFile: it is damaged so that not even its chats can be told.
        BadInput: it cannot be read, or the chat or time zone does not exist.
    """
    return open_source(Source.of_file(path), timezone=timezone, chat=chat, now=now)


def open_text(text: str, *, timezone: str, chat: str | None = None, now: datetime | None = None) -> Export:
    """Open text from the clipboard; it may be in any format. `now` is the present by default; see `open_export`."""
    return open_source(Source.of_text(text), timezone=timezone, chat=chat, now=now)


def open_source(source: Source, *, timezone: str, chat: str | None = None, now: datetime | None = None) -> Export:
    """Open an export wherever it comes from; see `open_export`."""
    reading = Reading(timezone=zone(timezone), now=now or source.changed_at or datetime.now(UTC), chat=chat)
    if refusal := next((its for its in _refusals() if its.sniff(source.head)), None):
        raise UnknownFormat(f"{source.name} {refusal.remedy}")
    confidence, found = max(((its.sniff(source.head), its) for its in known_formats()), key=lambda pair: pair[0])
    if confidence <= 0:
        names = "; ".join(its.title.en for its in known_formats())
        raise UnknownFormat(f"{source.name} is in no format that can be read; export the chat as one of: {names}")
    try:
        return Export(source, found, reading)
    except OSError as error:
        raise BadInput(f"{source.name} cannot be read to its end ({error.strerror}); check the disk") from error

"""Times as exports write them, turned into aware UTC. An impossible or implausible time comes out as None."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from copilot.errors import BadInput

FIRST_YEAR = 1990
LAST_YEAR = 2099
"""There was no chat before; a time outside is a broken field (0, microseconds, a wrong century)."""

_MILLISECONDS_FROM = 100_000_000_000
"""Seconds of the year 5138: a larger timestamp counts milliseconds."""


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        BadInput: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        # Names that are not listed are a KeyError, folders of the database an OSError, `../x` a ValueError.
        raise BadInput(f"{name!r} is not a time zone; write a name such as Asia/Shanghai") from error


def plausible(moment: datetime) -> datetime | None:
    """`moment` (aware) in UTC, or None where it lies outside of the years of chat."""
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def from_epoch(value: object) -> datetime | None:
    """A Unix timestamp in seconds or milliseconds: a number, or digits in a string."""
    if isinstance(value, str):
        if not value.strip().isascii():
            return None
        try:
            value = float(value) if "." in value else int(value[:20])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        if value > _MILLISECONDS_FROM:
            value /= 1000
        moment = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def from_parts(
    timezone: ZoneInfo, year: int, month: int, day: int, hour: int, minute: int, second: int = 0
) -> datetime | None:
    """A local wall-clock time. One that a clock change skips is read with the offset before the change; one that occurs
    twice is the first of the two."""
    try:
        return plausible(datetime(year, month, day, hour, minute, second, tzinfo=timezone))
    except ValueError:
        return None


def on_day(timezone: ZoneInfo, day: date, hour: int, minute: int, second: int = 0) -> datetime | None:
    """A local wall-clock time on a day."""
    return from_parts(timezone, day.year, day.month, day.day, hour, minute, second)


def from_iso(value: object, timezone: ZoneInfo) -> datetime | None:
    """An ISO 8601 time (`2025-08-27T00:00:00+08:00`, `2024-04-06 16:21:00`); without an offset it is local."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().replace("/", "-"))
    except ValueError:
        return None
    return plausible(moment if moment.tzinfo else moment.replace(tzinfo=timezone))


def day_of(year: int, month: int, day: int) -> date | None:
    """A calendar day, or None where there is none (30 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Timezones to choose from, the usual ones first."""

from __future__ import annotations

from zoneinfo import available_timezones

from copilot.console.i18n import Texts

_USUAL = (
    ("Asia/Shanghai", "北京时间（中国大陆）", "China"),
    ("Asia/Hong_Kong", "香港", "Hong Kong"),
    ("Asia/Taipei", "台北", "Taipei"),
    ("Asia/Singapore", "新加坡", "Singapore"),
    ("Asia/Tokyo", "东京", "Tokyo"),
    ("Europe/London", "伦敦", "London"),
    ("Europe/Berlin", "柏林", "Berlin"),
    ("America/New_York", "纽约", "New York"),
    ("America/Los_Angeles", "洛杉矶", "Los Angeles"),
    ("UTC", "协调世界时", "UTC"),
)


def timezone_choices(t: Texts) -> list[tuple[str, str]]:
    """(label, IANA name) of every timezone: ten usual ones in words, then the rest by name."""
    usual = [(f"{t(zh, en)} · {name}", name) for name, zh, en in _USUAL]
    known = {name for _, name in usual}
    return usual + [(name, name) for name in sorted(available_timezones()) if "/" in name and name not in known]

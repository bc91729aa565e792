"""Values of decoded JSON taken as what they should be; anything else comes out as nothing."""

from __future__ import annotations


def string(value: object) -> str | None:
    """A string, or a whole number as one: exporters write ids both ways."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def integer(value: object) -> int:
    """A whole number; -1 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def mapping(value: object) -> dict[str, object]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """An array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def shown(value: object) -> str:
    """A value of any kind as a reason quotes it: at most 40 characters, containers without what they hold."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    return str(value)[:40]

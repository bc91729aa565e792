"""One text, read for its numbers kind by kind: what was read is blanked, so that nothing is read twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from copilot.text.fold import folded


class Kind(StrEnum):
    """What a number counts. Lengths of time are in minutes, or in months from a month on."""

    PLAIN = "plain"
    COUNT = "count"
    CODE = "code"
    YUAN = "yuan"
    DOLLAR = "dollar"
    EURO = "euro"
    POUND = "pound"
    TIME = "time"
    WEEKDAY = "weekday"
    DATE = "date"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    RELATIVE = "relative"
    MINUTES = "minutes"
    MONTHS = "months"
    AGE = "age"
    RATIO = "ratio"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number of a text.

    Args:
        values: what it may be: "九点" may be morning or evening.
        raw: the numbers as they are written.
        at: where in the folded text it begins.
        implied: "每月" speaks of one month without saying so; it supports what others say and claims nothing.
    """

    kind: Kind
    values: frozenset[float]
    raw: frozenset[float]
    at: int
    implied: bool = False


class Scan:
    """A text in which numbers are looked for.

    Args:
        text: raw text.
        on: the day on which it was written, where that is known.
    """

    def __init__(self, text: str, on: date | None) -> None:
        self.plain = folded(text)
        self.on = on
        self.found: list[Quantity] = []
        self._left = self.plain

    def take(self, pattern: str | re.Pattern[str], read: Callable[[re.Match[str]], None]) -> None:
        """Read every place that matches, and take it out of what is left."""
        for match in re.finditer(pattern, self._left):
            read(match)
            self._left = self._left[: match.start()] + " " * len(match.group()) + self._left[match.end() :]

    def add(self, kind: Kind, at: int, *values: float, raw: Iterable[float] = (), implied: bool = False) -> None:
        """Note a number that was read."""
        self.found.append(
            Quantity(
                kind=kind,
                values=frozenset(round(one, 4) for one in values),
                raw=frozenset(raw or values),
                at=at,
                implied=implied,
            )
        )

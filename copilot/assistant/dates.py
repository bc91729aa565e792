"""Counting days, weeks and months from now, and reading small numbers. Times are naive and local here."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
"""From when until before when."""

FEW = 3
"""What 几 and "a few" stand for."""

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "几": FEW, "日": 7}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8} | {
    "nine": 9,
    "ten": 10,
    "fourteen": 14,
    "thirty": 30,
    "couple": 2,
    "few": FEW,
    "several": FEW,
}


def number(text: str) -> int:
    """Read a small number: digits, Chinese numerals (十二, 两, 几) or English words (a couple of).

    Args:
        text: folded text that is nothing but the number.

    Returns:
        The number; 0 for what is none.
    """
    if text.isdigit():
        return int(text)
    known = [_WORDS[word] for word in text.split() if word in _WORDS]
    if known:
        return known[-1]
    tens, ten, ones = text.rpartition("十")
    if ten:
        return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS.get(text, 0)


@dataclass(frozen=True, slots=True)
class Today:
    """From where words of time are counted.

    Args:
        now: naive local time.
        ahead: whether 周六 is the coming one (of what is planned) or the last one (of what has been).
    """

    now: datetime
    ahead: bool = False

    @property
    def start(self) -> datetime:
        """Midnight before now."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def weekday(self) -> int:
        """0 for Monday."""
        return self.now.weekday()

    def day(self, offset: int, days: int = 1) -> Span:
        """So many days, beginning `offset` days from today."""
        first = self.start + timedelta(days=offset)
        return first, first + timedelta(days=days)

    def last(self, days: int) -> Span:
        """The last days, today included."""
        return self.day(1 - days, days)

    def week(self, offset: int) -> Span:
        """A week from Monday on."""
        return self.day(7 * offset - self.weekday, 7)

    def month(self, offset: int) -> Span:
        """A calendar month."""
        return months(self.start, offset, 1)

    def quarter(self, offset: int) -> Span:
        """A quarter of a calendar year."""
        return months(self.start.replace(day=1, month=(self.now.month - 1) // 3 * 3 + 1), 3 * offset, 3)

    def year(self, offset: int) -> Span:
        """A calendar year."""
        return months(self.start.replace(month=1), 12 * offset, 12)

    def since_months(self, many: int) -> Span:
        """The last months, from the same day of the month on, today included."""
        first, after = months(self.start, -many, 1)
        return first.replace(day=min(self.now.day, (after - first).days)), self.day(0)[1]

    def weekday_of(self, week: int, index: int) -> Span:
        """A weekday (0 is Monday) of a week, counted from this one."""
        return self.day(7 * week + index - self.weekday)

    def nearest_weekday(self, index: int) -> Span:
        """The last or the coming such day, today included."""
        to_go = index - self.weekday
        return self.day(to_go % 7 if self.ahead else -(-to_go % 7))

    def weekend(self, week: int | None) -> Span:
        """Saturday and Sunday of a week; without a week the last weekend that has begun, or the next."""
        if week is None:
            week = 0 if self.ahead or self.weekday >= 5 else -1
        return self.day(7 * week + 5 - self.weekday, 2)

    def dated(self, month: int, day: int, days: int = 1, year: int | None = None) -> Span | None:
        """A date; without a year the last one that has begun, or the next one that is not over.

        Returns:
            The days; None for a date that no calendar has, such as 30 February.
        """
        years = [year] if year is not None else [self.now.year, self.now.year + (1 if self.ahead else -1)]
        known: list[Span] = []
        for one in years:
            if 1 <= month <= 12 and 1 <= one <= 9998 and 1 <= day <= monthrange(one, month)[1]:
                first = self.start.replace(year=one, month=month, day=day)
                known.append((first, first + timedelta(days=days)))
        fitting = [span for span in known if (span[1] > self.now if self.ahead else span[0] <= self.now)]
        return next(iter(fitting or known), None)

    def day_of_month(self, day: int) -> Span | None:
        """The last or the coming day with that number, today included; None where no month near has it."""
        for offset in range(3):
            first, after = self.month(offset if self.ahead else -offset)
            at = first + timedelta(days=day - 1)
            if first <= at < after and (at >= self.start if self.ahead else at <= self.start):
                return at, at + timedelta(days=1)
        return None


def months(day: datetime, offset: int, many: int) -> Span:
    """So many calendar months, beginning `offset` months from the one that a day is in."""

    def at(count: int) -> datetime:
        return day.replace(year=day.year + count // 12, month=count % 12 + 1, day=1)

    begins = day.month - 1 + offset
    return at(begins), at(begins + many)

"""How much is going on: messages by day and hour, who wrote, and who came and went between two stretches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody who wrote: their name and in which group, how many messages, when last."""

    member_id: int
    group_id: int
    name: str
    messages: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a stretch of time comes to.

    Args:
        messages: what people wrote; what the platform wrote does not count.
        days: messages by local day, only days that have any, in order.
        hours: messages by local hour of the day, 0 to 23.
        speakers: who wrote, those who wrote most first.
        covered_days: how many days of it the history covers.
    """

    messages: int
    days: tuple[tuple[date, int], ...]
    hours: tuple[int, ...]
    speakers: tuple[Speaker, ...]
    covered_days: float

    @property
    def a_day(self) -> float:
        """Messages on an average day that is covered; a stretch of less than a day counts as one."""
        return self.messages / max(1.0, self.covered_days)

    @property
    def busiest_day(self) -> tuple[date, int] | None:
        """The day with most messages."""
        return max(self.days, key=lambda day: (day[1], day[0]), default=None)

    @property
    def busiest_hours(self) -> tuple[int, int] | None:
        """The two hours in a row in which most is written: the first of them, and how many messages."""
        if not self.messages:
            return None
        pairs = [(self.hours[hour] + self.hours[(hour + 1) % 24], hour) for hour in range(24)]
        most, hour = max(pairs, key=lambda pair: (pair[0], -pair[1]))
        return hour, most


def activity(
    slots: Iterable[tuple[datetime, int]], speakers: Sequence[Speaker], zone: tzinfo, covered_days: float
) -> Activity:
    """Put counts together.

    Args:
        slots: when how many messages were written, in slots that lie within one local hour.
        speakers: who wrote.
        zone: whose days and hours are meant.
        covered_days: how many days the history covers.
    """
    days: Counter[date] = Counter()
    hours = [0] * 24
    for at, number in slots:
        local = at.astimezone(zone)
        days[local.date()] += number
        hours[local.hour] += number
    return Activity(
        messages=sum(days.values()),
        days=tuple(sorted(days.items())),
        hours=tuple(hours),
        speakers=tuple(sorted(speakers, key=lambda one: (-one.messages, one.group_id, one.member_id))),
        covered_days=covered_days,
    )


# Who wrote less often in a stretch says nothing by being silent in the other.
REGULAR = 3


def came_and_went(now: Sequence[Speaker], then: Sequence[Speaker]) -> tuple[tuple[Speaker, ...], tuple[Speaker, ...]]:
    """Who wrote regularly in one of two stretches and not at all in the other: (only now, only then)."""
    here = {one.member_id for one in now}
    before = {one.member_id for one in then}
    came = tuple(one for one in now if one.messages >= REGULAR and one.member_id not in before)
    went = tuple(one for one in then if one.messages >= REGULAR and one.member_id not in here)
    return came, went

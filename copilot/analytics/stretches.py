"""Stretches of time, and how far a group's history reaches into one.

Figures rest on what the history covers and say so: what lies in a gap, or after the history ends, is not known, and
nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# Two exports that follow one another leave a short hole between the last message of the one and the first of the other.
SHORTEST_GAP = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time: from `starts_at` until before `ends_at`, aware UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.ends_at - self.starts_at

    def moved(self, by: timedelta) -> Stretch:
        """The same stretch, later (or earlier, where negative)."""
        return Stretch(starts_at=self.starts_at + by, ends_at=self.ends_at + by)

    def within(self, other: Stretch) -> Stretch | None:
        """What of it lies in another."""
        start, end = max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at)
        return Stretch(starts_at=start, ends_at=end) if start < end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a group's history reaches into a stretch that was asked for.

    Args:
        group_id: whose history it is.
        asked: the stretch.
        covered: what the history covers of it, in order; gaps of less than three hours are no gaps.
        gaps: the holes between what is covered, within the stretch.
        first_at, last_at: from when to when the whole history reaches; None where there is none.
    """

    group_id: int
    asked: Stretch
    covered: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    first_at: datetime | None
    last_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the stretch is covered."""
        return not self.covered

    @property
    def starts_late(self) -> bool:
        """Whether the history begins only after the stretch does."""
        return bool(self.covered) and self.covered[0].starts_at - self.asked.starts_at >= SHORTEST_GAP

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether everything from one time to another is covered."""
        return any(one.starts_at <= start and end <= one.ends_at for one in self.covered)


def reach(group_id: int, asked: Stretch, spans: Iterable[tuple[datetime, datetime]]) -> Reach:
    """Find how far a history reaches into a stretch.

    Args:
        group_id: whose history it is.
        asked: the stretch.
        spans: what the whole history covers, in order and without overlaps; both ends are times of messages.
    """
    whole = _joined(spans)
    instant = timedelta(microseconds=1)
    covered = [
        found for start, end in whole if (found := Stretch(starts_at=start, ends_at=end + instant).within(asked))
    ]
    gaps = [Stretch(starts_at=one.ends_at, ends_at=following.starts_at) for one, following in pairwise(covered)]
    return Reach(
        group_id=group_id,
        asked=asked,
        covered=tuple(covered),
        gaps=tuple(gaps),
        first_at=whole[0][0] if whole else None,
        last_at=whole[-1][1] if whole else None,
    )


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < SHORTEST_GAP:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def covered_days(reaches: Sequence[Reach]) -> float:
    """How many days of what was asked are covered by at least one history: the measure of "a day on average"."""
    total = timedelta()
    end: datetime | None = None
    for one in sorted((part for found in reaches for part in found.covered), key=lambda part: part.starts_at):
        start = one.starts_at if end is None else max(one.starts_at, end)
        if one.ends_at > start:
            total += one.ends_at - start
            end = one.ends_at if end is None else max(end, one.ends_at)
    return total / timedelta(days=1)

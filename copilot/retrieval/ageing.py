"""What is older counts less: of two conversations about the same, the later one holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

Key = TypeVar("Key")

# A third of its weight over a year, as what members said loses in an answer (`answering/candidates.py`). Nothing loses
# more, so that what was settled years ago is found where nothing newer speaks of it.
YEAR_LOSS = 0.33
_YEAR_SECONDS = 365 * 86400


def aged(score: float, at: datetime, now: datetime) -> float:
    """The score of something that was said at a time, as it counts now.

    Args:
        score: 0 or more.
        at: when it was last spoken of.
        now: when it is asked for; for history the time of its newest message, so that an old export is no worse.
    """
    years = max(0.0, (now - at).total_seconds() / _YEAR_SECONDS)
    return score * (1 - YEAR_LOSS * min(1.0, years))


def by_age(found: Iterable[tuple[Key, float, datetime]], now: datetime) -> list[tuple[Key, float]]:
    """(key, score, time) as (key, aged score), best first; ties in the order given."""
    return sorted(((key, aged(score, at, now)) for key, score, at in found), key=lambda one: -one[1])

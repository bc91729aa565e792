"""The period before a period, and the two of a comparison."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.assistant.date_pieces import RECENT_DAYS
from copilot.assistant.dates import months
from copilot.assistant.periods import Mention
from copilot.assistant.request import Period, Scope

_BASE_BEFORE = re.compile(r"(?:比起?|和|跟|与|同|较|than|to|with|against|vs\.?|versus|since|as|and)\s*(?:the\s*)?$")
_WORDS = {
    "zh": ("最近 {} 天".format, "之前一段"),
    "en": ("the last {} days".format, "the time before"),
}


def beside(period: Period, timezone: str, steps: int, words: str = "") -> Period:
    """A stretch as long as another, so many of them later or earlier; calendar months stay calendar months.

    Args:
        period: the other one.
        timezone: in which days begin.
        steps: -1 for the one before.
        words: what to call it.
    """
    zone = ZoneInfo(timezone)
    begin, until = (at.astimezone(zone).replace(tzinfo=None) for at in (period.starts_at, period.ends_at))
    count = (until.year - begin.year) * 12 + until.month - begin.month
    if (
        count > 0
        and begin == begin.replace(day=1, hour=0, minute=0)
        and until == until.replace(day=1, hour=0, minute=0)
    ):
        begin, until = months(begin, steps * count, count)
    else:
        length = until - begin
        # A part of a day is compared with that part of the day before.
        step = length if length >= timedelta(days=1) else timedelta(days=1)
        begin, until = begin + steps * step, until + steps * step
    return Period(starts_at=_utc(begin, zone), ends_at=_utc(until, zone), words=words)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone).astimezone(UTC)


def two_periods(plain: str, mentions: tuple[Mention, ...], scope: Scope, language: str) -> tuple[Period, Period]:
    """What a comparison compares, and with what.

    Args:
        plain: the folded words.
        mentions: the stretches of time in them.
        scope: when it is said.
        language: of the words, for naming what they leave out.

    Returns:
        The period and what it is compared with. Of two that are named, the first is the period; of one that is over
        and stands behind 比 or "than", the one after it; else that one and the one before. With none, the last days.
    """
    days, before = _WORDS[language]
    named = [mention for mention in mentions if not mention.is_soft]
    if len(named) > 1:
        return named[0].period, named[1].period
    if not named:
        end = scope.now.astimezone(ZoneInfo(scope.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
        end += timedelta(days=1)
        begin = end - timedelta(days=RECENT_DAYS)
        last = Period(starts_at=begin.astimezone(UTC), ends_at=end.astimezone(UTC), words=days(RECENT_DAYS))
        return last, beside(last, scope.timezone, -1, before)
    (mention,) = named
    if mention.period.ends_at <= scope.now and _BASE_BEFORE.search(plain[: mention.start]):
        return beside(mention.period, scope.timezone, 1), mention.period
    return mention.period, beside(mention.period, scope.timezone, -1, before)

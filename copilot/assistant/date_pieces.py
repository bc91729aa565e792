"""Single words of time as pieces, which `periods` puts together; and the readings that both languages share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from copilot.assistant.dates import Span, Today, number

RECENT_DAYS = 7
"""How far 最近 and "lately" reach back, today included."""
WHILE_DAYS = 14
"""How far 这阵子 and 这段时间 reach back, today included."""
NEAR_DAYS = 2
"""下周六 is doubtful while this week's Saturday is at most so many days ahead."""

DAWN, MORNING, NOON, AFTERNOON, DUSK, EVENING = (0, 6), (6, 12), (11, 14), (12, 18), (17, 20), (18, 24)
"""From which hour until before which a part of the day lasts."""
MIDNIGHT = (22, 29)
"""As above; hours from 24 on are the next day's."""

# Month, day, and how many days: those off in mainland China where there are several.
FESTIVALS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    (r"元旦节?|\bnew year(?:'?s)?(?: day)?\b", (1, 1, 1)),
    (r"情人节|\bvalentine'?s(?: day)?\b", (2, 14, 1)),
    (r"妇女节|三八节|\bwomen'?s day\b", (3, 8, 1)),
    (r"植树节", (3, 12, 1)),
    (r"五一(?:劳动节)?(?![\d中小路])|劳动节|\blabou?r day\b|\bmay day\b", (5, 1, 5)),
    (r"青年节", (5, 4, 1)),
    (r"六一(?:儿童节)?(?![\d中小路])|儿童节|\bchildren'?s day\b", (6, 1, 1)),
    (r"教师节|\bteachers'? day\b", (9, 10, 1)),
    (r"国庆节?|十一(?=假期|长假|黄金周|期间)|\bnational day\b", (10, 1, 7)),
    (r"万圣节|\bhalloween\b", (10, 31, 1)),
    (r"双(?:十一|11)", (11, 11, 1)),
    (r"双(?:十二|12)", (12, 12, 1)),
    (r"平安夜|\bchristmas eve\b", (12, 24, 1)),
    (r"圣诞节?|\bchristmas(?: day)?\b|\bxmas\b", (12, 25, 1)),
)
"""Festivals with a fixed date; those of the lunar calendar (春节, 端午, 中秋) are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word or two of time.

    Args:
        start, end: its place in the folded text.
        spans: the days that it can mean, the likeliest first; none for a part of the day or a clock time alone.
        hours: a part of the day.
        clock: hour and minute; with `hours`, of that part of the day (下午3点).
        day: a bare day of a month (5日), which takes the month of a date before it.
        is_soft: whether it says little (最近), so that something more exact beside it counts instead.
    """

    start: int
    end: int
    spans: tuple[Span, ...] = ()
    hours: tuple[int, int] | None = None
    clock: tuple[int, int] | None = None
    day: int | None = None
    is_soft: bool = False


Grammar = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Today], "Piece | None"]], ...]

_UNITS = {
    **dict.fromkeys(("小时", "钟头", "hour"), "hour"),
    **dict.fromkeys(("天", "日", "day"), "day"),
    **dict.fromkeys(("周", "星期", "礼拜", "week"), "week"),
    **dict.fromkeys(("月", "month"), "month"),
    **dict.fromkeys(("季度", "quarter"), "quarter"),
    **dict.fromkeys(("年", "year"), "year"),
    "fortnight": "fortnight",
}


def piece(match: re.Match[str], *spans: Span | None, is_soft: bool = False) -> Piece | None:
    """A piece of days at the place of a match; None where no calendar has them."""
    known = tuple(span for span in spans if span is not None)
    return Piece(start=match.start(), end=match.end(), spans=known, is_soft=is_soft) if known else None


def calendar_unit(unit: str, offset: int, today: Today) -> Span:
    """The day, week, month, quarter or year that lies so many of them from now."""
    units = {"week": today.week, "month": today.month, "quarter": today.quarter, "year": today.year}
    return units.get(_UNITS[unit], today.day)(offset)


def rolling(many: int, unit: str, today: Today) -> Span | None:
    """The last so many hours, days, weeks, months, until now with today included; None for none of them."""
    name = _UNITS[unit]
    if not many:
        return None
    if name == "hour":
        return today.now - timedelta(hours=many), today.now
    if name in ("month", "quarter", "year"):
        return today.since_months(many * {"month": 1, "quarter": 3, "year": 12}[name])
    return today.last(many * {"day": 1, "week": 7, "fortnight": 14}[name])


def ago(many: int, unit: str, today: Today) -> Span | None:
    """The hour, day, week or month so many of them ago."""
    if _UNITS[unit] == "hour":
        return today.now - timedelta(hours=many), today.now - timedelta(hours=many - 1)
    return calendar_unit(unit, -many, today) if many else None


def days_of_month(first: Span | None, last_day: int) -> Span | None:
    """From a day until a later day of the same month (5月3-5日)."""
    if first is None or not last_day:
        return first
    until = first[0] + timedelta(days=last_day - first[0].day + 1)
    return (first[0], until) if first[0] < until and until.day in (last_day + 1, 1) else None


def of_week(week: int, index: int, today: Today, doubtful_days: int) -> tuple[Span, ...]:
    """A weekday of a named week; that of the next one may mean this week's as well, while it is near ahead."""
    named = today.weekday_of(week, index)
    if week == 1 and 0 < index - today.weekday <= doubtful_days:
        return today.weekday_of(0, index), named
    return (named,)


def festivals(words: str, years: Mapping[str, int]) -> Grammar:
    """The festivals, with what may stand before and behind them.

    Args:
        words: a pattern with `{}` for the festival's names.
        years: offsets of the years that a group `year` names.
    """

    def reader(dates: tuple[int, int, int]) -> Callable[[re.Match[str], Today], Piece | None]:
        def read(match: re.Match[str], today: Today) -> Piece | None:
            return piece(match, today.dated(*dates, year=year(match["year"], years, today)))

        return read

    return tuple((re.compile(words.format(f"(?:{names})")), reader(dates)) for names, dates in FESTIVALS)


def year(word: str | None, years: Mapping[str, int], today: Today) -> int | None:
    """The year that a word names: digits, or one of the known words."""
    if not word:
        return None
    return today.now.year + years[word] if word in years else number(word)

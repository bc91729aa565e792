"""Stretches of time in words, as a table: said on Friday 22 May 2026 at 15:00 in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from copilot.assistant.periods import find_periods
from copilot.assistant.request import Period
from copilot.assistant.spans import beside

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 5, 22, 15, tzinfo=ZoneInfo(ZONE))

PAST = [
    ("今天", "26-05-22..26-05-23"),
    ("昨晚", "26-05-21T18..26-05-22"),
    ("昨天晚上", "26-05-21T18..26-05-22"),
    ("前天下午", "26-05-20T12..26-05-20T18"),
    ("大前天", "26-05-19..26-05-20"),
    ("今早", "26-05-22T06..26-05-22T12"),
    ("这周", "26-05-18..26-05-25"),
    ("這週", "26-05-18..26-05-25"),
    ("上個禮拜", "26-05-11..26-05-18"),
    ("上上周", "26-05-04..26-05-11"),
    ("上周五晚", "26-05-15T18..26-05-16"),
    ("上周五的晚上", "26-05-15T18..26-05-16"),
    ("上礼拜天", "26-05-17..26-05-18"),
    ("周三下午", "26-05-20T12..26-05-20T18"),
    ("周五", "26-05-22..26-05-23"),
    ("周六", "26-05-16..26-05-17"),
    ("周末", "26-05-16..26-05-18"),
    ("上周末", "26-05-16..26-05-18"),
    ("这个月", "26-05-01..26-06-01"),
    ("上个月", "26-04-01..26-05-01"),
    ("四月份", "26-04-01..26-05-01"),
    ("8月", "25-08-01..25-09-01"),
    ("去年12月", "25-12-01..26-01-01"),
    ("上季度", "26-01-01..26-04-01"),
    ("第一季度", "26-01-01..26-04-01"),
    ("去年", "25-01-01..26-01-01"),
    ("今年上半年", "26-01-01..26-07-01"),
    ("最近三天", "26-05-20..26-05-23"),
    ("过去两周", "26-05-09..26-05-23"),
    ("近一个月", "26-04-22..26-05-23"),
    ("最近24小时", "26-05-21T15..26-05-22T15"),
    ("最近半个月", "26-05-08..26-05-23"),
    ("最近", "26-05-16..26-05-23"),
    ("最近这两天", "26-05-21..26-05-23"),
    ("三天前", "26-05-19..26-05-20"),
    ("两周前", "26-05-04..26-05-11"),
    ("10月1日", "25-10-01..25-10-02"),
    ("五月十号", "26-05-10..26-05-11"),
    ("2026-05-03", "26-05-03..26-05-04"),
    ("5/3", "26-05-03..26-05-04"),
    ("3号", "26-05-03..26-05-04"),
    ("28号", "26-04-28..26-04-29"),
    ("国庆期间", "25-10-01..25-10-08"),
    ("去年圣诞节", "25-12-25..25-12-26"),
    ("5月3日到5日", "26-05-03..26-05-06"),
    ("5月3日至5月8日", "26-05-03..26-05-09"),
    ("3号到5号", "26-05-03..26-05-06"),
    ("5.1-5.5", "26-05-01..26-05-06"),
    ("周一到周三", "26-05-18..26-05-21"),
    ("周五到周日", "26-05-15..26-05-18"),
    ("周一以来", "26-05-18..26-05-23"),
    ("从周一到现在", "26-05-18..26-05-23"),
    ("昨晚8点到10点", "26-05-21T20..26-05-21T22"),
    ("昨天下午三点半", "26-05-21T15:30..26-05-21T16:30"),
    ("昨天半夜", "26-05-21T22..26-05-22T05"),
    ("today", "26-05-22..26-05-23"),
    ("last night", "26-05-21T18..26-05-22"),
    ("yesterday evening", "26-05-21T18..26-05-22"),
    ("the day before yesterday", "26-05-20..26-05-21"),
    ("this week", "26-05-18..26-05-25"),
    ("last month", "26-04-01..26-05-01"),
    ("last Friday evening", "26-05-15T18..26-05-16"),
    ("on Tuesday", "26-05-19..26-05-20"),
    ("over the weekend", "26-05-16..26-05-18"),
    ("past 10 days", "26-05-13..26-05-23"),
    ("the last couple of weeks", "26-05-09..26-05-23"),
    ("past month", "26-04-22..26-05-23"),
    ("two weeks ago", "26-05-04..26-05-11"),
    ("from 3 to 5 May", "26-05-03..26-05-06"),
    ("May 3-5", "26-05-03..26-05-06"),
    ("3 May 2026", "26-05-03..26-05-04"),
    ("in May", "26-05-01..26-06-01"),
    ("since Monday", "26-05-18..26-05-23"),
    ("between Monday and Wednesday", "26-05-18..26-05-21"),
    ("Q1", "26-01-01..26-04-01"),
    ("lately", "26-05-16..26-05-23"),
    ("at Christmas", "25-12-25..25-12-26"),
]
AHEAD = [
    ("周六", "26-05-23..26-05-24"),
    ("周五晚上", "26-05-22T18..26-05-23"),
    ("这周日", "26-05-24..26-05-25"),
    ("下周一", "26-05-25..26-05-26"),
    ("下个周三", "26-05-27..26-05-28"),
    ("周末", "26-05-23..26-05-25"),
    ("明天下午3点", "26-05-23T15..26-05-23T16"),
    ("后天晚上七点半", "26-05-24T19:30..26-05-24T20:30"),
    ("下午3点", "26-05-22T15..26-05-22T16"),
    ("国庆", "26-10-01..26-10-08"),
    ("10月1日", "26-10-01..26-10-02"),
    ("3号", "26-06-03..26-06-04"),
    ("6月1日上午10点到12点", "26-06-01T10..26-06-01T12"),
    ("next Monday", "26-05-25..26-05-26"),
    ("tomorrow at 3pm", "26-05-23T15..26-05-23T16"),
    ("Saturday at 6.30 pm", "26-05-23T18:30..26-05-23T19:30"),
]
NONE = ["3号线", "青禾路18号", "每周五", "on Sundays", "早上好", "good morning", "may I ask", "晚上", "2月30日", "月饼"]


def told(period: Period) -> str:
    """A period in local time: 26-05-21T18..26-05-22."""
    ends = []
    for at in (period.starts_at, period.ends_at):
        local = at.astimezone(ZoneInfo(ZONE))
        minute = f":{local:%M}" if local.minute else ""
        ends.append(f"{local:%y-%m-%d}" + (f"T{local:%H}{minute}" if local.hour or local.minute else ""))
    return "..".join(ends)


@pytest.mark.parametrize(("words", "expected"), PAST)
def test_what_has_been(words: str, expected: str) -> None:
    (found,) = find_periods(words, NOW, ZONE)
    assert [told(reading) for reading in found.readings] == [expected]
    assert found.period.starts_at.tzinfo is UTC


@pytest.mark.parametrize(("words", "expected"), AHEAD)
def test_what_is_planned(words: str, expected: str) -> None:
    (found,) = find_periods(words, NOW, ZONE, ahead=True)
    assert [told(reading) for reading in found.readings] == [expected]


@pytest.mark.parametrize("words", NONE)
def test_no_time_is_meant(words: str) -> None:
    assert find_periods(words, NOW, ZONE) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("下周六", ["26-05-23..26-05-24", "26-05-30..26-05-31"]),
        ("下个星期天", ["26-05-24..26-05-25", "26-05-31..26-06-01"]),
        ("next Saturday", ["26-05-23..26-05-24", "26-05-30..26-05-31"]),
        ("下周六下午2点到4点", ["26-05-23T14..26-05-23T16", "26-05-30T14..26-05-30T16"]),
    ],
)
def test_the_next_saturday_is_doubtful_on_a_friday(words: str, expected: list[str]) -> None:
    (found,) = find_periods(words, NOW, ZONE, ahead=True)
    assert [told(reading) for reading in found.readings] == expected


def test_the_next_saturday_is_plain_on_a_monday() -> None:
    (found,) = find_periods("下周六", datetime(2026, 5, 18, 9, tzinfo=ZoneInfo(ZONE)), ZONE, ahead=True)
    assert [told(reading) for reading in found.readings] == ["26-05-30..26-05-31"]


def test_two_times_stay_two_and_keep_their_words() -> None:
    found = find_periods("对比一下上周五晚和昨天", NOW, ZONE)
    assert [one.period.words for one in found] == ["上周五晚", "昨天"]


def test_days_are_those_of_the_group() -> None:
    late = datetime(2026, 5, 22, 23, 30, tzinfo=UTC)
    (found,) = find_periods("today", late, "America/New_York")
    assert found.period.starts_at == datetime(2026, 5, 22, 4, tzinfo=UTC)
    (found,) = find_periods("今天", late, ZONE)
    assert found.period.starts_at == datetime(2026, 5, 22, 16, tzinfo=UTC)


def test_a_day_of_summer_time_has_its_own_length() -> None:
    (found,) = find_periods("29 March", NOW, "Europe/London")
    assert (found.period.ends_at - found.period.starts_at).total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("words", "steps", "expected"),
    [
        ("这周", -1, "26-05-11..26-05-18"),
        ("这个月", -1, "26-04-01..26-05-01"),
        ("上个月", 1, "26-05-01..26-06-01"),
        ("第一季度", -1, "25-10-01..26-01-01"),
        ("最近三天", -1, "26-05-17..26-05-20"),
        ("昨晚", -1, "26-05-20T18..26-05-21"),
    ],
)
def test_the_time_beside(words: str, steps: int, expected: str) -> None:
    (found,) = find_periods(words, NOW, ZONE)
    assert told(beside(found.period, ZONE, steps)) == expected

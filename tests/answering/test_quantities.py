"""Numbers that are the same in other words, and numbers that are not."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.answering.quantities import covers, quantities


def holds(there: str, said: str, on: date | None = None) -> bool:
    """Whether every number of one text stands in another."""
    found = quantities(there, on)
    read = [one for one in quantities(said) if not one.implied]
    assert read, said
    return all(covers(found, one) for one in read)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("周末九点开门", "open at 9 a.m. on Saturdays"),
        ("周末 9:00–20:00", "周末早上九点开到晚上八点"),
        ("下午2:00-4:00", "2 to 4 p.m."),
        ("2:00–4:00 pm", "下午两点到四点"),
        ("10-12 点", "10:00 到 12:00"),
        ("今晚八点半", "8:30 pm"),
        ("每天 19:45", "晚上七点四十五"),
        ("押金一百元", "¥100"),
        ("deposit 100 yuan", "押金100块"),
        ("一杯三块五", "3.5 元"),
        ("一百二十八", "128 元"),
        ("50到100元", "50 元到 100 元"),
        ("3万人", "30,000 people"),
        ("半年卡", "6 months"),
        ("两个半小时", "150 minutes"),
        ("十四天", "two weeks"),
        ("48 小时内", "two days"),
        ("每月三本", "3 books a month"),
        ("提前一天", "one day ahead"),
        ("九五折", "5% off"),
        ("会员八折", "20 percent off"),
        ("退一半", "half of it"),
        ("三分之一", "1/3"),
        ("10月18日周六", "Saturday, 18 October"),
        ("Oct 18, 2026", "2026年10月18日"),
        ("3月2-5日", "3月5号"),
        ("周二至周日", "周三和周五"),
        ("Tuesday to Sunday", "周末"),
        ("周一三五", "Monday, Wednesday and Friday"),
        ("3 岁以上", "children aged 3"),
        ("满3岁", "3-year-olds"),
        ("12 本", "twelve books"),
        ("会员不收费", "it's free"),
        ("021-5555-1234", "电话 02155551234"),
        ("年卡 | 898", "898 元"),
    ],
)
def test_the_same_in_other_words(there: str, said: str) -> None:
    assert holds(there, said)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("周末九点", "周末十点"),
        ("上午九点", "9 p.m."),
        ("9:00 开门", "晚上九点"),
        ("周六九点", "周末九点"),
        ("周二至周日", "每天"),
        ("押金一百元", "押金 100 美元"),
        ("15 元", "5 元"),
        ("1,000 元", "100 元"),
        ("九五折", "五折"),
        ("八折", "80% off 之后再 8 元"),
        ("两天", "两小时"),
        ("10月18日", "10月8日"),
        ("10月18日", "11月18日"),
        ("12 本", "12 元"),
        ("20 元", "免费"),
        ("13800138000", "13800138001"),
        ("满3岁", "满13岁"),
    ],
)
def test_another_number(there: str, said: str) -> None:
    assert not holds(there, said)


@pytest.mark.parametrize(
    "text",
    [
        "千万别迟到",
        "我们一起来一下",
        "有一点晚",
        "十分感谢",
        "一般都可以",
        "第一时间告诉你",
        "one of us",
        "feel free to ask",
        "一个人一张卡",
    ],
)
def test_turns_of_phrase_are_no_numbers(text: str) -> None:
    assert quantities(text) == []


def test_tomorrow_is_a_date_where_the_day_is_known() -> None:
    assert holds("明天十点", "6月16日上午10点", on=date(2026, 6, 15))
    assert not holds("明天十点", "6月16日上午10点", on=date(2026, 6, 10))
    assert not holds("明天十点", "6月16日")

"""Dates as people say them, the language of a browser, and errors in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot import errors
from copilot.console.i18n import Texts, choose_language, describe_error

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # Saturday, noon in Shanghai


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (datetime(2026, 11, 21, 1, 5, tzinfo=UTC), "今天 上午9:05", "Today 9:05 am"),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "昨天 晚上8:00", "Yesterday 8:00 pm"),
        (datetime(2026, 11, 18, 4, 30, tzinfo=UTC), "11月18日 周三 中午12:30", "Wed 18 Nov 12:30 pm"),
        (datetime(2026, 3, 1, 7, 0, tzinfo=UTC), "3月1日 周日 下午3:00", "Sun 1 Mar 3:00 pm"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "1月1日 周四 凌晨0:00", "Thu 1 Jan 12:00 am"),
        (datetime(2024, 2, 29, 0, 0, tzinfo=UTC), "2024年2月29日 周四 上午8:00", "Thu 29 Feb 2024 8:00 am"),
    ],
)
def test_moments_carry_weekday_and_part_of_the_day(at: datetime, zh: str, en: str) -> None:
    assert Texts("zh").moment(at, "Asia/Shanghai", now=NOW) == zh
    assert Texts("en").moment(at, "Asia/Shanghai", now=NOW) == en


def test_a_span_within_a_day_is_that_day() -> None:
    first, last = datetime(2024, 5, 1, 1, tzinfo=UTC), datetime(2024, 5, 1, 9, tzinfo=UTC)
    assert Texts("zh").span(first, last) == "2024年5月1日 周三"
    assert Texts("zh").span(first, datetime(2024, 5, 2, 9, tzinfo=UTC)) == "2024年5月1日 周三 – 2024年5月2日 周四"
    assert Texts("zh").span(None, None) == ""


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de-DE,de;q=0.9,en;q=0.5,zh;q=0.7", "zh"),
        (None, "en;q=0.2, zh-TW;q=0.9", "zh"),
        (None, "fr", "zh"),
        (None, "", "zh"),
        (None, "en;q=x, ,;;", "zh"),
        ("en", "zh-CN", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_choice_wins_over_the_browser_and_weights_over_order(
    cookie: str | None, accept: str, language: str
) -> None:
    assert choose_language(cookie, accept) == language


def test_the_setting_decides_where_nobody_says_anything() -> None:
    assert choose_language(None, "", "en") == "en"
    assert choose_language("xx", "fr;q=0.9, *;q=0.1", "en") == "en"
    assert choose_language(None, "zh", "en") == "zh"
    assert choose_language("zh", "", "en") == "zh"


def every_error() -> list[type[errors.CopilotError]]:
    """Every class of the error tree."""
    return [its for its in vars(errors).values() if isinstance(its, type) and issubclass(its, errors.CopilotError)]


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_a_chinese_sentence(kind: type[errors.CopilotError]) -> None:
    words = "the value 7 is wrong; write 8"
    error = errors.ModelFailed(words, "timeout") if kind is errors.ModelFailed else kind(words)
    assert any("一" <= letter <= "鿿" for letter in describe_error(Texts("zh"), error))
    assert describe_error(Texts("en"), error) == words


def test_an_unforeseen_fault_says_nothing_of_its_inside() -> None:
    assert "secret" not in describe_error(Texts("zh"), ValueError("secret"))

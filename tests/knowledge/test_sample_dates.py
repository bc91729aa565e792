"""A sample always ends yesterday, on the same weekdays, whatever the day of its installation."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from copilot.errors import BadInput, BrokenFile
from copilot.knowledge.sample_dates import read_last_day, render, shift_knowledge, shift_messages, weeks_to_shift
from copilot.records import Document, FaqEntry, Knowledge, Profile, Rule, SourceMessage

LAST_DAY = date(2026, 5, 2)


@pytest.mark.parametrize(
    ("today", "weeks"),
    [
        (date(2026, 5, 3), 0),
        (date(2026, 5, 4), 1),
        (date(2026, 5, 10), 1),
        (date(2026, 5, 11), 2),
        (date(2026, 4, 27), 0),
        (date(2026, 4, 26), -1),
    ],
)
def test_moves_by_the_fewest_weeks_that_reach_yesterday(today: date, weeks: int) -> None:
    assert weeks_to_shift(LAST_DAY, today) == weeks


@pytest.mark.parametrize("days", range(0, 800, 13))
def test_the_last_day_falls_on_yesterday_or_within_the_week_after(days: int) -> None:
    today = date(2026, 3, 1) + timedelta(days=days)
    moved = LAST_DAY + timedelta(weeks=weeks_to_shift(LAST_DAY, today))
    assert today - timedelta(days=1) <= moved < today + timedelta(days=6)


@pytest.mark.parametrize(
    ("text", "weeks", "language", "expected"),
    [
        ("{date:2026-04-12}下午两点", 0, "zh", "4月12日下午两点"),
        ("{date:2026-04-12}下午两点", 9, "zh", "6月14日下午两点"),
        ("{day:2026-04-12}还是{day:2026-04-19}？", 0, "zh", "12号还是19号？"),
        ("on {date:2026-04-12}", 9, "en", "on June 14"),
        ("{day:2026-04-11} {day:2026-04-12} {day:2026-04-22}", 0, "en", "the 11th the 12th the 22nd"),
        ("{day:2026-05-01} {day:2026-05-03} {day:2026-05-04}", 0, "en", "the 1st the 3rd the 4th"),
        ("没有日期 {x} {", 3, "zh", "没有日期 {x} {"),
    ],
)
def test_renders_dates_as_people_write_them(text: str, weeks: int, language: str, expected: str) -> None:
    assert render(text, weeks, language) == expected


@pytest.mark.parametrize("text", ["{date:2026-02-30}", "{day:明天}"])
def test_names_a_placeholder_that_is_no_date(text: str) -> None:
    with pytest.raises(BadInput, match="is not a date placeholder"):
        render(text, 1, "zh")


def test_moves_every_text_and_expiry_of_the_knowledge_and_its_groups() -> None:
    group = Knowledge(rules=(Rule(number=3, text="{date:2026-03-02}起"),))
    english = Knowledge(profile=Profile(language="en"), documents=(Document(name="a", text="from {date:2026-03-02}"),))
    knowledge = Knowledge(
        profile=Profile(theme="到{date:2026-03-02}", goals=("{day:2026-03-02}",)),
        faq=(
            FaqEntry(
                question="{date:2026-03-02}开吗", variants=("{day:2026-03-02}呢",), answer="开", expires_on=LAST_DAY
            ),
        ),
        groups={"一群": group, "two": english},
    )
    moved = shift_knowledge(knowledge, 1)
    assert (moved.profile.theme, moved.profile.goals) == ("到3月9日", ("9号",))
    assert (moved.faq[0].question, moved.faq[0].variants) == ("3月9日开吗", ("9号呢",))
    assert moved.faq[0].expires_on == date(2026, 5, 9)
    assert moved.groups["一群"].rules[0].text == "3月9日起"
    assert moved.groups["two"].documents[0].text == "from March 9"


def message(sent_at: datetime, text: str = "", quoted_text: str | None = None) -> SourceMessage:
    return SourceMessage(sent_at=sent_at, sender_name="果果妈", text=text, quoted_text=quoted_text)


def test_drops_what_lies_after_yesterday_in_the_samples_timezone() -> None:
    talk = [
        message(datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC), "周五晚上"),
        message(datetime(2026, 5, 1, 16, 0, 0, tzinfo=UTC), "周六零点"),
    ]
    kept = shift_messages(talk, 0, today=date(2026, 5, 2), timezone="Asia/Shanghai", language="zh")
    assert [kept_message.text for kept_message in kept] == ["周五晚上"]


def test_keeps_the_hour_on_the_wall_across_summer_time() -> None:
    winter = message(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "on {date:2026-03-02}", "by {day:2026-03-02}")
    (summer,) = shift_messages([winter], 10, today=date(2026, 12, 1), timezone="Europe/London", language="en")
    assert summer.sent_at == datetime(2026, 5, 11, 8, 0, tzinfo=UTC)
    assert (summer.text, summer.quoted_text) == ("on May 11", "by the 11th")


def test_reads_the_last_day_beside_the_profile(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text("last_day: 2026-05-02\n", encoding="utf-8")
    assert read_last_day(tmp_path) == LAST_DAY


@pytest.mark.parametrize("content", [None, "", "last_day: soon", "last_day: 2026-05-02\nmore: 1", "- : ["])
def test_a_broken_sample_file_names_the_remedy(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "sample.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(BrokenFile, match="last_day: 2026-05-02"):
        read_last_day(tmp_path)

"""A group's profile over its community's, and what a profile or a record must be."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.errors import BadInput
from copilot.knowledge.profiles import effective
from copilot.knowledge.validation import (
    parse_expiry,
    question_key,
    validate_document,
    validate_faq_entry,
    validate_profile,
    validate_rule,
)
from copilot.records import Document, FaqEntry, Platform, Profile, Rule, Tone

COMMUNITY = Profile(
    name="馆", platform=Platform.WECHAT, theme="书", goals=("甲",), language="en", tone=Tone(address="您")
)


def test_a_group_overrides_single_fields_and_defaults_fill_the_rest() -> None:
    group = Profile(theme="共读", quiet_hours="22:00-08:00")
    assert effective(COMMUNITY, group) == Profile(
        name="馆",
        platform=Platform.WECHAT,
        theme="共读",
        goals=("甲",),
        quiet_hours="22:00-08:00",
        language="en",
        timezone="Asia/Shanghai",
        tone=Tone(address="您"),
    )
    assert effective(Profile()) == Profile(language="zh", timezone="Asia/Shanghai", tone=Tone())


def test_a_profile_comes_back_in_its_normal_form() -> None:
    given = Profile(name=" 馆  子 ", theme=" \n", goals=("甲", " ", "甲 "), quiet_hours="22：30～8:00", timezone="UTC")
    assert validate_profile(given) == Profile(name="馆 子", goals=("甲",), quiet_hours="22:30-08:00", timezone="UTC")
    assert validate_profile(Profile(quiet_hours="20:00 至 24:00")).quiet_hours == "20:00-00:00"


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        (Profile(timezone="Beijing"), "timezone 'Beijing' is not known; write an IANA name like Asia/Shanghai"),
        (Profile(timezone="Asia"), "timezone 'Asia' is not known"),
        (Profile(quiet_hours="夜里"), "quiet_hours '夜里' is not a span of hours; write it like 22:30-08:00"),
        (Profile(language="中文"), "language '中文' is not known; use one of zh, en"),
        (Profile(tone=Tone(emoji="lots")), "emoji 'lots' is not known; use one of none, few, many"),
        (Profile(name="长" * 121), "name has 121 characters, more than 120; shorten it"),
        (Profile(goals=tuple(map(str, range(21)))), "goals has 21 items, more than 20; keep the most useful"),
        (Profile(language="x", timezone="y"), "language 'x' .*; timezone 'y' "),
    ],
)
def test_a_wrong_profile_is_refused_by_field_and_remedy(profile: Profile, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        validate_profile(profile)


def test_an_entry_comes_back_in_its_normal_form() -> None:
    given = FaqEntry(
        question=" 几点\n开门? ",
        answer="\r\n一 \r\n  二\x07\r\n",
        variants=("几点 开门？", "", "营业时间"),
        tags=(" A", "a"),
    )
    normal = FaqEntry(question="几点 开门?", answer="一\n  二", variants=("营业时间",), tags=("A",))
    assert validate_faq_entry(given) == normal


def test_an_entry_is_compared_with_the_others_and_not_with_itself() -> None:
    saved = FaqEntry(question="几点开门?", answer="十点", id=4)
    assert validate_faq_entry(saved, [saved]) == saved
    with pytest.raises(BadInput, match="'几点开门' is asked by the entry '几点开门\\?' too; keep it in one of them"):
        validate_faq_entry(FaqEntry(question="几点开门", answer="九点"), [saved])
    with pytest.raises(BadInput, match="there is a rule 1 already; take another number"):
        validate_rule(Rule(number=1, text="乙"), [Rule(number=1, text="甲", id=1)])
    with pytest.raises(BadInput, match="there is a document 'a' already; take another name"):
        validate_document(Document(name="a", text="x"), [Document(name="a", text="y", id=1)])


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (FaqEntry(question="?\u200b", answer=" "), "the answer to '"),
        (FaqEntry(question="", answer="x"), "the question is missing; write how members ask it"),
        (
            FaqEntry(question="q", answer="x", variants=tuple(map(str, range(51)))),
            "variants has 51 items, more than 50",
        ),
        (FaqEntry(question="q", answer="x", tags=("t" * 41,)), "tags has 41 characters, more than 40"),
        (Rule(number=1000, text="x"), "the rule number 1000 is not between 1 and 999; change it"),
        (Rule(number=1, text="x" * 1001), "text has 1,001 characters, more than 1,000; shorten it"),
        (Document(name="", text="x"), "the document has no name; give it one"),
        (Document(name="n", text="x" * 1_000_001), "text has 1,000,001 characters, more than 1,000,000"),
    ],
)
def test_a_wrong_record_is_refused(record: FaqEntry | Rule | Document, message: str) -> None:
    validate = {FaqEntry: validate_faq_entry, Rule: validate_rule, Document: validate_document}[type(record)]
    with pytest.raises(BadInput, match=message):
        validate(record)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        ("2026/5/1", date(2026, 5, 1)),
        ("2026年5月1日", date(2026, 5, 1)),
        ("2026.05.01", date(2026, 5, 1)),
        ("2026-05-01 00:00:00", date(2026, 5, 1)),
        ("长期有效", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert parse_expiry(text) == day


@pytest.mark.parametrize("text", ["5月1日", "2026-13-01", "1926-05-01", "20260501", "2026-05-01 12:00"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a day; write it like 2026-12-31"):
        parse_expiry(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("怎么退款？", "怎麼 退款", True),
        ("How do I RESET it?", "how do i reset it", True),
        ("C++ 课程", "C 课程", False),
        ("？", "。", False),
    ],
)
def test_wordings_of_one_question(one: str, other: str, same: bool) -> None:
    assert (question_key(one) == question_key(other)) is same

"""The sample communities hold what they promise, on whatever day they are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from copilot.importers import open_export
from copilot.knowledge.folder import read_folder
from copilot.knowledge.sample_dates import read_last_day, render, shift_knowledge, shift_messages, weeks_to_shift
from copilot.records import Knowledge, SourceMessage
from copilot.text.fold import folded

ROOT = Path(__file__).parents[2]
CHINESE = ROOT / "knowledge" / "nuannuan-huiben"
ENGLISH = ROOT / "knowledge" / "crema-corner"
SAMPLES = [pytest.param(CHINESE, id="zh"), pytest.param(ENGLISH, id="en")]
QUESTIONS = {
    CHINESE: ROOT / "tests" / "dialogues" / "sample_questions_zh.yaml",
    ENGLISH: ROOT / "tests" / "dialogues" / "sample_questions_en.yaml",
}
A_WEEK_OF_INSTALLATIONS = [date(2026, 11, 16) + timedelta(days=days) for days in range(7)]
REASONS = {"chitchat", "statement", "out_of_scope", "near_miss", "expired", "other_group", "to_someone"}
WEEKDAYS = "一二三四五六日"
ENGLISH_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@cache
def knowledge_of(sample: Path) -> Knowledge:
    return read_folder(sample)


@cache
def chats_of(sample: Path) -> dict[str, tuple[str, tuple[SourceMessage, ...]]]:
    """The chats by the folder of their group: the chat's name and its messages."""
    chats = {}
    for path in sorted(sample.glob("groups/*/chat.jsonl")):
        export = open_export(path, timezone=knowledge_of(sample).profile.timezone or "")
        items = list(export.items())
        assert all(isinstance(item, SourceMessage) for item in items), path
        chats[path.parent.name] = (export.chat_name, tuple(item for item in items if isinstance(item, SourceMessage)))
    return chats


def talk_of(sample: Path) -> Iterator[SourceMessage]:
    for _, messages in chats_of(sample).values():
        yield from messages


def installed(sample: Path, today: date) -> dict[str, list[SourceMessage]]:
    """What each group's talk is like where the sample is installed on a day."""
    profile = knowledge_of(sample).profile
    weeks = weeks_to_shift(read_last_day(sample), today)
    timezone, language = profile.timezone or "", profile.language or ""
    return {
        slug: list(shift_messages(messages, weeks, today=today, timezone=timezone, language=language))
        for slug, (_, messages) in chats_of(sample).items()
    }


@cache
def questions_of(sample: Path) -> tuple[dict[str, str], ...]:
    return tuple(yaml.safe_load(QUESTIONS[sample].read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("sample", "entries", "clauses", "documents", "groups", "messages", "members"),
    [(CHINESE, 40, 8, 3, 2, 900, 30), (ENGLISH, 15, 5, 1, 1, 200, 15)],
    ids=["zh", "en"],
)
def test_a_sample_is_as_large_as_it_claims(
    sample: Path, entries: int, clauses: int, documents: int, groups: int, messages: int, members: int
) -> None:
    knowledge = knowledge_of(sample)
    talk = list(talk_of(sample))
    assert len(knowledge.faq) >= entries
    assert len(knowledge.rules) >= clauses
    assert len(knowledge.documents) >= documents
    assert len(chats_of(sample)) == len(knowledge.groups) == groups
    assert len(talk) >= messages
    assert len({message.sender_id for message in talk}) >= members


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_chat_is_named_like_the_group_of_its_folder(sample: Path) -> None:
    assert {name for name, _ in chats_of(sample).values()} == set(knowledge_of(sample).groups)


@pytest.mark.parametrize("sample", SAMPLES)
def test_members_answer_each_other_in_order(sample: Path) -> None:
    for _, messages in chats_of(sample).values():
        seen: set[str | None] = set()
        assert all(earlier.sent_at < later.sent_at for earlier, later in pairwise(messages))
        for message in messages:
            assert message.reply_to is None or message.reply_to in seen
            seen.add(message.platform_id)
        assert len(seen) == len(messages)
        assert sum(message.reply_to is not None for message in messages) >= len(messages) / 5


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_last_day_is_the_day_of_the_last_message(sample: Path) -> None:
    zone = ZoneInfo(knowledge_of(sample).profile.timezone or "")
    last = max(message.sent_at for message in talk_of(sample)).astimezone(zone).date()
    first = min(message.sent_at for message in talk_of(sample)).astimezone(zone).date()
    assert last == read_last_day(sample)
    assert last - first == timedelta(weeks=8, days=5)


@pytest.mark.parametrize("today", A_WEEK_OF_INSTALLATIONS, ids=str)
@pytest.mark.parametrize(("sample", "least"), [(CHINESE, 800), (ENGLISH, 200)], ids=["zh", "en"])
def test_installed_on_any_weekday_it_ends_yesterday_with_the_event_behind_it(
    sample: Path, least: int, today: date
) -> None:
    zone = ZoneInfo(knowledge_of(sample).profile.timezone or "")
    talk = [message for messages in installed(sample, today).values() for message in messages]
    recap = "野餐日小结" if sample is CHINESE else "Recap of"
    assert len(talk) >= least
    assert max(message.sent_at for message in talk).astimezone(zone).date() == today - timedelta(days=1)
    assert any(recap in message.text for message in talk)
    assert not any("{da" in message.text for message in talk)


@pytest.mark.parametrize("today", A_WEEK_OF_INSTALLATIONS, ids=str)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_entries_are_expired_on_any_day(sample: Path, today: date) -> None:
    def expired(knowledge: Knowledge) -> list[str]:
        ends = [(entry.question, entry.expires_on) for entry in knowledge.faq if entry.expires_on]
        return [question for question, end in ends if end < today]

    moved = shift_knowledge(knowledge_of(sample), weeks_to_shift(read_last_day(sample), today))
    levels = [moved, *moved.groups.values()]
    expected = {
        CHINESE: ["周年庆办卡打几折？", "第四期还能插班吗？"],
        ENGLISH: ["Is the grinder sale still on?"],
    }[sample]
    assert [question for level in levels for question in expired(level)] == expected


def every_text(sample: Path) -> Iterator[str]:
    knowledge = knowledge_of(sample)
    yield from (message.text for message in talk_of(sample))
    for level in (knowledge, *knowledge.groups.values()):
        yield from (entry.answer for entry in level.faq)
        yield from (document.text for document in level.documents)
        yield from (rule.text for rule in level.rules)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_weekday_beside_a_date_is_that_of_the_date(sample: Path) -> None:
    pattern = re.compile(
        r"\{date:([\d-]+)\}[，,（(]*周([一二三四五六日])"
        r"|周([一二三四五六日])[（(]\{date:([\d-]+)\}"
        r"|\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day),? \{date:([\d-]+)\}"
    )
    found = [match for text in every_text(sample) for match in pattern.finditer(text)]
    assert len(found) >= 2
    for match in found:
        day = date.fromisoformat(match[1] or match[4] or match[6])
        weekday = ENGLISH_WEEKDAYS[day.weekday()] if match[5] else WEEKDAYS[day.weekday()]
        assert weekday == (match[2] or match[3] or match[5]), match[0]


@pytest.mark.parametrize("sample", SAMPLES)
def test_talk_names_no_day_of_the_month_outside_a_placeholder(sample: Path) -> None:
    months = "January|February|March|April|June|July|August|September|October|November|December"
    literal = re.compile(rf"\d\s*月\s*\d|\d\s*[日号](?![票线楼架电])|\b(?:{months})\b|\d(?:st|nd|rd|th)\b")
    assert [message.text for message in talk_of(sample) if literal.search(message.text)] == []


@pytest.mark.parametrize(("sample", "least"), [(CHINESE, 90), (ENGLISH, 40)], ids=["zh", "en"])
def test_questions_are_labelled_whole_and_split_in_halves(sample: Path, least: int) -> None:
    questions = questions_of(sample)
    assert len(questions) >= least
    assert len({question["ask"] for question in questions}) >= len(questions) - 1
    for question in questions:
        answered = question["expect"] == "answer"
        required = {"ask", "expect", "split"} | ({"cites", "contains"} if answered else {"why"})
        assert set(question) - {"group"} == required, question
        assert question["expect"] in {"answer", "silence"}
        assert question["split"] in {"dev", "held_out"}
        assert question.get("group", "") in {"", *chats_of(sample)}
        assert question.get("why", "chitchat") in REASONS
        assert question.get("cites", "faq") in {"faq", "rule", "document", "history"}
        render(question["ask"] + question.get("contains", ""), 1, "zh")
    held_out = sum(question["split"] == "held_out" for question in questions)
    assert 0.4 <= held_out / len(questions) <= 0.6
    assert sum(question["expect"] == "silence" for question in questions) >= len(questions) / 5


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_question_is_worded_like_an_entry(sample: Path) -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W", "", folded(text))

    knowledge = knowledge_of(sample)
    wordings = {
        bare(wording)
        for level in (knowledge, *knowledge.groups.values())
        for entry in level.faq
        for wording in (entry.question, *entry.variants)
    }
    assert [question["ask"] for question in questions_of(sample) if bare(question["ask"]) in wordings] == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_an_answer_must_contain_stands_where_it_is_to_be_found(sample: Path) -> None:
    """Also where the sample is cut shortest: history is looked for in the first eight weeks."""
    knowledge = knowledge_of(sample)
    cut_at = min(message.sent_at for message in talk_of(sample)) + timedelta(weeks=8)
    missing = []
    for question in questions_of(sample):
        if question["expect"] == "silence":
            continue
        slug = question.get("group")
        levels = [knowledge] if slug is None else [knowledge, knowledge.groups[chats_of(sample)[slug][0]]]
        messages = () if slug is None else chats_of(sample)[slug][1]
        places = {
            "faq": [text for level in levels for entry in level.faq for text in (entry.question, entry.answer)],
            "rule": [rule.text for level in levels for rule in level.rules],
            "document": [document.text for level in levels for document in level.documents],
            "history": [message.text for message in messages if message.sent_at < cut_at],
        }
        if not any(question["contains"] in text for text in places[question["cites"]]):
            missing.append((question["ask"], question["contains"]))
    assert missing == []


def test_the_last_event_can_be_found_in_the_talk() -> None:
    for today in A_WEEK_OF_INSTALLATIONS:
        weeks = weeks_to_shift(read_last_day(CHINESE), today)
        day = render("{date:2026-04-12}", weeks, "zh")
        talk = installed(CHINESE, today)["jieyue"]
        asked = next(message for message in talk if "上次线下活动是定在哪天" in message.text)
        answers = [message.text for message in talk if message.reply_to == asked.platform_id]
        assert any(day in answer for answer in answers)

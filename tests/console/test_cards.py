"""Pieces of HTML show what people wrote as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import escape

from copilot.answering.notes import SENTENCES, Note
from copilot.console import cards
from copilot.console.group_cards import community_section
from copilot.console.i18n import Texts
from copilot.console.job_cards import past_row, report_drawer, running_card
from copilot.console.turns import render_turn, sureness
from copilot.records import (
    Answer,
    Citation,
    Community,
    Explanation,
    Group,
    Hit,
    ImportReport,
    Job,
    JobState,
    Passage,
    Platform,
    Profile,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
)
from copilot.services.groups import GroupSummary

ODD = "<img src=x onerror=alert(1)>\"'><b>&amp;"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ZH, EN = Texts("zh"), Texts("en")
SPOKEN = Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=2, last_id=9)


def odd_citation() -> Citation:
    return Citation(source=SPOKEN, title=ODD, words=ODD, sender_name=ODD, sent_at=NOW)


def odd_why() -> Explanation:
    passage = Passage(source=SPOKEN, title=ODD, texts=(ODD,))
    return Explanation(
        probability=0.7,
        threshold=0.6,
        hits=(Hit(passage=passage, score=1.0, matched=(ODD,)),),
        notes=(Note.GATE_CLOSED,),
    )


def everything_odd() -> dict[str, str]:
    """Every card, made of hostile text."""
    job = Job(id=1, kind="import", state=JobState.FAILED, title=ODD, error=ODD, created_at=NOW)
    report = ImportReport(
        import_id=1, group_id=2, group_name=ODD, format=ODD, encoding=ODD, skipped=1, skips=((3, ODD, ODD),)
    )
    community = Community(id=1, slug="x", profile=Profile(name=ODD, theme=ODD), is_sample=True)
    group = Group(id=2, community_id=1, name=ODD, platform=Platform.WECHAT)
    summary = GroupSummary(
        group=group, community=community, messages=3, members=1, first_sent_at=NOW, last_sent_at=NOW + timedelta(1)
    )
    answer = Answer(question=ODD, text=ODD, citations=(odd_citation(),), confidence=0.9, why=odd_why())
    silence = Silence(question=ODD, reason=SilenceReason.NOT_SURE, near=(odd_citation(),), why=odd_why())
    return {
        "answer": render_turn(ZH, answer, may_confirm=True),
        "silence": render_turn(EN, silence, remedy="/en/knowledge?question=" + ODD, may_confirm=True),
        "running": running_card(ZH, job, ODD),
        "past": past_row(ZH, job, ODD, report, "Asia/Shanghai", may_undo=True),
        "report": report_drawer(ZH, report, "Asia/Shanghai", 1),
        "community": community_section(ZH, community, [summary], timezone="UTC", may_change=True, may_delete=True),
        "button": cards.button(ODD, ODD, confirm=ODD, value=ODD),
        "copy": cards.copy_button(ODD, ODD, ODD),
        "drawer": cards.drawer(ODD, cards.text_block(ODD), ODD, 1),
        "notice": cards.notice(ODD, "bad", 1),
    }


@pytest.mark.parametrize("name", everything_odd())
def test_what_people_wrote_is_escaped(name: str) -> None:
    html = everything_odd()[name]
    assert "<img src=x" not in html
    assert '<b>&amp;"' not in html
    assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&gt;" in html


def test_work_that_waits_for_room_says_so() -> None:
    error = "the disk is full (database or disk is full); free some space and try again"
    job = Job(id=1, kind="import", state=JobState.QUEUED, title="chat.txt", error=error)
    card = str(running_card(ZH, job, "群"))
    assert "磁盘满了" in card
    assert "腾出空间后会接着导入" in card
    assert "可以离开这个页面" not in card
    assert "The disk is full" in str(running_card(EN, job, "群"))
    fine = Job(id=1, kind="import", state=JobState.QUEUED, title="chat.txt")
    assert "可以离开这个页面" in str(running_card(ZH, fine, "群"))


def test_an_undone_import_says_when_and_what_stayed() -> None:
    report = ImportReport(import_id=1, group_id=2, group_name="群", format="qq-txt", encoding="utf-8", read=9, new=9)
    job = Job(
        id=1, kind="import", state=JobState.UNDONE, result={"withdrawn": 6, "kept": 3}, created_at=NOW, finished_at=NOW
    )
    row = str(past_row(ZH, job, "群", report, "Asia/Shanghai", may_undo=True))
    assert "移除了 6 条，别的导入也有的 3 条留下了" in row
    assert "中午12:00 撤销" in row
    assert "新增" not in row
    assert "undone" in str(past_row(EN, job, "群", report, "Asia/Shanghai", may_undo=True))


def test_who_may_not_confirm_sees_no_buttons_for_it() -> None:
    answer = Answer(question="几点", text="十点", citations=(odd_citation(),), confidence=0.9)
    silence = Silence(question="几点", reason=SilenceReason.NOT_SURE, near=(odd_citation(), odd_citation()))
    assert str(render_turn(ZH, answer, may_confirm=True)).count("data-place=") == 1
    assert str(render_turn(ZH, silence, may_confirm=True)).count('data-do="right"') == 2
    for result in (answer, silence):
        assert "data-place=" not in render_turn(ZH, result)


@pytest.mark.parametrize(
    ("meaning", "why", "words"),
    [(0.4, "measured", "意思占四成，字词占六成"), (0.0, "no_benefit", "只按字词找"), (0.0, "", "")],
)
def test_why_says_how_much_meaning_counted(meaning: float, why: str, words: str) -> None:
    explained = replace(odd_why(), meaning=meaning, meaning_why=why)
    answer = Answer(question="几点", text="十点", citations=(odd_citation(),), confidence=0.9, why=explained)
    card = str(render_turn(ZH, answer))
    assert words in card
    assert ("字词" in card) is bool(words)


def test_a_report_says_in_chinese_what_was_skipped() -> None:
    skips = ((3, f"impossible time {ODD!r}", ODD), (9, "text without a sender", "嗯"))
    report = ImportReport(
        import_id=1, group_id=2, group_name="群", format="qq-txt", encoding="utf-8", skipped=2, skips=skips
    )
    assert "时间不对" in report_drawer(ZH, report, "Asia/Shanghai", 1)
    assert "没有写是谁说的" in report_drawer(ZH, report, "Asia/Shanghai", 1)
    assert "text without a sender" in report_drawer(EN, report, "Asia/Shanghai", 1)


@pytest.mark.parametrize(
    "source",
    [
        SPOKEN,
        Source(kind=SourceKind.FAQ, id=1, community_id=2),
        Source(kind=SourceKind.DOCUMENT, id=1, community_id=2, group_id=3, section=4),
    ],
)
def test_a_source_travels_through_the_page(source: Source) -> None:
    assert cards.read_source(cards.source_value(source)) == source


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "{}",
        "[]",
        "7",
        '["faq","1",2,null,null,0]',
        '["spell",1,2,null,null,0]',
        "[null]",
        '["faq",1.5,2,3,4,5]',
    ],
)
def test_what_the_browser_makes_up_is_no_source(value: str) -> None:
    assert cards.read_source(value) is None


def test_a_number_from_the_browser_is_one_or_none() -> None:
    assert cards.number_in({"id": "12"}, "id") == 12
    assert [cards.number_in({"id": text}, "id") for text in ("", "-1", "1e3", "²", "x", "٣")] == [0] * 6
    assert cards.number_in({}, "id") == 0


@pytest.mark.parametrize(
    ("probability", "zh", "en"),
    [(0.99, "很有把握", "Very sure"), (0.7, "比较有把握", "Fairly sure"), (0.3, "拿不准", "Not sure")],
)
def test_sureness_is_said_in_words(probability: float, zh: str, en: str) -> None:
    assert sureness(ZH, probability)[0] == zh
    assert sureness(EN, probability)[0] == en


def test_figures_stand_only_behind_why() -> None:
    answer = Answer(question="几点", text="十点", citations=(odd_citation(),), confidence=0.9, why=odd_why())
    before, _, behind = str(render_turn(ZH, answer)).partition("<details")
    assert "%" not in before
    assert "70%" in behind
    assert "60%" in behind


def test_why_does_not_promise_an_answer_from_a_figure_on() -> None:
    answer = Answer(question="几点", text="十点", citations=(odd_citation(),), confidence=0.9, why=odd_why())
    for t, promises in ((ZH, ("才会", "达到")), (EN, ("speaks from",))):
        card = str(render_turn(t, answer))
        assert escape(SENTENCES[Note.GATE_CLOSED][t.language]) in card
        assert not [words for words in promises if words in card]


def test_a_group_without_a_timezone_tells_time_in_that_of_the_installation() -> None:
    community = Community(id=1, slug="x", profile=Profile(name="书友"))
    group = Group(id=2, community_id=1, name="一群", platform=Platform.WECHAT)
    late = datetime(2024, 5, 1, 20, 0, tzinfo=UTC)
    summary = GroupSummary(
        group=group, community=community, messages=3, members=1, first_sent_at=late, last_sent_at=late
    )

    def card(timezone: str) -> str:
        return str(community_section(ZH, community, [summary], timezone=timezone, may_change=True, may_delete=True))

    assert "5月2日" in card("Asia/Shanghai")
    assert "5月1日" in card("UTC")


def test_only_what_is_ones_own_is_deleted_and_only_after_its_name_was_typed() -> None:
    def section(*, is_sample: bool, may_delete: bool) -> str:
        community = Community(id=1, slug="x", profile=Profile(name="书友"), is_sample=is_sample)
        return str(community_section(ZH, community, [], timezone="UTC", may_change=True, may_delete=may_delete))

    own = section(is_sample=False, may_delete=True)
    assert 'data-do="delete_community"' in own
    assert 'data-typed="书友"' in own
    assert "delete_community" not in section(is_sample=True, may_delete=True)
    assert "delete_community" not in section(is_sample=False, may_delete=False)


@pytest.mark.parametrize("reason", list(SilenceReason))
def test_each_silence_is_explained_in_both_languages(reason: SilenceReason) -> None:
    for t in (ZH, EN):
        card = str(render_turn(t, Silence(question="?", reason=reason), remedy="/zh/knowledge"))
        assert "<h3></h3>" not in card
        assert "<p></p>" not in card
    helps = reason in (
        SilenceReason.NOTHING_KNOWN,
        SilenceReason.OUT_OF_SCOPE,
        SilenceReason.NOT_SURE,
        SilenceReason.EXPIRED,
    )
    assert ("/zh/knowledge" in render_turn(ZH, Silence(question="?", reason=reason), remedy="/zh/knowledge")) is helps

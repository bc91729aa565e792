"""A conversation as bubbles: what stands in them, for whom, and that all of it is text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from copilot.assistant.request import Tool
from copilot.console.i18n import Texts
from copilot.console.outcome_words import outcome_name, why_no_model
from copilot.console.scopes import Scope
from copilot.console.talk_bar import composer, hello, past_drawer, talk_bar, thread
from copilot.console.talk_cards import Reader, conversation_cards, step_fold, turn_card
from copilot.console.tool_words import looked_for, tool_name
from copilot.records import (
    Account,
    Answer,
    Citation,
    Dialogue,
    Outcome,
    Role,
    Silence,
    SilenceReason,
    Source,
    SourceKind,
    Step,
    Turn,
)

ODD = "<img src=x onerror=alert(1)>\"'{{this}}${1}"
ZH, EN = Texts("zh"), Texts("en")
NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
PLACE = Scope("g3", "一群", 1, 3, "zh", ZONE, False)
SPOKEN = Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=3, last_id=9)
CITED = Citation(source=SPOKEN, title="绘本课", words="周六下午两点", sender_name="阿舟", sent_at=NOW)
OTHER = replace(CITED, source=replace(SPOKEN, id=8), words="改到三点了")


def reader(role: Role = Role.OWNER, *, has_model: bool = False) -> Reader:
    return Reader.of(Account(id=1, name="阿暖", role=role), PLACE, has_model=has_model)


def turn(**more: object) -> Turn:
    values: dict[str, object] = {"asked": "几点开始", "said": "周六下午两点。", "at": NOW, "outcome": Outcome.OK}
    return Turn(**{**values, **more})  # type: ignore[arg-type]  # a test's own choice


def test_a_reply_stands_under_what_was_asked_with_what_was_looked_up() -> None:
    steps = (Step(tool="search", arguments={"topic": "绘本课"}, found="找到 3 条", citations=(CITED,)),)
    html = str(turn_card(ZH, turn(steps=steps, choices=("在哪里？",)), reader(), 1))
    places = [html.index(one) for one in ("几点开始", "搜了聊天记录", "找到 3 条", "周六下午两点。", "在哪里？")]
    assert places == sorted(places)
    assert '<details class="step" data-fold="s0">' in html
    assert 'data-ask="在哪里？"' in html
    assert 'data-copy="周六下午两点。"' in html


def test_what_the_reply_says_is_not_said_twice() -> None:
    same = Step(tool="activity", found="周六下午两点。", citations=(CITED,))
    assert "看了群里的活跃情况" not in str(turn_card(ZH, turn(steps=(same,), citations=(CITED,)), reader(), 1))
    shortened = replace(same, found="周六下午…")
    assert "看了群里的活跃情况" not in str(turn_card(ZH, turn(steps=(shortened,), citations=(CITED,)), reader(), 1))
    more = str(turn_card(ZH, turn(steps=(replace(same, citations=(CITED, OTHER)),), citations=(CITED,)), reader(), 1))
    assert more.count("改到三点了") == 1
    assert more.count("阿舟") == 2


def test_a_step_without_a_finding_is_a_line() -> None:
    html = str(step_fold(ZH, Step(tool="propose"), ZONE))
    assert "写进了待办" in html
    assert "<details" not in html


def test_an_answer_keeps_its_card_and_hides_its_own_step() -> None:
    answer = Answer(question="几点开始", text="周六下午两点。", citations=(CITED,), confidence=0.9)
    steps = (Step(tool="ask", found="周六下午两点。"), Step(tool="rules", found="第 3 条"))
    html = str(turn_card(ZH, turn(steps=steps), reader(), 5, result=answer))
    assert html.count("周六下午两点。") == 2  # the reply, and what its copy button carries
    assert "很有把握" in html
    assert "查了知识和聊天记录" not in html
    assert "对照了群规" in html
    assert 'data-place="word-5-0"' in html


@pytest.mark.parametrize(("role", "may"), [(Role.ADMIN, True), (Role.MODERATOR, False)])
def test_silence_leads_to_where_an_answer_is_added(role: Role, may: bool) -> None:
    silence = Silence(question="几点 & 在哪", reason=SilenceReason.NOTHING_KNOWN)
    html = str(turn_card(ZH, turn(asked="几点 & 在哪", said=""), reader(role), 1, result=silence))
    assert ("/zh/knowledge?in=g3&amp;question=%E5%87%A0%E7%82%B9+%26+%E5%9C%A8%E5%93%AA" in html) is may


@pytest.mark.parametrize(("role", "may"), [(Role.MODERATOR, True), (Role.VIEWER, False)])
def test_an_answer_of_before_can_still_be_confirmed(role: Role, may: bool) -> None:
    kept = turn(steps=(Step(tool="ask", found="周六下午两点。"),), citations=(CITED,))
    assert ('data-do="right"' in str(turn_card(ZH, kept, reader(role), 1))) is may
    other = replace(kept, steps=(Step(tool="topics", found="x"),))
    assert 'data-do="right"' not in str(turn_card(ZH, other, reader(role), 1))


def test_why_there_was_no_model_is_said_and_owners_are_led_to_the_settings() -> None:
    kept = turn(outcome=Outcome.OVER_BUDGET)
    assert "今天给大模型的额度用完了" in str(turn_card(ZH, kept, reader(), 1))
    assert 'href="/zh/settings"' in str(turn_card(ZH, kept, reader(), 1))
    assert "/settings" not in str(turn_card(ZH, kept, reader(Role.ADMIN), 1))
    assert "/settings" not in str(turn_card(ZH, turn(outcome=Outcome.CANCELLED), reader(), 1))
    assert "aside" not in str(turn_card(ZH, turn(), reader(), 1))
    none = turn(outcome=Outcome.NO_MODEL, steps=(Step(tool="topics", found="x"),))
    assert "没有接入大模型" in str(turn_card(ZH, none, reader(), 1))
    assert 'class="aside once"' in str(turn_card(ZH, none, reader(), 1))
    assert "aside" not in str(turn_card(ZH, none, reader(has_model=True), 1))
    for steps in ((), (Step(tool="help", found="x"),), (Step(tool="propose", found="x"),)):
        assert "aside" not in str(turn_card(ZH, replace(none, steps=steps), reader(), 1))


def test_proposals_lead_to_their_page() -> None:
    made = (Step(tool="propose", found="x"),)
    assert 'href="/en/proposals"' in str(turn_card(EN, turn(proposal_ids=(4,)), reader(), 1))
    assert "not sent yet" not in str(turn_card(EN, turn(proposal_ids=(4,)), reader(), 1))
    assert "not sent yet" in str(turn_card(EN, turn(proposal_ids=(4,), steps=made), reader(), 1))
    assert "2 texts" in str(turn_card(EN, turn(proposal_ids=(4, 5), steps=made), reader(), 1))
    assert "/proposals" not in str(turn_card(EN, turn(), reader(), 1))


def test_the_text_for_the_group_is_what_is_copied() -> None:
    kept = turn(said="先给一个模板。\n\n大家好！", steps=(Step(tool="draft", found="大家好！"),))
    assert 'data-copy="大家好！"' in str(turn_card(ZH, kept, reader(), 1))
    asked = turn(said="发到哪个群？", choices=("一群", "二群"))
    assert "data-copy" not in str(turn_card(ZH, asked, reader(), 1))


def test_many_sources_are_folded_behind_their_number() -> None:
    few = str(turn_card(ZH, turn(citations=(CITED, OTHER)), reader(), 1))
    assert 'class="sources"' not in few
    many = tuple(replace(CITED, source=replace(SPOKEN, id=one)) for one in range(1, 6))
    assert "出处（5 处）" in str(turn_card(ZH, turn(citations=many), reader(), 1))


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_everything_has_words(t: Texts) -> None:
    for outcome in Outcome:
        assert outcome_name(t, outcome)
        assert bool(why_no_model(t, outcome)) is (outcome not in (Outcome.OK, Outcome.REPAIRED))
    names = {tool_name(t, tool.value) for tool in Tool}
    assert len(names) == len(Tool)
    assert tool_name(t, "another one") not in names


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ""),
        ({"topic": "辅食", "member": "阿舟"}, "辅食、阿舟"),
        ({"topic": "辅食", "period": {"words": "上周五晚", "starts_at": "x", "ends_at": "y"}}, "辅食、上周五晚"),
        (
            {"period": {"words": "", "starts_at": "2024-05-05T16:00:00+00:00", "ends_at": "2024-05-07T16:00:00+00:00"}},
            "2024年5月6日 周一 – 2024年5月7日 周二",
        ),
        ({"period": {"words": ""}, "topic": 7, "kind": "announce"}, ""),
        ({"topic": "长" * 90}, "长" * 60 + "…"),
    ],
)
def test_what_was_looked_for_is_one_line(arguments: dict[str, object], words: str) -> None:
    assert looked_for(ZH, arguments, ZONE) == words


def test_all_of_it_is_text() -> None:
    cited = replace(CITED, title=ODD, words=ODD, sender_name=ODD)
    step = Step(tool=ODD, arguments={"topic": ODD}, found=ODD, citations=(cited,))
    kept = turn(asked=ODD, said=f"{ODD}{ODD}", steps=(step,), citations=(cited, cited, cited), choices=(ODD,))
    odd = Scope("g3", ODD, 1, 3, "zh", ZONE, True)
    whole = Scope("c1", ODD, 1, None, "zh", ZONE, True)
    dialogue = Dialogue(account_id=1, community_id=1, group_id=3, title=ODD, created_at=NOW, changed_at=NOW, id=2)
    pieces = [
        conversation_cards(ZH, [kept], reader(), count(1)),
        talk_bar(ZH, [whole, odd], odd),
        hello(ZH, [ODD], ""),
        past_drawer(ZH, [dialogue], {(1, 3): odd}, 2, ZONE, 1, {2: ODD}),
    ]
    for html in map(str, pieces):
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_what_was_said_last_tells_conversations_apart() -> None:
    dialogue = Dialogue(account_id=1, community_id=1, group_id=3, title="一", created_at=NOW, changed_at=NOW, id=2)
    html = str(past_drawer(ZH, [dialogue], {}, 0, ZONE, 1, {2: "周六\n\n下午" + "长" * 90}))
    assert f'class="small-text last">周六 下午{"长" * 55}…<' in html
    assert "<time>" in html
    assert "last" not in str(past_drawer(ZH, [dialogue], {}, 0, ZONE, 1))


def test_an_empty_conversation_takes_the_place_of_another() -> None:
    assert thread(PLACE, 1) != thread(PLACE, 2)
    assert "started" not in thread(PLACE, 1)
    assert 'data-scope="g3" data-dialogue=""' in thread(PLACE, 1)
    assert 'data-dialogue="9"' in thread(PLACE, 1, turns="<p></p>", dialogue_id=9)


def test_the_choice_of_a_place_is_grouped_by_community() -> None:
    whole = Scope("c1", "书友会", 1, None, "zh", ZONE, False)
    html = str(talk_bar(ZH, [whole, PLACE], PLACE))
    assert html.count("<optgroup") == html.count("</optgroup>") == 1
    assert '<option value="g3" selected>一群</option>' in html
    assert "书友会 · 整个社群" in html
    assert str(talk_bar(ZH, [PLACE], PLACE)).count("<optgroup") == 0


def test_the_box_talks_in_the_language_of_its_page() -> None:
    assert 'data-to="/talk/en"' in composer(EN)
    assert "<template>" in composer(ZH)
    assert "没有连上" in composer(ZH)

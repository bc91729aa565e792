"""A conversation as linked bubbles, and the words that two texts share."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copilot.console.common_words import common_words
from copilot.console.conversations import conversation, why_linked
from copilot.console.i18n import Texts
from copilot.records import Message, MessageKind
from copilot.retrieval.threads import Why
from copilot.services.asking import Link, Opened
from copilot.text.tokens import tokens

ZH, EN = Texts("zh"), Texts("en")
ODD = "<img src=x onerror=alert(1)>${document.title='ran'}"
START = datetime(2026, 5, 2, 1, 0, tzinfo=UTC)


def said(number: int, name: str, text: str, **more: object) -> Message:
    return Message(
        id=number,
        group_id=1,
        platform_id=f"t:{number}",
        member_id=None,
        sender_name=name,
        sent_at=START + timedelta(minutes=number),
        text=text,
        **more,  # type: ignore[arg-type]
    )


ASKED = said(1, "小明", "周六的绘本课几点开始？")
REPLIED = said(2, "阿舟", "绘本课是早上开始")
WENT_ON = said(3, "阿舟", "记得带画笔")
THANKED = said(4, "小明", "谢谢")


def opened(*, focus_id: int = 2, before: tuple[Message, ...] = (), after: tuple[Message, ...] = ()) -> Opened:
    return Opened(
        title="一群",
        messages=(ASKED, REPLIED, WENT_ON, THANKED),
        focus_id=focus_id,
        links={
            1: Link(answers_id=None, why="opens"),
            2: Link(answers_id=1, why="answers"),
            3: Link(answers_id=2, why="goes_on"),
            4: Link(answers_id=2, why="near"),
        },
        before=before,
        after=after,
    )


def bubble(html: str, number: int) -> str:
    """The markup of one bubble."""
    found = re.search(rf'<div class="bubble[^"]*" data-message="{number}".*?(?=<div class="bubble|</div></div>$)', html)
    assert found is not None
    return found[0]


def test_a_reply_leads_to_what_it_answers() -> None:
    html = str(conversation(ZH, opened(), "Asia/Shanghai"))
    assert 'data-jump="1"' in bubble(html, 2)
    assert "回复 小明" in bubble(html, 2)
    assert "data-jump" not in bubble(html, 1)
    assert "data-jump" not in bubble(html, 3)
    assert "接 阿舟" in bubble(html, 4)
    assert "After 阿舟" in bubble(str(conversation(EN, opened(), "Asia/Shanghai")), 4)


def test_who_goes_on_later_leads_back_to_their_own_words() -> None:
    links = {**opened().links, 3: Link(answers_id=2, why="goes_on"), 4: Link(answers_id=1, why="goes_on")}
    html = str(conversation(ZH, replace(opened(), links=links), "Asia/Shanghai"))
    assert "data-jump" not in bubble(html, 3)
    assert 'data-jump="1"' in bubble(html, 4)
    assert "接自己的话" in bubble(html, 4)


def test_a_reply_stands_to_the_right_of_what_it_answers() -> None:
    html = str(conversation(ZH, opened(), "Asia/Shanghai"))
    marks = {int(number): its for its, number in re.findall(r'class="bubble([^"]*)" data-message="(\d+)"', html)}
    assert marks == {1: "", 2: " focus deep-1", 3: " deep-1", 4: " deep-1"}


def test_days_times_and_counts_are_told() -> None:
    html = str(conversation(ZH, opened(), "Asia/Shanghai"))
    assert html.count('class="day"') == 1
    assert "5月2日 周六" in html
    assert "上午9:01" in html
    assert "4 条消息 · 2 个人" in html


def test_what_was_said_around_is_folded_away() -> None:
    html = str(conversation(ZH, opened(before=(said(9, "路人", "早"),), after=(said(10, "路人", "晚安"),)), "UTC"))
    assert html.index("前面还说了什么（1 条）") < html.index("绘本课几点开始") < html.index("后面还说了什么（1 条）")
    assert html.count('<details class="around">') == 2
    assert "around" not in str(conversation(ZH, opened(), "UTC"))


def test_a_message_in_no_thread_yet_stands_among_its_neighbours() -> None:
    html = str(conversation(ZH, Opened(title="", messages=(ASKED, REPLIED), focus_id=2), "UTC"))
    assert "为什么是一段对话" not in html
    assert "because" not in html
    assert 'class="bubble focus" data-message="2"' in html


@pytest.mark.parametrize(
    ("why", "zh", "en"),
    [
        ("reply", "点名回复了 小明。", "Replies to 小明 outright."),
        ("quote", "引用了 小明 的话。", "Quotes 小明."),
        ("mention", "@了 小明。", "Mentions 小明."),
        ("goes_on", "接着自己的话说。", "Goes on with their own words."),
        ("answers", "在回答 小明 的问题。", "Answers what 小明 asked."),
        ("words", "说的是同一件事（共同的词：绘本课、开始）。", "(words in common: 绘本课, 开始)."),
        ("near", "紧接着 小明 说的。", "Said right after 小明."),
        ("opens", "对话从这句开始。", "opens with this."),
    ],
)
def test_each_reason_is_a_sentence(why: str, zh: str, en: str) -> None:
    link = Link(answers_id=None if why == "opens" else 1, why=why)
    assert zh in why_linked(ZH, REPLIED, link, ASKED)
    assert en in why_linked(EN, REPLIED, link, ASKED)


def test_no_reason_goes_without_a_sentence() -> None:
    for why in Why:
        assert why_linked(ZH, REPLIED, Link(answers_id=1, why=why.value), ASKED)
        assert why_linked(EN, REPLIED, Link(answers_id=None, why=why.value), None)


def test_what_members_wrote_is_text() -> None:
    one = said(1, ODD, ODD)
    other = said(2, ODD, ODD, quoted_name=ODD, quoted_text=ODD)
    notice = said(3, "", ODD, kind=MessageKind.SYSTEM)
    links = {
        1: Link(answers_id=None, why="opens"),
        2: Link(answers_id=1, why="words"),
        3: Link(answers_id=2, why="near"),
    }
    whole = Opened(title=ODD, messages=(one, other, notice), focus_id=3, links=links, before=(one,), after=(other,))
    html = str(conversation(ZH, whole, "UTC"))
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@pytest.mark.parametrize(
    ("text", "other", "words"),
    [
        ("上次线下活动定在哪天？", "线下活动定在周六", ["线下活动定在"]),
        ("线下的活动", "活动在线下", ["线下", "活动"]),
        ("我在哪", "在家我哪", []),
        ("停电怎么还书", "还书要多久，停电呢", ["停电", "还书"]),
        ("Photo walk on Sunday?", "the photo walk is on sunday", ["photo", "walk", "on", "sunday"]),
        ("開門", "开门", ["开门"]),
        # Pairs that overlap in one text but stand apart in the other make no word.
        ("办卡片", "办卡的卡片", ["办卡", "卡片"]),
    ],
)
def test_the_words_in_common_are_whole(text: str, other: str, words: list[str]) -> None:
    assert common_words(set(tokens(text)) & set(tokens(other)), text, [other]) == words

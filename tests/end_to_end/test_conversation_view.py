"""A person opens a conversation, finds their way in it, and says whether the answer was right."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import Console, Served
from playwright.sync_api import Locator, expect

from copilot.services.rights import SYSTEM

pytestmark = pytest.mark.browser

PASTED = """小鹿 2026-03-02 09:58
@小禾 鲸鱼展是几号开始来着？

小禾 2026-03-02 09:59
@小鹿 鲸鱼展三月八号开始，到月底

小禾 2026-03-02 10:00
<img src=x onerror="document.title='ran'"> ${document.title='ran'} 门票在前台领

小鹿 2026-03-02 10:01
@小禾 好的谢谢
"""
QUESTION = "鲸鱼展是几号开始？"


def community(served: Served, language: str) -> str:
    """The sample community in a language."""
    return f"c{next(one for one in served.app.samples.installed() if one.profile.language == language).id}"


def whole_conversation(console: Console, turn: Locator) -> Locator:
    """Open the first conversation that an answer cites."""
    turn.locator(".cite.history").first.click()
    talk = console.page.locator(".drawer .talk")
    expect(talk.locator(".bubble.focus, .system.focus")).to_be_in_viewport()
    return talk


@pytest.mark.parametrize("width", [1280, 390])
def test_a_conversation_is_linked_and_says_why_it_is_one(come_in: Callable[..., Console], width: int) -> None:
    console = come_in(width=width)
    turn = console.ask_in(community(console.served, "zh"), "上次线下活动定在哪天?")
    talk = whole_conversation(console, turn)
    jump = talk.locator("> .conversation .jump").first
    name = jump.locator("span").inner_text().partition(" ")[2]
    target = talk.locator(f"[data-message='{jump.get_attribute('data-jump')}']")
    # From the keyboard: the button leads to the message that is answered, and the focus goes with it.
    jump.focus()
    console.page.keyboard.press("Enter")
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    expect(target).to_have_class(re.compile("jumped"))
    expect(target.locator(".by b")).to_have_text(name)

    because = talk.locator("> .conversation .because")
    expect(because.first).to_be_hidden()
    talk.get_by_text("为什么是一段对话").click()
    expect(because.first).to_be_visible()
    assert all(words.endswith("。") for words in because.all_inner_texts())

    around = talk.locator(".around").first
    expect(around.locator(".bubble").first).to_be_hidden()
    around.locator("summary").click()
    expect(around.locator(".bubble").first).to_be_visible()
    console.shoot(f"conversation-zh-{width}")
    assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    console.page.keyboard.press("Escape")
    expect(turn.locator(".cite.history").first).to_be_focused()


def test_what_members_wrote_is_text_in_a_conversation(console: Console) -> None:
    console.import_text(PASTED, "鲸鱼群")
    console.wait_for_import("鲸鱼群")
    turn = console.ask_in(console.scope_of("鲸鱼群"), QUESTION)
    talk = whole_conversation(console, turn)
    talk.get_by_text("为什么是一段对话").click()
    expect(talk).to_contain_text("三月八号")
    expect(talk).to_contain_text("${document.title='ran'}")
    assert console.page.locator("img[src=x], [onerror]").count() == 0
    assert console.page.title() != "ran"


@pytest.mark.parametrize("english", [False, True])
def test_a_word_on_an_answer_is_noted_and_taken_back(come_in: Callable[..., Console], english: bool) -> None:
    console = come_in(english=english)
    t, confirming = console.t, console.served.app.confirming
    scope = community(console.served, "en" if english else "zh")
    question = t("绘本馆几点开门？", "How do I reset my order?")
    turn = console.ask_in(scope, question)

    def given() -> list[bool]:
        found = confirming.recent(SYSTEM, int(scope[1:]))
        return [one.confirmation.is_right for one in found if one.confirmation.question == question]

    turn.get_by_role("button", name=t("答对了", "Right"), exact=True).click()
    expect(turn.locator(".word.given")).to_contain_text(t("记下了：答对了", "Noted: right"))
    assert given() == [True]
    console.shoot(f"confirmed-{'en' if english else 'zh'}")
    take_back = turn.get_by_role("button", name=t("撤回", "Take back"))
    expect(take_back).to_be_focused()
    take_back.click()
    expect(turn.get_by_role("button", name=t("不对", "Wrong"))).to_be_visible()
    assert given() == []

    # The next question is asked meanwhile, and each word stays with its own answer.
    turn.get_by_role("button", name=t("不对", "Wrong")).click()
    other = console.ask(question)
    expect(turn.locator(".word.given")).to_contain_text(t("记下了：不对", "Noted: wrong"))
    expect(other.get_by_role("button", name=t("答对了", "Right"), exact=True)).to_be_visible()
    assert given() == [False]

    console.open("/health", "#health-list .health")
    section = console.page.locator(".health", has_text=question)
    section.locator(".recent summary").click()
    row = section.locator(".said", has_text=question)
    expect(row).to_contain_text(t("不对", "wrong"))
    row.get_by_role("button", name=t("撤回", "Take back")).click()
    expect(row).to_have_count(0)
    assert given() == []


def test_a_hint_under_a_silence_is_named_as_the_answer(console: Console) -> None:
    scope, question = community(console.served, "zh"), "图书馆有咖啡吗"
    turn = console.ask_in(scope, question)
    hints = turn.get_by_role("button", name="这条就是答案")
    count = hints.count()
    assert turn.locator(".silence").count() == 1
    assert count == turn.locator(".cite").count() > 1
    hints.nth(1).click()
    expect(turn.locator(".word.given")).to_contain_text("记下了：这条就是答案")
    expect(hints).to_have_count(count - 1)
    console.shoot("hint-confirmed-zh")
    said = [one.confirmation for one in console.served.app.confirming.recent(SYSTEM, int(scope[1:]))]
    assert [one.is_right for one in said if one.question == question] == [True]
    turn.get_by_role("button", name="撤回").click()
    expect(hints).to_have_count(count)
    assert question not in [
        one.confirmation.question for one in console.served.app.confirming.recent(SYSTEM, int(scope[1:]))
    ]

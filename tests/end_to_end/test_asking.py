"""A person asks: answers with sources that open, silence with its reason, in both languages, on a phone too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Console, Served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def community(served: Served, language: str) -> str:
    """The sample community in a language."""
    found = [one for one in served.app.samples.installed() if one.profile.language == language]
    return f"c{found[0].id}"


def test_an_answer_cites_and_each_source_opens_in_its_place(console: Console, readme_picture: Path | None) -> None:
    turn = console.ask_in(community(console.served, "zh"), "上次线下活动定在哪天?")
    expect(turn.locator(".sure")).to_contain_text("有把握")
    cited = turn.locator(".cite.history").first
    words = cited.locator(".words").inner_text()
    name = cited.locator(".by b").inner_text()
    assert words
    assert name
    picture = console.shoot("ask-zh")
    if readme_picture is not None:
        shutil.copyfile(picture, readme_picture)

    cited.click()
    focused = console.page.locator(".drawer .bubble.focus")
    expect(focused).to_contain_text(words[:20])
    expect(focused).to_contain_text(name)
    assert console.page.locator(".drawer .bubble").count() > 3
    console.shoot("ask-source-zh")
    console.page.keyboard.press("Escape")
    expect(console.page.locator(".drawer aside")).to_be_hidden()
    cited.click()
    expect(console.page.locator(".drawer .bubble.focus")).to_be_visible()


def test_why_is_told_in_words_with_the_figures_behind_it(console: Console) -> None:
    turn = console.ask_in(community(console.served, "zh"), "绘本馆几点开门？")
    expect(turn.locator(".why ol")).to_be_hidden()
    turn.locator(".why summary").click()
    expect(turn.locator(".why")).to_contain_text("只作参考")
    expect(turn.locator(".why li").first).to_contain_text("对上的词")


def test_silence_says_why_and_leads_to_where_an_answer_can_be_added(console: Console) -> None:
    turn = console.ask_in(community(console.served, "zh"), "月球离地球有多远？")
    expect(turn.locator(".silence h3")).not_to_be_empty()
    console.shoot("silence-zh")
    turn.get_by_role("link", name="加一条问答").click()
    expect(console.page.locator("#faq-question").locator("input, textarea")).to_have_value("月球离地球有多远？")


def test_a_starter_question_is_asked_with_one_click(console: Console) -> None:
    console.open(f"/?in={community(console.served, 'zh')}", ".chip")
    chip = console.page.locator(".chip").first
    words = chip.inner_text()
    chip.click()
    expect(console.page.locator(".thread .asked")).to_have_text([words])
    expect(console.page.locator(".thread .turn:not(.live) .card")).to_be_visible()


def test_the_answer_is_copied_as_it_would_be_posted(console: Console) -> None:
    console.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = console.ask_in(community(console.served, "zh"), "绘本馆几点开门？")
    turn.get_by_role("button", name="复制回答").click()
    expect(turn.get_by_role("button", name="已复制")).to_be_visible()
    assert console.page.evaluate("navigator.clipboard.readText()") == turn.locator(".reply").inner_text()


def test_english_browsers_get_english_and_may_switch(served: Served, come_in: Callable[..., Console]) -> None:
    console = come_in(english=True)
    turn = console.ask_in(community(served, "en"), "How do I reset my order?")
    expect(turn.locator(".sure")).to_contain_text("sure")
    expect(turn.locator("h4").first).to_have_text("Sources")
    console.shoot("ask-en")
    console.page.get_by_role("link", name="中文").click()
    expect(console.page.locator("header.top nav a").first).to_have_text("对话")
    console.open("/groups", "#groups-top h1")
    expect(console.page.locator("#groups-top h1")).to_have_text("群")
    assert console.page.url.endswith("/zh/groups")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_runs_off_the_side_of_a_phone(served: Served, come_in: Callable[..., Console], language: str) -> None:
    english = language == "en"
    console = come_in(english=english, width=390, height=844)
    question = "How do I reset my order?" if english else "上次线下活动定在哪天?"
    level = community(served, language)
    turn = console.ask_in(level, question)
    turn.locator(".cite").first.wait_for()
    pictures = {
        "ask": (None, ".turn"),
        "groups": ("/groups", ".group"),
        "knowledge": ("/knowledge?in=" + level, ".entry"),
    }
    for name, (path, wait_for) in {**pictures, "accounts": ("/accounts", "#account-list .row-card")}.items():
        if path is not None:
            console.open(path, wait_for)
        console.shoot(f"{name}-phone-{language}")
        assert console.page.evaluate("document.documentElement.scrollWidth") == 390, name


def test_dark_pages(served: Served, come_in: Callable[..., Console]) -> None:
    console = come_in(dark=True)
    console.ask_in(community(served, "zh"), "绘本馆几点开门？")
    console.shoot("ask-dark")
    background = console.page.evaluate("getComputedStyle(document.querySelector('.turn .card')).backgroundColor")
    assert background == "rgb(26, 31, 29)"

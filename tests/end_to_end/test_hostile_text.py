"""What people wrote shows as text, wherever it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Console
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Each would change the page's title if it ran: as HTML, as a JavaScript template, as a Handlebars template.
HTML = "<img src=x onerror=\"document.title='ran'\">"
TEMPLATE = "${document.title='ran'}"
MARKDOWN = "**粗体** [链接](javascript:alert(1))"
NAME = f"{HTML}{TEMPLATE}"
WORDS = f"鲸落什么时候开馆？{HTML} {TEMPLATE} {{{{this}}}} {MARKDOWN}"
REPLY = f"鲸落下周三开馆 {HTML} {TEMPLATE} {{{{this}}}} {MARKDOWN}"
PASTED = f"{NAME} 2026-03-01 10:00\n{WORDS}\n\n阿舟{HTML} 2026-03-01 10:02\n{REPLY}\n"
GROUP = f"群{HTML}{TEMPLATE}"


def untouched(console: Console) -> None:
    """Nothing that a person wrote became part of the page."""
    assert console.page.title() != "ran"
    assert console.page.locator("img[src=x], [onerror], .words strong, .words a").count() == 0


def test_names_messages_and_file_names(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "聊天<img src=x onerror=alert(1)>${document.title='ran'}.txt"
    file.write_text(PASTED, encoding="utf-8")
    console.open_import()
    console.page.set_input_files("#chat-file input[type=file]", file)
    console.page.wait_for_selector(".recognised")
    untouched(console)
    console.start_import(GROUP)
    row = console.wait_for_import(GROUP)
    untouched(console)
    row.get_by_role("button", name="看报告").click()
    expect(console.page.locator(".drawer")).to_contain_text(GROUP)
    untouched(console)
    console.page.keyboard.press("Escape")
    console.page.locator(".group", has_text=GROUP).get_by_role("button", name="成员").click()
    expect(console.page.locator("#members-sheet")).to_contain_text(NAME)
    untouched(console)

    turn = console.ask_in(console.scope_of(GROUP), f"鲸落什么时候开馆？{HTML}{TEMPLATE}")
    expect(turn.locator(".asked")).to_contain_text(HTML)
    untouched(console)
    turn.locator(".cite.history").first.click()
    conversation = console.page.locator(".drawer .conversation")
    expect(conversation).to_contain_text(REPLY)
    expect(conversation).to_contain_text(NAME)
    console.page.locator(".drawer aside").screenshot(animations="disabled")
    untouched(console)
    console.shoot("hostile-zh")


def test_knowledge(console: Console) -> None:
    community = next(one for one in console.served.app.samples.installed() if one.profile.language == "zh")
    console.open(f"/knowledge?in=c{community.id}&question={HTML}${{document.title='ran'}}珊瑚馆在几楼", "#faq-sheet h2")
    console.page.fill("#faq-answer textarea", f"三楼 {HTML} {TEMPLATE} {MARKDOWN}")
    console.page.click("#faq-save")
    entry = console.page.locator(".entry", has_text="珊瑚馆在几楼")
    expect(entry).to_contain_text(MARKDOWN)
    untouched(console)
    turn = console.ask_in(f"c{community.id}", "珊瑚馆在几楼")
    expect(turn.locator(".reply")).to_contain_text(HTML)
    untouched(console)
    console.open(f"/knowledge?in=c{community.id}", ".entry")
    entry.get_by_role("button", name="删除").click()
    expect(console.page.locator(".undo")).to_contain_text(HTML)
    untouched(console)

"""A person finds entries that ask the same, makes one of two, and takes them apart again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Console
from playwright.sync_api import expect

from copilot.records import FaqEntry
from copilot.services.rights import SYSTEM

pytestmark = pytest.mark.browser

HTML = "<img src=x onerror=\"document.title='ran'\">${document.title='ran'}"
PAIRS = {
    "zh": ("蘑菇课要带雨靴吗？", "蘑菇课需要带雨靴吗", "蘑菇课用不用带雨靴"),
    "en": ("Do I need rubber boots for the mushroom walk?", "Are rubber boots needed for the mushroom walk?", ""),
}


@pytest.mark.parametrize("english", [False, True])
def test_two_entries_become_one_and_two_again(come_in: Callable[..., Console], english: bool) -> None:
    console = come_in(english=english, width=390 if english else 1280)
    language = "en" if english else "zh"
    t, app, page = console.t, console.served.app, console.page
    community = next(one for one in app.samples.installed() if one.profile.language == language).id
    first, second, _ = PAIRS[language]
    for question, answer in ((first, f"要。{HTML}"), (second, "带一双。")):
        app.knowing.save_faq(SYSTEM, FaqEntry(community_id=community, question=question, answer=answer))
    # Whoever asks waits until what was saved can be found.
    app.indexing.bring_up()

    console.open(f"/knowledge?in=c{community}", ".entry")
    page.get_by_role("button", name=t("找重复", "Find doubles")).click()
    pair = page.locator("#doubles .pair", has_text=first).filter(has_text=second)
    pair.get_by_role("button", name=t("合并…", "Merge…")).click()
    merged = page.locator("#doubles .merged")
    expect(merged.locator("h3")).to_have_text(first)
    expect(merged.locator("li")).to_have_text([second])
    asks = page.locator("#doubles .option", has_text=second)
    asks.click()
    expect(asks).to_have_attribute("aria-pressed", "true")
    expect(merged.locator("h3")).to_have_text(second)
    expect(merged).to_contain_text(HTML)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "ran"
    console.shoot(f"merge-{language}")

    page.get_by_role("button", name=t("合并", "Merge"), exact=True).click()
    expect(page.locator("#doubles .undo")).to_contain_text(t("合并好了", "Merged"))
    assert [one.variants for one in app.knowing.knowledge(SYSTEM, community).faq if one.question == second] == [
        (first,)
    ]
    page.locator("#doubles .undo").get_by_role("button", name=t("撤回", "Take back")).click()
    expect(page.locator("#doubles")).to_contain_text(t("两条问答都回来了", "both entries are back"))
    there = [one for one in app.knowing.knowledge(SYSTEM, community).faq if one.question in (first, second)]
    assert sorted(one.variants for one in there) == [(), ()]
    for one in there:
        app.knowing.delete_faq(SYSTEM, one.id)


def test_a_new_entry_warns_of_one_that_is_there(console: Console) -> None:
    app, page = console.served.app, console.page
    community = next(one for one in app.samples.installed() if one.profile.language == "zh").id
    first, second, third = PAIRS["zh"]
    saved = app.knowing.save_faq(SYSTEM, FaqEntry(community_id=community, question=first, answer=HTML))
    app.indexing.bring_up()

    def fill(question: str) -> None:
        console.open(f"/knowledge?in=c{community}&question={question}", "#faq-sheet h2")
        page.fill("#faq-answer textarea", "要带。")
        page.click("#faq-save")

    fill(second)
    warning = page.locator("#faq-near .warn")
    expect(warning).to_contain_text(first)
    expect(warning).to_contain_text(HTML)
    assert page.locator("img[src=x]").count() == 0
    console.shoot("similar-zh")
    warning.get_by_role("button", name="仍然新加一条").click()
    expect(page.locator(".entry", has_text=second)).to_be_visible()

    fill(third)
    warning.locator(".row-card", has_text=first).get_by_role("button", name="改这一条").click()
    expect(page.locator("#faq-question").locator("input, textarea")).to_have_value(first)
    app.indexing.bring_up()
    page.locator("#faq-sheet .sheet-close").click()
    page.locator(".entry", has_text=first).get_by_role("button", name="修改").click()
    alike = page.locator("#faq-near .similar .row-card", has_text=second)
    alike.get_by_role("button", name="合并…").click()
    expect(page.locator("#doubles .merged")).to_contain_text(second)
    for one in app.knowing.knowledge(SYSTEM, community).faq:
        if one.id == saved.id or one.question == second:
            app.knowing.delete_faq(SYSTEM, one.id)

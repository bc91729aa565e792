"""A person sees how searching stands, and an owner has everything made again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PASSWORD, Console, Served
from playwright.sync_api import Page, expect

from copilot.console.guard import SESSION_COOKIE
from copilot.records import Role
from copilot.services.rights import SYSTEM

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("english", [False, True])
def test_all_is_told_in_words_and_made_again(come_in: Callable[..., Console], english: bool) -> None:
    console = come_in(english=english, width=390 if english else 1280)
    t = console.t
    console.open("/health", "#health-list .health")
    ready = console.page.locator("#health-state .state.good")
    expect(ready).to_contain_text(t("都整理好了", "All is ready"))
    console.shoot(f"health-{'en' if english else 'zh'}")
    rows = console.page.locator("#health-list .health > .rows .row-card")
    expect(rows.first).to_contain_text(t("段对话", "conversation"))
    expect(rows.first).to_contain_text(t("都能搜到", "all can be found"))

    console.page.get_by_role("button", name=t("重新整理", "Make it again")).click()
    dialog = console.page.locator("dialog.ask-first")
    expect(dialog).to_contain_text(t("消息和知识都不会动", "stay as they are"))
    dialog.get_by_role("button", name=t("重新整理", "Make it again")).click()
    expect(console.page.locator(".notices .notice")).to_contain_text(t("照常能提问", "goes on as usual"))
    # The page follows the work by itself until it is done.
    expect(ready).to_be_visible()
    expect(console.page.locator(".notices .notice.bad")).to_have_count(0)
    expect(rows.first).to_contain_text(t("都能搜到", "all can be found"))


def test_who_may_only_look_at_one_group_sees_what_answers_there_and_changes_nothing(
    served: Served, session_of_owner: str, make_page: Callable[..., Page]
) -> None:
    group = next(one.group for one in served.app.groups.groups(SYSTEM) if "借阅" in one.group.name)
    served.app.accounts.create(SYSTEM, "看客", PASSWORD, Role.VIEWER, frozenset({group.id}))
    console = Console(make_page(), served)
    token = served.app.accounts.login("看客", PASSWORD, remote="test")
    console.page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": served.url}])
    console.open("/health", "#health-list .health")
    expect(console.page.locator("#health-list .health")).to_have_count(1)
    expect(console.page.get_by_role("button", name="重新整理")).to_have_count(0)
    console.open("/knowledge", ".inherited .entry")
    expect(console.page.locator(".inherited .entry").first.get_by_role("button")).to_have_count(0)
    turn = console.ask_in(f"g{group.id}", "绘本馆几点开门？")
    expect(turn.locator(".answer")).to_be_visible()
    expect(turn.get_by_role("button", name="答对了")).to_have_count(0)

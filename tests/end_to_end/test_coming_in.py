"""The first start, logging in and out, throttling, roles, and taking the sample out: on a console of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import OWNER, PASSWORD, Console, Served, serve
from playwright.sync_api import Page, expect

from copilot.console.guard import SESSION_COOKIE
from copilot.records import Role
from copilot.services.rights import SYSTEM

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console that nobody has opened yet; the tests of this module use it in turn."""
    yield from serve(tmp_path_factory.mktemp("fresh") / "data")


def test_from_the_one_time_link_to_a_locked_door(fresh: Served, make_page: Callable[..., Page]) -> None:
    page = make_page()
    page.goto(fresh.url)
    expect(page.locator(".lead")).to_contain_text("一次性链接")

    link = f"{fresh.url}/setup?token={fresh.setup_token}"
    page.goto(link)
    page.fill("[name=name]", OWNER)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", "something else")
    page.click("button.go")
    expect(page.locator(".problem")).to_contain_text("不一样")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("button.go")
    page.wait_for_selector(".hello")
    expect(page.locator("header.top .who")).to_have_text(OWNER)

    page.get_by_role("button", name="退出", exact=True).click()
    expect(page.locator("[name=password]")).to_be_visible()
    page.goto(link)
    assert page.url == f"{fresh.url}/login"
    page.goto(f"{fresh.url}/zh/groups")
    assert "/login?next=" in page.url
    page.fill("[name=name]", OWNER)
    page.fill("[name=password]", PASSWORD)
    page.click("button.go")
    page.wait_for_selector(".group")

    add_viewer(page)
    page.get_by_role("button", name="退出", exact=True).click()
    look_as_viewer(fresh, page)
    elsewhere = fresh.app.accounts.login("小助手", "another horse", remote="phone")
    page.click("#log-out-everywhere")
    expect(page.locator("[name=password]")).to_be_visible()
    assert fresh.app.accounts.account_of(elsewhere) is None
    for _ in range(fresh.settings.login_attempts + 1):
        page.fill("[name=name]", OWNER)
        page.fill("[name=password]", "wrong wrong")
        page.click("button.go")
        expect(page.locator(".problem")).to_be_visible()
    expect(page.locator(".problem")).to_contain_text("分钟")
    page.fill("[name=password]", PASSWORD)
    page.click("button.go")
    expect(page.locator(".problem")).to_contain_text("分钟")


def add_viewer(page: Page) -> None:
    """The owner lets somebody in who may only look."""
    page.get_by_role("link", name="账号").click()
    page.get_by_role("button", name="加一个账号").click()
    page.locator("#account-name").locator("input, textarea").fill("小助手")
    page.locator("#account-sheet input[type=password]").fill("another horse")
    page.get_by_label("只看：对话和查看").check()
    page.click("#account-save")
    expect(page.locator("#account-list .row-card")).to_have_count(2)


def look_as_viewer(served: Served, page: Page) -> None:
    """A viewer asks and reads, and finds nothing to change."""
    console = Console(page, served)
    console.log_in("小助手", "another horse")
    console.open("/groups", ".group")
    assert page.get_by_role("button", name="导入聊天记录").count() == 0
    assert page.get_by_role("button", name="移除示例").count() == 0
    console.open("/knowledge", ".entry")
    assert page.get_by_role("button", name="修改").count() == 0
    console.open("/accounts", "#own-save")
    assert page.locator("#account-list .row-card").count() == 0


def test_the_sample_goes_with_one_button(fresh: Served, make_page: Callable[..., Page]) -> None:
    console = Console(make_page(), fresh)
    # An owner by another name: the test before has made the first one's wait.
    fresh.app.accounts.create(SYSTEM, "店长", PASSWORD, Role.OWNER)
    token = fresh.app.accounts.login("店长", PASSWORD, remote="test")
    console.page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": fresh.url}])
    console.open("/groups", ".group")
    console.shoot("groups-zh")
    sections = console.page.locator("section.community")
    for left in range(sections.count() - 1, -1, -1):
        console.page.get_by_role("button", name="移除示例").first.click()
        console.page.locator("dialog").get_by_role("button", name="移除示例").click()
        expect(sections).to_have_count(left)
    expect(console.page.locator("#group-list .empty")).to_be_visible()
    console.shoot("groups-empty-zh")
    console.page.get_by_role("button", name="放回示例").click()
    expect(console.page.locator("section.community")).not_to_have_count(0)
    for left in range(sections.count() - 1, -1, -1):
        console.page.get_by_role("button", name="移除示例").first.click()
        console.page.locator("dialog").get_by_role("button", name="移除示例").click()
        # The list is drawn again before the next one is chosen from it.
        expect(sections).to_have_count(left)
    expect(console.page.locator("#group-list .empty")).to_be_visible()
    console.open("/", ".start .empty")
    console.shoot("ask-empty-zh")

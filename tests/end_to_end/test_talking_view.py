"""A person connects a chat model and talks with the co-pilot: streamed, folded, stopped and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import OWNER, PASSWORD, Console, Served, serve
from playwright.sync_api import Page, Route, expect

from copilot.console.guard import SESSION_COOKIE
from copilot.records import ProposalKind, ProposalState, Role
from copilot.services.rights import SYSTEM
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall

pytestmark = pytest.mark.browser

# Trying a model asks it several times, and one that cannot be reached more than once.
TRIED_MS = 60_000
KEY = "sk-" + "a-key-that-nobody-may-see"
# What the agent looks up; a question to the knowledge takes another way.
WHAT = "这周大家最关心什么？"
HTML = "<img src=x onerror=\"document.title='ran'\">"
HOSTILE = f"{HTML} ${{document.title='ran'}} {{{{this}}}} **粗体** [链接](javascript:alert(1))"


class Model:
    """A model whose next replies a test sets; it greets whoever tries it."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.usual = Reply("你好！")
        self.server = ScriptedServer(self._reply)

    def _reply(self, asked: Asked) -> Reply:
        if asked.format:
            return Reply('{"language": "zh", "politeness": 3}')
        if asked.tools == ["say_hello"]:
            return Reply(calls=[ToolCall("say_hello", {"words": "你好"})])
        return self.replies.pop(0) if self.replies else self.usual


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    """A model behind an address on this machine."""
    made = Model()
    with made.server:
        yield made


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console with the samples in it; the tests of this module use it in turn."""
    for served in serve(tmp_path_factory.mktemp("talked") / "data"):
        served.app.accounts.create_owner(served.setup_token, OWNER, PASSWORD)
        yield served


@pytest.fixture
def enter(talked: Served, make_page: Callable[..., Page]) -> Callable[..., Console]:
    """Opens a page in which an account is logged in."""

    def come(name: str = OWNER, *, english: bool = False, **options: object) -> Console:
        page = make_page(locale="en-GB" if english else "zh-CN", **options)
        token = talked.app.accounts.login(name, PASSWORD, remote="test")
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": talked.url}])
        return Console(page, talked, english=english)

    return come


def group_of(served: Served, language: str = "zh") -> int:
    """The first group of the sample community in a language."""
    community = next(one for one in served.app.samples.installed() if one.profile.language == language)
    return next(one.group.id for one in served.app.groups.groups(SYSTEM) if one.group.community_id == community.id)


def connect(console: Console, url: str) -> None:
    """Fill the form in for an OpenAI-compatible address."""
    console.open("/settings", "#model-limits .row-card")
    console.page.get_by_label(console.t("用哪家的", "Vendor")).click()
    console.page.get_by_role("option", name=console.t("其他（兼容", "Other (an")).click()
    # What belongs to the vendor before has gone.
    expect(console.page.locator("#model-name input")).to_have_value("")
    console.page.locator("#model-address").locator("input, textarea").fill(url)
    console.page.locator("#model-name input").fill("scripted")
    console.page.locator("#model-key input").fill(KEY)


def test_without_a_model_it_talks_and_says_so(enter: Callable[..., Console], talked: Served) -> None:
    console = enter()
    console.open(f"/?in=g{group_of(talked)}", ".hello")
    expect(console.page.locator(".hello .aside a")).to_have_attribute("href", "/zh/settings")
    turn = console.ask("最近一个月群里有多热闹？")
    expect(turn.locator(".said > .words")).to_contain_text("条")
    expect(turn.locator(".aside")).to_contain_text("没有接入大模型")
    expect(turn.get_by_role("link", name="去设置")).to_be_visible()
    talked.app.accounts.create(SYSTEM, "小满", PASSWORD, Role.VIEWER)
    console = enter("小满")
    console.open(f"/?in=g{group_of(talked)}", ".hello")
    expect(console.page.locator(".hello .aside")).to_be_visible()
    expect(console.page.locator(".hello .aside a")).to_have_count(0)
    expect(console.page.locator("header.top nav a", has_text="设置")).to_have_count(0)
    console.page.goto(talked.url + "/zh/settings")
    console.page.wait_for_selector(".hello")


def test_a_model_is_tried_priced_saved_and_its_key_never_comes_back(
    enter: Callable[..., Console], talked: Served, model: Model
) -> None:
    console = enter()
    connect(console, "http://127.0.0.1:9/v1")
    console.page.click("#model-test")
    expect(console.page.locator("#model-result .probe.bad")).to_be_visible(timeout=TRIED_MS)
    console.shoot("settings-not-reached-zh")

    connect(console, model.server.url)
    console.page.locator("#price-in").locator("input, textarea").fill("2")
    console.page.locator("#price-out").locator("input, textarea").fill("8")
    console.page.locator("#price-out").locator("input, textarea").blur()
    console.page.click("#model-test")
    result = console.page.locator("#model-result .probe.good")
    expect(result).to_contain_text("你好！", timeout=TRIED_MS)
    expect(result.locator("li.yes")).to_have_count(4)
    expect(console.page.locator(".estimate b")).to_contain_text("一个月大约")
    assert talked.app.connecting.setup(SYSTEM) is None
    stays = console.page.locator("#model-stays input")
    expect(stays).not_to_be_checked()
    console.page.click("#model-save")
    expect(console.page.locator("#model-current")).to_contain_text("遮住名字和联系方式后才发出去")
    stays.check()
    console.page.click("#model-save")
    expect(console.page.locator("#model-current")).to_contain_text("文字不离开这里")
    expect(console.page.locator("#model-current")).to_contain_text("scripted")
    expect(console.page.locator("#model-key input")).to_have_value("")
    console.shoot("settings-zh")
    setup = talked.app.connecting.setup(SYSTEM)
    assert setup is not None
    assert setup.abilities.tools is True
    assert talked.app.connecting.has_key(model.server.url)

    console.open("/settings", "#model-limits .row-card")
    expect(console.page.locator("#model-name input")).to_have_value("scripted")
    expect(stays).to_be_checked()
    expect(console.page.locator("#model-key input")).to_have_attribute("placeholder", "已保存，留空就沿用")
    assert KEY not in console.page.content()
    console.page.locator("#model-usage summary").click()
    expect(console.page.locator(".call").first).to_contain_text("试一试")


def test_a_reply_streams_shows_what_was_looked_up_and_is_there_again_after_a_reload(
    enter: Callable[..., Console], talked: Served, model: Model
) -> None:
    console = enter()
    console.open(f"/?in=g{group_of(talked)}", ".hello")
    assert console.page.locator(".hello .aside").count() == 0
    model.server.go.clear()
    model.replies = [Reply(calls=[ToolCall("topics", {})]), Reply("这周大家聊得最多的是绘本。", wait_after=1)]
    turn = console.say(WHAT)
    expect(turn.locator(".said > .words")).to_have_text("这周大家")
    expect(turn.locator(".step summary")).to_contain_text("看了大家在聊什么")
    assert "live" in (turn.get_attribute("class") or "")
    expect(console.page.get_by_role("button", name="停")).to_be_visible()
    turn.locator(".step summary").click()
    model.server.go.set()
    expect(turn.locator(".said > .words")).to_have_text("这周大家聊得最多的是绘本。")
    expect(console.page.get_by_role("button", name="问", exact=True)).to_be_visible()
    # What was folded open stays so when the turn is drawn whole.
    expect(turn.locator(".step[open]")).to_have_count(1)
    expect(turn.locator(".aside")).to_have_count(0)
    console.shoot("talk-zh")
    turn.locator(".step .cite").first.click()
    expect(console.page.locator(".drawer .bubble.focus")).to_be_visible()

    console.page.reload()
    expect(turn.locator(".said > .words")).to_have_text("这周大家聊得最多的是绘本。")
    expect(turn.locator(".step")).to_have_count(1)
    model.replies = [Reply("上周聊的是活动。")]
    turn = console.say("那上周呢？")
    expect(turn.locator(".said > .words")).to_have_text("上周聊的是活动。")
    assert WHAT in model.server.asked[-1].text


def test_earlier_conversations_are_opened_renamed_and_deleted(enter: Callable[..., Console], talked: Served) -> None:
    console = enter()
    page = console.page
    console.open("/", ".hello")
    page.get_by_role("button", name="以前的对话").click()
    row = page.locator(".past .row-card", has_text=WHAT).last
    row.get_by_role("button", name="改名").click()
    box = page.locator("dialog input")
    expect(box).to_have_value(WHAT)
    box.fill(f"绘本 {HTML}")
    page.locator("dialog").get_by_role("button", name="改名").click()
    row = page.locator(".past .row-card", has_text="绘本 <")
    expect(row.locator("b")).to_have_text(f"绘本 {HTML}")
    console.shoot("earlier-zh")
    row.locator(".title").click()
    expect(page.locator(".thread .turn")).to_have_count(2)
    expect(page.locator(".drawer aside")).to_be_hidden()
    assert "talk=" in page.url
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".hello")).to_be_visible()
    assert "talk=" not in page.url
    page.get_by_role("button", name="以前的对话").click()
    expect(row).to_be_visible()
    before = page.locator(".past .row-card").count()
    row.get_by_role("button", name="删除").click()
    page.locator("dialog").get_by_role("button", name="删除").click()
    expect(page.locator(".past .row-card")).to_have_count(before - 1)
    assert page.title() != "ran"


def test_a_reply_is_stopped_half_way(enter: Callable[..., Console], talked: Served, model: Model) -> None:
    console = enter()
    console.open(f"/?in=g{group_of(talked)}", ".hello")
    model.server.left.clear()
    model.replies = [Reply("一二三四五六七八九十", hang_after=1)]
    turn = console.say(WHAT)
    expect(turn.locator(".said > .words")).to_have_text("一二三四")
    console.page.get_by_role("button", name="停").click()
    expect(turn).to_contain_text("已停下")
    assert model.server.left.wait(30), "the request to the model goes on"
    expect(console.page.get_by_role("button", name="问", exact=True)).to_be_visible()
    model.replies = [Reply("好的。")]
    expect(console.say(WHAT).locator(".said > .words")).to_have_text("好的。")


def test_where_the_connection_fails_the_words_stay_in_the_box(enter: Callable[..., Console], model: Model) -> None:
    console = enter()
    console.open("/", ".hello")
    box = console.page.locator("#question textarea")
    console.page.route("**/talk/**", lambda route: route.abort())
    turn = console.say(WHAT)
    expect(turn.locator(".problem")).to_contain_text("没有连上")
    expect(box).to_have_value(WHAT)
    console.shoot("talk-lost-zh")
    console.page.unroute("**/talk/**")
    model.replies = [Reply("在的。")]
    box.press("Enter")
    expect(console.page.locator(".thread .said > .words")).to_have_text("在的。")
    expect(console.page.locator(".thread .turn")).to_have_count(1)


def test_it_shows_at_once_that_it_was_heard(enter: Callable[..., Console]) -> None:
    console = enter()
    console.open("/", ".hello")
    held: list[Route] = []
    console.page.route("**/talk/**", lambda route: held.append(route))
    turn = console.say("听得到吗？")
    # The server has not even been asked.
    expect(turn.locator(".asked")).to_have_text("听得到吗？")
    expect(turn.locator(".waiting")).to_be_visible()
    expect(console.page.get_by_role("button", name="停")).to_be_visible()
    console.page.get_by_role("button", name="停").click()
    expect(turn).to_contain_text("已停下")
    assert held
    for route in held:
        route.abort()


def test_what_a_model_says_is_text(enter: Callable[..., Console], model: Model) -> None:
    console = enter()
    console.open("/", ".hello")
    model.usual = Reply(f"它说：{HOSTILE}")
    turn = console.ask(f"{WHAT} {HOSTILE}")
    expect(turn.locator(".said > .words")).to_have_text(f"它说：{HOSTILE}")
    expect(turn.locator(".asked")).to_have_text(f"{WHAT} {HOSTILE}")
    console.page.reload()
    expect(turn.locator(".said > .words")).to_have_text(f"它说：{HOSTILE}")
    assert console.page.title() != "ran"
    assert console.page.locator("img[src=x], [onerror], .words strong, .words a").count() == 0
    model.usual = Reply("你好！")


def test_a_model_that_fails_leaves_a_reply_that_says_so(enter: Callable[..., Console], model: Model) -> None:
    console = enter()
    console.open("/", ".hello")
    model.replies = [Reply(status=401, error="bad key")] * 4
    turn = console.ask("这个月谁最活跃？")
    expect(turn.locator(".aside")).to_contain_text("密钥")
    expect(turn.locator(".said > .words")).not_to_be_empty()


def test_proposals_are_copied_changed_put_away_and_brought_back(enter: Callable[..., Console], talked: Served) -> None:
    console = enter()
    page = console.page
    console.open("/proposals", "#proposal-list .empty")
    expect(page.locator("#proposal-list")).to_contain_text("起草")
    proposing = talked.app.proposing
    text = f"周六下午两点见 {HOSTILE}"
    made = proposing.propose(SYSTEM, ProposalKind.ANNOUNCE, group_of(talked), text, reason=HOSTILE)
    console.open("/proposals", ".proposal")
    card = page.locator(f"#p{made.id}")
    expect(card.locator(".outgoing")).to_have_text(text)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="复制").click()
    assert page.evaluate("navigator.clipboard.readText()") == text

    card.get_by_role("button", name="修改").click()
    box = page.locator("#proposal-text textarea")
    expect(box).to_have_value(text)
    changed = proposing.edit(SYSTEM, made.id, "周六下午三点见", made.version)
    box.fill("周日见")
    page.click("#proposal-save")
    expect(page.locator("#proposal-sheet .problem")).to_contain_text("刚刚被人改过")
    assert proposing.get(SYSTEM, made.id) == changed
    console.open("/proposals", ".proposal")
    card.get_by_role("button", name="修改").click()
    box.fill("周日下午两点见")
    page.click("#proposal-save")
    expect(card.locator(".outgoing")).to_have_text("周日下午两点见")
    console.shoot("proposals-zh")

    card.get_by_role("button", name="不用").click()
    expect(page.locator("#proposal-list .empty")).to_be_visible()
    page.locator(".undo").get_by_role("button", name="撤回").click()
    card.get_by_role("button", name="已发").click()
    expect(page.locator("#proposal-list .empty")).to_be_visible()
    page.get_by_role("button", name="已处理").click()
    expect(card).to_contain_text("已发")
    assert proposing.get(SYSTEM, made.id).state is ProposalState.HANDED_OFF
    assert page.title() != "ran"


def test_limits_are_set_and_taken_back(enter: Callable[..., Console], talked: Served) -> None:
    console = enter()
    page = console.page
    console.open("/settings", "#model-limits .row-card")
    page.locator("#limit-yuan").locator("input, textarea").fill("很多")
    page.click("#limit-save")
    expect(page.locator("#limits-card .problem")).to_contain_text("不是数字")
    page.locator("#limit-yuan").locator("input, textarea").fill("0.5")
    page.click("#limit-save")
    expect(page.locator("#model-limits")).to_contain_text("0.50 元")
    assert talked.app.spending.caps(SYSTEM)[0].cap.yuan == 0.5
    page.locator("#model-limits").get_by_role("button", name="恢复默认").click()
    expect(page.locator("#model-limits")).to_contain_text("5.00 元")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_of_it_runs_off_the_side_of_a_phone(
    enter: Callable[..., Console], talked: Served, model: Model, language: str
) -> None:
    console = enter(english=language == "en", width=390, height=844)
    group = group_of(talked, language)
    talked.app.proposing.propose(SYSTEM, ProposalKind.SEND_MESSAGE, group, "See you on Saturday. " * 9, reason="x" * 90)
    model.replies = [Reply(calls=[ToolCall("topics", {})]), Reply("Mostly about grinders. 大多在聊磨豆机。" * 6)]
    console.open(f"/?in=g{group}", ".hello")
    turn = console.ask(console.t("这周大家最关心什么？", "What do people care about this week?"))
    expect(turn.locator(".step summary")).to_be_visible()
    expect(console.page.locator(".turn.live")).to_have_count(0)
    pictures = {
        "talk": (None, ".turn"),
        "proposals": ("/proposals", ".proposal"),
        "settings": ("/settings", "#model-limits .row-card"),
    }
    for name, (path, wait_for) in pictures.items():
        if path is not None:
            console.open(path, wait_for)
        console.shoot(f"{name}-phone-{language}")
        assert console.page.evaluate("document.documentElement.scrollWidth") == 390, name


def test_the_model_is_taken_away_with_its_key(enter: Callable[..., Console], talked: Served, model: Model) -> None:
    console = enter()
    console.open("/settings", "#model-limits .row-card")
    console.page.get_by_role("button", name="断开").click()
    console.page.locator("dialog").get_by_role("button", name="断开").click()
    expect(console.page.locator("#model-current")).to_contain_text("还没有接入大模型")
    assert talked.app.connecting.setup(SYSTEM) is None
    assert not talked.app.connecting.has_key(model.server.url)

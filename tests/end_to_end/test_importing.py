"""A person imports chats: every format by upload, pasted text, long imports that survive a reload, undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Console
from playwright.sync_api import expect

from copilot.records import Platform
from copilot.services.rights import SYSTEM

pytestmark = pytest.mark.browser

EXPORTS = Path(__file__).parents[1] / "exports"
FILES = [
    "chatlab/group.jsonl",
    "chatlog/chat.csv",
    "chatlog/chat.json",
    "chatlog/year_left_out.txt",
    "memotrace/chinese_columns.csv",
    "memotrace/new.txt",
    "qq/group.txt",
    "telegram/group.json",
    "wechat-paste/dated.txt",
    "wechat-share/dense.txt",
]


@pytest.mark.parametrize("file", FILES)
def test_each_format_comes_in_by_upload(console: Console, file: str) -> None:
    name = f"群 {file}"
    console.import_file(EXPORTS / file, name)
    row = console.wait_for_import(name)
    expect(row).to_contain_text("已完成")
    expect(console.page.locator(".group", has_text=name)).to_contain_text("条消息")
    row.get_by_role("button", name="看报告").click()
    expect(console.page.locator(".drawer .figure").first).to_contain_text("读到")
    assert not [path for path in (console.served.settings.uploads_dir / "console").rglob("*") if path.is_file()]


PASTED = (
    "小满 2026-03-01 10:00\n读书会改到几号了？\n\n阿舟 2026-03-01 10:02\n读书会改到 3 月 14 日周六下午两点，老地方。\n"
)


def test_pasted_text_comes_in_and_answers(console: Console) -> None:
    console.import_text(PASTED, "读书会")
    console.wait_for_import("读书会")
    expect(console.page.locator(".group", has_text="读书会")).to_contain_text("2 条消息")
    turn = console.ask_in(console.scope_of("读书会"), "读书会改到几号了？")
    expect(turn.locator(".cite.history").first).to_contain_text("3 月 14 日")
    console.open("/groups", "#past-jobs .row-card")
    row = console.wait_for_import("读书会")
    row.get_by_role("button", name="撤销").click()
    console.page.get_by_role("button", name="撤销导入").click()
    expect(console.page.locator("#past-jobs .row-card", has_text="已撤销").first).to_be_visible()


def test_what_cannot_be_read_says_why_and_how_to_go_on(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("just a shopping list\nmilk\n", encoding="utf-8")
    console.open_import()
    console.page.set_input_files("#chat-file input[type=file]", file)
    expect(console.page.locator("#import-sheet .problem")).to_contain_text("认不出")
    console.shoot("import-unknown-zh")


def test_the_form_names_what_is_missing(console: Console) -> None:
    console.open_import()
    console.page.click("#start-import")
    expect(console.page.locator("#import-sheet .problem")).to_contain_text("给新群起个名字")
    console.start_import("空")
    expect(console.page.locator("#import-sheet .problem")).to_contain_text("请先放入一个文件")


def long_chat(path: Path, messages: int) -> Path:
    """A ChatLab file that takes some seconds."""
    header = {"_type": "header", "chatlab": {"version": "0.0.1"}, "meta": {"name": "很长的群", "platform": "wechat"}}
    with path.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(header) + "\n")
        for number in range(messages):
            line = {
                "_type": "message",
                "platformMessageId": f"m{number}",
                "sender": f"w{number % 50}",
                "accountName": f"成员{number % 50}",
                "timestamp": 1_700_000_000 + number * 30,
                "type": 0,
                "content": f"第 {number} 条，今天的天气和昨天差不多",
            }
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def test_an_import_goes_on_over_a_reload_and_can_be_cancelled(console: Console, tmp_path: Path) -> None:
    console.import_file(long_chat(tmp_path / "long.jsonl", 100_000), "很长的群")
    job = console.page.locator(".job", has_text="long.jsonl")
    job.wait_for()
    console.page.reload()
    job.wait_for()
    console.page.wait_for_function("Number(document.querySelector('.job .bar')?.getAttribute('aria-valuenow')) > 0")
    console.shoot("import-running-zh")
    job.get_by_role("button", name="取消导入").click()
    console.page.locator("dialog").get_by_role("button", name="取消导入").click()
    row = console.page.locator("#past-jobs .row-card", has_text="long.jsonl")
    expect(row).to_contain_text("已取消")
    assert "很长的群" not in [one.group.name for one in console.served.app.groups.groups(SYSTEM)]


def test_a_group_is_exported_as_chatlab(console: Console) -> None:
    console.import_text(PASTED, "带回家")
    console.wait_for_import("带回家")
    card = console.page.locator(".group", has_text="带回家")
    with console.page.expect_download() as download:
        card.get_by_role("link", name="导出").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["_type"] == "header"
    assert "老地方" in lines[-1]


def test_what_cannot_come_back_is_deleted_only_after_its_name_was_typed(console: Console) -> None:
    groups = console.served.app.groups
    community = groups.create_community(SYSTEM, "要散的社群", "zh", "Asia/Shanghai")
    groups.create_group(SYSTEM, community.id, "要散的群", Platform.WECHAT)
    console.open("/groups", ".group")
    section = console.page.locator("section.community", has_text="要散的社群")
    dialog = console.page.locator("dialog")

    section.get_by_role("button", name="删除", exact=True).click()
    box, go = dialog.get_by_label("请输入"), dialog.get_by_role("button", name="删除群")
    expect(go).to_be_disabled()
    box.fill("要散的")
    expect(go).to_be_disabled()
    box.press("Enter")
    box.fill(" 要散的群 ")
    console.shoot("delete-group-zh")
    go.click()
    expect(section.locator(".group")).to_have_count(0)
    assert community.id in [one.id for one in groups.communities(SYSTEM)]

    section.get_by_role("button", name="删除社群").click()
    dialog.get_by_role("button", name="算了").click()
    section.get_by_role("button", name="删除社群").click()
    box.fill("要散的社群")
    box.press("Enter")
    expect(section).to_have_count(0)
    assert community.id not in [one.id for one in groups.communities(SYSTEM)]


def test_members_are_renamed_and_merged(console: Console) -> None:
    console.import_text(PASTED, "两个人")
    console.wait_for_import("两个人")
    console.page.locator(".group", has_text="两个人").get_by_role("button", name="成员").click()
    rows = console.page.locator("#members-sheet .row-card")
    expect(rows).to_have_count(2)
    rows.filter(has_text="小满").get_by_role("button", name="改名").click()
    box = console.page.locator("#members-sheet").get_by_label("改成")
    box.fill("满满")
    box.press("Enter")
    expect(rows.filter(has_text="满满")).to_have_count(1)
    rows.filter(has_text="满满").get_by_role("button", name="合并").click()
    console.page.locator("#members-sheet").get_by_label("和谁其实是同一个人").click()
    console.page.get_by_role("option", name="阿舟").click()
    console.page.get_by_role("button", name="合并成一个人").click()
    expect(rows).to_have_count(1)
    console.shoot("members-zh")

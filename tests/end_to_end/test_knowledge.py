"""A person keeps the knowledge: entries, rules, documents and profile, and what is saved answers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from conftest import Console
from openpyxl import Workbook
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def level(console: Console) -> str:
    """The sample community in Chinese, its knowledge open."""
    community = next(one for one in console.served.app.samples.installed() if one.profile.language == "zh")
    console.open(f"/knowledge?in=c{community.id}", ".entry")
    return f"c{community.id}"


def test_an_edited_entry_answers_with_its_new_words(console: Console, level: str) -> None:
    console.shoot("knowledge-zh")
    console.page.get_by_role("button", name="加一条问答").click()
    console.page.locator("#faq-question").locator("input, textarea").fill("望远镜可以外借吗？")
    console.page.fill("#faq-answer textarea", "可以，押金 300 元。")
    console.page.fill("#faq-variants textarea", "望远镜能借回家吗")
    console.page.click("#faq-save")
    entry = console.page.locator(".entry", has_text="望远镜可以外借吗")
    expect(entry).to_contain_text("押金 300 元")
    turn = console.ask_in(level, "望远镜能借回家吗？")
    expect(turn.locator(".reply")).to_have_text("可以，押金 300 元。")

    console.open(f"/knowledge?in={level}", ".entry")
    console.page.locator("#faq-search").locator("input, textarea").fill("望远镜")
    expect(console.page.locator(".entry")).to_have_count(1)
    entry.get_by_role("button", name="修改").click()
    console.page.fill("#faq-answer textarea", "可以，押金 500 元。")
    console.shoot("faq-form-zh")
    console.page.click("#faq-save")
    expect(entry).to_contain_text("500")
    turn = console.ask_in(level, "望远镜能借回家吗？")
    expect(turn.locator(".reply")).to_have_text("可以，押金 500 元。")

    console.open(f"/knowledge?in={level}", ".entry")
    entry.get_by_role("button", name="删除").click()
    expect(entry).to_have_count(0)
    console.page.get_by_role("button", name="撤销").click()
    expect(entry).to_have_count(1)


def test_a_mistake_is_named_beside_the_form(console: Console, level: str) -> None:
    console.page.get_by_role("button", name="加一条问答").click()
    console.page.locator("#faq-question").locator("input, textarea").fill("没有答案的问题")
    console.page.get_by_label("有效到哪天").fill("明年")
    console.page.click("#faq-save")
    problem = console.page.locator("#faq-sheet .problem")
    expect(problem).to_contain_text("「答案」还没有写")
    expect(problem).to_contain_text("2026-12-31")


def test_rules_are_added_moved_and_removed(console: Console, level: str) -> None:
    console.page.get_by_role("tab", name="群规").click()
    rules = console.page.locator("#rule-list .rule")
    count = rules.count()
    console.page.get_by_role("button", name="加一条群规").click()
    console.page.fill("#rule-text textarea", "不在群里催单。")
    console.page.click("#rule-save")
    expect(rules).to_have_count(count + 1)
    rules.last.get_by_role("button", name="上移").click()
    expect(rules.nth(count - 1)).to_contain_text("不在群里催单")
    rules.nth(count - 1).get_by_role("button", name="删除").click()
    expect(rules).to_have_count(count)
    console.shoot("rules-zh")


def test_a_document_is_uploaded_and_cited(console: Console, level: str, tmp_path: Path) -> None:
    file = tmp_path / "天文台须知.md"
    file.write_text("# 天文台须知\n\n观星夜请带手电筒，红光的最好。\n", encoding="utf-8")
    console.page.get_by_role("tab", name="文档").click()
    console.page.get_by_role("button", name="加一份文档").click()
    console.page.set_input_files("#document-file input[type=file]", file)
    document = console.page.locator("#document-list .entry", has_text="天文台须知")
    expect(document).to_be_visible()
    document.get_by_role("button", name="看全文").click()
    expect(console.page.locator(".drawer")).to_contain_text("红光的最好")


def test_a_group_takes_from_its_community_what_it_does_not_say(console: Console, level: str) -> None:
    group = console.served.app.groups.groups
    account = console.served.app.accounts.list()[0]
    first = next(one for one in group(account) if f"c{one.group.community_id}" == level)
    console.open(f"/knowledge?in=g{first.group.id}", "#knowledge-top h1")
    console.page.get_by_role("tab", name="资料").click()
    theme = console.page.locator("#profile-theme textarea")
    expect(theme).to_have_attribute("placeholder", "和社群一样：" + str(first.community.profile.theme))
    quiet = console.page.locator("#profile-quiet").locator("input, textarea")
    quiet.fill("很晚")
    console.page.click("#profile-save")
    expect(console.page.locator(".form-card .problem")).to_contain_text("22:30-08:00")
    quiet.fill("23:00-07:30")
    console.page.click("#profile-save")
    expect(console.page.locator(".form-card .problem")).to_have_count(0)
    console.shoot("profile-zh")
    console.page.reload()
    console.page.get_by_role("tab", name="资料").click()
    expect(quiet).to_have_value("23:00-07:30")


def test_a_table_shows_what_it_would_change_before_it_does(console: Console, level: str, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["问题", "答案"])
    book.active.append(["潜水课几岁能上？", "满 10 岁就可以。"])
    book.save(tmp_path / "faq.xlsx")
    console.page.get_by_role("button", name="从表格导入").click()
    console.page.set_input_files("#knowledge-file input[type=file]", tmp_path / "faq.xlsx")
    expect(console.page.locator("#knowledge-preview")).to_contain_text("潜水课几岁能上")
    expect(console.page.locator(".entry", has_text="潜水课")).to_have_count(0)
    console.shoot("table-preview-zh")
    console.page.click("#knowledge-apply")
    expect(console.page.locator(".entry", has_text="潜水课")).to_have_count(1)


def test_a_whole_folder_goes_out_and_comes_in(console: Console, level: str, tmp_path: Path) -> None:
    with console.page.expect_download() as download:
        console.page.get_by_role("link", name="导出整套").click()
    kept = tmp_path / "kept.zip"
    download.value.save_as(kept)
    assert "faq.yaml" in zipfile.ZipFile(kept).namelist()
    entry = console.page.locator(".entry").first
    question = entry.locator("h3").inner_text()
    entry.get_by_role("button", name="删除").click()
    expect(console.page.locator(".undo")).to_be_visible()
    console.page.get_by_role("button", name="导入整套").click()
    console.page.set_input_files("#knowledge-file input[type=file]", kept)
    expect(console.page.locator("#knowledge-preview")).to_contain_text(question)
    console.page.click("#knowledge-apply")
    expect(console.page.locator(".entry h3", has_text=question)).to_have_count(1)


def test_a_question_is_tried_on_the_spot(console: Console, level: str) -> None:
    console.page.get_by_role("tab", name="试一试").click()
    box = console.page.locator("#try-question").locator("input, textarea")
    box.fill("绘本馆几点开门？")
    box.press("Enter")
    expect(console.page.locator("#tried .answer")).to_be_visible()
    console.page.locator("#tried .cite").first.click()
    expect(console.page.locator(".drawer aside")).to_be_visible()

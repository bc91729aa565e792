"""The console as a whole, without a browser: pages, roles, the frame, the small pages, downloads."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from copilot.bootstrap import App
from copilot.console.app import make_console
from copilot.console.page import find_pages
from copilot.records import Platform, Role
from copilot.services.rights import SYSTEM
from copilot.settings import Settings

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"
ODD = "<img src=x onerror=alert(1)>"


def made_in_a_loop(app: App, settings: Settings) -> FastAPI:
    """The console. Where no event loop runs, Gradio makes some and never closes them, which is a warning here."""

    async def make() -> FastAPI:
        return make_console(app, settings)

    # In a thread of its own: a browser test in this process may have left a loop running.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, make()).result()


@pytest.fixture
def client(app: App, settings: Settings) -> Iterator[TestClient]:
    """A browser without JavaScript, at a console where the owner is set up."""
    app.accounts.create_owner(app.accounts.setup_token() or "", ODD, PASSWORD)
    with TestClient(made_in_a_loop(app, settings), base_url="http://127.0.0.1") as opened:
        yield opened


def log_in(client: TestClient, name: str = ODD, password: str = PASSWORD) -> None:
    """Log in by the form."""
    answer = client.post("/login", data={"name": name, "password": password}, follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_one_file_a_page_each_at_its_place() -> None:
    pages = find_pages()
    assert [page.path for page in pages] == ["", "proposals", "groups", "knowledge", "health", "settings", "accounts"]
    assert len({page.order for page in pages}) == len(pages)


def test_each_page_is_framed_for_the_account_and_guards_its_scripts(client: TestClient) -> None:
    log_in(client)
    for language, titles in (
        ("zh", ["对话", "待办", "群", "知识", "状态", "设置", "账号"]),
        ("en", ["Ask", "Proposals", "Groups", "Knowledge", "Health", "Settings", "Accounts"]),
    ):
        for path in ("", "proposals", "groups", "knowledge", "health", "settings", "accounts"):
            answer = client.get(f"/{language}/{path}")
            assert answer.status_code == 200
            nav = re.search(r"<nav.*?</nav>", answer.text, re.S)
            assert nav is not None
            assert re.findall(r">([^<]+)</a>", nav[0]) == titles
            nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
            assert nonce is not None
            scripts = re.findall(r"<script[^>]*>", answer.text)
            assert len(scripts) > 3
            assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
            assert ODD not in answer.text
            assert not re.findall(r'(?:src|href|content)="https?://(?!127\.0\.0\.1)[^"]*"', answer.text)


def test_addresses_without_a_language_lead_to_the_browsers(client: TestClient) -> None:
    log_in(client)
    to = client.get("/groups?x=1", headers={"accept-language": "en"}, follow_redirects=False)
    assert to.headers["location"] == "/en/groups?x=1"
    client.get("/language/zh?next=/en/groups", follow_redirects=False)
    to = client.get("/groups", headers={"accept-language": "en"}, follow_redirects=False)
    assert to.headers["location"] == "/zh/groups"


def test_the_installations_language_is_shown_where_the_browser_says_none(app: App, settings: Settings) -> None:
    english = settings.model_copy(update={"language": "en"})
    with TestClient(made_in_a_loop(app, english), base_url="http://127.0.0.1") as client:
        client.headers["accept-language"] = ""
        assert "No owner exists yet" in client.get("/login").text
        assert client.get("/login", headers={"accept-language": "zh"}).text.count("一次性链接") == 1


def test_logging_out_everywhere_ends_the_other_sessions_too(client: TestClient, app: App) -> None:
    elsewhere = app.accounts.login(ODD, PASSWORD, remote="phone")
    log_in(client)
    here = client.cookies["copilot_session"]
    client.post("/logout", follow_redirects=False)
    assert app.accounts.account_of(elsewhere) is not None
    log_in(client)
    here = client.cookies["copilot_session"]
    answer = client.post("/logout", data={"everywhere": "true"}, follow_redirects=False)
    assert answer.headers["location"] == "/login"
    assert app.accounts.account_of(here) is None
    assert app.accounts.account_of(elsewhere) is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/login", "javascript:x"]
)
def test_a_login_leads_nowhere_else(client: TestClient, target: str) -> None:
    answer = client.post("/login", data={"name": ODD, "password": PASSWORD, "next": target}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert client.get("/language/en", params={"next": target}, follow_redirects=False).headers["location"] == "/"


def test_logging_out_ends_the_session(client: TestClient) -> None:
    log_in(client)
    token = client.cookies["copilot_session"]
    assert client.post("/logout", follow_redirects=False).headers["location"] == "/login"
    answer = client.get("/zh/", headers={"cookie": f"copilot_session={token}"}, follow_redirects=False)
    assert answer.status_code == 401


def test_the_one_time_link_is_over_once_there_is_an_owner(client: TestClient) -> None:
    assert client.get("/setup?token=x", follow_redirects=False).headers["location"] == "/login"
    data = {"token": "x", "name": "b", "password": "long enough", "again": "long enough"}
    assert client.post("/setup", data=data).status_code == 403


def test_too_many_wrong_passwords_must_wait(client: TestClient, settings: Settings) -> None:
    for _ in range(settings.login_attempts):
        answer = client.post("/login", data={"name": ODD, "password": "wrong wrong"})
        assert answer.status_code == 401
        assert ODD not in answer.text
    answer = client.post("/login", data={"name": ODD, "password": PASSWORD})
    assert answer.status_code == 401
    assert "分钟" in answer.text


def test_downloads_ask_who_may(client: TestClient, app: App) -> None:
    community = app.groups.create_community(SYSTEM, "书友", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "一群", Platform.WECHAT)
    log_in(client)
    first = client.get(f"/files/group-{group.id}.jsonl").text.splitlines()[0]
    assert json.loads(first)["_type"] == "header"
    with zipfile.ZipFile(io.BytesIO(client.get(f"/files/knowledge-{community.id}.zip").content)) as archive:
        assert "profile.yaml" in archive.namelist()
    for language, header in (("zh", "问题"), ("en", "question")):
        book = load_workbook(io.BytesIO(client.get(f"/files/faq-{language}.xlsx").content))
        assert book.active is not None
        assert book.active["A1"].value == header

    owner = app.accounts.list()[0]
    app.accounts.create(owner, "小助手", PASSWORD, Role.VIEWER, frozenset())
    log_in(client, "小助手")
    assert client.get(f"/files/group-{group.id}.jsonl").status_code == 403
    assert client.get(f"/files/knowledge-{community.id}.zip").status_code == 403
    assert client.get("/files/group-999.jsonl").status_code == 403


def test_it_is_alive_and_fits_a_home_screen(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/manifest.json", headers={"accept-language": "en"}).json()["name"] == "Community Co-pilot"
    assert client.get("/ui/icon.svg").headers["content-type"].startswith("image/svg+xml")

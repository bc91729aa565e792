"""What stands in front of every request."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from copilot.console.guard import Guard, account_in
from copilot.records import Account, Role
from copilot.settings import Settings

OWNER = Account(id=1, name="阿暖", role=Role.OWNER)
COOKIE = {"cookie": "copilot_session=good; other=x"}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body and says who came."""
    if scope["type"] == "http":
        body = await Request(scope, receive).body()
        account = account_in(scope)
        await PlainTextResponse(f"{account.name if account else '-'} {len(body)}")(scope, receive, send)


def ask(
    path: str = "/zh/", method: str = "GET", *, host: str = "127.0.0.1:7860", body: object = None, **more: object
) -> httpx.Response:
    """Send one request to a guarded app."""
    settings = Settings(data_dir=Path("unused"), allowed_hosts=("copilot.example.org",), max_upload_mb=1)
    guard = Guard(inner, settings=settings, account_of=lambda token: OWNER if token == "good" else None)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://x") as client:
            headers = {"host": host, **more.pop("headers", {})}  # type: ignore[dict-item]
            return await client.request(method, path, headers=headers, content=body)  # type: ignore[arg-type]

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("localhost", 200),
        ("[::1]:7860", 200),
        ("copilot.example.org", 200),
        ("COPILOT.example.org:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
def test_only_our_host_names_are_served(host: str, status: int) -> None:
    assert ask(host=host, headers=COOKIE).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[x"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_only_our_own_pages_change_things(headers: dict[str, str], status: int) -> None:
    path = "/zh/gradio_api/run/predict"
    assert ask(path, "POST", headers={**COOKIE, **headers}).status_code == status


def test_a_proxy_that_speaks_https_keeps_the_origin() -> None:
    headers = {**COOKIE, "origin": "https://copilot.example.org"}
    assert ask("/logout", "POST", host="copilot.example.org", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/zh/", {"accept": "text/html"}, 303),
        ("/zh/groups", {}, 401),
        ("/zh/gradio_api/run/predict", {}, 401),
        ("/zh/config", {}, 401),
        ("/files/group-1.jsonl", {}, 401),
        ("/login", {}, 200),
        ("/setup", {}, 200),
        ("/healthz", {}, 200),
        ("/ui/console.css", {}, 200),
        ("/zh/assets/index.js", {}, 200),
        ("/zh/", {"cookie": "copilot_session=bad", "accept": "text/html"}, 303),
        ("/zh/", COOKIE, 200),
        ("/zh/", {"cookie": "b@d[=x; copilot_session=bad"}, 401),
    ],
)
def test_who_is_not_logged_in_sees_only_the_door(path: str, headers: dict[str, str], status: int) -> None:
    assert ask(path, headers=headers).status_code == status


def test_the_door_remembers_where_one_wanted_to_go() -> None:
    answer = ask("/zh/knowledge?in=c1", headers={"accept": "text/html"})
    assert answer.headers["location"] == "/login?next=/zh/knowledge%3Fin%3Dc1"


@pytest.mark.parametrize(
    "path",
    [
        "/zh/gradio_api/proxy=http://example.com/x",
        "/zh/gradio_api/file=http://example.com/x",
        "/zh/gradio_api/run-history/connect",
        "/zh/gradio_api/component_server",
        "/zh/gradio_api/deep_link",
        "/en/gradio_api/vibe-edit",
    ],
)
def test_parts_of_gradio_that_are_not_needed_are_not_served(path: str) -> None:
    assert ask(path, headers=COOKIE).status_code == 404


def chunks(count: int) -> object:
    """A body without a length."""

    async def stream() -> object:
        for _ in range(count):
            yield b"x" * 65536

    return stream()


@pytest.mark.parametrize(("count", "status"), [(15, 200), (17, 413)])
def test_uploads_are_bounded_also_when_they_do_not_say_how_long_they_are(count: int, status: int) -> None:
    assert ask("/zh/gradio_api/upload", "POST", headers=COOKIE, body=b"x" * 65536 * count).status_code == status
    assert ask("/zh/gradio_api/upload", "POST", headers=COOKIE, body=chunks(count)).status_code == status


def test_every_answer_carries_the_headers_that_keep_it_apart() -> None:
    for answer in (ask(headers=COOKIE), ask(), ask(host="evil.example")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_nonces_are_never_the_same() -> None:
    assert len({ask(headers=COOKIE).headers["content-security-policy"] for _ in range(5)}) == 5


def test_who_came_is_passed_on() -> None:
    assert ask(headers=COOKIE).text == "阿暖 0"

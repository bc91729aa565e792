"""The streamed answer of the page Ask: what goes over the line, to whom, and what happens when the browser leaves."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from copilot.assistant.events import Event, Finished, Looked, Said, Withdrew
from copilot.bootstrap import App
from copilot.console import talking
from copilot.console.guard import SESSION_COOKIE, Guard
from copilot.console.talking import talking_routes
from copilot.errors import BadInput
from copilot.models.pieces import the_stop
from copilot.records import Outcome, Platform, Role, Step, Turn
from copilot.services.dialogues import Dialogues
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from tests.console.scripted_assistant import ScriptedAssistant

PASSWORD = "correct horse"
ODD = "<img src=x onerror=alert(1)>\"'{{this}}${1}"


@dataclass
class Room:
    """A guarded route with an assistant behind it, a group to talk about, and a browser of its owner."""

    asgi: Guard
    client: TestClient
    assistant: ScriptedAssistant
    dialogues: Dialogues
    app: App
    group_id: int

    def say(self, words: str, **more: object) -> list[dict[str, Any]]:
        """The lines of one whole talk."""
        answer = self.client.post("/talk/zh", json={"words": words, "scope": f"g{self.group_id}", **more})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def room(app: App, settings: Settings) -> Iterator[Room]:
    """The owner of a console with one group."""
    community = app.groups.create_community(SYSTEM, "书友", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "一群", Platform.WECHAT)
    app.accounts.create_owner(app.accounts.setup_token() or "", "阿暖", PASSWORD)
    dialogues = Dialogues(app.store)
    assistant = ScriptedAssistant(dialogues)
    wired = _With(app, assistant)
    inner = FastAPI()
    inner.include_router(talking_routes(wired, settings))  # type: ignore[arg-type]  # the rest of the app as it is
    asgi = Guard(inner, settings=settings, account_of=app.accounts.account_of)
    with TestClient(asgi, base_url="http://127.0.0.1") as client:
        client.cookies.set(SESSION_COOKIE, app.accounts.login("阿暖", PASSWORD, remote="x"))
        yield Room(asgi, client, assistant, dialogues, app, group.id)


class _With:
    """An application with another assistant."""

    def __init__(self, app: App, assistant: ScriptedAssistant) -> None:
        self._app = app
        self.assistant = assistant
        self.chat = SimpleNamespace(is_ready=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


def test_a_talk_comes_piece_by_piece_and_ends_with_the_whole_turn(room: Room) -> None:
    step = Step(tool="topics", arguments={"period": {"words": "这周"}}, found="辅食：12 人")
    room.assistant.script = lambda _: [Looked(step=step), Said(text="大家在聊"), Said(text="辅食。")]
    begun, looked, first, second, last = room.say("这周聊什么？")
    assert begun["dialogue"] == last["dialogue"] == room.dialogues.recent(room.app.accounts.list()[0])[0].id
    assert (looked["to"], looked["how"]) == ("steps", "add")
    assert "看了大家在聊什么" in looked["html"]
    assert "这周" in looked["html"]
    assert [(one["to"], one["how"], one["html"]) for one in (first, second)] == [
        ("said", "add", "大家在聊"),
        ("said", "add", "辅食。"),
    ]
    assert last["how"] == "turn"
    assert "这周聊什么？" in last["html"]
    assert "大家在聊辅食。" in last["html"]
    assert room.assistant.asked[0]["group_id"] == room.group_id
    assert room.assistant.asked[0]["community_id"] is None


def test_a_second_turn_continues_the_dialogue(room: Room) -> None:
    first = room.say("你好")[-1]["dialogue"]
    assert room.say("那上周呢", dialogue=first)[-1]["dialogue"] == first
    assert [one["dialogue_id"] for one in room.assistant.asked] == [None, first]


def test_a_click_is_known_from_what_is_typed(room: Room) -> None:
    room.say("有哪些问题没人回答？", chip=True)
    room.say("有哪些问题没人回答？")
    assert [one["is_choice"] for one in room.assistant.asked] == [True, False]


def test_the_answer_ends_with_the_turn_and_not_with_what_is_done_afterwards(room: Room) -> None:
    hold = threading.Event()
    room.assistant.afterwards = hold.wait
    assert room.say("问")[-1]["how"] == "turn"
    hold.set()
    assert room.assistant.ended.wait(10)
    assert not room.assistant.closed.is_set()


def test_what_does_not_hold_is_taken_back(room: Room) -> None:
    room.assistant.script = lambda _: [Said(text="错的"), Withdrew(), Said(text="对的")]
    pieces = [(one["how"], one["html"]) for one in room.say("问") if one["to"] == "said"]
    assert pieces == [("add", "错的"), ("set", ""), ("add", "对的")]


def test_all_that_is_said_is_text(room: Room) -> None:
    step = Step(tool=ODD, arguments={"topic": ODD, "member": ODD}, found=ODD)
    turn = Turn(asked=ODD, said=ODD, at=datetime.now(UTC), steps=(step,), choices=(ODD,), outcome=Outcome.OK)
    room.assistant.script = lambda _: [Looked(step=step), Said(text=ODD), Finished(turn=turn)]
    lines = room.say(ODD)
    assert len(lines) == 4
    for line in lines:
        assert "<img" not in line["html"]
        assert "onerror=alert(1)>" not in line["html"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadInput("the question has 900 characters; shorten it to 200"), "900"),
        (ValueError("a secret of the inside"), "出了点问题"),
    ],
)
def test_what_goes_wrong_is_one_sentence(room: Room, error: Exception, words: str) -> None:
    def script(_: str) -> Iterator[Event]:
        raise error
        yield

    room.assistant.script = script
    last = room.say("问")[-1]
    assert last["how"] == "fail"
    assert words in last["html"]
    assert "secret" not in last["html"]


@pytest.mark.parametrize("scope", ["g999", "c7", "", "x"])
def test_a_place_that_the_account_does_not_see_is_refused(room: Room, scope: str) -> None:
    (line,) = room.say("问", scope=scope)
    assert line["how"] == "fail"
    assert room.assistant.asked == []


def test_an_account_talks_about_its_groups_only(room: Room) -> None:
    owner = room.app.accounts.list()[0]
    room.app.accounts.create(owner, "小满", PASSWORD, Role.VIEWER, frozenset())
    room.client.cookies.set(SESSION_COOKIE, room.app.accounts.login("小满", PASSWORD, remote="x"))
    assert room.say("问")[0]["how"] == "fail"
    assert room.assistant.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {"words": ""},
        {"words": "字" * 20_001},
        {"words": 7},
        {"words": "问", "dialogue": "1"},
        {"words": "问", "dialogue": 2**63},
        {"words": "问", "more": 1},
        {"scope": "g1"},
    ],
)
def test_what_the_page_never_sends_is_refused(room: Room, body: dict[str, object]) -> None:
    assert room.client.post("/talk/zh", json={"scope": "g1", **body}).status_code == 422
    assert room.client.post("/talk/fr", json={"words": "x", "scope": "g1"}).status_code == 422
    assert room.assistant.asked == []


@pytest.mark.parametrize("said", ['"\\ud83d secret"', "NaN"])
def test_what_is_no_text_is_refused_without_being_repeated(room: Room, said: str) -> None:
    body = f'{{"scope": "g1", "words": {said}}}'
    answer = room.client.post("/talk/zh", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.text.startswith("This cannot be read.")
    assert "secret" not in answer.text


def test_only_who_is_logged_in_and_only_from_our_own_pages(room: Room) -> None:
    body = {"words": "问", "scope": f"g{room.group_id}"}
    elsewhere = room.client.post("/talk/zh", json=body, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    form = room.client.post("/talk/zh", content=json.dumps(body), headers={"content-type": "text/plain"})
    assert form.status_code == 422
    room.client.cookies.clear()
    assert room.client.post("/talk/zh", json=body).status_code == 401
    assert room.client.get("/talk/zh").status_code in (401, 405)
    assert room.assistant.asked == []


def test_too_many_at_once_wait(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "_MOST_TALKS_OF_ONE", 0)
    (line,) = room.say("问")
    assert line["how"] == "fail"
    assert "请等" in line["html"]
    monkeypatch.undo()
    assert room.say("问")[-1]["how"] == "turn"


def test_seats_are_given_back(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "_MOST_TALKS_OF_ONE", 1)
    for _ in range(3):
        assert room.say("问")[-1]["how"] == "turn"


def test_a_browser_that_leaves_ends_the_talk(room: Room) -> None:
    def script(_: str) -> Iterator[Event]:
        while True:
            yield Said(text="还有")

    room.assistant.script = script
    pieces = asyncio.run(leave_after(room, 5))
    assert pieces >= 5
    assert room.assistant.closed.wait(10)
    assert room.dialogues.recent(room.app.accounts.list()[0]) == []


def test_a_browser_that_leaves_ends_a_request_that_says_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "_MOST_TALKS_OF_ONE", 1)
    begun, ended, hold = threading.Event(), threading.Event(), threading.Event()

    def script(_: str) -> Iterator[Event]:
        the_stop().watch(ended.set)
        begun.set()
        hold.wait(10)
        yield Said(text="晚了")

    room.assistant.script = script
    asyncio.run(leave_after(room, 1, begun))
    assert ended.wait(10)
    # Its seat is free, though its thread has not noticed yet.
    assert not room.assistant.closed.is_set()
    room.assistant.script = lambda _: [Said(text="在")]
    assert room.say("问")[-1]["how"] == "turn"
    hold.set()
    assert room.assistant.closed.wait(10)


async def leave_after(room: Room, wanted: int, when: threading.Event | None = None) -> int:
    """Ask as a browser does that goes away after some pieces, and when something has begun; returns how many came."""
    body = json.dumps({"words": "问", "scope": f"g{room.group_id}"}).encode()
    token = room.client.cookies[SESSION_COOKIE]
    headers = {"host": "127.0.0.1", "content-type": "application/json", "cookie": f"{SESSION_COOKIE}={token}"}
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/talk/zh",
        "raw_path": b"/talk/zh",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    left = asyncio.Event()
    sent, came = False, 0

    async def receive() -> MutableMapping[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal came
        if message["type"] == "http.response.body" and message.get("body"):
            came += 1
            if came == wanted:
                if when is not None:
                    await asyncio.to_thread(when.wait, 10)
                left.set()
        # A real connection gives way here, too.
        await asyncio.sleep(0)

    await room.asgi(scope, receive, send)
    return came

"""Names of members that read as ordinary words: none leaves for a model that is elsewhere, all of them come back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.assistant.memory import Memory
from copilot.assistant.request import Request, Scope, Tool
from copilot.bootstrap import build
from copilot.records import Cap, Outcome, Platform, SourceMessage, Turn
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from copilot.text.marks import unmarked
from tests.assistant.desk import MING, make_desk, shown
from tests.conftest import NOW
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall
from tests.services.conftest import Room

NAMES = ("阳光", "开心就好", "Will", "群主", "小雨", "王秀英", "清风", "May", "平安是福", "A小助手", "豆豆妈", "云")
# Of a single character only its place tells whether it is a name.
SEARCHED = tuple(name for name in NAMES if len(name) > 1)
ZONE = "Asia/Shanghai"
PLACEHOLDER = re.compile(r"\[NAME-[a-z2-9]{6}(?:-[a-z2-9]{2})?\]")
WORDS = (
    "请问宝宝辅食第{}次怎么加南瓜泥呀？",
    "辅食南瓜泥蒸熟压碎就行，第{}次少加一点",
    "谢谢，第{}次总算成了",
)
QUARREL = ("你怎么胡说八道，这样喂要出事的！", "你才胡说八道，不懂就闭嘴！")
LOOKS: list[tuple[str, dict[str, Any], bool]] = [
    # a tool, its arguments, whether its material always names members here
    ("topics", {}, False),
    ("activity", {}, True),
    ("members", {}, True),
    ("members", {"aspect": "active"}, True),
    ("members", {"aspect": "quiet"}, False),
    ("members", {"aspect": "new"}, False),
    ("experts", {"topic": "辅食"}, True),
    ("search", {"topic": "辅食"}, True),
    ("search", {"topic": "辅食", "member": "阳光"}, True),
    ("search", {"member": "May"}, True),
    ("compare", {}, False),
    ("unanswered", {}, False),
    ("episode", {}, True),
    ("read", {"thread_id": 1}, True),
    ("ask", {"question": "辅食南瓜泥怎么加"}, False),
    ("proposals", {}, False),
    ("rules", {}, False),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Iterator[Room]:
    """A group in which everybody has such a name."""
    folder = tmp_path_factory.mktemp("names")
    settings = Settings(data_dir=folder / "data", open_browser=False)
    settings.data_dir.mkdir(mode=0o700)
    shutil.copy(empty_store, settings.database_path)
    app = build(settings, clock=lambda: NOW)
    community = app.groups.create_community(SYSTEM, "社群", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "群", Platform.WECHAT)
    made = Room(app, folder, group.id)
    made.bring_messages(talk())
    app.indexing.bring_up()
    app.spending.set_cap(SYSTEM, Cap(tokens=10**9))
    yield made
    app.indexer.release()
    app.store.close()


def talk() -> list[SourceMessage]:
    begins_at = NOW - timedelta(days=3)
    return [
        SourceMessage(
            sent_at=begins_at + timedelta(minutes=number * 120 + place * 3),
            sender_name=name,
            text=WORDS[place % 3].format(number),
            quoted_name=NAMES[place - 1] if place % 3 == 2 else None,
            quoted_text="辅食" if place % 3 == 2 else None,
        )
        for number in range(8)
        for place, name in enumerate(NAMES)
    ] + [
        SourceMessage(
            sent_at=begins_at + timedelta(minutes=1200 + turn), sender_name=NAMES[turn % 2], text=QUARREL[turn % 2]
        )
        for turn in range(8)
    ]


def named(server: ScriptedServer) -> list[str]:
    """The members' names that occur in any request."""
    sent = "\n".join(asked.text for asked in server.asked)
    return [name for name in SEARCHED if name in sent]


@pytest.mark.parametrize(("tool", "arguments", "names"), LOOKS, ids=[f"{one[0]} {one[1]}" for one in LOOKS])
def test_no_tool_tells_a_name(room: Room, tool: str, arguments: dict[str, Any], names: bool) -> None:
    def script(asked: Asked) -> Reply:
        # A model repeats what it read, and later asks again with it.
        if asked.results:
            return Reply("查到：" + "、".join(PLACEHOLDER.findall("".join(asked.results))))
        return Reply(calls=[ToolCall(tool, arguments)]) if asked.tools else Reply("NONE")

    with ScriptedServer(script) as server:
        desk = make_desk(room.app, room.group_id, server, is_real=True)
        seen = shown(desk.say("随便聊聊最近的情况，顺便看看有什么特别的"))
        assert not PLACEHOLDER.search(seen)
        assert not names or any(name in seen for name in NAMES)
        # What was replied goes out again with the next words.
        shown(desk.say("再随便聊聊别的，还有什么特别的"))
        assert named(server) == []
        desk.chat.close()


@pytest.mark.parametrize("words", ["阳光最近说了什么？", "最近谁说得最多？", "这几天群里为什么吵起来？"])
def test_no_reply_without_the_agent_tells_a_name_later(room: Room, words: str) -> None:
    replies = [Reply(status=400)]
    with ScriptedServer(lambda asked: replies.pop() if replies else Reply("好的。")) as server:
        desk = make_desk(room.app, room.group_id, server, is_real=True)
        desk.say(words)
        desk.say("再随便聊聊别的，还有什么特别的")
        assert len(server.asked) > 1
        assert named(server) == []
        desk.chat.close()


def test_a_quarrel_is_told_of_placeholders(room: Room) -> None:
    def script(asked: Asked) -> Reply:
        one, other = list(dict.fromkeys(PLACEHOLDER.findall(asked.words)))[:2]
        return Reply(f"{one}先说对方不对[1]。\n{other}也回了一句[2]。")

    with ScriptedServer(script) as server:
        desk = make_desk(room.app, room.group_id, server, is_real=True)
        scope = Scope(account=MING, community_id=1, group_id=room.group_id, language="zh", timezone=ZONE, now=NOW)
        found = desk.tools.run(Request(tool=Tool.EPISODE), scope)
        assert found.outcome in (Outcome.OK, Outcome.NO_MODEL)
        assert "先说对方不对" in found.text
        assert not PLACEHOLDER.search(found.text)
        assert any(f"{name}先说对方不对" in found.text for name in NAMES)
        assert unmarked(found.text) == found.text
        assert named(server) == []
        desk.chat.close()


def test_older_turns_are_summed_up_of_placeholders(room: Room) -> None:
    with ScriptedServer(lambda asked: Reply("管理员问了谁说得多。")) as server:
        desk = make_desk(room.app, room.group_id, server, is_real=True)
        dialogue = desk.dialogues.begin(MING, "谁说得最多", group_id=room.group_id)
        told = "最近" + "、".join(f"{name} 14条" for name in SEARCHED)
        for number in range(12):
            turn = Turn(dialogue_id=dialogue.id, asked=f"{number} 谁说得最多", said=told * 4, at=NOW)
            desk.dialogues.add_turn(MING, turn)
        memory = Memory(desk.dialogues, desk.chat)
        scope = Scope(account=MING, community_id=1, group_id=room.group_id, language="zh", timezone=ZONE, now=NOW)
        assert memory.condense(scope, dialogue.id)
        assert len(server.asked) == 1
        assert named(server) == []
        assert PLACEHOLDER.search(server.asked[0].text)
        desk.chat.close()


def test_nothing_is_marked_where_no_model_reads(room: Room) -> None:
    desk = make_desk(room.app, room.group_id, is_real=True)
    for words in (
        "最近谁说得最多？",
        "阳光最近说了什么？",
        "谁最懂辅食？",
        "这几天群里为什么吵起来？",
        "群里说过辅食吗？",
    ):
        seen = shown(desk.say(words))
        assert unmarked(seen) == seen
    for turn in desk.turns():
        assert unmarked(repr(turn)) == repr(turn)

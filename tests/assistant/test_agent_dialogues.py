"""Conversations with a scripted model behind the whole stack: tests/dialogues/agent/*.yaml, each a few turns long.

A turn says what the admin types, what the model does call by call, and what is expected:

    say      the admin's words; `by: viewer` has somebody say them who may only read
    model    a list of replies: {call: name, with: {...}}, {words: ...}, {cut: words}, {status: 500}, …
    hears    pieces of what the admin sees in the end; `not_hears` must not stand there
    steps    the tools whose steps are shown, in any order
    outcome  how it ended
    told     pieces of what the last request told the model; `never_told` stood in no request of the turn
    tools    names that must be bound in the first request of the turn; `no_tools` must not
    proposal kind, text, group of the one that the turn left; absent: it left none, unless `proposal_kept` allows one
    choices  pieces that stand in the choices
    calls    how many requests the model got
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot.bootstrap import App, build
from copilot.importers.chatlab import write_chatlab
from copilot.records import Account, Cap, FaqEntry, Platform, Role, Rule, SourceMessage
from copilot.services.rights import SYSTEM
from copilot.settings import Settings
from tests.assistant.desk import MING, Desk, Stopwatch, ended, make_desk, shown
from tests.conftest import NOW
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall

FOLDER = Path(__file__).parent.parent / "dialogues" / "agent"
DIALOGUES = {
    f"{path.stem}: {one['about']}": one
    for path in sorted(FOLDER.glob("*.yaml"))
    for one in yaml.safe_load(path.read_text("utf-8"))
}
TALK = [
    # days before now, hour, who, what
    (10, 20, "阿舟", "上周的读书会来了十二个人"),
    (10, 20, "小满", "十二个人正好坐满"),
    (4, 20, "小满", "宝宝六个月，辅食先加什么好？"),
    (4, 20, "阿舟", "辅食先加高铁米粉，一次一小勺，连着吃三天看过不过敏"),
    (4, 20, "小满", "谢谢，明天就试试辅食米粉"),
    (3, 9, "豆豆妈", "辅食可以放盐吗？"),
    (3, 9, "阿舟", "一岁以前的辅食都不放盐"),
    (2, 21, "老陈", "周六读书会改到下午三点，还是二号楼301"),
    (2, 21, "豆豆妈", "改时间怎么不早说，我都约好了人"),
    (2, 21, "老陈", "抱歉，场地方下午才通知的"),
    (2, 21, "豆豆妈", "每次都这样，太不靠谱了"),
    (2, 22, "阿舟", "都少说两句，改到三点也来得及"),
    (1, 10, "小满", "有人知道停车场周末收费吗？"),
    (0, 9, "桃子", "新人报到，大家好，我是桃子，电话13912345678"),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Iterator[App]:
    """A community with two groups, a week of talk, an FAQ and rules."""
    folder = tmp_path_factory.mktemp("town")
    settings = Settings(data_dir=folder / "data", open_browser=False)
    settings.data_dir.mkdir(mode=0o700)
    shutil.copy(empty_store, settings.database_path)
    app = build(settings, clock=lambda: NOW)
    community = app.groups.create_community(SYSTEM, "亲子书友", "zh", "Asia/Shanghai")
    group = app.groups.create_group(SYSTEM, community.id, "书友一群", Platform.WECHAT)
    other = app.groups.create_group(SYSTEM, community.id, "书友二群", Platform.WECHAT)
    entry = {"id": 0, "community_id": community.id, "group_id": None}
    app.knowing.save_faq(
        SYSTEM,
        FaqEntry(
            question="读书会在哪里办？",
            answer="在二号楼301，门口有指示牌。报名点 https://shuyou.example/join",
            **entry,  # type: ignore[arg-type]
        ),
    )
    app.knowing.save_faq(
        SYSTEM, FaqEntry(question="会员一年多少钱？", answer="会员一年98元，可以带一个孩子。", **entry)
    )  # type: ignore[arg-type]
    app.knowing.save_rule(SYSTEM, Rule(number=1, text="不发广告，不拉人进别的群。", **entry))  # type: ignore[arg-type]
    talk = [
        SourceMessage(
            sent_at=NOW.replace(hour=0) - timedelta(days=days) + timedelta(hours=hour - 8, minutes=number),
            sender_name=name,
            text=text,
        )
        for number, (days, hour, name, text) in enumerate(TALK)
    ]
    secret = SourceMessage(
        sent_at=NOW - timedelta(days=1), sender_name="二群群主", text="辅食团购的底价是三十八元，别外传"
    )
    for group_id, messages in ((group.id, talk), (other.id, [secret])):
        path = folder / f"{group_id}.jsonl"
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            write_chatlab(stream, messages, chat_name="群", platform=Platform.WECHAT)
        app.importing.start_file(SYSTEM, path, group_id=group_id)
    app.spending.set_cap(SYSTEM, Cap(tokens=10**9))
    yield app
    app.indexer.release()
    app.store.close()


def reply_of(given: dict[str, Any]) -> Reply:
    """A reply of the model as a dialogue writes it."""
    kinds = {
        "call": lambda: Reply(given.get("words", ""), calls=[ToolCall(given["call"], plain(given.get("with", {})))]),
        "calls": lambda: Reply(
            calls=[ToolCall(one["call"], plain(one.get("with", {})), id=str(n)) for n, one in enumerate(given["calls"])]
        ),
        "cut": lambda: Reply(given["cut"], cut_after=2),
        "status": lambda: Reply(status=given["status"]),
        "words": lambda: Reply(given["words"]),
    }
    return next(make() for kind, make in kinds.items() if kind in given)


def plain(arguments: Any) -> Any:
    """Arguments as JSON has them: YAML reads days as such."""
    if isinstance(arguments, str):
        return arguments
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in arguments.items()}


class Model:
    """Does what the turn says, call by call."""

    def __init__(self) -> None:
        self.left: list[Reply] = []
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.left.pop(0) if self.left else Reply(status=400, error="the turn says nothing of this call")


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(name: str, town: App) -> None:
    dialogue = DIALOGUES[name]
    community = next(one for one in town.groups.communities(SYSTEM) if one.profile.name == "亲子书友")
    first, second = (one.group for one in town.groups.groups(SYSTEM, community.id))
    where: dict[str, int] = (
        {"community_id": community.id} if dialogue.get("in") == "community" else {"group_id": first.id}
    )
    sees = frozenset({first.id, second.id} if dialogue.get("in") == "community" else {first.id})
    account = replace(MING, group_ids=sees)
    model = Model()
    with ScriptedServer(model) as server:
        desk = make_desk(
            town, first.id, None if dialogue.get("model") is False else server, is_real=True, clock=Stopwatch()
        )
        for turn in dialogue["turns"]:
            model.left = [reply_of(one) for one in turn.get("model", ())]
            model.asked = []
            check(desk, model, turn, account, where, dialogue.get("language", "zh"))
        desk.chat.close()
    with town.store.write() as connection:
        for table in ("proposal", "turn", "dialogue"):
            connection.exec_driver_sql(f"delete from {table}")


def check(
    desk: Desk, model: Model, turn: dict[str, Any], account: Account, where: dict[str, int], language: str
) -> None:
    if turn.get("by") == "viewer":
        account = replace(account, role=Role.VIEWER)
    before = {one.id for one in desk.proposing.all_of(SYSTEM)}
    here: dict[str, Any] = {"dialogue_id": desk.dialogue_id} if desk.dialogue_id else where
    heard = desk.say(turn["say"], account, language=language, **here)
    finished = ended(heard)
    reply = shown(heard)
    assert finished.turn.said == reply.strip()
    for piece in turn.get("hears", ()):
        assert piece in reply, reply
    for piece in turn.get("not_hears", ()):
        assert piece not in reply, reply
    assert finished.turn.outcome.value == turn.get("outcome", "ok"), reply
    assert sorted(one.tool for one in finished.turn.steps) == sorted(turn.get("steps", ())), reply
    assert model.left == [], "the model was called less often than the turn says"
    assert len(model.asked) == turn.get("calls", len(turn.get("model", ())))
    told = model.asked[-1].text if model.asked else ""
    for piece in turn.get("told", ()):
        assert piece in told, told
    for piece in turn.get("never_told", ()):
        assert piece not in "".join(one.text for one in model.asked)
    bound = model.asked[0].tools if model.asked else []
    assert set(turn.get("tools", ())) <= set(bound)
    assert set(turn.get("no_tools", ())) & set(bound) == set()
    for piece in turn.get("choices", ()):
        assert any(piece in one for one in finished.turn.choices), finished.turn.choices
    made = [one for one in desk.proposing.all_of(SYSTEM) if one.id not in before]
    wanted = turn.get("proposal")
    assert len(made) == (1 if wanted else 0) or turn.get("proposal_kept")
    for one in made if wanted else []:
        assert finished.turn.proposal_ids == (one.id,)
        assert one.kind.value == wanted["kind"]
        assert one.text == wanted["text"]
        name = next(it.group.name for it in desk.app.groups.groups(SYSTEM) if it.group.id == one.group_id)
        assert name == wanted.get("group", "书友一群")
        for piece in wanted.get("reason", ()):
            assert piece in one.reason


def test_there_are_twenty() -> None:
    assert len(DIALOGUES) >= 20
    assert all(len(one["turns"]) > 1 for one in DIALOGUES.values())

"""Answers through the real door, from a server that misbehaves: each leaves a usable result and a record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from copilot.bootstrap import shipped
from copilot.records import Answer, FaqEntry, Outcome, Silence, Turn
from copilot.retrieval.retriever import Retriever
from copilot.services.asking import Asking
from copilot.services.rights import SYSTEM
from tests.conftest import NOW
from tests.models.scripted_server import Asked, Reply, ScriptedServer
from tests.models.talking import SHORT, Door, door_to, setup_of
from tests.services.conftest import Room

OPENING = FaqEntry(question="平时几点开门？", answer="周二至周五 10:00–19:00，周一闭馆。", community_id=1)
PHONE = FaqEntry(
    question="怎么联系馆里？", answer="打馆里的电话 13812345678，或者发信到 hi@nuannuan.cn。", community_id=1
)
GOOD = "周二到周五 10 点开门 [1: 周二至周五 10:00–19:00]"
UNDERSTOOD = json.dumps({"question": "", "other": "", "searches": []})


@contextmanager
def talk(
    room: Room, folder: Path, script: object, *, is_local: bool = True, is_quick: bool = False
) -> Iterator[tuple[Asking, ScriptedServer, Door]]:
    """A group that knows two entries, and a server by script behind the real door."""
    for entry in (OPENING, PHONE):
        room.app.knowing.save_faq(SYSTEM, entry)
    room.app.indexing.bring_up()
    (folder / "prompts").mkdir()
    for path in shipped("prompts").glob("*.yaml"):
        (folder / "prompts" / path.name).write_bytes(path.read_bytes())
    more = {"patience": SHORT} if is_quick else {}
    with (
        ScriptedServer(script) as server,  # type: ignore[arg-type]
        door_to(setup_of(server, is_local=is_local), folder, names=("小红",), **more) as door,  # type: ignore[arg-type]
    ):
        app = room.app
        retriever = Retriever(app.store, app.settings.index_dir, app.indexing.distrust)
        yield Asking(app.store, retriever, timezone="Asia/Shanghai", clock=lambda: NOW, chat=door.chat), server, door


def test_a_clear_hit_is_one_request(room: Room, tmp_path: Path) -> None:
    with talk(room, tmp_path, [Reply(GOOD)]) as (asking, server, door):
        said = asking.ask(SYSTEM, "平时几点开门", group_id=room.group_id)
        assert isinstance(said, Answer)
        assert said.text == "周二到周五 10 点开门"
        assert len(server.asked) == 1
        assert door.ledger.only.prompt == "answer"


def test_any_other_is_two(room: Room, tmp_path: Path) -> None:
    with talk(room, tmp_path, [Reply(UNDERSTOOD), Reply("NONE")]) as (asking, server, door):
        said = asking.ask(SYSTEM, "周末的时候馆里有没有停车的地方", group_id=room.group_id)
        assert isinstance(said, Silence)
        assert len(server.asked) == 2
        assert [one.prompt for one in door.ledger.settled] == ["understand", "answer"]


def test_a_follow_up_is_two(room: Room, tmp_path: Path) -> None:
    meant = json.dumps({"question": "周一几点开门？", "other": "When do you open on Mondays?", "searches": []})
    with talk(room, tmp_path, [Reply(meant), Reply("周一闭馆 [1: 周一闭馆]")]) as (asking, server, _):
        before = [Turn(asked="周二几点开门？", said="十点。", at=NOW)]
        said = asking.ask(SYSTEM, "那周一呢？", group_id=room.group_id, before=before)
        assert isinstance(said, Answer)
        assert said.text == "周一闭馆"
        assert "周二几点开门" in server.asked[0].text


def test_streaming_gives_each_line_when_it_is_whole(room: Room, tmp_path: Path) -> None:
    words = f"{GOOD}\n周一开门 [1: 周一闭馆]\n周一休息 [1: 周一闭馆]"
    # The server waits within the second line until the first has been seen.
    with talk(room, tmp_path, [Reply(words, wait_after=len(GOOD) // 4 + 3)]) as (asking, server, _):
        stream = asking.ask_streaming(SYSTEM, "平时几点开门", group_id=room.group_id)
        assert next(stream) == "周二到周五 10 点开门"
        server.go.set()
        rest = list(stream)
        assert rest[0] == "周一休息"
        assert isinstance(rest[-1], Answer)
        assert rest[-1].text == "周二到周五 10 点开门\n周一休息"


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ([Reply(status=429), Reply(GOOD)], Outcome.OK),
        ([Reply(status=500), Reply(GOOD)], Outcome.OK),
        ([Reply(status=429)] * 3, Outcome.RATE_LIMITED),
        ([Reply(status=500)] * 3, Outcome.SERVER_ERROR),
        ([Reply(status=401)], Outcome.REFUSED),
        ([Reply("")] * 3, Outcome.BAD_OUTPUT),
        ([Reply("周一开门 [1: 周一开门]")], Outcome.BAD_OUTPUT),
        ([Reply("全场免费 https://evil.example [9: 全场免费]")], Outcome.BAD_OUTPUT),
        ([Reply('{"answer": 1}')], Outcome.BAD_OUTPUT),
        ([Reply("周二到周五 10 点", cut_after=1)] * 3, None),
        ([Reply(GOOD, hang_after=0)] * 3, None),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_server_that_misbehaves_leaves_an_answer_and_a_record(
    room: Room, tmp_path: Path, replies: list[Reply], outcome: Outcome | None, streaming: bool
) -> None:
    # A pause before the next attempt is longer than the patience with a server that hangs.
    hangs = any(reply.hang_after is not None for reply in replies)
    with talk(room, tmp_path, replies, is_quick=hangs) as (asking, server, door):
        if streaming:
            *_, said = asking.ask_streaming(SYSTEM, "平时几点开门", group_id=room.group_id)
        else:
            said = asking.ask(SYSTEM, "平时几点开门", group_id=room.group_id)
        assert isinstance(said, Answer)
        assert said.text == ("周二到周五 10 点开门" if outcome is Outcome.OK else OPENING.answer)
        if outcome is not None:
            assert said.why.outcome == outcome
        else:
            assert said.why.outcome not in ("", Outcome.OK, Outcome.NO_MODEL)
        assert len(door.ledger.settled) == 1
        assert server.asked


@pytest.mark.parametrize("reply", ["no json at all", '{"question": 1}', '{"question": "x"', '{"searches": "all"}'])
def test_a_question_that_is_not_understood_is_answered_without_a_model(room: Room, tmp_path: Path, reply: str) -> None:
    question = "周末的时候馆里有没有停车的地方"
    plain = room.app.asking
    with talk(room, tmp_path, lambda asked: Reply(reply)) as (asking, _, door):
        said = asking.ask(SYSTEM, question, group_id=room.group_id)
        without = plain.ask(SYSTEM, question, group_id=room.group_id)
        assert type(said) is type(without)
        assert said.why.outcome == Outcome.BAD_OUTPUT
        assert {one.outcome for one in door.ledger.settled} == {Outcome.BAD_OUTPUT}


def test_a_repaired_understanding_is_used(room: Room, tmp_path: Path) -> None:
    understanding = iter(["not json", UNDERSTOOD, UNDERSTOOD])

    def script(asked: Asked) -> Reply:
        if "NONE" not in asked.system:
            return Reply(next(understanding))
        found = re.search(r"(\d)>\s*平时几点开门", asked.words)
        return Reply(f"周一闭馆 [{found[1] if found else 9}: 周一闭馆]")

    with talk(room, tmp_path, script) as (asking, _, door):
        said = asking.ask(SYSTEM, "星期一去馆里会不会白跑一趟", group_id=room.group_id)
        assert isinstance(said, Answer)
        assert said.text == "周一闭馆"
        assert door.ledger.settled[-1].prompt == "answer"


def test_contacts_do_not_leave_and_come_back_in_the_answer(room: Room, tmp_path: Path) -> None:
    def script(asked: Asked) -> Reply:
        answer = re.search(r"打馆里的电话[^\n]*", asked.words)
        assert answer is not None
        quote = answer.group().rstrip("。")
        return Reply(f"可以{quote} [1: {quote}]")

    with talk(room, tmp_path, script, is_local=False) as (asking, server, _):
        said = asking.ask(SYSTEM, "怎么联系馆里", group_id=room.group_id)
        assert isinstance(said, Answer)
        assert "13812345678" in said.text
        assert "hi@nuannuan.cn" in said.text
        assert all("13812345678" not in one.text and "nuannuan.cn" not in one.text for one in server.asked)
        *lines, whole = asking.ask_streaming(SYSTEM, "怎么联系馆里", group_id=room.group_id)
        assert lines == [said.text]
        assert isinstance(whole, Answer)

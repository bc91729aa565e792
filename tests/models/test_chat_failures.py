"""However a server misbehaves, whoever asked gets something usable, the record says why, and no secret gets out."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from copilot.console.sentences import in_chinese
from copilot.errors import ModelFailed
from copilot.models.pieces import Stop, stopped_by
from copilot.models.quiet import LOGGERS
from copilot.models.wire import Patience
from copilot.records.model import ModelSetup, Outcome
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall
from tests.models.talking import HALTING, KEY, LONG, SHORT, Door, call, door_to, setup_of


class Mood(BaseModel):
    """A shape for tests."""

    mood: Literal["good", "bad", "unknown"]
    reason: str = Field(default="", max_length=40)
    score: int = Field(ge=0, le=9)


GOOD = Reply('{"mood": "good", "reason": "有人道谢", "score": 7}')
FALLBACK = "没有模型时的话"
WHOLE = json.dumps({"choices": [{"message": {"role": "assistant", "content": "整段"}, "finish_reason": "stop"}]})


def again(reply: Reply) -> list[Reply]:
    return [reply] * 3


MISBEHAVIOURS: dict[str, tuple[list[Reply], Patience, Outcome, int]] = {
    # what the server does, how long is waited, how it ends, how many requests there are
    "429": (again(Reply(status=429)), LONG, Outcome.RATE_LIMITED, 3),
    "429, wait two minutes": ([Reply(status=429, headers={"Retry-After": "120"})], LONG, Outcome.RATE_LIMITED, 1),
    "429, no money": ([Reply(status=429, code="insufficient_quota")], LONG, Outcome.REFUSED, 1),
    "500": (again(Reply(status=500)), LONG, Outcome.SERVER_ERROR, 3),
    "503": (again(Reply(status=503)), LONG, Outcome.SERVER_ERROR, 3),
    "504": ([Reply(status=504)] * 2, LONG, Outcome.TIMEOUT, 2),
    "401": ([Reply(status=401)], LONG, Outcome.REFUSED, 1),
    "402": ([Reply(status=402)], LONG, Outcome.REFUSED, 1),
    "403": ([Reply(status=403)], LONG, Outcome.REFUSED, 1),
    "404": ([Reply(status=404)], LONG, Outcome.REFUSED, 1),
    "400 about the length": (
        [Reply(status=400, code="context_length_exceeded")], LONG, Outcome.TOO_LONG, 1,
    ),
    "400 however it is written": (again(Reply(status=400)), LONG, Outcome.REFUSED, 3),
    "elsewhere": ([Reply(status=307, headers={"Location": "/v1/other"})], LONG, Outcome.REFUSED, 1),
    "hangs before the answer": ([Reply("你好", hang_after=-1)], SHORT, Outcome.TIMEOUT, 1),
    "hangs before the first piece": ([Reply("你好", hang_after=0)], SHORT, Outcome.TIMEOUT, 1),
    "hangs in the middle": ([Reply("一二三四五六七八九", hang_after=1)], HALTING, Outcome.TIMEOUT, 1),
    "cut before the first piece": (again(Reply("你好", cut_after=0)), LONG, Outcome.CUT_OFF, 3),
    "cut in the middle": ([Reply("一二三四五六七八九", cut_after=1)], LONG, Outcome.CUT_OFF, 1),
    "ends without an end": ([Reply("一二三", finish=None)], LONG, Outcome.CUT_OFF, 1),
    "no JSON in the stream": ([Reply(raw=[b"data: {nonsense\n\n"])], LONG, Outcome.BAD_OUTPUT, 1),
    "no event stream": ([Reply(raw=[b"\x00\xff\xfe garbage\n\n"])], LONG, Outcome.BAD_OUTPUT, 1),
    "other JSON in the stream": ([Reply(raw=[b'data: {"choices":[{}]}\n\n'])], LONG, Outcome.BAD_OUTPUT, 1),
    "a list in the stream": ([Reply(raw=[b"data: [1,2]\n\n"])], LONG, Outcome.BAD_OUTPUT, 1),
    "no choices": ([Reply(raw=[b'data: {"choices":[]}\n\n', b"data: [DONE]\n\n"])], LONG, Outcome.BAD_OUTPUT, 1),
    "a fault in the stream": (
        again(Reply(raw=[b'data: {"error":{"message":"overloaded"}}\n\n'])), LONG, Outcome.SERVER_ERROR, 3,
    ),
    "a page": ([Reply(body=b"<html>hi</html>", content_type="text/html")], LONG, Outcome.BAD_OUTPUT, 1),
    "an empty body": ([Reply(body=b"")], LONG, Outcome.BAD_OUTPUT, 1),
    "whole, not streamed": ([Reply(body=WHOLE.encode())], LONG, Outcome.BAD_OUTPUT, 1),
    "says nothing": ([Reply("")], LONG, Outcome.BAD_OUTPUT, 1),
    "only spaces": ([Reply("  \n ")], LONG, Outcome.BAD_OUTPUT, 1),
    "never ends": ([Reply("x" * 100_000, piece=1000)], LONG, Outcome.BAD_OUTPUT, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_text_is_had_in_every_case(name: str, tmp_path: Path) -> None:
    replies, patience, outcome, requests = MISBEHAVIOURS[name]
    with ScriptedServer(replies) as server, door_to(setup_of(server), tmp_path, patience=patience) as door:
        worded = door.chat.word(call())
        assert (worded.text, worded.outcome) == (FALLBACK, outcome)
        assert server.surplus == 0
        if patience is not SHORT:
            # A request that was given up need not have been read.
            assert len(server.asked) == requests
        recorded = door.ledger.only
        assert (recorded.outcome, recorded.attempts) == (outcome, requests)
        assert (recorded.prompt, recorded.group_id, recorded.model) == ("greet", 7, "scripted")


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_value_is_had_in_every_case(name: str, tmp_path: Path) -> None:
    replies, patience, outcome, _ = MISBEHAVIOURS[name]
    # What is no JSON is asked for once more, and what is refused is written more plainly first.
    script = [*replies, *replies, *replies]
    with ScriptedServer(script) as server, door_to(setup_of(server), tmp_path, patience=patience) as door:
        judged = door.chat.judge(call(prompt="judge"), Mood)
        assert judged.value == Mood(mood="unknown", score=0)
        if name == "ends without an end":
            assert judged.outcome is Outcome.CUT_OFF
        else:
            assert judged.outcome is outcome
        assert door.ledger.settled[-1].outcome is judged.outcome


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_stream_says_why_it_ends(name: str, tmp_path: Path) -> None:
    replies, patience, outcome, _ = MISBEHAVIOURS[name]
    with ScriptedServer(replies) as server, door_to(setup_of(server), tmp_path, patience=patience) as door:
        with pytest.raises(ModelFailed) as failed:
            list(door.chat.stream(call()))
        assert failed.value.reason == outcome
        assert ";" in str(failed.value), "the sentence has a remedy"
        assert door.ledger.only.outcome is outcome


RECOVERIES: dict[str, tuple[list[Reply], list[float]]] = {
    # what the server does before it answers, and how long is paused
    "at once": ([], []),
    "a fault": ([Reply(status=500)], [0.5]),
    "two faults": ([Reply(status=502), Reply(status=503)], [0.5, 1.0]),
    "asks to wait": ([Reply(status=429, headers={"Retry-After": "4"})], [4.0]),
    "asks to wait shortly": ([Reply(status=429, headers={"Retry-After": "0"})], [0.5]),
    "asks in milliseconds": ([Reply(status=503, headers={"Retry-After-Ms": "2500"})], [2.5]),
    "asks until a time": ([Reply(status=503, headers={"Retry-After": "Mon, 15 Jun 2026 04:00:06 GMT"})], [6.0]),
    "asks in riddles": ([Reply(status=503, headers={"Retry-After": "soon"})], [0.5]),
    "cut off": ([Reply("你好", cut_after=0)], [0.5]),
}


@pytest.mark.parametrize("name", RECOVERIES)
def test_what_passes_is_tried_again(name: str, tmp_path: Path) -> None:
    before, pauses = RECOVERIES[name]
    with ScriptedServer([*before, Reply("好的")]) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call()).text == "好的"
        assert door.pauses == pytest.approx(pauses)
        # However often it is sent, it is reserved once.
        assert door.ledger.only.attempts == len(before) + 1


def test_nobody_there(tmp_path: Path) -> None:
    with ScriptedServer([]) as server:
        setup = setup_of(server)
    with door_to(setup, tmp_path) as door:
        assert door.chat.word(call()).outcome is Outcome.UNREACHABLE
        assert (door.ledger.only.attempts, door.ledger.only.cost) == (3, 0)


def test_without_a_model(tmp_path: Path) -> None:
    with door_to(None, tmp_path) as door:
        assert not door.chat.is_ready
        assert door.chat.word(call()).outcome is Outcome.NO_MODEL
        assert door.chat.judge(call(prompt="judge"), Mood).outcome is Outcome.NO_MODEL
        with pytest.raises(ModelFailed, match="settings"):
            next(door.chat.stream(call()))
        assert door.ledger.reserved == []


def test_what_is_too_long_is_not_sent(tmp_path: Path) -> None:
    with ScriptedServer([]) as server, door_to(setup_of(server, context_tokens=1000), tmp_path) as door:
        assert door.chat.word(call("很" * 500)).outcome is Outcome.TOO_LONG
        assert server.asked == []
        assert (door.ledger.only.outcome, door.ledger.only.cost) == (Outcome.TOO_LONG, 0)


def test_over_the_cap_nothing_is_sent(tmp_path: Path) -> None:
    with ScriptedServer([]) as server, door_to(setup_of(server), tmp_path) as door:
        door.ledger.is_over = True
        assert door.chat.word(call()).outcome is Outcome.OVER_BUDGET
        assert server.asked == []


def test_a_server_that_keeps_failing_is_left_alone(tmp_path: Path) -> None:
    script = [*[Reply(status=500)] * 5, Reply(status=500), Reply("好的"), Reply("好的")]
    with ScriptedServer(script) as server, door_to(setup_of(server), tmp_path, real_clock=False) as door:
        assert door.chat.word(call()).outcome is Outcome.SERVER_ERROR
        assert door.chat.word(call()).outcome is Outcome.SERVER_ERROR
        assert len(server.asked) == 5
        assert door.chat.word(call()).outcome is Outcome.RESTING
        assert len(server.asked) == 5
        # After the pause one request tries; it fails, and all rest again.
        door.pass_time(30)
        assert door.chat.word(call()).outcome is Outcome.SERVER_ERROR
        assert door.chat.word(call()).outcome is Outcome.RESTING
        assert len(server.asked) == 6
        door.pass_time(30)
        assert door.chat.word(call()).outcome is Outcome.OK
        assert door.chat.word(call()).outcome is Outcome.OK
        outcomes = [one.outcome for one in door.ledger.settled]
        assert outcomes.count(Outcome.RESTING) == 2


@pytest.mark.parametrize("hang_after", [-1, 0, 1])
def test_a_call_waits_no_longer_than_it_may(hang_after: int, tmp_path: Path) -> None:
    script = [Reply("一二三四五六七八九", hang_after=hang_after)]
    haste = {"first_seconds": 0.15, "seconds": 60.0} if hang_after < 1 else {"seconds": 0.3}
    with ScriptedServer(script) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call(**haste)).outcome is Outcome.TIMEOUT
        assert (door.ledger.only.attempts, server.surplus) == (1, 0)


def test_where_no_time_is_left_nothing_is_sent(tmp_path: Path) -> None:
    with ScriptedServer([Reply("好的")]) as server, door_to(setup_of(server), tmp_path) as door:
        for _ in range(3):
            assert door.chat.word(call(seconds=0.0)).outcome is Outcome.TIMEOUT
        assert (server.asked, {one.cost for one in door.ledger.settled}) == ([], {0})
        assert door.chat.word(call()).text == "好的", "that tells nothing about the server"


def test_after_two_who_waited_in_vain_nobody_waits(tmp_path: Path) -> None:
    with ScriptedServer(lambda _: Reply("好的", hang_after=0)) as server, door_to(setup_of(server), tmp_path) as door:
        outcomes = [door.chat.word(call(first_seconds=0.1)).outcome for _ in range(4)]
        assert outcomes == [Outcome.TIMEOUT, Outcome.TIMEOUT, Outcome.RESTING, Outcome.RESTING]


def test_a_stop_ends_every_request_made_inside(tmp_path: Path) -> None:
    stop = Stop()

    def ask(door: Door) -> list[Outcome]:
        with stopped_by(stop):
            return [door.chat.word(call()).outcome for _ in range(2)]

    with (
        ScriptedServer([Reply("你好", hang_after=0), Reply("好")]) as server,
        door_to(setup_of(server), tmp_path) as door,
        ThreadPoolExecutor(1) as other,
    ):
        waiting = other.submit(ask, door)
        assert server.came.wait(5)
        stop.set()
        assert waiting.result(5) == [Outcome.CANCELLED] * 2
        assert len(server.asked) == 1
        assert door.chat.word(call()).text == "好", "others go on"


def test_a_wrong_key_lets_nobody_rest(tmp_path: Path) -> None:
    with ScriptedServer([Reply(status=401)] * 7) as server, door_to(setup_of(server), tmp_path) as door:
        assert [door.chat.word(call()).outcome for _ in range(7)] == [Outcome.REFUSED] * 7


@pytest.mark.parametrize("hang_after", [-1, 0, 2])
def test_whoever_leaves_closes_the_request(hang_after: int, tmp_path: Path) -> None:
    script = [Reply("一二三四五六七八九", hang_after=hang_after)]
    with (
        ScriptedServer(script) as server,
        door_to(setup_of(server), tmp_path) as door,
        ThreadPoolExecutor(1) as other,
    ):
        pieces = door.chat.stream(call())
        come = [next(pieces) for _ in range(max(0, hang_after))]
        # Another thread waits for the next piece, as one that serves a browser does.
        waiting = other.submit(next, pieces)
        assert server.came.wait(5)
        pieces.close()
        with pytest.raises(ModelFailed) as failed:
            waiting.result(5)
        assert failed.value.reason == Outcome.CANCELLED
        assert server.left.wait(5), "the server sees that nobody listens"
        recorded = door.ledger.only
        assert (recorded.outcome, recorded.output_tokens) == (Outcome.CANCELLED, 4 * len(come))


def test_leaving_between_two_pieces(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply("一二三四五六七八九", hang_after=1)]) as server,
        door_to(setup_of(server), tmp_path) as door,
    ):
        for piece in door.chat.stream(call()):
            assert piece == "一二三四"
            break
        assert server.left.wait(5)
        assert door.ledger.only.outcome is Outcome.CANCELLED


def test_leaving_after_the_last_words(tmp_path: Path) -> None:
    with ScriptedServer([Reply("好", wait_after=1)]) as server, door_to(setup_of(server), tmp_path) as door:
        pieces = door.chat.stream(call())
        assert next(pieces) == "好"
        server.go.set()
        assert list(pieces) == []
        pieces.close()
        assert door.ledger.only.outcome is Outcome.OK


def test_closed_before_it_began(tmp_path: Path) -> None:
    with ScriptedServer([]) as server, door_to(setup_of(server), tmp_path) as door:
        pieces = door.chat.stream(call())
        pieces.close()
        assert list(pieces) == []
        assert (server.asked, door.ledger.reserved) == ([], [])


REPAIRS: dict[str, tuple[list[Reply], Outcome, list[Outcome]]] = {
    # what the model replies, how the judgement ends, how its calls are recorded
    "right": ([GOOD], Outcome.OK, [Outcome.OK]),
    "in a code block": ([Reply(f"```json\n{GOOD.words}\n```")], Outcome.OK, [Outcome.OK]),
    "after thinking": ([Reply(f"<think>{{hm}}</think>\n{GOOD.words}")], Outcome.OK, [Outcome.OK]),
    "mended": ([Reply('{"mood": "great"}'), GOOD], Outcome.REPAIRED, [Outcome.BAD_OUTPUT, Outcome.REPAIRED]),
    "prose, then mended": ([Reply("心情很好！"), GOOD], Outcome.REPAIRED, [Outcome.BAD_OUTPUT, Outcome.REPAIRED]),
    "twice wrong": ([Reply("{"), Reply("[]")], Outcome.BAD_OUTPUT, [Outcome.BAD_OUTPUT, Outcome.BAD_OUTPUT]),
    "too deep": ([Reply('{"a":' * 5000 + "}" * 5000, piece=5000)] * 2, Outcome.BAD_OUTPUT, [Outcome.BAD_OUTPUT] * 2),
    "cut by its length": ([Reply('{"mood": "good", "rea', finish="length")], Outcome.BAD_OUTPUT, [Outcome.BAD_OUTPUT]),
    "mended too late": (
        [Reply("{"), *[Reply(status=500)] * 3], Outcome.SERVER_ERROR, [Outcome.BAD_OUTPUT, Outcome.SERVER_ERROR],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRS)
def test_a_reply_of_another_shape_is_asked_for_once_more(name: str, tmp_path: Path) -> None:
    replies, outcome, recorded = REPAIRS[name]
    with ScriptedServer(replies) as server, door_to(setup_of(server), tmp_path) as door:
        judged = door.chat.judge(call(prompt="judge"), Mood)
        assert judged.outcome is outcome
        assert judged.value.mood == ("good" if outcome in (Outcome.OK, Outcome.REPAIRED) else "unknown")
        assert [one.outcome for one in door.ledger.settled] == recorded
        assert server.surplus == 0
        if outcome is Outcome.REPAIRED:
            assert server.asked[1].messages[-2]["content"] == replies[0].words
            assert "Schema" in server.asked[1].words


def test_json_is_asked_for_as_the_server_takes_it(tmp_path: Path) -> None:
    def takes(*formats: str) -> Callable[[Asked], Reply]:
        return lambda asked: GOOD if asked.format in formats else Reply(status=400)

    for formats, asked in (
        (("json_schema",), ["json_schema"]),
        (("json_object",), ["json_schema", "json_object"]),
        (("",), ["json_schema", "json_object", ""]),
    ):
        with ScriptedServer(takes(*formats)) as server, door_to(setup_of(server), tmp_path) as door:
            for _ in range(2):
                assert door.chat.judge(call(prompt="judge"), Mood).value.score == 7
            # What it refused is not tried again.
            assert [one.format for one in server.asked] == [*asked, asked[-1]]
            assert [one.outcome for one in door.ledger.settled] == [Outcome.OK, Outcome.OK]
            # Where the server does not help, the shape is asked for in words.
            assert ("score" in server.asked[-1].system) == (formats != ("json_schema",))


def test_what_only_some_models_take_is_left_out_when_refused(tmp_path: Path) -> None:
    def plain(asked: Asked) -> Reply:
        return Reply(status=400) if "temperature" in asked.body or "thinking" in asked.body else Reply("好的")

    with ScriptedServer(plain) as server, door_to(setup_of(server, vendor="zhipu"), tmp_path) as door:
        assert [door.chat.word(call()).text for _ in range(2)] == ["好的", "好的"]
        assert [len(one.body.get("thinking", {})) for one in server.asked] == [1, 0, 0]
        # A model that thinks aloud needs room for it.
        assert server.asked[1].body["max_tokens"] > server.asked[0].body["max_tokens"]


COUNTS: list[tuple[str, tuple[int, int] | None]] = [
    # what the server says that it read and wrote; what is recorded of it, None for our estimate
    ('{"prompt_tokens":40,"completion_tokens":5,"total_tokens":45}', (40, 5)),
    ('{"prompt_tokens":40,"completion_tokens":5,"total_tokens":45,"prompt_tokens_details":null}', (40, 5)),
    ('{"prompt_tokens":-1000000000,"completion_tokens":-5,"total_tokens":0}', None),
    ('{"prompt_tokens":1e30,"completion_tokens":1,"total_tokens":1}', None),
    ('{"prompt_tokens":1%s,"completion_tokens":1,"total_tokens":1}' % ("0" * 30), None),
    ('{"prompt_tokens":40,"completion_tokens":1%s,"total_tokens":1}' % ("0" * 30), None),
    ('{"prompt_tokens":NaN,"completion_tokens":1,"total_tokens":1}', None),
    ('{"prompt_tokens":"12","completion_tokens":"x","total_tokens":1}', None),
    ('{"prompt_tokens":null,"completion_tokens":null}', None),
    ('{"prompt_tokens":40}', None),
    ("{}", None),
    ("[7]", None),
    ('"many"', None),
]


# The client's package is surprised by them, too.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(("usage", "counted"), COUNTS)
def test_a_count_that_cannot_be_is_not_believed(usage: str, counted: tuple[int, int] | None, tmp_path: Path) -> None:
    said = '{"choices":[{"index":0,"delta":{"role":"assistant","content":"你好"},"finish_reason":"stop"}]}'
    raw = [f"data: {said}\n\n".encode(), f'data: {{"choices":[],"usage":{usage}}}\n\n'.encode()]
    with ScriptedServer([Reply(raw=raw)]) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call()).text == "你好"
        recorded, reserved = door.ledger.only, door.ledger.reserved[0]
        assert (recorded.input_tokens, recorded.output_tokens) == (counted or (reserved.input_tokens, 2))
        assert recorded.is_estimate == (counted is None)


def thinking(words: str) -> Reply:
    """A reply after thoughts that come beside it."""
    deltas = [{"role": "assistant", "reasoning_content": words}, {"content": "好的"}]
    pieces = [json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    pieces.append('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
    return Reply(raw=[f"data: {piece}\n\n".encode() for piece in pieces])


LOST: list[tuple[str, list[Reply], int, int]] = [
    # what the server does; how often the question is paid for, and how much is written
    ("broke off, then too busy", [Reply("你好", cut_after=0), Reply(status=429), Reply(status=429)], 1, 0),
    ("broke off twice, then too busy", [*[Reply("你好", cut_after=0)] * 2, Reply(status=429)], 2, 0),
    ("broke off, then well", [Reply("你好", cut_after=0), Reply("好的", usage=None)], 2, 2),
    ("a fault, then well", [Reply(status=500), Reply("好的", usage=None)], 1, 2),
    ("refused, then well", [Reply(status=400), Reply("好的", usage=None)], 1, 2),
    ("thought", [thinking("想" * 900)], 1, 902),
]


@pytest.mark.parametrize(("name", "replies", "times", "written"), LOST, ids=[one[0] for one in LOST])
def test_what_was_lost_or_thought_counts(
    name: str, replies: list[Reply], times: int, written: int, tmp_path: Path
) -> None:
    with ScriptedServer(replies) as server, door_to(setup_of(server), tmp_path) as door:
        door.chat.word(call())
        recorded, reserved = door.ledger.only, door.ledger.reserved[0]
        assert (recorded.input_tokens, recorded.output_tokens) == (times * reserved.input_tokens, written)
        assert recorded.is_estimate


def test_what_a_plainer_request_may_say_is_reserved(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply(status=400), Reply("好的")]) as server,
        door_to(setup_of(server, vendor="deepseek"), tmp_path) as door,
    ):
        door.chat.word(call())
        assert max(one.body["max_tokens"] for one in server.asked) <= door.ledger.reserved[0].output_tokens


SECRETIVE: list[tuple[str, list[Reply]]] = [
    ("refused", [Reply(status=401, error=f"Incorrect API key provided: {KEY}. 妈妈群里说的话")]),
    ("refused otherwise", [Reply(status=400, error=f"{KEY} 妈妈群里说的话")] * 4),
    ("a fault", [Reply(status=500, body=f"{KEY} 妈妈群里说的话".encode())] * 3),
    (
        "a fault in the stream",
        [Reply(raw=[f'data: {{"error":{{"message":"{KEY} 妈妈群里说的话"}}}}\n\n'.encode()])] * 3,
    ),
    ("no JSON", [Reply(raw=[f"data: {{{KEY} 妈妈群里说的话\n\n".encode()])]),
    ("a page", [Reply(body=f"<html>{KEY} 妈妈群里说的话".encode(), content_type="text/html")]),
    ("a redirect", [Reply(status=302, headers={"Location": f"/?key={KEY}"}, body=b"")]),
    ("well", [Reply("好的")]),
]


@pytest.mark.parametrize(("name", "replies"), SECRETIVE, ids=[name for name, _ in SECRETIVE])
def test_neither_key_nor_words_get_out(
    name: str, replies: list[Reply], tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(variable, "true")
    for logger in LOGGERS:
        monkeypatch.setattr(logging.getLogger(logger), "level", logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(replies) as server, door_to(setup_of(server), tmp_path) as door:
        told = ""
        try:
            told = "".join(door.chat.stream(call("妈妈群里说的话")))
        except ModelFailed as failure:
            told = "".join(traceback.format_exception(failure))
            chain: BaseException | None = failure
            while chain is not None:
                told += repr(chain) + str(vars(chain))
                chain = chain.__cause__ or chain.__context__
        assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
        seen = [told, caplog.text, repr(door.chat), repr(vars(door.chat)), *map(str, map(astuple, door.ledger.settled))]
        seen += [repr(line) for line in door.chat._lines._open]
        for text in seen:
            assert KEY not in text
            assert "妈妈群" not in text.replace('call("妈妈群里说的话")', "")


def test_two_setups_have_two_lines(tmp_path: Path) -> None:
    with ScriptedServer(lambda asked: Reply(asked.body["model"])) as server:
        setups: list[ModelSetup] = [setup_of(server, model="one")]
        with door_to(lambda: setups[0], tmp_path) as door:
            assert [door.chat.word(call()).text for _ in range(2)] == ["one", "one"]
            first = door.chat._lines.of(setups[0], KEY)
            assert door.chat._lines.of(setups[0], KEY) is first
            setups[0] = setup_of(server, model="two", version=2)
            assert door.chat.word(call()).text == "two"


def test_many_at_once(tmp_path: Path) -> None:
    def echo(asked: Asked) -> Reply:
        return Reply(f"回:{asked.words}", piece=1)

    with ScriptedServer(echo) as server, door_to(setup_of(server), tmp_path) as door, ThreadPoolExecutor(16) as users:
        heard = list(users.map(lambda number: door.chat.word(call(f"第{number}个")).text, range(48)))
        assert heard == [f"回:第{number}个" for number in range(48)]
        assert len(door.ledger.settled) == 48


def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply("你好", hang_after=0)]) as server,
        door_to(setup_of(server), tmp_path) as door,
        ThreadPoolExecutor(1) as other,
    ):
        waiting = other.submit(door.chat.word, call())
        assert server.came.wait(5)
        door.chat.close()
        assert waiting.result(5).text == FALLBACK


def test_a_door_that_was_closed_opens_again(tmp_path: Path) -> None:
    def ask(door: Door) -> str:
        return door.chat.word(call()).text

    with ScriptedServer([Reply("一"), Reply("二")]) as server, door_to(setup_of(server), tmp_path) as door:
        assert ask(door) == "一"
        door.chat.close()
        assert ask(door) == "二"


def test_calls_that_nobody_bound_are_passed_on_as_they_are(tmp_path: Path) -> None:
    """Whether a call is allowed is for those who act on it; here it only must not break anything."""
    reply = Reply(calls=[ToolCall("drop_everything", "{not json")])
    with ScriptedServer([reply]) as server, door_to(setup_of(server), tmp_path) as door:
        with pytest.raises(ModelFailed):
            list(door.chat.stream(call()))
        assert door.ledger.only.outcome is Outcome.BAD_OUTPUT


PROXIES = [
    # what the environment says of a proxy, how it ends that nobody listens there, what is said of it
    ("socks5://127.0.0.1:{port}", "cannot be reached"),
    ("http://127.0.0.1:{port}", "cannot be reached"),
    ("socks://127.0.0.1:{port}", "correct ALL_PROXY"),
    ("ftp://127.0.0.1:{port}", "correct ALL_PROXY"),
]


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize(("proxy", "says"), PROXIES)
def test_a_proxy_that_cannot_be_used_is_a_fault(
    proxy: str, says: str, nobody: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.format(port=nobody))
    far = ModelSetup(vendor="deepseek", base_url="https://far.example/v1", model="m")
    with door_to(far, tmp_path) as door:
        worded = door.chat.word(call())
        assert (worded.text, worded.outcome) == (FALLBACK, Outcome.UNREACHABLE)
        assert door.ledger.only.outcome is Outcome.UNREACHABLE
        probe = door.chat.probe(far, KEY)
        assert (probe.outcome, says in probe.sentence) == (Outcome.UNREACHABLE, True)
        assert in_chinese(probe.sentence)
    # What is here goes through none.
    with ScriptedServer([Reply("你好")]) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call()).text == "你好"


MEANT_FOR_OPENAI = {
    "OPENAI_PROXY": "http://127.0.0.1:9",
    "OPENAI_ORG_ID": "org-private",
    "OPENAI_PROJECT_ID": "proj-private",
    "OPENAI_CUSTOM_HEADERS": "X-Private: private",
    "OPENAI_BASE_URL": "https://private.example/v1",
    "OPENAI_API_KEY": "sk-private",
}


def test_what_is_meant_for_programs_of_openai_goes_to_no_vendor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in MEANT_FOR_OPENAI.items():
        monkeypatch.setenv(name, value)
    with ScriptedServer([Reply("你好")]) as server, door_to(setup_of(server), tmp_path, key="") as door:
        assert door.chat.word(call()).text == "你好"
        assert "private" not in str(server.asked[0].headers).casefold()

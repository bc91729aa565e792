"""What the door to chat models does when all goes well: words, values, streams, conversations, masked and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from copilot.errors import ModelFailed
from copilot.models import probing
from copilot.models.prompts import Rendered
from copilot.models.thinking import THINKING_TOKENS
from copilot.records.model import Abilities, Outcome, Purpose
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall
from tests.models.talking import KEY, NOW, Door, call, door_to, setup_of

PHONE, MEMBER = "13800138000", "小满妈妈"


class Found(BaseModel):
    """A shape for tests; this sentence is not sent."""

    who: str = Field(default="", max_length=20, description="the person who is meant")
    mood: Literal["good", "bad"]
    others: list[str] = []


@tool
def find_messages(topic: str, member: str = "") -> str:
    """Find messages."""
    return topic + member


def converse(door: Door, messages: list[BaseMessage], **more: Any) -> AIMessageChunk:
    """The whole of the next message."""
    prompt = Rendered("assistant", "0123456789ab", "你是助手。", "", "zh")
    whole: AIMessageChunk | None = None
    for piece in door.chat.converse(messages, prompt=prompt, purpose=Purpose.ASSISTANT, account_id=3, **more):
        whole = piece if whole is None else whole + piece
    assert whole is not None
    return whole


def test_a_call_is_reserved_and_recorded(tmp_path: Path) -> None:
    with ScriptedServer([Reply("你好呀", usage=(120, 30))]) as server, door_to(setup_of(server), tmp_path) as door:
        worded = door.chat.word(call(community_id=1, account_id=3, max_tokens=200))
        assert (worded.text, worded.outcome) == ("你好呀", Outcome.OK)
        (reserved,) = door.ledger.reserved
        most = 200 + THINKING_TOKENS
        assert (reserved.outcome, reserved.output_tokens, reserved.is_estimate) == (Outcome.UNFINISHED, most, True)
        assert reserved.input_tokens > 10
        assert reserved.cost == reserved.input_tokens + 2 * most
        recorded = door.ledger.only
        assert (recorded.input_tokens, recorded.output_tokens, recorded.is_estimate) == (120, 30, False)
        assert recorded.cost == 120 * 1 + 30 * 2
        assert (recorded.community_id, recorded.group_id, recorded.account_id) == (1, 7, 3)
        assert (recorded.purpose, recorded.at, recorded.attempts) == (Purpose.ANSWER, NOW, 1)
        assert len(recorded.prompt_hash) == 12
        assert 0 < recorded.first_token_ms <= recorded.latency_ms
        (asked,) = server.asked
        assert asked.path == "/v1/chat/completions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert (asked.body["model"], asked.body["max_tokens"], asked.body["stream"]) == ("scripted", 200, True)
        assert "tool_choice" not in asked.body


def test_without_a_count_it_is_estimated(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply("你好呀", usage=None)]) as server,
        door_to(setup_of(server, input_price=None), tmp_path) as door,
    ):
        door.chat.word(call("问" * 50))
        recorded = door.ledger.only
        assert recorded.is_estimate
        assert 50 < recorded.input_tokens < 200
        assert (recorded.output_tokens, recorded.cost) == (3, None)


def test_a_text_that_the_limit_cuts_is_not_handed_on(tmp_path: Path) -> None:
    with ScriptedServer([Reply("你好呀", finish="length")] * 2) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call()).outcome is Outcome.CUT_OFF
        # Who reads along has read it: that it stops is no failure, and is recorded.
        assert "".join(door.chat.stream(call())) == "你好呀"
        assert [one.outcome for one in door.ledger.settled] == [Outcome.CUT_OFF, Outcome.CUT_OFF]


def test_a_stream_comes_piece_by_piece(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply("一二三四五", piece=2, wait_after=1)]) as server,
        door_to(setup_of(server), tmp_path) as door,
    ):
        pieces = door.chat.stream(call())
        # The server has said no more than this yet.
        assert next(pieces) == "一二"
        server.go.set()
        assert list(pieces) == ["三四", "五"]
        assert door.ledger.only.outcome is Outcome.OK


THOUGHTS = [
    # what the server sends, what is heard
    ("<think>嗯…</think>\n\n好的", "好的"),
    ("\n<think>\n</think>好的", "好的"),
    ("好的 <think>x</think>", "好的 <think>x</think>"),
    ("<thinking out loud", "<thinking out loud"),
    ("<", "<"),
]


@pytest.mark.parametrize(("sent", "heard"), THOUGHTS)
@pytest.mark.parametrize("piece", [1, 100])
def test_thoughts_are_passed_over(sent: str, heard: str, piece: int, tmp_path: Path) -> None:
    with ScriptedServer([Reply(sent, piece=piece)]) as server, door_to(setup_of(server), tmp_path) as door:
        assert "".join(door.chat.stream(call())) == heard


def test_only_thoughts_are_no_reply(tmp_path: Path) -> None:
    with ScriptedServer([Reply("<think>嗯…")]) as server, door_to(setup_of(server), tmp_path) as door:
        assert door.chat.word(call()).outcome is Outcome.BAD_OUTPUT


def echo(asked: Asked) -> Reply:
    """Says what it was told, cut in the middle of everything."""
    return Reply(asked.words, piece=3)


def test_what_tells_who_somebody_is_does_not_leave(tmp_path: Path) -> None:
    said = f"{MEMBER}的电话是 {PHONE}"
    with ScriptedServer(echo) as server, door_to(setup_of(server, is_local=False), tmp_path, names=(MEMBER,)) as door:
        assert said in door.chat.word(call(said)).text
        assert said in "".join(door.chat.stream(call("", said)))
        for asked in server.asked:
            assert PHONE not in asked.text
            assert MEMBER not in asked.text


LOCAL = [
    # the setup says it is local, its model, whether the server sees the number
    (True, "qwen3:8b", True),
    (False, "qwen3:8b", False),
    (True, "gpt-oss:120b-cloud", False),
]


@pytest.mark.parametrize(("is_local", "model", "sees"), LOCAL)
def test_only_what_stays_here_is_told_all(is_local: bool, model: str, sees: bool, tmp_path: Path) -> None:
    with ScriptedServer(echo) as server, door_to(setup_of(server, is_local=is_local, model=model), tmp_path) as door:
        assert PHONE in door.chat.word(call(PHONE)).text
        assert (PHONE in server.asked[0].text) is sees


def test_a_value_is_unmasked_in_all_its_texts(tmp_path: Path) -> None:
    def judge(asked: Asked) -> Reply:
        placeholder = asked.words.partition("：")[2]
        return Reply(f'{{"who": "{placeholder}", "mood": "good", "others": ["{placeholder}!"]}}')

    with ScriptedServer(judge) as server, door_to(setup_of(server, is_local=False), tmp_path, names=(MEMBER,)) as door:
        judged = door.chat.judge(call(f"谁：{MEMBER}", prompt="judge"), Found)
        assert judged.value == Found(who=MEMBER, mood="good", others=[f"{MEMBER}!"])
        assert MEMBER not in server.asked[0].text


def test_a_shape_is_asked_for_strictly(tmp_path: Path) -> None:
    with (
        ScriptedServer([Reply('{"mood": "good"}')]) as server,
        door_to(setup_of(server, is_local=False), tmp_path) as door,
    ):
        assert door.chat.judge(call(prompt="judge"), Found).value == Found(mood="good")
        sent = server.asked[0].body["response_format"]["json_schema"]
        assert sent["strict"] is True
        assert sent["schema"] == {
            "type": "object",
            "properties": {
                "who": {"type": "string", "description": "the person who is meant"},
                "mood": {"type": "string", "enum": ["good", "bad"]},
                "others": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["who", "mood", "others"],
            "additionalProperties": False,
        }


def test_a_conversation_is_masked_both_ways(tmp_path: Path) -> None:
    seen: list[str] = []

    def reply(asked: Asked) -> Reply:
        seen.append(asked.text)
        placeholder = asked.words.partition("：")[2]
        if len(seen) == 1:
            return Reply(
                f"我找找 {placeholder}", calls=[ToolCall("find_messages", {"topic": "辅食", "member": placeholder})]
            )
        return Reply(f"{placeholder} 说过：{asked.results[-1]}")

    with ScriptedServer(reply) as server, door_to(setup_of(server, is_local=False), tmp_path, names=(MEMBER,)) as door:
        messages: list[BaseMessage] = [HumanMessage(f"谁：{MEMBER}")]
        first = converse(door, messages, tools=[find_messages])
        assert first.text == f"我找找 {MEMBER}"
        (asked_for,) = first.tool_calls
        assert asked_for["args"] == {"topic": "辅食", "member": MEMBER}
        assert first.usage_metadata is not None
        messages += [
            AIMessage(first.text, tool_calls=[asked_for]),
            ToolMessage(f"{MEMBER}：{PHONE}", tool_call_id=asked_for["id"]),
        ]
        assert converse(door, messages, tools=[find_messages]).text == f"{MEMBER} 说过：{MEMBER}：{PHONE}"
        for text in seen:
            assert MEMBER not in text
            assert PHONE not in text
        assert server.asked[0].system == "你是助手。"
        assert server.asked[0].tools == ["find_messages"]
        assert [one.prompt for one in door.ledger.settled] == ["assistant", "assistant"]
        assert {one.account_id for one in door.ledger.settled} == {3}


def test_a_conversation_keeps_its_own_system_message(tmp_path: Path) -> None:
    with ScriptedServer([Reply("好")]) as server, door_to(setup_of(server), tmp_path) as door:
        converse(door, [SystemMessage("别的"), HumanMessage("在吗")])
        assert [one["role"] for one in server.asked[0].messages] == ["system", "user"]
        assert server.asked[0].system == "别的"


def test_several_calls_come_whole(tmp_path: Path) -> None:
    calls = [ToolCall("find_messages", {"topic": 'a "b"'}, id="x"), ToolCall("find_messages", "", id="y")]
    with ScriptedServer([Reply(calls=calls)]) as server, door_to(setup_of(server), tmp_path) as door:
        said = converse(door, [HumanMessage("在吗")], tools=[find_messages])
        assert [(one["args"], one["id"]) for one in said.tool_calls] == [({"topic": 'a "b"'}, "x"), ({}, "y")]
        assert door.ledger.only.outcome is Outcome.OK


BROKEN_CALLS = [
    (ToolCall("find_messages", '{"topic": "辅食'), "length", Outcome.CUT_OFF),
    (ToolCall("find_messages", '{"topic": "辅食'), "stop", Outcome.BAD_OUTPUT),
    (ToolCall("find_messages", "[1]"), "stop", Outcome.BAD_OUTPUT),
    (ToolCall("", {}), "stop", Outcome.BAD_OUTPUT),
]


@pytest.mark.parametrize(("made", "finish", "outcome"), BROKEN_CALLS)
def test_half_a_call_is_none(made: ToolCall, finish: str, outcome: Outcome, tmp_path: Path) -> None:
    with ScriptedServer([Reply(calls=[made], finish=finish)]) as server, door_to(setup_of(server), tmp_path) as door:
        with pytest.raises(ModelFailed) as failed:
            converse(door, [HumanMessage("在吗")], tools=[find_messages])
        assert failed.value.reason == outcome
        assert door.ledger.only.outcome is outcome


def test_calls_of_one_index_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    def event(part: str) -> bytes:
        delta = f'{{"choices":[{{"index":0,"delta":{{"tool_calls":[{part}]}},"finish_reason":null}}]}}'
        return f"data: {delta}\n\n".encode()

    raw = [
        event('{"index":0,"id":"a","function":{"name":"find_messages","arguments":"{}"}}'),
        event('{"index":0,"id":"b","function":{"name":"find_messages","arguments":"{\\"topic\\":"}}'),
        event('{"index":0,"id":"b","function":{"arguments":"\\"x\\"}"}}'),
        b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n',
        b"data: [DONE]\n\n",
    ]
    with ScriptedServer([Reply(raw=raw)]) as server, door_to(setup_of(server), tmp_path) as door:
        said = converse(door, [HumanMessage("在吗")], tools=[find_messages])
        assert [(one["id"], one["args"]) for one in said.tool_calls] == [("a", {}), ("b", {"topic": "x"})]


def test_whoever_listens_around_it_hears_nothing(tmp_path: Path) -> None:
    """An agent's callbacks would hear what is masked still."""
    heard: list[str] = []

    class Listening(BaseCallbackHandler):
        def on_llm_new_token(self, token: Any, **more: Any) -> None:
            heard.append(str(token))

        def on_chat_model_start(self, *arguments: Any, **more: Any) -> None:
            heard.append("start")

    with ScriptedServer([Reply("好")]) as server, door_to(setup_of(server), tmp_path) as door:
        asking = RunnableLambda(lambda _: "".join(door.chat.stream(call())))
        assert asking.invoke(None, config={"callbacks": [Listening()]}) == "好"
        assert heard == []


@pytest.mark.parametrize("streaming", [True, False])
def test_a_server_that_does_not_stream_is_asked_for_all_at_once(streaming: bool, tmp_path: Path) -> None:
    reply = Reply("你好", calls=[ToolCall("find_messages", {"topic": "x"})])
    with ScriptedServer([reply]) as server:
        setup = setup_of(server, abilities=Abilities(streaming=streaming))
        with door_to(setup, tmp_path) as door:
            said = converse(door, [HumanMessage("在吗")], tools=[find_messages])
            assert (said.text, said.tool_calls[0]["args"]) == ("你好", {"topic": "x"})
            assert bool(server.asked[0].body.get("stream")) is streaming
            assert not door.ledger.only.is_estimate


def test_a_vendor_is_asked_as_it_likes(tmp_path: Path) -> None:
    asked: dict[str, Asked] = {}
    for vendor in ("deepseek", "openai", "ollama"):
        with (
            ScriptedServer([Reply("好"), Reply('{"mood": "good"}')]) as server,
            door_to(setup_of(server, vendor=vendor), tmp_path) as door,
        ):
            door.chat.word(call())
            door.chat.judge(call(prompt="judge"), Found)
            asked[vendor] = server.asked[0]
            assert server.asked[1].format == ("json_object" if vendor == "deepseek" else "json_schema")
    assert asked["deepseek"].body["thinking"] == {"type": "disabled"}
    assert "max_completion_tokens" in asked["openai"].body
    assert "max_tokens" not in asked["openai"].body
    assert asked["ollama"].body["reasoning_effort"] == "none"


def good(asked: Asked) -> Reply:
    """What a capable server replies to each trial."""
    if asked.tools:
        return Reply(calls=[ToolCall("say_hello", {"words": "你好"})])
    return Reply('{"language": "zh", "politeness": 3}' if asked.format else "你好！")


def modest(asked: Asked) -> Reply:
    """What a server replies that knows text only."""
    return Reply(status=400) if asked.tools or asked.format else Reply("你好！", usage=None)


PROBES = [
    # the server, what it is found to do: schema, JSON, tools, streaming, usage
    (good, (True, True, True, True, True)),
    (modest, (False, False, False, True, False)),
    (lambda asked: Reply("你好！"), (False, False, None, True, True)),
    (lambda asked: Reply(body=b"{}") if asked.body.get("stream") else good(asked), (True, True, True, False, True)),
]


@pytest.mark.parametrize(("script", "found"), PROBES, ids=["good", "modest", "talkative", "at once"])
def test_a_model_is_tried(script: Any, found: tuple[bool | None, ...], tmp_path: Path) -> None:
    with ScriptedServer(script) as server, door_to(None, tmp_path) as door:
        probed = door.chat.probe(setup_of(server), KEY)
        assert probed.is_good
        assert probed.said == ("你好！")
        abilities = probed.abilities
        assert (
            abilities.json_schema,
            abilities.json_object,
            abilities.tools,
            abilities.streaming,
            abilities.usage,
        ) == found
        assert {one.purpose for one in door.ledger.settled} == {Purpose.TEST}


def test_trying_ends_in_time_whatever_is_still_unknown(tmp_path: Path) -> None:
    def late(_: Asked) -> Reply:
        if len(server.asked) > 1:
            door.pass_time(probing.LONGEST_SECONDS)
        return Reply("你好")

    with ScriptedServer(late) as server, door_to(None, tmp_path, real_clock=False) as door:
        probed = door.chat.probe(setup_of(server), KEY)
        assert probed.is_good
        assert (probed.abilities.json_object, probed.abilities.tools) == (None, None)
        assert len(server.asked) == 2


BAD_PROBES = [
    (Reply(status=401, error=f"bad key {KEY}"), Outcome.REFUSED, "key"),
    (Reply(status=404), Outcome.REFUSED, "name"),
    (Reply(status=500), Outcome.SERVER_ERROR, "later"),
    (Reply(body=b"<html>", content_type="text/html"), Outcome.BAD_OUTPUT, "/v1"),
]


@pytest.mark.parametrize(("reply", "outcome", "remedy"), BAD_PROBES)
def test_a_model_that_cannot_be_worked_with(reply: Reply, outcome: Outcome, remedy: str, tmp_path: Path) -> None:
    with ScriptedServer(lambda asked: reply) as server, door_to(None, tmp_path) as door:
        probed = door.chat.probe(setup_of(server), KEY)
        assert (probed.outcome, probed.is_good) == (outcome, False)
        assert remedy in probed.sentence
        assert KEY not in repr(probed)


def test_it_is_not_loaded_before_it_is_needed(tmp_path: Path) -> None:
    with ScriptedServer([]) as server, door_to(setup_of(server), tmp_path) as door:
        door.chat.warm()
        assert (server.asked, door.ledger.reserved) == ([], [])
        pieces = door.chat.stream(call())
        with pytest.raises(ModelFailed):
            next(pieces)

"""The door in front of a real llama.cpp server. What its tiny model says is nonsense; how it comes is not."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import httpx
import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from pydantic import BaseModel, Field

import copilot
from copilot.models.prompts import Rendered
from copilot.records.model import Outcome, Purpose
from tests.models.llama import Llama
from tests.models.talking import call, door_to


class Mood(BaseModel):
    """A shape of everything that shapes are made of."""

    mood: Literal["good", "bad", "unknown"]
    words: list[str] = Field(default_factory=list, max_length=3)
    score: int = Field(ge=0, le=9)
    is_sure: bool = False
    said: str | None = Field(default=None, max_length=20)


def shapes() -> list[type[BaseModel]]:
    """Every shape that the co-pilot asks models for: all pydantic models outside settings and libraries."""
    found: dict[str, type[BaseModel]] = {"Mood": Mood}
    for package in ("models", "answering", "analytics", "services", "assistant"):
        folder = Path(copilot.__file__).parent / package
        for module in pkgutil.iter_modules([str(folder)]):
            if "BaseModel" not in (folder / f"{module.name}.py").read_text(encoding="utf-8"):
                continue
            loaded = importlib.import_module(f"copilot.{package}.{module.name}")
            for name, its in inspect.getmembers(loaded, inspect.isclass):
                is_ours = its.__module__ == loaded.__name__
                # Shapes are plain; LangChain's own parts are pydantic models as well.
                if is_ours and BaseModel in its.__bases__:
                    found[f"{module.name}.{name}"] = its
    return list(found.values())


def test_a_text(llama: Llama, tmp_path: Path) -> None:
    with door_to(llama.setup(), tmp_path) as door:
        text = "".join(door.chat.stream(call("你好", max_tokens=40)))
        recorded = door.ledger.only
        assert text
        assert not recorded.is_estimate
        assert recorded.output_tokens <= 40
        # The template adds its own to what was sent.
        assert recorded.input_tokens > len("说一句话。你好")
        worded = door.chat.word(call("你好", max_tokens=1500))
        # It may never end by itself: then the limit cuts it.
        assert worded.outcome in (Outcome.OK, Outcome.CUT_OFF)


def test_it_streams(llama: Llama, tmp_path: Path) -> None:
    with door_to(llama.setup(), tmp_path) as door:
        pieces = list(door.chat.stream(call("你好", max_tokens=30)))
        assert len(pieces) > 3
        assert 0 < door.ledger.only.first_token_ms <= door.ledger.only.latency_ms


def test_what_it_counts_is_recorded(llama: Llama, tmp_path: Path) -> None:
    with door_to(llama.setup(), tmp_path) as door:
        for words in ("你好", "你好" * 50):
            list(door.chat.stream(call(words, max_tokens=5)))
        short, long = door.ledger.settled
        # Each of these characters is three bytes, and a byte is a token of this model.
        assert 98 <= long.input_tokens - short.input_tokens <= 98 * 3


def test_whoever_leaves_leaves_room_for_others(llama: Llama, tmp_path: Path) -> None:
    with door_to(llama.setup(), tmp_path) as door:
        for _ in range(6):
            pieces = door.chat.stream(call("你好", max_tokens=3000))
            next(pieces)
            pieces.close()
        assert {one.outcome for one in door.ledger.settled} <= {Outcome.CANCELLED, Outcome.OK, Outcome.CUT_OFF}
        assert "".join(door.chat.stream(call("在吗", max_tokens=5)))
        slots = httpx.get(llama.url.removesuffix("/v1") + "/slots", trust_env=False).json()
        assert [slot["is_processing"] for slot in slots].count(True) <= 1


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_it_keeps_to_every_shape_that_is_used(shape: type[BaseModel], llama: Llama, tmp_path: Path) -> None:
    prompt = call("你好", prompt="judge", max_tokens=3000)
    with door_to(llama.setup(), tmp_path) as door:
        for _ in range(3):
            # Random letters fit the shape by the server's doing alone; the default of this prompt does not fit.
            assert isinstance(door.chat.judge(prompt, shape).value, shape)
        assert {one.outcome for one in door.ledger.settled} == {Outcome.OK}


def test_it_is_tried(llama: Llama, tmp_path: Path) -> None:
    with door_to(None, tmp_path) as door:
        probed = door.chat.probe(llama.setup(), "")
        assert probed.outcome is Outcome.OK
        assert (probed.abilities.streaming, probed.abilities.usage) == (True, True)
        assert probed.abilities.json_schema is True
        # Random letters are no call.
        assert probed.abilities.tools is None


def test_a_conversation(llama: Llama, tmp_path: Path) -> None:
    prompt = Rendered("assistant", "0123456789ab", "你是助手。", "", "zh")
    with door_to(llama.setup(), tmp_path) as door:
        whole: AIMessageChunk | None = None
        for piece in door.chat.converse(
            [HumanMessage("在吗")], prompt=prompt, purpose=Purpose.ASSISTANT, max_tokens=30
        ):
            whole = piece if whole is None else whole + piece
        assert whole is not None
        assert whole.text
        assert whole.usage_metadata is not None
        assert whole.usage_metadata["output_tokens"] == door.ledger.only.output_tokens


def test_several_at_once(llama: Llama, tmp_path: Path) -> None:
    with door_to(llama.setup(), tmp_path) as door, ThreadPoolExecutor(6) as users:
        texts = list(users.map(lambda n: "".join(door.chat.stream(call(f"第{n}个", max_tokens=20))), range(12)))
        assert all(texts)
        assert len(door.ledger.settled) == 12

"""What our door to chat models adds to the time until the first words, over the bare server.

`python -m benchmarks.chat` starts a llama.cpp server with a tiny model of random weights, and asks it the same prompts
in turn: with a bare HTTP client, through `Chat.stream`, and through `Chat.stream` with masking for a group of 500
members, as for a model that is not local. It prints one JSON object as its last line: `bare_p50_ms`, `door_p50_ms`,
`masked_p50_ms`, the same at p95, `overhead_p50_ms` (door less bare), `masked_overhead_p50_ms`, and `first_ms`, of the
first call of a process, which loads the libraries.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np

from copilot.errors import ModelFailed
from copilot.models.chat import Call, Chat
from copilot.models.masking import Masker
from copilot.models.prompts import Prompts
from copilot.records.model import ModelCall, ModelSetup, Purpose
from tests.models.llama import Llama, serve

ROUNDS = 150
WARM_UP = 15
MEMBERS = 500
_PROMPT = """
about: For the benchmark.
variables: {question: text, passages: blocks}
system: {zh: "只根据资料回答群成员的问题，每一句注明出处。", en: "Answer from the material only."}
user: {zh: "{{ passages }}\\n问题：{{ question }}", en: "{{ passages }}\\nQuestion: {{ question }}"}
fallback: {zh: "没有回答", en: "no answer"}
examples: {zh: {question: 几点, passages: [七点]}, en: {question: when, passages: [at seven]}}
"""
_PASSAGES = (
    "周六的活动下午三点在社区中心集合，请自备水杯和防晒，结束时间大约五点半。",
    "群里的团购每周三开，周五截单，取货点在东门的驿站，有问题找小满妈妈。",
    "六个月以后可以加辅食，先从含铁的米粉开始，一次只加一种，观察三天。",
)
_MESSAGE_TOKENS = 20


class _Ledger:
    """Keeps nothing: what the store takes is measured elsewhere."""

    def reserve(self, call: ModelCall) -> int:
        return 1

    def settle(self, call_id: int, call: ModelCall) -> None:
        return None


@contextmanager
def _door(setup: ModelSetup, folder: Path) -> Iterator[Chat]:
    names = [f"成员{number:03d}妈妈" for number in range(MEMBERS)]
    chat = Chat(
        Prompts(folder),
        chosen=lambda: (setup, "none"),
        ledger=_Ledger(),
        masker_of=lambda community_id, group_id: Masker(names, b"s" * 32),
        clock=lambda: datetime.now(UTC),
    )
    try:
        yield chat
    finally:
        chat.close()


def _call(number: int) -> Call:
    """A question with its material; the server has not seen its beginning before."""
    passages = [f"{number}：{passage}" for passage in _PASSAGES]
    variables = {"question": f"第{number}次问：周六几点集合？", "passages": passages}
    return Call(prompt="asked", variables=variables, language="zh", purpose=Purpose.ANSWER, max_tokens=_MESSAGE_TOKENS)


def _first_through(chat: Chat, call: Call) -> float:
    """Milliseconds until the first words through the door; the rest is read too."""
    begun = time.perf_counter()
    pieces = chat.stream(call)
    next(pieces)
    first = time.perf_counter() - begun
    with suppress(ModelFailed):
        for _ in pieces:
            pass
    return first * 1000


def _first_bare(client: httpx.Client, llama: Llama, prompts: Prompts, call: Call) -> float:
    """Milliseconds until the first words of the same request, sent and read by hand."""
    rendered = prompts.render(call.prompt, call.variables, call.language)
    body = {
        "model": "tiny",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": call.max_tokens,
        "temperature": 0.2,
        "messages": [{"role": "system", "content": rendered.system}, {"role": "user", "content": rendered.user}],
    }
    first = 0.0
    begun = time.perf_counter()
    with client.stream("POST", f"{llama.url}/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            choices = json.loads(line[6:])["choices"]
            if not first and choices and choices[0]["delta"].get("content"):
                first = time.perf_counter() - begun
    return first * 1000


def measure(rounds: int = ROUNDS, warm_up: int = WARM_UP) -> dict[str, float]:
    """Ask in turn, all kinds with the same load on the machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "asked.yaml").write_text(_PROMPT, encoding="utf-8")
        prompts = Prompts(folder)
        llama = serve(folder)
        local, remote = llama.setup(), llama.setup(is_local=False, version=2)
        with (
            httpx.Client(trust_env=False, timeout=60) as client,
            _door(local, folder) as door,
            _door(remote, folder) as masked,
        ):
            begun = time.perf_counter()
            _first_through(door, _call(0))
            first_ms = (time.perf_counter() - begun) * 1000
            kinds: dict[str, Callable[[Call], float]] = {
                "bare": lambda call: _first_bare(client, llama, prompts, call),
                "door": lambda call: _first_through(door, call),
                "masked": lambda call: _first_through(masked, call),
            }
            taken: dict[str, list[float]] = {kind: [] for kind in kinds}
            number = 0
            for turn in range(warm_up + rounds):
                for kind, ask in kinds.items():
                    number += 1
                    milliseconds = ask(_call(number))
                    if turn >= warm_up:
                        taken[kind].append(milliseconds)
    found = {
        f"{kind}_p{share}_ms": round(float(np.percentile(times, share)), 2)
        for kind, times in taken.items()
        for share in (50, 95)
    }
    found["overhead_p50_ms"] = round(found["door_p50_ms"] - found["bare_p50_ms"], 2)
    found["masked_overhead_p50_ms"] = round(found["masked_p50_ms"] - found["bare_p50_ms"], 2)
    return found | {"first_ms": round(first_ms)}


def main() -> None:
    """Print the figures."""
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()

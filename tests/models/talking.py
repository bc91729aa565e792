"""A door to chat models as tests open it: a ledger that only remembers, pauses that take no time, prompts as files.

::

    with ScriptedServer([Reply("你好")]) as server, door_to(setup_of(server)) as door:
        assert door.chat.word(call()).text == "你好"
        assert door.ledger.only.outcome is Outcome.OK
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.bootstrap import shipped
from copilot.errors import ModelFailed
from copilot.models.chat import Call, Chat
from copilot.models.masking import Masker
from copilot.models.prompts import Prompts
from copilot.models.wire import Patience
from copilot.records.model import ModelCall, ModelSetup, Outcome, Purpose
from tests.models.scripted_server import ScriptedServer

NOW = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
KEY = "sk-" + "SECRET0123456789abcdef"
SECRET = b"s" * 32
SHORT = Patience(connect=2.0, first=0.15, between=0.15, total=5.0)
"""For servers that hang."""
HALTING = Patience(connect=5.0, first=20.0, between=0.15, total=60.0)
"""For servers that hang after they have begun."""
LONG = Patience(connect=5.0, first=20.0, between=20.0, total=60.0)

PROMPTS = {
    "greet": """
about: For tests.
variables: {words: text, said: block}
system: {zh: "说一句话。", en: "Say something."}
user: {zh: "{{ words }}{{ said }}", en: "{{ words }}{{ said }}"}
fallback: {zh: "没有模型时的话", en: "words without a model"}
examples: {zh: {words: 嗨, said: 嗨}, en: {words: hi, said: hi}}
""",
    "judge": """
about: For tests.
variables: {words: text}
system: {zh: "判断。", en: "Judge."}
user: {zh: "{{ words }}", en: "{{ words }}"}
default: {mood: unknown, reason: "", score: 0}
examples: {zh: {words: 嗨}, en: {words: hi}}
""",
}


@dataclass
class FakeLedger:
    """Remembers what was reserved and what became of it, in order."""

    reserved: list[ModelCall] = field(default_factory=list)
    settled: list[ModelCall] = field(default_factory=list)
    is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: dict[int, ModelCall] = field(default_factory=dict)

    def reserve(self, call: ModelCall) -> int:
        """Keep a reservation, unless the cap is reached."""
        with self._lock:
            if self.is_over:
                raise ModelFailed("the cap for today is reached", Outcome.OVER_BUDGET)
            self.reserved.append(call)
            self._open[len(self.reserved)] = call
            return len(self.reserved)

    def settle(self, call_id: int, call: ModelCall) -> None:
        """Keep what a call did; it fails for one that is not reserved."""
        with self._lock:
            del self._open[call_id]
            self.settled.append(call)

    @property
    def pending(self) -> int:
        """How many reservations are not settled."""
        return len(self._open)

    @property
    def only(self) -> ModelCall:
        """The one call that there was."""
        assert len(self.reserved) == len(self.settled) == 1, self.settled
        return self.settled[0]


@dataclass
class Door:
    """A chat with all that it was given."""

    chat: Chat
    ledger: FakeLedger
    pauses: list[float]
    seconds: list[float]

    def pass_time(self, seconds: float) -> None:
        """Let the clock of the breakers go on."""
        self.seconds[0] += seconds


def setup_of(server: ScriptedServer, **changes: Any) -> ModelSetup:
    """A setup that asks a scripted server, for which nothing is masked."""
    usual: dict[str, Any] = {
        "vendor": "compatible",
        "base_url": server.url,
        "model": "scripted",
        "is_local": True,
        "input_price": 1.0,
        "output_price": 2.0,
    }
    return ModelSetup(**(usual | changes))


def call(words: str = "在吗", said: str = "", prompt: str = "greet", **changes: Any) -> Call:
    """A call of a prompt for tests."""
    variables = {"words": words, "said": said} if prompt == "greet" else {"words": words}
    usual: dict[str, Any] = {"language": "zh", "purpose": Purpose.ANSWER, "group_id": 7}
    return Call(prompt=prompt, variables=variables, **(usual | changes))


@contextmanager
def door_to(
    setup: ModelSetup | Callable[[], ModelSetup | None] | None,
    folder: Path,
    *,
    patience: Patience = LONG,
    names: tuple[str, ...] = (),
    key: str = KEY,
    real_clock: bool = True,
) -> Iterator[Door]:
    """Open a door to a setup.

    Args:
        folder: an empty one, for the prompts.
        names: of members, who are masked where the setup is not local.
        real_clock: False for a clock that only `Door.pass_time` moves.
    """
    prompts = folder / "prompts"
    prompts.mkdir(exist_ok=True)
    for name, text in PROMPTS.items():
        (prompts / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name in ("hello", "json_reply", "json_repair"):
        (prompts / f"{name}.yaml").write_bytes((shipped("prompts") / f"{name}.yaml").read_bytes())
    pauses: list[float] = []
    seconds = [1000.0]
    ledger = FakeLedger()

    def chosen() -> tuple[ModelSetup, str] | None:
        found = setup() if callable(setup) else setup
        return None if found is None else (found, key)

    def wait(event: threading.Event, paused: float) -> None:
        pauses.append(paused)

    clock = {} if real_clock else {"monotonic": lambda: seconds[0]}
    chat = Chat(
        Prompts(prompts),
        chosen=chosen,
        ledger=ledger,
        masker_of=lambda community_id, group_id: Masker(names, SECRET),
        clock=lambda: NOW,
        wait=wait,
        chance=lambda: 0.5,
        patience=patience,
        **clock,
    )
    try:
        yield Door(chat, ledger, pauses, seconds)
    finally:
        chat.close()
    assert ledger.pending == 0, "a reservation was left open"

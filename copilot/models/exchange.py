"""One exchange with a model: reserved before it is sent, tried again where that helps, recorded whatever happens."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from copilot.errors import ModelFailed
from copilot.models import faults, tokens
from copilot.models.attempts import FAILURES, Breaker, Fault, pause
from copilot.models.pieces import the_stop
from copilot.models.providers import cost
from copilot.models.thinking import THINKING_TOKENS
from copilot.records.model import ModelCall, Outcome

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage

    from copilot.models.wire import Attempt, Form, Line

_TOKENS_A_MESSAGE = 6
"""What a message costs besides its words, in the formats of the usual vendors, rounded up."""
_MOST_OF_ESTIMATE, _MORE_THAN_ESTIMATE = 4, 2_000
"""How far a server's count of what it read may lie above our estimate: so many times it and so many tokens more. Other
tokenizers make up to three times as many of a text, and templates for tools are written around it."""
_NOT_ASKED = frozenset(
    {Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.RESTING,
     Outcome.TOO_LONG}
)  # fmt: skip
"""After these the vendor counts nothing."""


class Ledger(Protocol):
    """Keeps what calls cost, and refuses those that would go over a cap."""

    def reserve(self, call: ModelCall) -> int: ...

    def settle(self, call_id: int, call: ModelCall) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every exchange works with.

    Args:
        wait: waits until the event comes, so many seconds at most.
        monotonic: seconds of a clock that never goes back. `chance`: 0 to 1, see `attempts.pause`.
    """

    ledger: Ledger
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[threading.Event, float], object]
    chance: Callable[[], float]


@dataclass(slots=True)
class _Heard:
    """What has come so far."""

    text: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    usage: Mapping[str, Any] | None = None
    finish: str = ""
    first_at: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the model says or thinks anything."""
        return self.first_at is not None or bool(self.thought)


class Exchange:
    """Messages to a model and its reply, as a context: entering reserves, leaving records.

    Args:
        line: the connections to the model.
        blank: who asks for what: the record, without figures.
        messages: as they are sent, masked where they have to be.
        max_tokens: the most that may be said.
        first_seconds, seconds: how long the first words, and all of them, may take, where the line is not hastier.
        schema: what the reply must fit; `schema_in_words` is added to the first message where the server does not help.
        tools: what the model may call.
    """

    def __init__(
        self,
        around: Surroundings,
        line: Line,
        breaker: Breaker,
        blank: ModelCall,
        messages: Sequence[BaseMessage],
        *,
        max_tokens: int,
        first_seconds: float = math.inf,
        seconds: float = math.inf,
        schema: Mapping[str, Any] | None = None,
        schema_in_words: str = "",
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._around = around
        self._line = line
        self._breaker = breaker
        self._messages = list(messages)
        self._in_words = [_lengthened(messages[0], schema_in_words), *messages[1:]] if schema_in_words else messages
        self._max_tokens = max_tokens
        self._first_seconds = min(first_seconds, line.patience.first)
        self._seconds = min(seconds, line.patience.total)
        self._schema = schema
        self._tools = tools
        self._input = sum(tokens.count(message.text) + _TOKENS_A_MESSAGE for message in self._in_words)
        self._input += sum(tokens.count(str(tool)) for tool in tools)
        # A server that refuses to be told not to think aloud is asked again without it.
        self._most = max_tokens + THINKING_TOKENS
        self._call = replace(blank, input_tokens=self._input, output_tokens=self._most)
        # What attempts before the last one have cost.
        self._spent = (0, 0)
        self._id = 0
        self._started = 0.0
        self._attempts = 0
        self._attempt: Attempt | None = None
        self._cancelled = threading.Event()
        self._heard = _Heard()
        self._lock = threading.Lock()
        self._stop = the_stop()
        self.outcome = Outcome.OK

    @property
    def finish(self) -> str:
        """Why the model stopped: `stop`, `length`, `tool_calls` …; "" before the end."""
        return self._heard.finish

    @property
    def counts(self) -> bool:
        """Whether the server told how many tokens there were, and it can be so."""
        return self._counted() is not None

    @property
    def first_token_ms(self) -> int:
        """Until the first piece came; 0 where none did."""
        return 0 if self._heard.first_at is None else _ms(self._heard.first_at - self._started)

    @property
    def latency_ms(self) -> int:
        """Since the exchange began."""
        return _ms(self._around.monotonic() - self._started)

    def __enter__(self) -> Self:
        """Reserve what it may cost.

        Raises:
            ModelFailed: a cap would be passed, the text is too long, no time is left, or the server is left alone at
                the moment.
        """
        self._started = self._around.monotonic()
        self._stop.watch(self.cancel)
        with ExitStack() as refused:
            refused.callback(self._stop.forget, self.cancel)
            self._reserve()
            refused.pop_all()
        return self

    def _reserve(self) -> None:
        setup = self._line.setup
        if self._input + self._max_tokens > setup.context_tokens:
            fault: Fault | None = faults.too_long(setup)
        else:
            fault = faults.too_slow(setup) if self._seconds <= 0 else self._resting()
        if fault is not None:
            # Nothing is sent and nothing is reserved: only that it happened is kept.
            self._id = self._around.ledger.reserve(self._priced(0, 0))
            self._settle(fault.outcome)
            raise ModelFailed(fault.sentence, fault.outcome)
        try:
            self._id = self._around.ledger.reserve(self._priced(self._input, self._most))
        finally:
            if not self._id:
                self._breaker.gave_up()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give up what still runs, and record what became of it."""
        self._stop.forget(self.cancel)
        if self._attempt is not None:
            self._attempt.cancel()
        self._breaker.gave_up()
        if isinstance(error, ModelFailed):
            self.outcome = Outcome(error.reason)
        elif not isinstance(error, GeneratorExit | None):
            self.outcome = Outcome.CANCELLED
        elif (error is not None or self._cancelled.is_set()) and not self._heard.finish:
            # Whoever leaves after the last words has heard all of it.
            self.outcome = Outcome.CANCELLED
        self._settle(self.outcome)

    def cancel(self) -> None:
        """Close the request, from any thread."""
        with self._lock:
            self._cancelled.set()
            if self._attempt is not None:
                self._attempt.cancel()

    def chunks(self) -> Iterator[AIMessageChunk]:
        """The reply, piece by piece. Until the first piece it is tried again where that may help.

        Raises:
            ModelFailed: it could not be had, or broke off.
        """
        form = self._line.form(self._schema)
        first = form
        tried = 0
        while True:
            self._attempts += 1
            tried += 1
            try:
                yield from self._send(form)
                self._line.learn(first, form)
                return
            except Fault as caught:
                fault = caught
            if fault.outcome in FAILURES:
                self._breaker.failed(is_timeout=fault.outcome is Outcome.TIMEOUT)
            elif fault.outcome is Outcome.REFUSED:
                # It answers, which is all that the breaker asks.
                self._breaker.succeeded()
            plainer = self._line.plainer(form) if fault.is_about_form and self._heard.first_at is None else None
            if plainer is not None:
                form, tried = plainer, tried - 1
                self._spent, self._heard = self._used(fault.outcome), _Heard()
                continue
            self._pause_or_fail(fault, tried)
            self._spent, self._heard = self._used(fault.outcome), _Heard()

    def _send(self, form: Form) -> Iterator[AIMessageChunk]:
        """One attempt."""
        with self._lock:
            if self._cancelled.is_set():
                raise faults.cancelled()
            messages = self._in_words if form.schema is None else self._messages
            self._attempt = self._line.ask(messages, form, self._max_tokens, self._tools)
        for chunk in self._attempt.chunks(lambda _: self._left()):
            self._hear(chunk)
            yield chunk

    def _left(self) -> float:
        """The seconds that the next piece may take. That a server accepts a request is no piece yet."""
        gone = self._around.monotonic() - self._started
        if self._heard.has_begun:
            return min(self._seconds - gone, self._line.patience.between)
        return min(self._seconds, self._first_seconds) - gone

    def _hear(self, chunk: AIMessageChunk) -> None:
        heard = self._heard
        if heard.first_at is None and (chunk.text or chunk.tool_call_chunks):
            heard.first_at = self._around.monotonic()
            self._breaker.succeeded()
        heard.text.append(chunk.text)
        if thought := chunk.additional_kwargs.get("reasoning_content"):
            heard.thought.append(thought)
        heard.text.extend(call["args"] or "" for call in chunk.tool_call_chunks)
        if chunk.usage_metadata:
            # Where a server counts in every piece, the last count is of all.
            heard.usage = {**chunk.usage_metadata}
        heard.finish = str(chunk.response_metadata.get("finish_reason") or heard.finish)

    def _counted(self) -> tuple[int, int] | None:
        """The server's count of what it read and wrote; None where it cannot be so, since caps rest on it."""
        usage = self._heard.usage or {}
        read, wrote = usage.get("input_tokens"), usage.get("output_tokens")
        if type(read) is not int or type(wrote) is not int:
            return None
        most = _MOST_OF_ESTIMATE * self._input + _MORE_THAN_ESTIMATE
        least = 1 if any(self._heard.text) else 0
        is_likely = 0 < read <= most and least <= wrote <= self._most
        return (read, wrote) if is_likely else None

    def _pause_or_fail(self, fault: Fault, tried: int) -> None:
        """Wait before the next attempt, or say that there is none."""
        seconds = None if self._heard.first_at is not None else pause(fault, tried, self._around.chance)
        if seconds is None or seconds >= self._left():
            raise ModelFailed(fault.sentence, fault.outcome)
        if self._resting() is not None:
            # This failure was one too many: that it rests now is for those who come later.
            raise ModelFailed(fault.sentence, fault.outcome)
        self._around.wait(self._cancelled, seconds)
        if self._cancelled.is_set():
            stopped = faults.cancelled()
            raise ModelFailed(stopped.sentence, stopped.outcome)

    def _resting(self) -> Fault | None:
        rest = self._breaker.admit()
        return None if rest is None else faults.resting(self._line.setup, rest.failures, rest.seconds)

    def _priced(self, input_tokens: int, output_tokens: int) -> ModelCall:
        priced = cost(self._line.setup, input_tokens, output_tokens)
        return replace(self._call, input_tokens=input_tokens, output_tokens=output_tokens, cost=priced)

    def _used(self, outcome: Outcome) -> tuple[int, int]:
        """What was read and written in all attempts, of which the last one ended like this."""
        read, wrote = 0, 0
        if (counted := self._counted()) is not None:
            read, wrote = counted
        elif self._attempts and outcome not in _NOT_ASKED:
            read, wrote = self._input, tokens.count("".join((*self._heard.thought, *self._heard.text)))
        return self._spent[0] + read, self._spent[1] + wrote

    def _settle(self, outcome: Outcome) -> None:
        settled = replace(
            self._priced(*self._used(outcome)),
            is_estimate=self._counted() is None or any(self._spent),
            first_token_ms=self.first_token_ms,
            latency_ms=self.latency_ms,
            attempts=self._attempts,
            outcome=outcome,
        )
        self._around.ledger.settle(self._id, settled)


def _lengthened(message: BaseMessage, words: str) -> BaseMessage:
    return message.model_copy(update={"content": f"{message.text}\n\n{words}"})


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))

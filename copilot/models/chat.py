"""The one door to chat models: wording, judging, streaming and conversing, and what holds where a model fails.

Whoever asks gets a usable result in every case: `word` and `judge` fall back on what the prompt's file says, `stream`
and `converse` raise `ModelFailed` with the reason. Each call is reserved and recorded in the ledger. What leaves this
machine is masked before and put back after. It knows nothing of what the words mean, and keeps none of them.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from copilot.errors import ModelFailed
from copilot.models import faults, probing, structured
from copilot.models.attempts import Breaker, Breakers, Fault
from copilot.models.calls import FIRST_SECONDS, SECONDS, Call, Judged, Worded
from copilot.models.exchange import Exchange, Ledger, Surroundings
from copilot.models.lines import Lines
from copilot.models.masking import Masker
from copilot.models.pieces import Pieces, Stop
from copilot.models.probing import Probe
from copilot.models.prompts import Prompts, Rendered
from copilot.models.providers import stays_local
from copilot.models.structured import Misfit
from copilot.models.thinking import without_thinking
from copilot.records.model import ModelCall, ModelSetup, Outcome, Purpose

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.tools import BaseTool

    from copilot.models.wire import Line, Patience

__all__ = ["Call", "Chat", "Judged", "Ledger", "Masker", "Pieces", "Probe", "Prompts", "Rendered", "Worded"]

Shape = TypeVar("Shape", bound=BaseModel)

REPLY, REPAIR = "json_reply", "json_repair"
"""The prompts that ask for JSON in words, and for a better one."""
_SHOWN_OF_A_BAD_REPLY = 2_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call that is ready to be sent: to whom, with which masker, and how it is recorded."""

    line: Line
    breaker: Breaker
    masker: Masker
    rendered: Rendered
    blank: ModelCall
    max_tokens: int
    first_seconds: float
    seconds: float


class Chat:
    """Asks the model that is chosen. Safe for many threads at once.

    Args:
        prompts: the prompts by their names.
        chosen: the setup and its key, "" where it needs none; None while no model is chosen.
        ledger: reserves and records what calls cost.
        masker_of: the masker for a community and group, for models that are not on this machine.
        clock: tells the time of the records.
        monotonic, wait, chance, patience: see `exchange.Surroundings` and `wire.Patience`; for tests.
    """

    def __init__(
        self,
        prompts: Prompts,
        *,
        chosen: Callable[[], tuple[ModelSetup, str] | None],
        ledger: Ledger,
        masker_of: Callable[[int | None, int | None], Masker],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        chance: Callable[[], float] = secrets.SystemRandom().random,
        patience: Patience | None = None,
    ) -> None:
        self._prompts = prompts
        self._chosen = chosen
        self._masker_of = masker_of
        self._around = Surroundings(ledger=ledger, clock=clock, monotonic=monotonic, wait=wait, chance=chance)
        self._breakers = Breakers(monotonic)
        self._lines = Lines(clock, patience)

    @property
    def is_ready(self) -> bool:
        """Whether a model is chosen."""
        return self._chosen() is not None

    @property
    def takes_tools(self) -> bool:
        """Whether the model may be given tools: not where a test found that it calls none."""
        chosen = self._chosen()
        return chosen is not None and chosen[0].abilities.tools is not False

    def warm(self) -> None:
        """Load what the first call needs, which takes a second, without asking anything."""
        chosen = self._chosen()
        if chosen is not None:
            self._lines.of(*chosen)

    def close(self) -> None:
        """End what is under way and let the connections go."""
        self._lines.close()

    def word(self, call: Call) -> Worded:
        """A text. Never fails for want of a model: then it is the prompt's fallback, and the outcome says why.

        Raises:
            BadInput: the prompt or its variables are wrong.
        """
        try:
            return Worded(self._worded(self._ready(call)), Outcome.OK)
        except ModelFailed as failure:
            return Worded(self._prompts.fallback(call.prompt, call.variables, call.language), Outcome(failure.reason))

    def judge(self, call: Call, schema: type[Shape]) -> Judged[Shape]:
        """A value of a shape. Never fails for want of a model: then it is the prompt's default.

        Raises:
            BadInput: the prompt or its variables are wrong.
        """
        try:
            return self._judged(self._ready(call), schema)
        except ModelFailed as failure:
            default = schema.model_validate(self._prompts.default(call.prompt))
            return Judged(default, Outcome(failure.reason))

    def stream(self, call: Call) -> Pieces[str]:
        """Pieces of a text as they come. Closing the iterator, in any thread, ends the request.

        Raises:
            ModelFailed: when the first piece is asked for or between two; `reason` is an `Outcome`.
            BadInput: likewise, the prompt or its variables are wrong.
        """
        stop = Stop()
        return Pieces(self._streamed(call, stop), stop)

    def converse(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any] | BaseTool] = (),
        *,
        prompt: Rendered,
        purpose: Purpose,
        community_id: int | None = None,
        group_id: int | None = None,
        account_id: int | None = None,
        max_tokens: int = 800,
        first_seconds: float = FIRST_SECONDS,
        seconds: float = SECONDS,
    ) -> Pieces[AIMessageChunk]:
        """The next message of a conversation, piece by piece: texts as they come, in the end one piece with every tool
        call whole. Closing the iterator, in any thread, ends the request.

        Args:
            messages: what was said. Only texts and tool calls are sent.
            tools: what the model may call. Whether it does, and which, is its own choice.
            prompt: names the call in the records; its system text goes in front where no system message is there.
            max_tokens: the most that it may say, where the prompt's file says nothing else.
            first_seconds, seconds: how long its first words, and all of them, may take; see `Call`.

        Raises:
            ModelFailed: when the first piece is asked for or between two; `reason` is an `Outcome`.
        """
        stop = Stop()

        def pieces() -> Generator[AIMessageChunk, None, None]:
            # LangChain takes a second to load, and only those who converse pay for it.
            from copilot.models.messages import as_tools, headed

            blank = Call(
                prompt=prompt.name,
                variables={},
                language=prompt.language,
                purpose=purpose,
                community_id=community_id,
                group_id=group_id,
                account_id=account_id,
                max_tokens=max_tokens,
                first_seconds=first_seconds,
                seconds=seconds,
            )
            asked = self._ready(blank, prompt)
            yield from self._conversed(asked, headed(messages, prompt.system), as_tools(tools), stop)

        return Pieces(pieces(), stop)

    def probe(self, setup: ModelSetup, key: str) -> Probe:
        """Try a model that may be chosen: a greeting, JSON by schema, a tool, streaming, counting.

        Fails at nothing: what goes wrong is said in the result.
        """
        line = self._lines.other(setup, key)
        try:
            rendered = self._prompts.render(probing.PROMPT, {}, "zh")
            spoken = self._prompts.render(REPLY, {"schema": structured.in_words(probing.SCHEMA)}, "zh").system
            blank = self._blank(setup, rendered, Purpose.TEST)
            return probing.probe(self._around, line, blank, rendered, spoken)
        finally:
            self._lines.release(line)

    def _ready(self, call: Call, rendered: Rendered | None = None) -> _Asked:
        """All that a call needs.

        Raises:
            ModelFailed: no model is chosen.
        """
        chosen = self._chosen()
        if chosen is None:
            raise ModelFailed("no model is chosen; choose one in the settings", Outcome.NO_MODEL)
        setup, key = chosen
        rendered = rendered or self._prompts.render(call.prompt, call.variables, call.language)
        is_local = setup.is_local and stays_local(setup.base_url, setup.model)
        return _Asked(
            line=self._lines.of(setup, key),
            breaker=self._breakers.of(setup.base_url, setup.model),
            masker=Masker.none() if is_local else self._masker_of(call.community_id, call.group_id).afresh(),
            rendered=rendered,
            blank=self._blank(setup, rendered, call.purpose, call),
            max_tokens=rendered.max_tokens or call.max_tokens,
            first_seconds=call.first_seconds,
            seconds=call.seconds,
        )

    def _blank(self, setup: ModelSetup, rendered: Rendered, purpose: Purpose, call: Call | None = None) -> ModelCall:
        return ModelCall(
            purpose=purpose,
            prompt=rendered.name,
            prompt_hash=rendered.hash,
            vendor=setup.vendor,
            model=setup.model,
            input_tokens=0,
            output_tokens=0,
            at=self._around.clock(),
            community_id=call.community_id if call else None,
            group_id=call.group_id if call else None,
            account_id=call.account_id if call else None,
        )

    def _exchange(self, asked: _Asked, messages: Sequence[BaseMessage], **more: Any) -> Exchange:
        return Exchange(
            self._around,
            asked.line,
            asked.breaker,
            asked.blank,
            messages,
            max_tokens=asked.max_tokens,
            first_seconds=asked.first_seconds,
            seconds=asked.seconds,
            **more,
        )

    def _messages(self, asked: _Asked) -> list[BaseMessage]:
        from copilot.models.messages import written

        mask = asked.masker.mask
        return written(mask(asked.rendered.system), mask(asked.rendered.user))

    def _worded(self, asked: _Asked) -> str:
        with self._exchange(asked, self._messages(asked)) as exchange:
            text = "".join(without_thinking(chunk.text for chunk in exchange.chunks())).strip()
            self._check(asked, exchange, bool(text))
            if exchange.finish == "length":
                # Half a text is no text to hand on.
                raise _failed(faults.cut_off(asked.line.setup))
            return asked.masker.unmask(text)

    def _judged(self, asked: _Asked, shape: type[Shape]) -> Judged[Shape]:
        from copilot.models.messages import reproached

        language = asked.rendered.language
        schema = structured.described(shape, bounded=asked.line.setup.is_local)
        in_words = structured.in_words(schema)
        spoken = self._prompts.render(REPLY, {"schema": in_words}, language).system
        messages = self._messages(asked)
        for outcome in (Outcome.OK, Outcome.REPAIRED):
            with self._exchange(asked, messages, schema=schema, schema_in_words=spoken) as exchange:
                text = "".join(without_thinking(chunk.text for chunk in exchange.chunks()))
                exchange.outcome = outcome
                try:
                    return Judged(structured.read(text, shape, asked.masker.unmask), outcome)
                except Misfit as misfit:
                    exchange.outcome = Outcome.BAD_OUTPUT
                    fault = str(misfit)
            if exchange.finish == "length":
                break
            repair = self._prompts.render(REPAIR, {"schema": in_words, "fault": fault}, language)
            messages = reproached(messages, text[:_SHOWN_OF_A_BAD_REPLY], asked.masker.mask(repair.system))
        raise _failed(faults.unreadable(asked.line.setup))

    def _streamed(self, call: Call, stop: Stop) -> Generator[str, None, None]:
        asked = self._ready(call)
        with self._exchange(asked, self._messages(asked)) as exchange:
            stop.watch(exchange.cancel)
            said = False
            texts = without_thinking(chunk.text for chunk in exchange.chunks())
            for piece in asked.masker.unmask_pieces(texts):
                said = said or bool(piece.strip())
                if piece:
                    yield piece
            self._check(asked, exchange, said)

    def _conversed(
        self, asked: _Asked, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]], stop: Stop
    ) -> Generator[AIMessageChunk, None, None]:
        from copilot.models.messages import Gathered, masked

        with self._exchange(asked, masked(messages, asked.masker.mask), tools=tools) as exchange:
            stop.watch(exchange.cancel)
            gathered, said = Gathered(), False
            for piece in asked.masker.unmask_pieces(without_thinking(gathered.texts(exchange.chunks()))):
                said = said or bool(piece.strip())
                if piece:
                    yield gathered.piece(piece)
            self._check(asked, exchange, said or bool(gathered.calls))
            try:
                last = gathered.end(asked.masker.unmask)
            except Misfit:
                is_cut = exchange.finish == "length"
                raise _failed((faults.cut_off if is_cut else faults.unreadable)(asked.line.setup)) from None
            yield last

    def _check(self, asked: _Asked, exchange: Exchange, said: bool) -> None:
        """Refuse a reply that says nothing, and note one that the limit cut."""
        if not said:
            raise _failed(faults.unreadable(asked.line.setup))
        if exchange.finish == "length":
            exchange.outcome = Outcome.CUT_OFF


def _failed(fault: Fault) -> ModelFailed:
    return ModelFailed(fault.sentence, fault.outcome)

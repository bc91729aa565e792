"""Trying a model before it is chosen: does it answer, and what can its server do?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, Field

from copilot.errors import ModelFailed
from copilot.models import faults, structured
from copilot.models.attempts import Breaker
from copilot.models.exchange import Exchange, Surroundings
from copilot.models.prompts import Rendered
from copilot.models.structured import Misfit
from copilot.models.thinking import without_thinking
from copilot.records.model import Abilities, ModelCall, Outcome

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from copilot.models.wire import Line

PROMPT: Final = "hello"
LONGEST_SECONDS = 30.0
"""So long is tried in all; somebody waits for it. What there is no time for is left unknown."""
_SHOWN = 200
_MOST_TOKENS = 100
_TOOL: Final[Mapping[str, Any]] = {
    "type": "function",
    "function": {
        "name": "say_hello",
        "description": "Says hello to the user. Always call this instead of replying.",
        "parameters": {
            "type": "object",
            "properties": {"words": {"type": "string"}},
            "required": ["words"],
            "additionalProperties": False,
        },
    },
}


class Greeting(BaseModel):
    """What is asked for to see whether a server holds a model to a shape; no text in it can run on and on."""

    language: Literal["zh", "en"]
    politeness: int = Field(ge=1, le=3)


SCHEMA: Final = structured.described(Greeting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What came of trying a model.

    Args:
        outcome: `ok` where it can be worked with; else why not, and `sentence` says so with the remedy.
        said: the beginning of what it replied to a greeting.
        first_token_ms, latency_ms: of that reply.
    """

    outcome: Outcome
    abilities: Abilities
    sentence: str = ""
    said: str = ""
    first_token_ms: int = 0
    latency_ms: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the model can be worked with."""
        return self.outcome is Outcome.OK


def probe(around: Surroundings, line: Line, blank: ModelCall, rendered: Rendered, spoken: str) -> Probe:
    """Try the model of a line.

    Args:
        blank: the record, without figures.
        rendered: the greeting. `spoken`: asks for JSON of the shape `SCHEMA` in words.
    """
    # LangChain is loaded by now.
    from copilot.models.messages import written

    messages = written(rendered.system, rendered.user)
    trial = _Trial(around, line, blank, messages)
    try:
        probed = trial.greet()
    except ModelFailed as failure:
        if failure.reason != Outcome.BAD_OUTPUT:
            return Probe(outcome=Outcome(failure.reason), abilities=Abilities(), sentence=str(failure))
        try:
            line.setup = _with(line, streaming=False)
            probed = trial.greet()
        except ModelFailed:
            return Probe(outcome=Outcome(failure.reason), abilities=Abilities(), sentence=str(failure))
    abilities = replace(
        probed.abilities,
        json_schema=trial.fits(spoken) if not line.refuses_schema else False,
        json_object=trial.fits(spoken, by_schema=False),
        tools=trial.calls(),
    )
    return replace(probed, abilities=abilities)


def _with(line: Line, **abilities: bool) -> Any:
    return replace(line.setup, abilities=replace(line.setup.abilities, **abilities))


class _Trial:
    """Asks the same greeting in several ways. Each way counts for itself."""

    def __init__(self, around: Surroundings, line: Line, blank: ModelCall, messages: list[BaseMessage]) -> None:
        self._around = around
        self._line = line
        self._blank = blank
        self._messages = messages
        self._patience = line.patience
        self._ends_at = around.monotonic() + LONGEST_SECONDS

    def greet(self) -> Probe:
        """A greeting.

        Raises:
            ModelFailed: there was none.
        """
        with self._exchange() as exchange:
            said = "".join(without_thinking(chunk.text for chunk in exchange.chunks())).strip()
            streaming = self._line.setup.abilities.streaming is not False
            return Probe(
                outcome=Outcome.OK,
                abilities=Abilities(streaming=streaming, usage=exchange.counts),
                said=said[:_SHOWN],
                first_token_ms=exchange.first_token_ms,
                latency_ms=exchange.latency_ms,
            )

    def fits(self, spoken: str, *, by_schema: bool = True) -> bool | None:
        """Whether a reply comes in a shape, with the help of the server by a schema or as a JSON object."""
        self._line.refuses_schema = self._line.refuses_schema if by_schema else True
        try:
            with self._exchange(schema=SCHEMA, schema_in_words=spoken) as exchange:
                text = "".join(without_thinking(chunk.text for chunk in exchange.chunks()))
                try:
                    structured.read(text, Greeting, lambda one: one)
                except Misfit:
                    exchange.outcome = Outcome.BAD_OUTPUT
                    return False
        except ModelFailed as failure:
            return False if failure.reason == Outcome.REFUSED else None
        return not (self._line.refuses_schema if by_schema else self._line.refuses_json)

    def calls(self) -> bool | None:
        """Whether a tool is called; None where the model chose to reply itself."""
        try:
            with self._exchange(tools=[_TOOL]) as exchange:
                called = [call for chunk in exchange.chunks() for call in chunk.tool_call_chunks]
        except ModelFailed as failure:
            return False if failure.reason == Outcome.REFUSED else None
        return True if called else None

    def _exchange(self, **more: Any) -> Exchange:
        left = self._ends_at - self._around.monotonic()
        if left <= 0:
            slow = faults.too_slow(self._line.setup)
            raise ModelFailed(slow.sentence, slow.outcome)
        self._line.patience = replace(self._patience, total=min(left, self._patience.total))
        breaker = Breaker(self._around.monotonic)
        return Exchange(self._around, self._line, breaker, self._blank, self._messages, max_tokens=_MOST_TOKENS, **more)

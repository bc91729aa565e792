"""The one door to chat models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from copilot.errors import ModelFailed
from copilot.records.model import Abilities, ModelCall, ModelSetup, Outcome, Purpose

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.tools import BaseTool

Shape = TypeVar("Shape", bound=BaseModel)


class Ledger(Protocol):
    """Keeps what calls cost, and refuses those that would go over a cap."""

    def reserve(self, call: ModelCall) -> int: ...

    def settle(self, call_id: int, call: ModelCall) -> None: ...


class Rendered(Protocol):
    """A prompt with its values filled in."""

    @property
    def name(self) -> str: ...

    @property
    def hash(self) -> str: ...

    @property
    def system(self) -> str: ...

    @property
    def user(self) -> str: ...


class Prompts(Protocol):
    """The prompts by their names."""

    def render(self, name: str, variables: Mapping[str, object], language: str) -> Rendered: ...

    def fallback(self, name: str, variables: Mapping[str, object], language: str) -> str: ...

    def default(self, name: str) -> object: ...


class Masker(Protocol):
    """Takes out of a text what must not leave this machine, and puts it back."""

    def mask(self, text: str) -> str: ...

    def unmask(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked of the model.

    Args:
        prompt: the name of a prompt. `variables`: its values. `language`: "zh" or "en".
        purpose: what it is for; `community_id`, `group_id` and `account_id`: for whom.
        max_tokens: the most that it may say.
    """

    prompt: str
    variables: Mapping[str, object]
    language: str
    purpose: Purpose
    community_id: int | None = None
    group_id: int | None = None
    account_id: int | None = None
    max_tokens: int = 600


@dataclass(frozen=True, slots=True)
class Worded:
    """A text, and whether the model wrote it or the prompt's fallback stands in."""

    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Judged(Generic[Shape]):
    """A value of the shape that was asked for, and whether the model gave it or the prompt's default stands in."""

    value: Shape
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What came of trying a model.

    Args:
        outcome: `ok` where it can be worked with; else why not, and `sentence` says so with the remedy.
        said: the beginning of what it said to a greeting.
        first_token_ms, latency_ms: of that greeting.
    """

    outcome: Outcome
    abilities: Abilities
    sentence: str = ""
    said: str = ""
    first_token_ms: int = 0
    latency_ms: int = 0


class Chat:
    """Asks the model that is chosen."""

    def __init__(
        self,
        prompts: Prompts,
        *,
        chosen: Callable[[], tuple[ModelSetup, str] | None],
        ledger: Ledger,
        masker_of: Callable[[int | None, int | None], Masker],
        clock: Callable[[], datetime],
    ) -> None:
        self._prompts = prompts
        self._chosen = chosen
        self._ledger = ledger
        self._masker_of = masker_of
        self._clock = clock

    @property
    def is_ready(self) -> bool:
        """Whether a model is chosen."""
        return self._chosen() is not None

    def word(self, call: Call) -> Worded:
        """A text. Never fails for want of a model: then it is the prompt's fallback, and the outcome says why."""
        return Worded(self._prompts.fallback(call.prompt, call.variables, call.language), Outcome.NO_MODEL)

    def judge(self, call: Call, schema: type[Shape]) -> Judged[Shape]:
        """A value of a shape. Never fails for want of a model: then it is the prompt's default."""
        return Judged(schema.model_validate(self._prompts.default(call.prompt)), Outcome.NO_MODEL)

    def stream(self, call: Call) -> Iterator[str]:
        """Pieces of a text as they come. Closing the iterator ends the request.

        Raises:
            ModelFailed: before the first piece or between two; `reason` is an `Outcome`.
        """
        raise ModelFailed("no model is chosen; choose one in the settings", Outcome.NO_MODEL)

    def converse(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any] | BaseTool],
        *,
        prompt: Rendered,
        purpose: Purpose,
        community_id: int | None = None,
        group_id: int | None = None,
        account_id: int | None = None,
        max_tokens: int = 800,
    ) -> Iterator[AIMessageChunk]:
        """The next message of a conversation, piece by piece; each tool call comes whole, in one piece.

        `prompt` names the call in the records; its system text is put in front where no system message is there.

        Raises:
            ModelFailed: before the first piece or between two; `reason` is an `Outcome`.
        """
        raise ModelFailed("no model is chosen; choose one in the settings", Outcome.NO_MODEL)

    def probe(self, setup: ModelSetup, key: str) -> Probe:
        """Try a model that may be chosen: a greeting, JSON by schema, a tool, streaming, counting."""
        return Probe(outcome=Outcome.NO_MODEL, abilities=Abilities())

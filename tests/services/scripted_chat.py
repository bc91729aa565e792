"""A chat model by script: what each prompt gets for a reply, and what was sent, rendered by the real prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from copilot.bootstrap import shipped
from copilot.errors import ModelFailed
from copilot.models.calls import Call, Judged, Worded
from copilot.models.prompts import Prompts, Rendered
from copilot.records import Outcome

Shape = TypeVar("Shape", bound=BaseModel)
Said = str | Mapping[str, object] | Outcome | Callable[[Rendered], "Said"]


@dataclass
class ScriptedChat:
    """Replies by the name of the prompt: words, values of a shape, or an outcome for a model that fails."""

    replies: dict[str, Said] = field(default_factory=dict)
    is_ready: bool = True
    calls: list[tuple[Call, Rendered]] = field(default_factory=list)
    closed: int = 0

    def __post_init__(self) -> None:
        self.prompts = Prompts(shipped("prompts"))

    @property
    def asked(self) -> list[str]:
        """The names of the prompts that were sent."""
        return [call.prompt for call, _ in self.calls]

    def sent(self, prompt: str) -> str:
        """What the last call of a prompt told the model of the case at hand."""
        return next(rendered.user for call, rendered in reversed(self.calls) if call.prompt == prompt)

    def word(self, call: Call) -> Worded:
        said = self._said(call)
        if isinstance(said, Outcome):
            return Worded(self.prompts.fallback(call.prompt, call.variables, call.language), said)
        assert isinstance(said, str)
        return Worded(said, Outcome.OK)

    def judge(self, call: Call, schema: type[Shape]) -> Judged[Shape]:
        said = self._said(call)
        if isinstance(said, Outcome):
            return Judged(schema.model_validate(self.prompts.default(call.prompt)), said)
        return Judged(schema.model_validate(said), Outcome.OK)

    def stream(self, call: Call) -> Iterator[str]:
        said = self._said(call)
        if isinstance(said, Outcome):
            raise ModelFailed("no reply", said.value)
        assert isinstance(said, str)
        try:
            for at in range(0, len(said), 3):
                # "✂" is where the stream breaks off.
                if "✂" in said[at : at + 3]:
                    raise ModelFailed("broken off", Outcome.CUT_OFF.value)
                yield said[at : at + 3]
        finally:
            self.closed += 1

    def _said(self, call: Call) -> Said:
        rendered = self.prompts.render(call.prompt, call.variables, call.language)
        self.calls.append((call, rendered))
        said = self.replies.get(call.prompt, Outcome.UNREACHABLE)
        return said(rendered) if callable(said) else said

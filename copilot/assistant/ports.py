"""What the assistant needs of its surroundings, as it calls them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from copilot.assistant.request import Found, Request, Scope
from copilot.models.prompts import Rendered
from copilot.records import Account, Answer, Silence, Turn


class Tools(Protocol):
    """Does requests."""

    def run(self, request: Request, scope: Scope, *, is_read_by_model: bool = False) -> Found: ...


class Router(Protocol):
    """Reads what is asked for."""

    def read(
        self,
        words: str,
        scope: Scope,
        *,
        names: Collection[str] = (),
        before: Request | None = None,
        may_act: bool = True,
    ) -> Request: ...


class Asking(Protocol):
    """Answers questions from what is known."""

    def ask_streaming(
        self,
        account: Account,
        question: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        before: Sequence[Turn] = (),
    ) -> Iterator[str | Answer | Silence]: ...


class Prompts(Protocol):
    """The prompts by their names."""

    def render(self, name: str, variables: Mapping[str, object], language: str) -> Rendered: ...

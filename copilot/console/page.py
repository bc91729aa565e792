"""A page of the console, and what every page is built with.

Adding a page is adding one file to `copilot/console/pages` with a `PAGE`.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import logging
import pkgutil
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import gradio as gr

from copilot.console import cards, pages
from copilot.console.guard import SESSION_COOKIE
from copilot.console.i18n import Texts, describe_error
from copilot.console.ports import App
from copilot.errors import CopilotError, NotAllowed
from copilot.records import Account, Role
from copilot.settings import Settings

log = logging.getLogger(__name__)

# What the handler that runs in this context has said so far: (kind, words).
_said: ContextVar[list[tuple[str, str]]] = ContextVar("said")
_serials = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its place in the navigation, its path under the language, its titles, who may open it, and how its
    components are built (inside a Gradio context)."""

    order: int
    path: str
    title_zh: str
    title_en: str
    needs: Role
    build: Callable[[Ui], None]


class Ui:
    """What a page is built with: the services, the settings, one language, and the one way to attach handlers."""

    def __init__(self, app: App, settings: Settings, t: Texts, demo: gr.Blocks) -> None:
        """Bind a build of the console to one language, inside the Gradio context of a page."""
        self.app = app
        self.settings = settings
        self.t = t
        self.demo = demo
        self._notices = cards.notices()

    def account(self, request: gr.Request) -> Account:
        """Who asks, from the session cookie.

        Raises:
            NotAllowed: the session has ended.
        """
        account = self.app.accounts.account_of(request.cookies.get(SESSION_COOKIE) or "")
        if account is None:
            raise NotAllowed("Your session has ended; log in again.")
        return account

    def on(
        self,
        event: Callable[..., Any],
        handler: Callable[..., Any],
        inputs: Sequence[gr.blocks.Block] = (),
        outputs: Sequence[gr.blocks.Block] = (),
        **more: Any,
    ) -> Any:
        """Attach a handler to an event of a component, at the console's edge: what goes wrong becomes one sentence.

        Args:
            event: the component's event method (`button.click`).
            handler: takes the inputs and, by annotation, `gr.Request` and `gr.EventData`; returns the value of its one
                output, or a list of values.
            inputs, outputs: components.
            more: further arguments of the event method.
        """
        settings: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            # Gradio's queue closes a session's stream when nothing is pending and then cancels what was asked for in
            # the same moment: a click would be lost. Handlers are short, so each is one plain request.
            "queue": False,
            **more,
        }
        edge = self._at_the_edge(handler, len(outputs))
        return event(edge, list(inputs), [*outputs, self._notices], **settings)

    def say(self, zh: str, en: str) -> None:
        """Show a short note that something was done, when the handler has ended."""
        _said.get().append(("good", self.t(zh, en)))

    def warn(self, words: str) -> None:
        """Show one sentence about what went wrong, when the handler has ended."""
        _said.get().append(("bad", words))

    def _at_the_edge(self, handler: Callable[..., Any], outputs: int) -> Callable[..., Any]:
        @functools.wraps(handler)
        def edge(*args: Any, **kwargs: Any) -> list[Any]:
            _said.set([])
            values: list[Any] = [gr.update()] * outputs
            try:
                result = handler(*args, **kwargs)
                values = list(result) if outputs > 1 else [result] * outputs
            except CopilotError as error:
                self.warn(describe_error(self.t, error))
            except Exception as error:
                log.exception("the console's %s failed", handler.__qualname__)
                self.warn(describe_error(self.t, Exception()) if self.t.language == "zh" else _sorry(error))
            return [*values, _notices(_said.get())]

        return edge


def _notices(said: list[tuple[str, str]]) -> Any:
    if not said:
        return gr.update()
    return str(cards.join(cards.notice(words, kind, next(_serials)) for kind, words in said))


def _sorry(error: Exception) -> str:
    return f"Something went wrong ({type(error).__name__}) and was logged; please try again."


def find_pages() -> list[Page]:
    """All pages in the order of the navigation."""
    names = [module.name for module in pkgutil.iter_modules(pages.__path__)]
    found = [importlib.import_module(f"{pages.__name__}.{name}").PAGE for name in names]
    return sorted(found, key=lambda page: page.order)

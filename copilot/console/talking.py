"""The console's one streamed answer: an admin's words in, the co-pilot's turn out, piece by piece.

Each line of the answer is a JSON object `{"to": part, "how": "add" | "set" | "turn" | "fail", "html": …}`: HTML that
was made and escaped here, and which part of the turn on the page it goes to. `dialogue` beside it names the
conversation that the turn belongs to.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from copilot.assistant.events import Began, Event, Finished, Looked, Said, Withdrew
from copilot.console.guard import account_in
from copilot.console.i18n import Texts, describe_error
from copilot.console.ports import App
from copilot.console.scopes import Scope, find_scope
from copilot.console.talk_cards import Reader, problem_note, step_fold, turn_card
from copilot.errors import Busy, CopilotError, NotFound
from copilot.models.pieces import Stop, stopped_by
from copilot.records import Account
from copilot.settings import Settings

log = logging.getLogger(__name__)

# A talk holds a thread for as long as a model takes. These many leave room for everything else.
_MOST_TALKS = 16
_MOST_TALKS_OF_ONE = 4
# Far more than the assistant takes: what is too long it says itself, with the number.
_MOST_CHARACTERS = 20_000

_serials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the answer: HTML, the part of the turn that it goes to and how, and the conversation's number."""

    to: str
    how: str
    html: Markup
    dialogue: int = 0

    @property
    def is_last(self) -> bool:
        """Whether it stands for the whole turn."""
        return self.how in ("turn", "fail")

    def line(self) -> str:
        """As it is sent."""
        piece: dict[str, object] = {"to": self.to, "how": self.how, "html": str(self.html)}
        if self.dialogue:
            piece["dialogue"] = self.dialogue
        return json.dumps(piece, ensure_ascii=False) + "\n"


Pieces = Generator[Piece, None, None]
"""The pieces of an answer; closing it ends what makes them."""


class Wish(BaseModel):
    """What the page sends: the words, where they are said (`c1`, `g3`), and the conversation that they continue.

    `chip`: they were not typed, but clicked.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    words: str = Field(min_length=1, max_length=_MOST_CHARACTERS)
    scope: str = Field(max_length=30)
    dialogue: int | None = Field(default=None, ge=1, lt=2**63)
    chip: bool = False


@dataclass(frozen=True, slots=True)
class _Desk:
    """The services and settings, for whoever reads scopes."""

    app: App
    settings: Settings


class _Seats:
    """How many talks go on: altogether, and of each account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, account: Account) -> bool:
        with self._lock:
            if self._taken.total() >= _MOST_TALKS or self._taken[account.id] >= _MOST_TALKS_OF_ONE:
                return False
            self._taken[account.id] += 1
            return True

    def leave(self, account: Account) -> None:
        with self._lock:
            self._taken[account.id] -= 1


class _Plain(APIRoute):
    """Says of a body that the page never sends only that it cannot be read: what is in it may not even be text."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (RequestValidationError, HTTPException):
                return PlainTextResponse("This cannot be read. Load the page again.\n", status_code=422)

        return answer


def talking_routes(app: App, settings: Settings) -> APIRouter:
    """The route /talk/{language}. The guard has checked host, origin, size and login; the services check the rights."""
    router = APIRouter(route_class=_Plain)
    desk, seats = _Desk(app, settings), _Seats()

    @router.post("/talk/{language}")
    async def talk(request: Request, language: Annotated[Literal["zh", "en"], Path()], wish: Wish) -> Response:
        account = account_in(request.scope)
        if account is None:
            return PlainTextResponse("Log in first.\n", status_code=401)
        t = Texts(language)
        scope = await run_in_threadpool(find_scope, desk, account, wish.scope)
        if scope is None:
            lines = _refused(t, NotFound("Choose a community or a group first."))
        else:
            lines = _seated(seats, t, account, lambda: _talked(app, t, account, scope, wish))
        # Proxies hold a streamed answer back unless they are told not to.
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    return router


def _talked(app: App, t: Texts, account: Account, scope: Scope, wish: Wish) -> Pieces:
    """The pieces of one talk. Closing it closes the assistant's turn, which ends the request to the model."""
    reader = Reader.of(account, scope, has_model=app.chat.is_ready)
    steps = itertools.count()
    try:
        events = app.assistant.talk(
            account,
            wish.words,
            group_id=scope.group_id,
            community_id=scope.community_id if scope.group_id is None else None,
            dialogue_id=wish.dialogue,
            language=t.language,
            is_choice=wish.chip,
        )
        with closing(events):
            for event in events:
                yield _piece_of(t, event, reader, next(steps) if isinstance(event, Looked) else 0)
    except CopilotError as error:
        yield _failed(t, error)
    except Exception:
        log.exception("a talk failed")
        yield _failed(t, Exception())


def _piece_of(t: Texts, event: Event, reader: Reader, number: int) -> Piece:
    match event:
        case Began(dialogue_id=dialogue_id):
            return Piece("", "add", Markup(""), dialogue_id)
        case Looked(step=step):
            return Piece("steps", "add", step_fold(t, step, reader.scope.timezone, key=f"s{number}"))
        case Said(text=text):
            return Piece("said", "add", escape(text))
        case Withdrew():
            return Piece("said", "set", Markup(""))
        case Finished(turn=turn, result=result):
            card = turn_card(t, turn, reader, next(_serials), result=result)
            return Piece("", "turn", card, turn.dialogue_id)


def _failed(t: Texts, error: Exception) -> Piece:
    return Piece("", "fail", problem_note(describe_error(t, error)))


async def _refused(t: Texts, error: CopilotError) -> AsyncIterator[str]:
    yield _failed(t, error).line()


async def _seated(seats: _Seats, t: Texts, account: Account, make: Callable[[], Pieces]) -> AsyncIterator[str]:
    """The lines of a talk, which runs from its beginning to its end in one thread of its own, if there is room.

    One thread, because what a generator of the floors below opens (a context, a connection) belongs to the thread
    that opened it. When the browser goes away, the requests to the model end at once, the seat is free, and the
    generator is closed as soon as it gives its next piece. What it does after its last piece, it does while nobody
    waits.
    """
    if not seats.take(account):
        busy = Busy("too many questions are being answered at once; wait until one is done and ask again")
        yield _failed(t, busy).line()
        return
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[Piece | None] = asyncio.Queue()
    unwanted, stop = threading.Event(), Stop()
    # Taken by whoever leaves the seat first.
    leaving = threading.Lock()

    def leave() -> None:
        if leaving.acquire(blocking=False):
            seats.leave(account)

    def give(piece: Piece | None) -> None:
        try:
            loop.call_soon_threadsafe(ready.put_nowait, piece)
        except RuntimeError:
            # The loop was closed: the program ends.
            unwanted.set()

    def work() -> None:
        try:
            with stopped_by(stop), closing(make()) as pieces:
                for piece in pieces:
                    give(piece)
                    if unwanted.is_set():
                        break
        finally:
            leave()
            give(None)

    threading.Thread(target=work, name="talk", daemon=True).start()
    is_whole = False
    try:
        while not is_whole and (piece := await ready.get()) is not None:
            is_whole = piece.is_last
            yield piece.line()
    finally:
        if not is_whole:
            unwanted.set()
            stop.set()
            leave()

"""A desk for tests of the assistant: a group with a little history, a scripted model behind real HTTP, and all between.

Only the router and the tools may be stand-ins, where a test is about what happens around them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from copilot.assistant.assistant import Assistant
from copilot.assistant.events import Event, Finished, Looked, Said, Withdrew
from copilot.assistant.ports import Asking as AskingPort
from copilot.assistant.ports import Router, Tools
from copilot.assistant.request import Found, Request, Scope, Tool
from copilot.assistant.router import Router as ShippedRouter
from copilot.assistant.tools import Tools as ShippedTools
from copilot.bootstrap import App, shipped
from copilot.models.chat import Chat
from copilot.models.masking import Masker
from copilot.models.prompts import Prompts
from copilot.records import (
    Abilities,
    Account,
    Answer,
    Citation,
    ModelSetup,
    ProposalKind,
    Role,
    Silence,
    Source,
    SourceKind,
    Turn,
)
from copilot.retrieval.retriever import Retriever
from copilot.services.asking import Asking
from copilot.services.consulting import Consulting
from copilot.services.dialogues import Dialogues
from copilot.services.figures import Figures
from copilot.services.locating import Locating
from copilot.services.masking import Maskers
from copilot.services.proposing import Proposing
from copilot.services.searching import Searching
from copilot.services.spending import Spending
from tests.conftest import NOW
from tests.models.scripted_server import ScriptedServer

KEY = "sk-" + "the-key-of-the-model"
# Both read their files once, as in the program.
PROMPTS = Prompts(shipped("prompts"))
ROUTER = ShippedRouter()
MING = Account(id=1, name="小明", role=Role.ADMIN)


@dataclass
class Stopwatch:
    """A clock that moves on by a second each time it is looked at, so that turns have an order."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class PlainRouter:
    """Knows a request for some words; anything else is a search, and follow-ups keep the tool of before."""

    known: dict[str, Request] = field(default_factory=dict)
    before: list[Request | None] = field(default_factory=list)

    def read(
        self,
        words: str,
        scope: Scope,
        *,
        names: Collection[str] = (),
        before: Request | None = None,
        may_act: bool = True,
    ) -> Request:
        self.before.append(before)
        if words in self.known:
            return self.known[words]
        if words.startswith("那") and before is not None:
            return replace(before, topic=words)
        if words.startswith("发公告："):
            return Request(tool=Tool.PROPOSE, kind=ProposalKind.ANNOUNCE, text=words.removeprefix("发公告："))
        if words.startswith("写公告"):
            return Request(tool=Tool.DRAFT, kind=ProposalKind.ANNOUNCE, topic=words)
        return Request(tool=Tool.SEARCH, topic=words)


@dataclass
class PlainTools:
    """Finds for each request what it is told to find; keeps what was asked."""

    found: dict[Tool, Found] = field(default_factory=dict)
    fails: dict[Tool, Exception] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def run(self, request: Request, scope: Scope, *, is_read_by_model: bool = False) -> Found:
        self.asked.append(request)
        if request.tool in self.fails:
            raise self.fails[request.tool]
        default = Found(text=f"查到：{request.topic or request.tool.value}", citations=(cited("周六两点"),))
        return self.found.get(request.tool, default)


class NoAsking:
    """Answers nothing."""

    def ask_streaming(
        self,
        account: Account,
        question: str,
        *,
        group_id: int | None = None,
        community_id: int | None = None,
        before: Sequence[Turn] = (),
    ) -> Iterator[str | Answer | Silence]:
        """Never asked in these tests."""
        raise AssertionError(question)


@dataclass
class Desk:
    """The assistant of one group, and what is around it."""

    app: App
    group_id: int
    assistant: Assistant
    dialogues: Dialogues
    proposing: Proposing
    spending: Spending
    router: Router
    tools: Tools
    server: ScriptedServer | None
    chat: Chat
    dialogue_id: int | None = None

    def say(self, words: str, account: Account = MING, **where: object) -> list[Event]:
        """Say something in the dialogue that goes on, and hear everything."""
        where = where or ({"dialogue_id": self.dialogue_id} if self.dialogue_id else {"group_id": self.group_id})
        heard = list(self.assistant.talk(account, words, **where))  # type: ignore[arg-type]
        self.dialogue_id = ended(heard).turn.dialogue_id
        return heard

    def turns(self, account: Account = MING) -> tuple[Turn, ...]:
        """What was kept."""
        assert self.dialogue_id is not None
        return self.dialogues.open(account, self.dialogue_id).turns


def cited(words: str, group_id: int | None = 1) -> Citation:
    source = Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=group_id)
    return Citation(source=source, title="群", words=words, sender_name="阿舟", sent_at=NOW)


def ended(events: Iterable[Event]) -> Finished:
    """How a turn ended."""
    last = list(events)[-1]
    assert isinstance(last, Finished)
    return last


def shown(events: Iterable[Event]) -> str:
    """What a person sees of a reply in the end."""
    said = ""
    for event in events:
        if isinstance(event, Said):
            said += event.text
        elif isinstance(event, Withdrew):
            said = ""
    return said


def looked(events: Iterable[Event]) -> list[str]:
    """The tools whose steps were shown."""
    return [event.step.tool for event in events if isinstance(event, Looked)]


def make_desk(
    app: App,
    group_id: int,
    server: ScriptedServer | None = None,
    *,
    router: Router | None = None,
    tools: Tools | None = None,
    clock: Callable[[], datetime] | None = None,
    is_real: bool = False,
    abilities: Abilities | None = None,
) -> Desk:
    """A desk; without a server no model is chosen. `is_real`: with the router and the tools of the program."""
    clock = clock or Stopwatch()
    prompts = PROMPTS
    setup = ModelSetup(
        vendor="compatible",
        base_url=server.url if server else "",
        model="scripted",
        abilities=abilities or Abilities(),
    )
    spending = Spending(app.store, clock=clock, timezone="Asia/Shanghai")
    chat = Chat(
        prompts,
        chosen=lambda: (setup, KEY) if server else None,
        ledger=spending,
        masker_of=Maskers(app.store, Masker).of,
        clock=clock,
        monotonic=time.monotonic,
        wait=lambda stop, seconds: stop.wait(0),
    )
    dialogues = Dialogues(app.store, clock=clock)
    proposing = Proposing(app.store, clock=clock)
    locating = Locating(app.store)
    asking: AskingPort = NoAsking()
    if is_real:
        retriever = Retriever(app.store, app.settings.index_dir, app.indexing.distrust, app.meaning)
        searching = Searching(app.store, retriever)
        asking = Asking(app.store, retriever, timezone="Asia/Shanghai", clock=clock, chat=chat)
        router = ROUTER
        tools = ShippedTools(
            asking=Asking(app.store, retriever, timezone="Asia/Shanghai", clock=clock),
            figures=Figures(app.store, locating, searching, timezone="Asia/Shanghai"),
            searching=searching,
            consulting=Consulting(app.store, retriever),
            proposing=proposing,
            chat=chat,
        )
    router, tools = router or PlainRouter(), tools or PlainTools()
    assistant = Assistant(
        asking=asking,
        tools=tools,
        router=router,
        chat=chat,
        prompts=prompts,
        dialogues=dialogues,
        proposing=proposing,
        locating=locating,
        clock=clock,
    )
    return Desk(
        app=app,
        group_id=group_id,
        assistant=assistant,
        dialogues=dialogues,
        proposing=proposing,
        spending=spending,
        router=router,
        tools=tools,
        server=server,
        chat=chat,
    )

"""对话 Ask: a conversation with the co-pilot about a group or a whole community."""

from __future__ import annotations

import itertools
from typing import Any

import gradio as gr

from copilot.console import cards
from copilot.console.confirmations import take_word
from copilot.console.model_words import model_line
from copilot.console.page import Page, Ui
from copilot.console.scopes import Scope, all_scopes, default_scope, find_scope
from copilot.console.sources import opened_drawer
from copilot.console.talk_bar import composer, hello, past_drawer, talk_bar, thread
from copilot.console.talk_cards import Reader, conversation_cards
from copilot.errors import CopilotError, NotFound
from copilot.records import Account, Role

# Of a very long conversation the end is shown.
_TURNS_SHOWN = 60
_serials = itertools.count(1)


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page ask"):
        bar = cards.talk_html(elem_classes="talk-bar-box")
        talk = cards.talk_thread(elem_classes="thread-box")
        start = cards.live_html(elem_classes="start")
        gr.HTML(composer(t), apply_default_css=False, padding=False, elem_classes="composer-box")
        drawer = cards.live_html(elem_classes="drawer-box")
        past = cards.talk_html(elem_classes="drawer-box")
        filler = cards.filler()
    parts: list[Any] = [bar, talk, start]

    def load(request: gr.Request) -> list[Any]:
        account = ui.account(request)
        query = {str(key): str(value) for key, value in dict(request.query_params).items()}
        wanted = cards.number_in(query, "talk")
        if wanted:
            try:
                return _opened(ui, account, wanted)
            except CopilotError:
                ui.warn(t("这段对话找不到了。", "That conversation is gone."))
        return _begun(ui, account, default_scope(ui, account, t.language, query.get("in", "")))

    def from_bar(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        match clicked.get("do"):
            case "scope":
                return [*_begun(ui, account, find_scope(ui, account, clicked.get("value"))), gr.skip()]
            case "new":
                scope = find_scope(ui, account, clicked.get("scope")) or default_scope(ui, account, t.language)
                return [*_begun(ui, account, scope), gr.skip()]
            case "past":
                return [gr.skip(), gr.skip(), gr.skip(), _past(ui, account, cards.number_in(clicked, "here"))]
        return [gr.skip()] * 4

    def from_past(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        number, here = cards.number_in(clicked, "dialogue"), cards.number_in(clicked, "here")
        match clicked.get("do"):
            case "open_talk":
                return [*_opened(ui, account, number), ""]
            case "rename":
                ui.app.dialogues.rename(account, number, clicked.get("text", ""))
            case "delete":
                ui.app.dialogues.delete(account, number)
                ui.say("删掉了", "Deleted")
                if number == here:
                    scope = find_scope(ui, account, clicked.get("scope"))
                    return [
                        *_begun(ui, account, scope or default_scope(ui, account, t.language)),
                        _past(ui, account, 0),
                    ]
        return [gr.skip(), gr.skip(), gr.skip(), _past(ui, account, here)]

    def act(request: gr.Request, event: gr.EventData) -> tuple[Any, Any]:
        account = ui.account(request)
        if cards.clicked(event).get("do") != "open":
            return gr.skip(), take_word(ui, account, event)
        source = cards.read_source(cards.clicked(event).get("source", ""))
        if source is None:
            return gr.skip(), gr.skip()
        opened = ui.app.asking.open_source(account, source)
        return str(opened_drawer(ui, account, source, opened, next(_serials))), gr.skip()

    ui.on(ui.demo.load, load, [], parts)
    ui.on(bar.click, from_bar, [], [*parts, past])
    ui.on(past.click, from_past, [], [*parts, past])
    ui.on(talk.click, act, [], [drawer, filler])


def _begun(ui: Ui, account: Account, scope: Scope | None) -> list[Any]:
    """The page with nothing said yet."""
    bar = talk_bar(ui.t, all_scopes(ui, account), scope)
    return [str(bar), thread(scope, next(_serials)), _start(ui, account, scope)]


def _opened(ui: Ui, account: Account, dialogue_id: int) -> list[Any]:
    """The page with a conversation as it was left.

    Raises:
        NotFound: it is gone, or somebody else's.
        NotAllowed: the account may not see its group any more.
    """
    found = ui.app.dialogues.last_turns(account, dialogue_id, _TURNS_SHOWN)
    held = found.dialogue
    value = f"c{held.community_id}" if held.group_id is None else f"g{held.group_id}"
    scope = find_scope(ui, account, value)
    if scope is None:
        raise NotFound(f"there is no dialogue {dialogue_id}; it may have been removed meanwhile, begin a new one")
    said = conversation_cards(ui.t, found.turns, Reader.of(account, scope, has_model=ui.app.chat.is_ready), _serials)
    shown = thread(scope, next(_serials), turns=said, dialogue_id=held.id)
    return [str(talk_bar(ui.t, all_scopes(ui, account), scope)), shown, ""]


def _past(ui: Ui, account: Account, here: int) -> str:
    scopes = all_scopes(ui, account)
    places = {(scope.community_id, scope.group_id): scope for scope in scopes}
    zone = ui.settings.timezone
    found = ui.app.dialogues.recent(account)
    said = ui.app.dialogues.last_said(account, found)
    return str(past_drawer(ui.t, found, places, here, zone, next(_serials), said))


def _start(ui: Ui, account: Account, scope: Scope | None) -> str:
    t = ui.t
    if scope is None:
        link = cards.link_button(t("去导入聊天记录", "Import a chat"), f"/{t.language}/groups", kind="go")
        title = t("还没有可以问的群", "Nothing to ask yet")
        words = t(
            "先导入一个群的聊天记录，或者写几条问答，这里就能回答了。",
            "Import a group's chat or write a few answers, and questions can be asked here.",
        )
        return str(cards.empty(title, words, link if account.role.includes(Role.ADMIN) else ""))
    starters = ui.app.assistant.starters(
        account,
        group_id=scope.group_id,
        community_id=scope.community_id if scope.group_id is None else None,
        language=t.language,
    )
    return str(hello(t, starters, model_line(ui, account)))


PAGE = Page(order=10, path="", title_zh="对话", title_en="Ask", needs=Role.VIEWER, build=build)

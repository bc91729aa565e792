"""对话 Ask: a question, its answer with the sources it rests on, or why the co-pilot stays quiet."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.confirmations import take_word
from copilot.console.page import Page, Ui
from copilot.console.scopes import Scope, default_scope, find_scope, scope_choices
from copilot.console.sources import opened_drawer
from copilot.console.turns import render_turn
from copilot.records import Account, Answer, Role, Silence

_STARTERS = 4
_serials = itertools.count(1)


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page ask"):
        with gr.Row(elem_classes="scope-row"):
            scope = gr.Dropdown(
                label=t("在哪里问", "Ask in"),
                choices=[],
                elem_classes="scope",
                scale=0,
                min_width=280,
                filterable=False,
            )
        thread = cards.live_html('<div class="thread"></div>', elem_classes="thread-box")
        start = cards.live_html(elem_classes="start")
        latest = cards.latest_turn(elem_classes="latest")
        with gr.Row(elem_classes="composer"):
            question = gr.Textbox(
                label=t("问题", "Question"),
                show_label=False,
                placeholder=t("像群友那样问，回车发送", "Ask as a member would"),
                lines=1,
                max_lines=5,
                max_length=2000,
                submit_btn=t("问", "Ask"),
                autofocus=True,
                container=False,
                elem_id="question",
            )
        drawer = cards.live_html(elem_classes="drawer-box")
        filler = cards.filler()

    def load(request: gr.Request) -> tuple[Any, str]:
        account = ui.account(request)
        wish = str(dict(request.query_params).get("in", ""))
        chosen = default_scope(ui, account, t.language, wish)
        choices = [(label, value) for label, value in scope_choices(ui, account, t)]
        value = chosen.value if chosen else None
        return gr.update(choices=choices, value=value, visible=bool(choices)), _start(ui, account, chosen)

    def change_scope(value: str | None, request: gr.Request) -> str:
        account = ui.account(request)
        return _start(ui, account, find_scope(ui, account, value))

    def ask(words: str, value: str | None, request: gr.Request) -> tuple[str, str]:
        if not words.strip():
            return "", gr.skip()
        account = ui.account(request)
        return "", _answered(ui, account, words, find_scope(ui, account, value))

    def ask_starter(value: str | None, request: gr.Request, event: gr.EventData) -> str:
        account = ui.account(request)
        words = cards.clicked(event).get("question", "")
        return _answered(ui, account, words, find_scope(ui, account, value))

    def act(request: gr.Request, event: gr.EventData) -> tuple[Any, Any]:
        account = ui.account(request)
        if cards.clicked(event).get("do") != "open":
            return gr.skip(), take_word(ui, account, event)
        source = cards.read_source(cards.clicked(event).get("source", ""))
        if source is None:
            return gr.skip(), gr.skip()
        opened = ui.app.asking.open_source(account, source)
        return str(opened_drawer(ui, account, source, opened, next(_serials))), gr.skip()

    ui.on(ui.demo.load, load, [], [scope, start])
    ui.on(scope.input, change_scope, [scope], [start])
    ui.on(question.submit, ask, [question, scope], [question, latest])
    ui.on(start.click, ask_starter, [scope], [latest])
    ui.on(thread.click, act, [], [drawer, filler])


def _answered(ui: Ui, account: Account, words: str, scope: Scope | None) -> str:
    result: Answer | Silence = ui.app.asking.ask(
        account,
        words,
        group_id=scope.group_id if scope else None,
        community_id=scope.community_id if scope and scope.group_id is None else None,
    )
    remedy = ""
    if account.role.includes(Role.ADMIN) and scope is not None:
        query = {"in": scope.value, "question": words.strip()}
        remedy = f"/{ui.t.language}/knowledge?{urlencode(query)}"
    timezone = scope.timezone if scope else ui.settings.timezone
    return str(
        render_turn(
            ui.t,
            result,
            remedy=remedy,
            timezone=timezone,
            serial=next(_serials),
            may_confirm=account.role.includes(Role.MODERATOR),
            group_id=scope.group_id if scope else None,
        )
    )


def _start(ui: Ui, account: Account, scope: Scope | None) -> str:
    """What stands on the page before the first question: what this is for, and questions to try."""
    t = ui.t
    if scope is None:
        link = cards.link_button(t("去导入聊天记录", "Import a chat"), f"/{t.language}/groups", kind="go")
        title = t("还没有可以问的群", "Nothing to ask yet")
        words = t(
            "先导入一个群的聊天记录，或者写几条问答，这里就能回答了。",
            "Import a group's chat or write a few answers, and questions can be asked here.",
        )
        return str(cards.empty(title, words, link if account.role.includes(Role.ADMIN) else ""))
    knowledge = ui.app.knowing.knowledge(account, scope.community_id)
    starters = [entry.question for entry in knowledge.faq if len(entry.question) <= 40][:_STARTERS]
    chips = cards.join(
        Markup('<button type="button" class="chip" data-do="ask" data-question="{0}">{0}</button>').format(starter)
        for starter in starters
    )
    return str(
        Markup('<div class="hello"><h1>{}</h1><p>{}</p><div class="chips">{}</div></div>').format(
            t("想知道什么？", "What would you like to know?"),
            t(
                "答案只来自这个社群的问答、群规、文档和聊天记录，每一条都能点开看出处。拿不准就不说。",
                "Answers come only from this community's FAQ, rules, documents and chats, and each shows its source. "
                "When it is not sure, it stays quiet.",
            ),
            chips,
        )
    )


PAGE = Page(order=10, path="", title_zh="对话", title_en="Ask", needs=Role.VIEWER, build=build)

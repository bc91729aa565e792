"""知识 Knowledge: profile, rules, FAQ and documents of a community or one of its groups, and a place to try them."""

from __future__ import annotations

import itertools
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.documents_tab import build_documents_tab, documents_listing
from copilot.console.faq_cards import faq_listing
from copilot.console.faq_tab import build_faq_tab, form_values
from copilot.console.knowledge_import import FOLDER, TABLE, build_knowledge_import, knowledge_import_values
from copilot.console.levels import kept, level_of, may_edit
from copilot.console.page import Page, Ui
from copilot.console.profile_tab import build_profile_tab, profile_values
from copilot.console.rules_tab import build_rules_tab, rules_listing
from copilot.console.scopes import Scope, default_scope, scope_choices
from copilot.console.sources import opened_drawer
from copilot.console.turns import render_turn
from copilot.records import Account, Role

_serials = itertools.count(1)


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page knowledge"):
        top = cards.live_html(elem_id="knowledge-top")
        scope = gr.Dropdown(
            label=t("哪一级的知识", "Knowledge of"),
            choices=[],
            elem_classes="scope",
            filterable=False,
            elem_id="knowledge-scope",
        )
        with gr.Tabs(elem_classes="tabs-box"):
            with gr.Tab(t("问答", "FAQ")):
                faq = build_faq_tab(ui, scope)
            with gr.Tab(t("群规", "Rules")):
                rules_box = gr.Column(elem_classes="plain")
            with gr.Tab(t("文档", "Documents")):
                documents_box = gr.Column(elem_classes="plain")
            with gr.Tab(t("资料", "Profile")):
                profile = build_profile_tab(ui, scope)
            with gr.Tab(t("试一试", "Try")):
                question = gr.Textbox(
                    label=t("像群友那样问一句，看它怎么回答", "Ask as a member would, and see what it answers"),
                    max_length=2000,
                    submit_btn=t("问", "Ask"),
                    elem_id="try-question",
                    elem_classes="try",
                )
                tried = cards.live_html(elem_id="tried")
        drawer = cards.live_html(elem_classes="drawer-box")
        with rules_box:
            rules = build_rules_tab(ui, scope)
        with documents_box:
            documents = build_documents_tab(ui, scope, drawer)
    lists = [faq.listing, rules, documents, *profile, top]

    def refresh(account: Account, level: Scope) -> list[Any]:
        return [
            faq_listing(ui, account, level),
            rules_listing(ui, account, level),
            documents_listing(ui, account, level),
            *profile_values(ui, account, level),
            _top(ui, account, level),
        ]

    importing = build_knowledge_import(ui, scope, lists, refresh)

    def load(request: gr.Request) -> list[Any]:
        account = ui.account(request)
        query = dict(request.query_params)
        level = default_scope(ui, account, t.language, str(query.get("in", "")))
        form = kept(len(faq.form_outputs))
        if level is None:
            return [
                gr.update(choices=[], value=None),
                _nothing(ui),
                *kept(len(lists) - 1),
                _top(ui, account, None),
                *form,
            ]
        if query.get("question") and may_edit(account, level):
            form = form_values(ui, None, str(query["question"])[:300])
        choices = scope_choices(ui, account, t)
        return [gr.update(choices=choices, value=level.value), *refresh(account, level), *form]

    def change_level(value: str | None, request: gr.Request) -> list[Any]:
        return [*refresh(*level_of(ui, request, value)), "", ""]

    def from_top(request: gr.Request, event: gr.EventData) -> list[Any]:
        ui.account(request)
        if cards.clicked(event).get("do") == "import":
            return knowledge_import_values(ui, FOLDER)
        return kept(len(importing))

    def from_faq(event: gr.EventData) -> list[Any]:
        if cards.clicked(event).get("do") == "table":
            return knowledge_import_values(ui, TABLE)
        return kept(len(importing))

    def ask(value: str | None, words: str, request: gr.Request) -> str:
        account, level = level_of(ui, request, value)
        whole = level.community_id if level.group_id is None else None
        result = ui.app.asking.ask(account, words, group_id=level.group_id, community_id=whole)
        return str(render_turn(t, result, timezone=level.timezone, serial=next(_serials)))

    def open_source(request: gr.Request, event: gr.EventData) -> str:
        account = ui.account(request)
        source = cards.read_source(cards.clicked(event).get("source", ""))
        if source is None:
            return ""
        opened = ui.app.asking.open_source(account, source)
        return str(opened_drawer(ui, account, source, opened, next(_serials)))

    ui.on(ui.demo.load, load, [], [scope, *lists, *faq.form_outputs])
    ui.on(scope.input, change_level, [scope], [*lists, faq.search, tried])
    ui.on(top.click, from_top, [], importing)
    ui.on(faq.listing.click, from_faq, [], importing)
    ui.on(question.submit, ask, [scope, question], [tried])
    ui.on(tried.click, open_source, [], [drawer])


def _top(ui: Ui, account: Account, level: Scope | None) -> str:
    t = ui.t
    acts: list[Markup] = []
    if level is not None and account.role.includes(Role.ADMIN) and account.group_ids is None:
        href = f"/files/knowledge-{level.community_id}.zip"
        acts = [
            cards.button(t("导入整套", "Import a folder"), "import"),
            cards.link_button(t("导出整套", "Export a folder"), href, download=True),
        ]
    return str(
        Markup('<div class="section-head"><div><h1>{}</h1></div><div class="acts">{}</div></div>').format(
            t("知识", "Knowledge"), cards.join(acts)
        )
    )


def _nothing(ui: Ui) -> str:
    t = ui.t
    return str(
        cards.empty(
            t("还没有社群", "No community yet"),
            t("先在「群」里新建一个社群，或导入聊天记录。", "Make a community or import a chat under Groups first."),
            cards.link_button(t("去「群」", "Go to Groups"), f"/{t.language}/groups", kind="go"),
        )
    )


PAGE = Page(order=30, path="knowledge", title_zh="知识", title_en="Knowledge", needs=Role.VIEWER, build=build)

"""设置 Settings: the chat model, what leaves this machine for it, what it may cost and what it did cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem
from copilot.console.figures import figure_box, read_figure
from copilot.console.i18n import describe_error
from copilot.console.model_form import begin_trying, build_model_form, model_form_values
from copilot.console.model_words import tokens_of
from copilot.console.page import Page, Ui
from copilot.console.scopes import all_scopes
from copilot.console.settings_cards import current_model, leaving_box
from copilot.console.usage_cards import call_list, cap_cards, usage_card
from copilot.errors import BadInput, CopilotError
from copilot.records import Account, Cap, Role

_CALLS_SHOWN = 30
_ALL = "all"


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page settings"):
        gr.HTML(str(Markup("<h1>{}</h1>").format(t("设置", "Settings"))), apply_default_css=False, padding=False)
        current = cards.live_html(elem_id="model-current")
        form = build_model_form(ui)
        gr.HTML(leaving_box(t), apply_default_css=False, padding=False)
        with gr.Column(elem_classes="card form-card", elem_id="limits-card"):
            gr.HTML(_limits_head(ui), apply_default_css=False, padding=False)
            limits = cards.live_html(elem_id="model-limits")
            with gr.Row():
                level = gr.Dropdown(label=t("给谁设", "For"), choices=[], filterable=False, elem_id="limit-level")
                yuan = figure_box(t("一天最多多少元", "Yuan a day at most"), "limit-yuan")
                much = figure_box(
                    t("一天最多多少万字（可不填）", "Thousand words a day at most (optional)"), "limit-amount"
                )
            wrong = gr.HTML("", apply_default_css=False, padding=False)
            set_limit = gr.Button(t("保存额度", "Save the limit"), elem_id="limit-save", scale=0)
        usage = gr.HTML("", apply_default_css=False, padding=False, elem_id="model-usage")
    parts: list[Any] = [current, limits, usage]

    def refreshed(account: Account) -> list[Any]:
        return [_current(ui, account), _limits(ui, account), _usage(ui, account)]

    def load(request: gr.Request) -> list[Any]:
        account = ui.account(request)
        groups = [(one.name, str(one.group_id)) for one in all_scopes(ui, account) if one.group_id is not None]
        choices = [(t("所有群加起来", "All groups together"), _ALL), *groups]
        return [*refreshed(account), *model_form_values(ui, account), gr.update(choices=choices, value=_ALL)]

    def try_or_forget(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        wish = cards.clicked(event).get("do")
        if wish == "try":
            return [gr.skip()] * len(parts) + [
                begin_trying(ui) if one is form.result else gr.skip() for one in form.outputs
            ]
        if wish != "forget":
            return [gr.skip()] * (len(parts) + len(form.outputs))
        ui.app.connecting.forget(account)
        ui.say("断开了，密钥也删掉了", "Disconnected, and the key is deleted")
        return [*refreshed(account), *model_form_values(ui, account)]

    def save_limit(value: str | None, money: str, amount: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        try:
            most, text = read_figure(money), read_figure(amount)
            if most is None and text is None:
                raise BadInput("a limit needs a figure; write how many yuan a day")
            group = int(value) if value and value.isdigit() else None
            tokens = None if text is None else tokens_of(t, text)
            ui.app.spending.set_cap(account, Cap(group_id=group, yuan=most, tokens=tokens))
        except CopilotError as error:
            return [gr.skip(), gr.skip(), gr.skip(), problem(describe_error(t, error))]
        ui.say("额度存好了", "The limit is saved")
        return [_limits(ui, account), "", "", ""]

    def clear_limit(request: gr.Request, event: gr.EventData) -> str:
        account = ui.account(request)
        clicked = cards.clicked(event)
        if clicked.get("do") == "clear_cap":
            ui.app.spending.clear_cap(account, cards.number_in(clicked, "group") or None)
        return _limits(ui, account)

    ui.on(ui.demo.load, load, [], [*parts, *form.outputs, level])
    ui.on(current.click, try_or_forget, [], [*parts, *form.outputs])
    form.on_save(parts, refreshed)
    ui.on(set_limit.click, save_limit, [level, yuan, much], [limits, yuan, much, wrong])
    ui.on(limits.click, clear_limit, [], [limits])


def _current(ui: Ui, account: Account) -> str:
    calls = ui.app.spending.calls(account, _CALLS_SHOWN)
    return str(current_model(ui.t, ui.app.connecting.setup(account), ui.settings.timezone, calls))


def _limits_head(ui: Ui) -> str:
    t = ui.t
    return str(
        Markup('<h2>{}</h2><p class="soft small-text">{}</p>').format(
            t("一天最多用多少", "How much a day at most"),
            t(
                "每次用大模型之前先留出这次最多要花的钱；不够就不用大模型，照样回答，并且写明原因。每天零点重新算。",
                "Before each use the most that it may cost is set aside. Where that does not fit, the reply comes "
                "without the model and says so. Counted anew from midnight.",
            ),
        )
    )


def _limits(ui: Ui, account: Account) -> str:
    return str(cap_cards(ui.t, ui.app.spending.caps(account)))


def _usage(ui: Ui, account: Account) -> str:
    t, zone = ui.t, ui.settings.timezone
    month = ui.app.spending.usage(account, days=datetime.now(ZoneInfo(zone)).day)
    calls = call_list(t, ui.app.spending.calls(account, _CALLS_SHOWN), zone)
    return str(
        Markup(
            '<section class="card"><h2>{}</h2>{}<details class="recent"><summary>{}</summary>{}</details></section>'
        ).format(
            t("用了多少", "What was used"), usage_card(t, month), t("最近的每一次", "The latest, one by one"), calls
        )
    )


PAGE = Page(order=40, path="settings", title_zh="设置", title_en="Settings", needs=Role.OWNER, build=build)

"""待办 Proposals: texts for groups that wait for a person, and what was decided on those before."""

from __future__ import annotations

import itertools
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem
from copilot.console.i18n import describe_error
from copilot.console.page import Page, Ui
from copilot.console.proposal_cards import DONE, OPEN, decided_bar, proposal_list, proposals_top
from copilot.console.scopes import all_scopes
from copilot.console.sheet import closed, opened, sheet
from copilot.console.sources import opened_drawer
from copilot.errors import Conflict, CopilotError
from copilot.records import Account, ProposalState, Role
from copilot.services.proposing import LONGEST_TEXT

_MOST_SHOWN = 200
_serials = itertools.count(1)


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page proposals"):
        top = cards.live_html(elem_id="proposals-top")
        listing = cards.live_html(elem_id="proposal-list")
        drawer = cards.live_html(elem_classes="drawer-box")
    shown = gr.State(OPEN)
    number, version = gr.State(0), gr.State(0)
    with sheet(ui, "proposal-sheet") as form:
        text = gr.Textbox(
            label=t("群里会看到的文字", "What the group will read"),
            lines=8,
            max_lines=20,
            max_length=LONGEST_TEXT,
            elem_id="proposal-text",
        )
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="proposal-save")
    page: list[Any] = [top, listing]

    def load(request: gr.Request) -> list[Any]:
        return _page(ui, ui.account(request), OPEN)

    def from_top(request: gr.Request, event: gr.EventData) -> list[Any]:
        wish = DONE if cards.clicked(event).get("show") == DONE else OPEN
        return [wish, *_page(ui, ui.account(request), wish)]

    def act(which: str, request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        proposal, seen = cards.number_in(clicked, "proposal"), cards.number_in(clicked, "version")
        edit = [gr.skip()] * (len(form.parts) + 4)
        bar = Markup("")
        still: list[Any] = [gr.skip(), gr.skip(), gr.skip(), *edit]
        try:
            match clicked.get("do"):
                case "open":
                    source = cards.read_source(clicked.get("source", ""))
                    if source is None:
                        return still
                    found = ui.app.asking.open_source(account, source)
                    panel = opened_drawer(ui, account, source, found, next(_serials))
                    return [gr.skip(), gr.skip(), str(panel), *edit]
                case "edit":
                    one = ui.app.proposing.get(account, proposal)
                    title = t("修改", "Edit")
                    return [gr.skip(), gr.skip(), gr.skip(), *opened(title), one.text, "", one.id, one.version]
                case "sent":
                    bar = decided_bar(t, ui.app.proposing.hand_off(account, proposal, seen))
                case "reject":
                    bar = decided_bar(t, ui.app.proposing.reject(account, proposal, seen))
                case "take_back":
                    bar = decided_bar(t, ui.app.proposing.take_back(account, proposal, seen))
                case _:
                    return still
        except Conflict as error:
            # The list that was clicked on is old: the new one shows what happened meanwhile.
            ui.warn(describe_error(t, error))
        return [*_page(ui, account, which, bar), gr.skip(), *edit]

    def save_text(which: str, proposal: int, seen: int, words: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        try:
            ui.app.proposing.edit(account, proposal, words, seen)
        except CopilotError as error:
            return [gr.skip(), gr.skip(), gr.skip(), gr.skip(), problem(describe_error(t, error))]
        ui.say("改好了", "Saved")
        return [*_page(ui, account, which), *closed(), ""]

    ui.on(ui.demo.load, load, [], page)
    ui.on(top.click, from_top, [], [shown, *page])
    ui.on(listing.click, act, [shown], [*page, drawer, *form.parts, text, wrong, number, version])
    ui.on(save.click, save_text, [shown, number, version, text], [*page, *form.parts, wrong])


def _page(ui: Ui, account: Account, which: str, bar: Markup | str = "") -> list[Any]:
    waiting = ui.app.proposing.pending(account)
    if which == OPEN:
        found = ui.app.proposing.all_of(account, state=ProposalState.PENDING, limit=_MOST_SHOWN)
    else:
        every = ui.app.proposing.all_of(account, limit=2 * _MOST_SHOWN)
        found = [one for one in every if one.state is not ProposalState.PENDING][:_MOST_SHOWN]
    places = {scope.group_id: scope for scope in all_scopes(ui, account) if scope.group_id is not None}
    may_decide = account.role.includes(Role.MODERATOR)
    listed = proposal_list(ui.t, found, places, which, may_decide=may_decide, timezone=ui.settings.timezone)
    return [str(proposals_top(ui.t, which, waiting)), f"{bar}{listed}"]


PAGE = Page(order=15, path="proposals", title_zh="待办", title_en="Proposals", needs=Role.VIEWER, build=build)

"""状态 Health: whether all that was said can be found, how it is searched, and what people confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.health_cards import community_card, is_busy, state_card
from copilot.console.page import Page, Ui
from copilot.console.scopes import all_scopes
from copilot.errors import BrokenFile, Busy, StorageFailed
from copilot.records import Account, Role
from copilot.services.health import IndexHealth

_POLL_SECONDS = 1.0
# After the wish to make everything again, the work may take so many looks to begin.
_PATIENCE = 6
_WORDS_SHOWN = 20


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page health-page"):
        top = cards.live_html(elem_id="health-top")
        state = gr.HTML("", apply_default_css=False, padding=False, elem_id="health-state")
        listing = cards.live_html(elem_id="health-list")
    timer = gr.Timer(_POLL_SECONDS, active=False)
    patience = gr.State(0)
    parts: list[Any] = [state, listing, timer, patience]

    def shown(request: gr.Request, patient: int = 0) -> list[Any]:
        account = ui.account(request)
        health = ui.app.health.look(account)
        busy = is_busy(health) or bool(health.fault)
        left = 0 if is_busy(health) else max(0, patient - 1)
        return [str(state_card(t, health)), _listing(ui, account, health), gr.update(active=busy or left > 0), left]

    def load(request: gr.Request) -> list[Any]:
        return [_top(ui, ui.account(request)), *shown(request)]

    def tick(patient: int, request: gr.Request) -> list[Any]:
        try:
            values = shown(request, patient)
        except (BrokenFile, Busy, StorageFailed):
            # The files are being replaced at this moment; the next look finds them.
            return [gr.skip(), gr.skip(), gr.update(active=True), patient]
        # A list that is folded open stays so while only the state changes.
        return values if not values[2]["active"] else [values[0], gr.skip(), *values[2:]]

    def from_top(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        if cards.clicked(event).get("do") != "rebuild":
            return [gr.skip()] * len(parts)
        begun = replace(ui.app.health.look(account), is_behind=True, fault="", progress=(0, 0))
        ui.app.health.rebuild(account)
        ui.say("开始重新整理了，这时照常能提问", "It is being made again; asking goes on as usual")
        return [str(state_card(t, begun)), gr.skip(), gr.update(active=True), _PATIENCE]

    def withdraw(request: gr.Request, event: gr.EventData) -> Any:
        account = ui.account(request)
        clicked = cards.clicked(event)
        if clicked.get("do") == "withdraw":
            ui.app.confirming.withdraw(account, cards.number_in(clicked, "confirmation"))
            ui.say("撤回了", "Taken back")
        return _listing(ui, account, ui.app.health.look(account))

    ui.on(ui.demo.load, load, [], [top, *parts])
    ui.on(timer.tick, tick, [patience], parts)
    ui.on(top.click, from_top, [], parts)
    ui.on(listing.click, withdraw, [], [listing])


def _top(ui: Ui, account: Account) -> str:
    t = ui.t
    again = Markup("")
    if account.role is Role.OWNER:
        again = cards.button(
            t("重新整理", "Make it again"),
            "rebuild",
            confirm=t(
                "把所有检索重新整理一遍？消息和知识都不会动；消息很多时要几分钟，这时有的还搜不到。",
                "Make everything that searching needs again? Messages and knowledge stay as they are. With many "
                "messages it takes minutes, and meanwhile some cannot be found.",
            ),
            confirm_go=t("重新整理", "Make it again"),
        )
    return str(
        Markup('<div class="section-head"><div><h1>{}</h1></div><div class="acts">{}</div></div>').format(
            t("状态", "Health"), again
        )
    )


def _listing(ui: Ui, account: Account, health: IndexHealth) -> str:
    scopes = all_scopes(ui, account)
    zones = {scope.community_id: scope.timezone for scope in reversed(scopes)}
    places = {scope.group_id: scope.community_id for scope in scopes if scope.group_id is not None}
    return str(
        cards.join(
            community_card(
                ui.t,
                community,
                [group for group in health.groups if places.get(group.group_id) == community.community_id],
                ui.app.confirming.recent(account, community.community_id, limit=_WORDS_SHOWN),
                zones.get(community.community_id, ui.settings.timezone),
                may_withdraw=account.role.includes(Role.MODERATOR),
            )
            for community in health.communities
        )
    )


PAGE = Page(order=35, path="health", title_zh="状态", title_en="Health", needs=Role.VIEWER, build=build)

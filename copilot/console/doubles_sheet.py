"""重复的问答 Doubles: FAQ entries that ask much the same, compared, merged, and taken apart again."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from copilot.console import cards
from copilot.console.doubles_cards import (
    after_merge,
    after_undo,
    compared,
    looking,
    pair_list,
    read_choice,
)
from copilot.console.levels import level_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope, all_scopes
from copilot.console.sheet import Sheet, opened, sheet
from copilot.errors import NotFound
from copilot.records import Account, FaqEntry
from copilot.services.doubles import Merged

# So many merges can be taken back; the oldest are forgotten.
_KEPT = 200


@dataclass(frozen=True, slots=True)
class DoublesSheet:
    """The sheet's parts and its body."""

    form: Sheet
    body: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """The components that `doubles_values` and `comparison_values` give values for."""
        return [*self.form.parts, self.body]


class _Merges:
    """The latest merges by a secret name each: what they replaced is kept here and never comes from a browser."""

    def __init__(self) -> None:
        self._there: OrderedDict[str, tuple[int, Merged]] = OrderedDict()

    def keep(self, account: Account, merged: Merged) -> str:
        ticket = secrets.token_urlsafe(12)
        self._there[ticket] = (account.id, merged)
        while len(self._there) > _KEPT:
            self._there.popitem(last=False)
        return ticket

    def of(self, account: Account, ticket: str) -> Merged:
        owner, merged = self._there.get(ticket, (None, None))
        if merged is None or owner != account.id:
            raise NotFound("this merge can no longer be taken back; edit the entry and add the other one again")
        return merged

    def forget(self, ticket: str) -> None:
        self._there.pop(ticket, None)


def build_doubles_sheet(
    ui: Ui,
    scope: gr.Dropdown,
    listing: gr.HTML,
    search: gr.Textbox,
    listed: Callable[[Account, Scope, str], str],
) -> DoublesSheet:
    """Build the closed sheet.

    Args:
        ui: what the page is built with.
        scope: the dropdown that names the level.
        listing, search: the page's list of entries and what it is searched for; `listed` draws it.
        listed: see `listing`.
    """
    t = ui.t
    merges = _Merges()
    with sheet(ui, "doubles-sheet") as form:
        body = cards.live_html(elem_id="doubles")

    def found(account: Account, level: Scope) -> str:
        pairs = ui.app.doubles.pairs(account, level.community_id)
        if level.group_id is not None:
            pairs = [pair for pair in pairs if level.group_id in (pair.one.group_id, pair.other.group_id)]
        places = {one.group_id: one.name for one in all_scopes(ui, account) if one.community_id == level.community_id}
        places.setdefault(None, t("社群", "community"))
        return str(pair_list(t, pairs, places, may_edit(account, level)))

    def act(value: str | None, words: str, request: gr.Request, event: gr.EventData) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        do = clicked.get("do")
        if do == "doubles":
            return [_waiting(ui, account, level), gr.skip()]
        if do == "find":
            return [found(account, level), gr.skip()]
        if do == "apart":
            ticket = clicked.get("ticket", "")
            ui.app.doubles.take_apart(account, merges.of(account, ticket))
            merges.forget(ticket)
            return [str(after_undo(t)), listed(account, level, words)]
        choice = read_choice(clicked, visible_entries(ui, account, level.community_id))
        if choice is None:
            raise NotFound("One of the two entries is gone; look for doubles again.")
        if do != "merge":
            return [str(compared(t, choice)), gr.skip()]
        merged = ui.app.doubles.merge(account, choice.keep, choice.goes, question=choice.question)
        ticket = merges.keep(account, merged)
        return [str(after_merge(t, merged.entry, ticket)), listed(account, level, words)]

    ui.on(body.click, act, [scope, search], [body, listing])
    return DoublesSheet(form, body)


def doubles_values(ui: Ui, account: Account, level: Scope) -> list[Any]:
    """The values of `DoublesSheet.outputs` that open the sheet and begin the search."""
    return [*opened(ui.t("重复的问答", "Doubles")), _waiting(ui, account, level)]


def comparison_values(ui: Ui, account: Account, level: Scope, clicked: dict[str, str]) -> list[Any]:
    """The values of `DoublesSheet.outputs` that open the sheet with two entries side by side.

    Raises:
        NotFound: one of them is gone.
    """
    choice = read_choice(clicked, visible_entries(ui, account, level.community_id))
    if choice is None:
        raise NotFound("One of the two entries is gone; look for doubles again.")
    return [*opened(ui.t("合并两条问答", "Merge two entries")), str(compared(ui.t, choice))]


def visible_entries(ui: Ui, account: Account, community_id: int) -> dict[int, FaqEntry]:
    """Every entry of a community and of those of its groups that the account sees, by id."""
    levels: list[int | None] = [None]
    for one in all_scopes(ui, account):
        if one.community_id == community_id and one.group_id is not None:
            levels.append(one.group_id)
    return {
        entry.id: entry
        for group_id in levels
        for entry in ui.app.knowing.knowledge(account, community_id, group_id).faq
    }


def _waiting(ui: Ui, account: Account, level: Scope) -> str:
    return str(looking(ui.t, len(visible_entries(ui, account, level.community_id))))

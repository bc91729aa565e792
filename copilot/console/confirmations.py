"""A person's word on an answer: the buttons under it, what stands there once it is given, and the latest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.page import Ui
from copilot.console.sources import kind_name
from copilot.records import Account, Confirmation, Source
from copilot.services.confirming import Confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a word is given on: a source beside a question, at one place of the page.

    Args:
        slot: names the place; it differs for each.
        question: as it was asked.
        source: what was cited.
        group_id: the group in which it was asked; None where a whole community was.
        is_hint: whether it was only shown as perhaps related, so that there is nothing to call wrong.
    """

    slot: str
    question: str
    source: Source
    group_id: int | None
    is_hint: bool = False

    def values(self) -> dict[str, Any]:
        """What a button carries of it."""
        return {
            "slot": self.slot,
            "question": self.question,
            "source": cards.source_value(self.source),
            "group": self.group_id or 0,
            "hint": int(self.is_hint),
        }


def read_asked(values: dict[str, str]) -> Asked | None:
    """What `Asked.values` wrote, or None where the browser sent anything else."""
    source = cards.read_source(values.get("source", ""))
    if source is None:
        return None
    return Asked(
        slot=values.get("slot", ""),
        question=values.get("question", ""),
        source=source,
        group_id=cards.number_in(values, "group") or None,
        is_hint=values.get("hint") == "1",
    )


def word_buttons(t: Texts, asked: Asked) -> Markup:
    """The buttons that give a word."""
    if asked.is_hint:
        acts = [cards.button(t("这条就是答案", "This is the answer"), "right", kind="quiet", **asked.values())]
    else:
        acts = [
            cards.button(t("答对了", "Right"), "right", **asked.values()),
            cards.button(t("不对", "Wrong"), "wrong", **asked.values()),
        ]
    return Markup('<div class="word" data-place="{}">{}</div>').format(asked.slot, cards.join(acts))


def given_word(t: Texts, asked: Asked, confirmation: Confirmation) -> Markup:
    """What stands in the place of the buttons once a word is given, with a way to take it back."""
    if not confirmation.is_right:
        words = t("记下了：不对", "Noted: wrong")
    elif asked.is_hint:
        words = t("记下了：这条就是答案", "Noted: this is the answer")
    else:
        words = t("记下了：答对了", "Noted: right")
    take_back = cards.button(
        t("撤回", "Take back"), "withdraw", kind="quiet", confirmation=confirmation.id, **asked.values()
    )
    return Markup('<div class="word given" data-place="{}"><span role="status">✓ {}</span>{}</div>').format(
        asked.slot, words, take_back
    )


def take_word(ui: Ui, account: Account, event: gr.EventData) -> str:
    """Do what a click on one of these buttons says, and give what stands in its place from now on.

    Raises:
        BadInput, NotFound, NotAllowed: see `Confirming`.
    """
    clicked = cards.clicked(event)
    asked = read_asked(clicked)
    if asked is None:
        return ""
    if clicked.get("do") == "withdraw":
        ui.app.confirming.withdraw(account, cards.number_in(clicked, "confirmation"))
        return str(word_buttons(ui.t, asked))
    said = ui.app.confirming.confirm(
        account, asked.question, asked.source, is_right=clicked.get("do") == "right", group_id=asked.group_id
    )
    return str(given_word(ui.t, asked, said))


def recent_words(t: Texts, found: Sequence[Confirmed], timezone: str, *, may_withdraw: bool) -> Markup:
    """The latest words as rows: what was asked, on which source, and what was said of it."""
    return cards.join(_row(t, one, timezone, may_withdraw) for one in found)


def _row(t: Texts, one: Confirmed, timezone: str, may_withdraw: bool) -> Markup:
    said = one.confirmation
    mark = cards.badge(t("答对了", "right")) if said.is_right else cards.badge(t("不对", "wrong"), "bad")
    act = cards.button(t("撤回", "Take back"), "withdraw", kind="quiet", confirmation=said.id) if may_withdraw else ""
    return Markup(
        '<div class="row-card said"><div class="grow"><div>{mark} <b>{question}</b></div>'
        '<div class="soft small-text"><div class="clamp">{kind} · {title}</div><time>{at}</time></div></div>'
        '<div class="acts">{act}</div></div>'
    ).format(
        mark=mark,
        question=said.question,
        kind=kind_name(t, said.kind),
        title=one.title or t("（已经不在了）", "(gone)"),
        at=t.moment(said.at, timezone),
        act=act,
    )

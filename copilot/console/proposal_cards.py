"""Proposals as cards: what would be sent where, why, on what evidence, and what a person can do with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.scopes import Scope
from copilot.console.turns import cite
from copilot.records import Proposal, ProposalKind, ProposalState

OPEN, DONE = "open", "done"
_TITLE_CHARACTERS = 24
# What drafts leave for a person to fill in.
_BLANK = re.compile("[＿_]{2,}")


def proposals_top(t: Texts, which: str, waiting: int) -> Markup:
    """The heading, and the choice between what waits and what is done."""
    words = {OPEN: t("待处理", "Waiting") + (f" {waiting}" if waiting else ""), DONE: t("已处理", "Done")}
    buttons = cards.join(
        Markup('<button type="button" data-do="show" data-show="{}" aria-pressed="{}">{}</button>').format(
            name, "true" if name == which else "false", label
        )
        for name, label in words.items()
    )
    return Markup(
        '<div class="section-head"><div><h1>{}</h1></div><div class="switch" role="group">{}</div></div>'
    ).format(t("待办", "Proposals"), buttons)


def proposal_list(
    t: Texts,
    found: Sequence[Proposal],
    places: Mapping[int, Scope],
    which: str,
    *,
    may_decide: bool,
    timezone: str,
) -> Markup:
    """The proposals as cards, or what to do where there are none.

    Args:
        t: the texts of the page's language.
        found: they.
        places: the groups by their ids.
        which: `OPEN` or `DONE`.
        may_decide: whether the person may decide on them.
        timezone: of a group that is not in `places`.
    """
    if found:
        drawn = (_card(t, one, places.get(one.group_id), may_decide, timezone) for one in found)
        return Markup('<div class="cards">{}</div>').format(cards.join(drawn))
    if which == DONE:
        words = t("处理过的会留在这里。", "What was decided on stays here.")
        return cards.empty(t("还没有处理过的", "Nothing done yet"), words)
    words = t(
        "在「对话」里让它起草，比如「给群里写一条周六活动的公告，放进待办」，写好的文字会到这里。它不会自己往群里发。",
        "Have something drafted under Ask, such as “write a notice about Saturday's event and propose it”, "
        "and the text comes here. Nothing is sent to a group by itself.",
    )
    link = cards.link_button(t("去「对话」", "Go to Ask"), f"/{t.language}/", kind="go")
    return cards.empty(t("没有待处理的", "Nothing waits"), words, link)


def decided_bar(t: Texts, one: Proposal) -> Markup:
    """A line that says what was just decided, with a way to take it back."""
    begin = " ".join(one.text.split())
    short = begin if len(begin) <= _TITLE_CHARACTERS else f"{begin[:_TITLE_CHARACTERS]}…"
    words = {
        ProposalState.HANDED_OFF: t(f"「{short}」记作已发", f"“{short}” is noted as sent"),
        ProposalState.REJECTED: t(f"「{short}」不用了", f"“{short}” is not used"),
        ProposalState.PENDING: t(f"「{short}」放回待办了", f"“{short}” waits again"),
    }[one.state]
    undo = Markup("")
    if one.state is not ProposalState.PENDING:
        undo = cards.button(t("撤回", "Take back"), "take_back", proposal=one.id, version=one.version)
    return Markup('<div class="undo" role="status"><span>{}</span>{}</div>').format(words, undo)


def kind_words(t: Texts, kind: ProposalKind) -> str:
    """What would be done, in a word or two."""
    return {
        ProposalKind.SEND_MESSAGE: t("群消息", "Message"),
        ProposalKind.ANNOUNCE: t("群公告", "Announcement"),
    }[kind]


def state_words(t: Texts, state: ProposalState) -> str:
    """Where a proposal stands, in a word or two."""
    return {
        ProposalState.PENDING: t("待处理", "Waiting"),
        ProposalState.HANDED_OFF: t("已发", "Sent"),
        ProposalState.REJECTED: t("不用", "Not used"),
    }[state]


def _card(t: Texts, one: Proposal, place: Scope | None, may_decide: bool, timezone: str) -> Markup:
    zone = place.timezone if place else timezone
    is_open = one.state is ProposalState.PENDING
    state = ""
    if not is_open:
        mark = cards.badge(state_words(t, one.state), "" if one.state is ProposalState.HANDED_OFF else "plain")
        state = Markup('{} <time class="soft small-text">{}</time>').format(mark, t.moment(one.decided_at, zone))
    reason = Markup("")
    if one.reason:
        reason = Markup('<p class="reason"><b>{}</b>{}</p>').format(t("为什么", "Why"), one.reason)
    if is_open and _BLANK.search(one.text):
        reason += Markup('<p class="caution small-text">{}</p>').format(t("还有空没填", "There are blanks to fill in"))
    if "@" in one.text and is_open:
        words = t("贴进群里的 @ 不会提醒任何人。", "An @ that is pasted notifies nobody.")
        reason += Markup('<p class="reason">{}</p>').format(words)
    evidence = Markup("")
    if one.evidence:
        evidence = Markup('<details class="sources"><summary>{}</summary><div class="cites">{}</div></details>').format(
            t(f"依据（{len(one.evidence)} 处）", f"Evidence ({len(one.evidence)})"),
            cards.join(cite(t, citation, zone) for citation in one.evidence),
        )
    return Markup(
        '<article class="card proposal{mark}" id="p{id}"><div class="head"><div><span class="badge">{kind}</span> '
        '<b>{group}</b></div><div>{state}<time class="soft small-text">{at}</time></div></div>{words}{reason}{evidence}'
        '<div class="acts">{acts}</div></article>'
    ).format(
        mark="" if is_open else " done",
        id=one.id,
        kind=kind_words(t, one.kind),
        group=place.name if place else t("（群已经不在了）", "(the group is gone)"),
        state=state,
        at=t.moment(one.created_at, zone) if is_open else "",
        words=Markup('<div class="outgoing">{}</div>').format(cards.text_block(one.text)),
        reason=reason,
        evidence=evidence,
        acts=cards.join(_acts(t, one, is_open=is_open, may_decide=may_decide)),
    )


def _acts(t: Texts, one: Proposal, *, is_open: bool, may_decide: bool) -> list[Markup]:
    kind = "go" if is_open else ""
    copy = cards.copy_button(t("复制", "Copy"), t("已复制，贴到群里吧", "Copied, paste it"), one.text, kind=kind)
    if not may_decide:
        return [copy]
    known: dict[str, Any] = {"proposal": one.id, "version": one.version}
    if not is_open:
        return [copy, cards.button(t("放回待办", "Put back"), "take_back", kind="quiet", **known)]
    return [
        copy,
        cards.button(t("已发", "Sent"), "sent", **known),
        cards.button(t("修改", "Edit"), "edit", kind="quiet", **known),
        cards.button(t("不用", "Not needed"), "reject", kind="quiet bad", **known),
    ]

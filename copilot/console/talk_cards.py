"""A conversation with the co-pilot as bubbles: what was asked, what it looked up, what it said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from copilot.assistant.request import Tool
from copilot.console import cards
from copilot.console.confirmations import Asked, word_buttons
from copilot.console.i18n import Texts
from copilot.console.outcome_words import NOT_FOR_SETTINGS, why_no_model
from copilot.console.scopes import Scope
from copilot.console.tool_words import looked_for, tool_name
from copilot.console.turns import cite, result_card
from copilot.records import Account, Answer, Citation, Outcome, Role, Silence, Step, Turn

# More sources than these are folded away behind their number.
_SOURCES_SHOWN = 2
_WRITING = frozenset({Tool.DRAFT, Tool.REWRITE})
# What a model would say no better.
_NEEDLESS = frozenset({Tool.HELP, Tool.PROPOSE, Tool.PROPOSALS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a conversation and what it is about.

    Args:
        scope: the community or group that it is about.
        may_confirm: whether they may say that an answer was right.
        may_add: whether they are led to where an answer can be added.
        may_set: whether they are led to the settings.
        has_model: whether there is a chat model, so that a reply without one was not for want of it.
    """

    scope: Scope
    may_confirm: bool
    may_add: bool
    may_set: bool
    has_model: bool

    @classmethod
    def of(cls, account: Account, scope: Scope, *, has_model: bool) -> Reader:
        """The reader that an account is."""
        return cls(
            scope=scope,
            may_confirm=account.role.includes(Role.MODERATOR),
            may_add=account.role.includes(Role.ADMIN),
            may_set=account.role.includes(Role.OWNER),
            has_model=has_model,
        )


def blank_turn(t: Texts) -> Markup:
    """A turn in the making, with its named parts still empty: the page fills one in while the co-pilot talks."""
    return Markup(
        '<article class="turn live" aria-busy="true"><div class="asked"></div><div class="steps" data-part="steps">'
        '</div><p class="waiting" data-part="waiting"><span class="dots" aria-hidden="true"><i></i><i></i><i></i>'
        '</span>{looking}</p><div class="card said" hidden><div class="words" data-part="said"></div></div>'
        '<p class="aside" data-part="note" hidden></p></article>'
    ).format(looking=t("正在看…", "Looking…"))


def stopped_note(t: Texts) -> str:
    """What stands under a reply that a person stopped."""
    return t("已停下。", "Stopped.")


def lost_note(t: Texts) -> str:
    """What is said when nothing comes back."""
    return t(
        "没有连上，这句话没有发出去；它还在输入框里，请再试一次。",
        "The connection failed and this was not sent; your words are still in the box, please try again.",
    )


def step_fold(t: Texts, step: Step, timezone: str, *, key: str = "", turn: Turn | None = None) -> Markup:
    """One thing that was looked up: a line that folds open to what was found and its sources.

    Args:
        t: the texts of the page's language.
        step: what was done.
        timezone: in which times are told.
        key: names it within its turn, so that it stays open when the turn is drawn again.
        turn: the whole turn, once there is one: what its reply shows is not shown twice.
    """
    what = looked_for(t, step.arguments, timezone)
    title = Markup("<b>{}</b>{}").format(
        tool_name(t, step.tool), Markup('<span class="for">{}</span>').format(what) if what else ""
    )
    found, said = step.found.strip(), turn.said.strip() if turn else ""
    # A long finding is kept shortened.
    is_said = not found or found.removesuffix("…") in said
    words = Markup("") if is_said else cards.text_block(found)
    shown = turn.citations if turn and is_said else ()
    sources = [one for one in step.citations if one not in shown]
    if not words and not sources:
        # That the reply was looked up goes without saying.
        return Markup("") if is_said and found else Markup('<div class="step">{}</div>').format(title)
    return Markup(
        '<details class="step" data-fold="{}"><summary>{}</summary><div class="in">{}{}</div></details>'
    ).format(key, title, words, _cites(t, sources, timezone) if sources else "")


def turn_card(t: Texts, turn: Turn, reader: Reader, serial: int, *, result: Answer | Silence | None = None) -> Markup:
    """One turn as it stands in the conversation from now on.

    Args:
        t: the texts of the page's language.
        turn: what was said.
        reader: who reads it.
        serial: a number that differs each time.
        result: the answer or silence itself, where it has just been given.
    """
    zone = reader.scope.timezone
    steps = cards.join(
        step_fold(t, step, zone, key=f"s{number}", turn=turn)
        for number, step in enumerate(turn.steps)
        # The answer's own card shows what its step found.
        if not (result is not None and step.tool == Tool.ASK)
    )
    if result is not None:
        card = result_card(
            t,
            result,
            remedy=_remedy(t, turn.asked, reader),
            timezone=zone,
            serial=serial,
            may_confirm=reader.may_confirm,
            group_id=reader.scope.group_id,
        )
    else:
        card = _said_card(t, turn, reader, serial)
    return Markup(
        '<article class="turn" data-serial="{serial}"><div class="asked">{asked}</div><div class="steps">{steps}</div>'
        "{card}{proposed}{note}{choices}</article>"
    ).format(
        serial=serial,
        asked=turn.asked,
        steps=steps,
        card=card,
        proposed=_proposed(t, turn),
        note=_note(t, turn, reader),
        choices=choice_chips(turn.choices),
    )


def conversation_cards(t: Texts, turns: Iterable[Turn], reader: Reader, serials: Iterable[int]) -> Markup:
    """A whole conversation, turn by turn."""
    return cards.join(turn_card(t, turn, reader, serial) for turn, serial in zip(turns, serials, strict=False))


def choice_chips(choices: Sequence[str]) -> Markup:
    """What can be said next with one click."""
    if not choices:
        return Markup("")
    return Markup('<div class="chips next">{}</div>').format(cards.join(ask_chip(words) for words in choices))


def ask_chip(words: str) -> Markup:
    """A button that says its words."""
    return Markup('<button type="button" class="chip" data-ask="{0}">{0}</button>').format(words)


def problem_note(words: str) -> Markup:
    """One sentence about why nothing was said."""
    return Markup('<p class="problem" role="alert">{}</p>').format(words)


def _said_card(t: Texts, turn: Turn, reader: Reader, serial: int) -> Markup:
    if not turn.said.strip():
        return Markup("")
    word = Markup("")
    asked_knowledge = any(step.tool == Tool.ASK for step in turn.steps)
    if reader.may_confirm and asked_knowledge and len(turn.steps) == 1 and turn.citations:
        slot = f"word-{serial}-0"
        asked = Asked(slot=slot, question=turn.asked, source=turn.citations[0].source, group_id=reader.scope.group_id)
        word = word_buttons(t, asked)
    return Markup('<div class="card said">{words}<div class="acts">{copy}{word}</div>{sources}</div>').format(
        words=cards.text_block(turn.said),
        copy=_copy(t, turn),
        word=word,
        sources=_sources(t, turn.citations, reader.scope.timezone),
    )


def _copy(t: Texts, turn: Turn) -> Markup:
    """What is taken from a reply: the text that it wrote for a group, or all of it; of a question back, nothing."""
    if turn.choices and not turn.steps:
        return Markup("")
    written = [step.found for step in turn.steps if step.tool in _WRITING and step.found and step.found in turn.said]
    if written:
        return cards.copy_button(t("复制这段文字", "Copy the text"), t("已复制", "Copied"), written[-1])
    if any(step.tool in _WRITING and not step.found for step in turn.steps):
        return Markup("")
    return cards.copy_button(t("复制", "Copy"), t("已复制", "Copied"), turn.said)


def _sources(t: Texts, citations: Sequence[Citation], timezone: str) -> Markup:
    if not citations:
        return Markup("")
    if len(citations) <= _SOURCES_SHOWN:
        return Markup("<h4>{}</h4>{}").format(t("出处", "Sources"), _cites(t, citations, timezone))
    return Markup('<details class="sources" data-fold="sources"><summary>{}</summary>{}</details>').format(
        t(f"出处（{len(citations)} 处）", f"Sources ({len(citations)})"), _cites(t, citations, timezone)
    )


def _cites(t: Texts, citations: Sequence[Citation], timezone: str) -> Markup:
    return Markup('<div class="cites">{}</div>').format(cards.join(cite(t, one, timezone) for one in citations))


def _remedy(t: Texts, question: str, reader: Reader) -> str:
    if not reader.may_add:
        return ""
    return f"/{t.language}/knowledge?{urlencode({'in': reader.scope.value, 'question': question.strip()})}"


def _proposed(t: Texts, turn: Turn) -> Markup:
    if not turn.proposal_ids:
        return Markup("")
    many = len(turn.proposal_ids)
    if not any(step.tool == Tool.PROPOSE for step in turn.steps):
        words = t("去「待办」看看 →", "Go to the proposals →")
    elif many == 1:
        words = t("写进待办了，还没有发出去。去看看 →", "It is among the proposals, and not sent yet. Have a look →")
    else:
        words = t(
            f"{many} 条写进待办了，还没有发出去。去看看 →",
            f"{many} texts are among the proposals, and not sent yet. Have a look →",
        )
    return Markup('<a class="proposed" href="/{}/proposals">{}</a>').format(t.language, words)


def _note(t: Texts, turn: Turn, reader: Reader) -> Markup:
    words = why_no_model(t, turn.outcome)
    # A greeting and a question back rest on nothing that was looked up.
    needs = any(step.tool not in _NEEDLESS for step in turn.steps)
    if not words or (turn.outcome is Outcome.NO_MODEL and (reader.has_model or not needs)):
        return Markup("")
    link = _settings_link(t) if reader.may_set and turn.outcome not in NOT_FOR_SETTINGS else ""
    # That there is no model at all need not stand under every reply: the first one says it.
    mark = " once" if turn.outcome is Outcome.NO_MODEL else ""
    return Markup('<p class="aside{}">{} {}</p>').format(mark, words, link)


def _settings_link(t: Texts) -> Markup:
    return Markup('<a href="/{}/settings">{}</a>').format(t.language, t("去设置", "Settings"))

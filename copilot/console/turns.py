"""A question with its answer, or with the reason for staying quiet, as a card."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.answering.notes import SENTENCES, SILENCES, Note
from copilot.console import cards
from copilot.console.common_words import common_words
from copilot.console.confirmations import Asked, word_buttons
from copilot.console.i18n import Texts
from copilot.console.meaning import by_meaning
from copilot.console.sources import kind_name
from copilot.records import Answer, Citation, Explanation, Hit, Silence, SilenceReason, SourceKind

# How sure an answer must be for the words in front of it; the figures stand behind 为什么.
_VERY_SURE = 0.85
_QUITE_SURE = 0.6


def render_turn(
    t: Texts,
    result: Answer | Silence,
    *,
    remedy: str = "",
    timezone: str = "Asia/Shanghai",
    serial: int = 0,
    may_confirm: bool = False,
    group_id: int | None = None,
) -> Markup:
    """One question and what came of it.

    Args: as `result_card`.
    """
    card = result_card(
        t, result, remedy=remedy, timezone=timezone, serial=serial, may_confirm=may_confirm, group_id=group_id
    )
    return Markup('<article class="turn" data-serial="{}"><div class="asked">{}</div>{}</article>').format(
        serial, result.question, card
    )


def result_card(
    t: Texts,
    result: Answer | Silence,
    *,
    remedy: str = "",
    timezone: str = "Asia/Shanghai",
    serial: int = 0,
    may_confirm: bool = False,
    group_id: int | None = None,
) -> Markup:
    """What came of a question.

    Args:
        t: the texts of the page's language.
        result: what was answered, or why nothing was.
        remedy: the path of the page where an entry for this question can be added; "" hides the button.
        timezone: in which times are told.
        serial: a number that differs each time, so that the same question asked twice shows twice.
        may_confirm: whether the person may say that it was right, or which source is.
        group_id: the group in which it was asked; None where a whole community was.
    """

    def word(citation: Citation, place: int) -> Markup:
        if not may_confirm:
            return Markup("")
        slot, is_hint = f"word-{serial}-{place}", isinstance(result, Silence)
        asked = Asked(slot=slot, question=result.question, source=citation.source, group_id=group_id, is_hint=is_hint)
        return word_buttons(t, asked)

    if isinstance(result, Answer):
        return _answer(t, result, timezone, word(result.citations[0], 0))
    words = [word(citation, place) for place, citation in enumerate(result.near)]
    return _silence(t, result, remedy, timezone, words)


def sureness(t: Texts, probability: float) -> tuple[str, str]:
    """How sure in words, and the class it is coloured by."""
    if probability >= _VERY_SURE:
        return t("很有把握", "Very sure"), "high"
    if probability >= _QUITE_SURE:
        return t("比较有把握", "Fairly sure"), "middle"
    return t("拿不准", "Not sure"), "low"


def _answer(t: Texts, answer: Answer, timezone: str, word: Markup) -> Markup:
    words, level = sureness(t, answer.confidence)
    return Markup(
        '<div class="card answer"><div class="sure {level}">{sure}</div><div class="reply">{text}</div>'
        '<div class="acts">{copy}{word}</div><h4>{sources}</h4><div class="cites">{cites}</div>{why}</div>'
    ).format(
        level=level,
        sure=words,
        text=cards.text_block(answer.text),
        copy=cards.copy_button(t("复制回答", "Copy the answer"), t("已复制", "Copied"), answer.text),
        word=word,
        sources=t("出处", "Sources"),
        cites=cards.join(cite(t, citation, timezone) for citation in answer.citations),
        why=_why(t, answer.question, answer.why),
    )


def _silence(t: Texts, silence: Silence, remedy: str, timezone: str, words_on_near: Sequence[Markup]) -> Markup:
    title, words = silence_words(t, silence.reason)
    helps = silence.reason in (
        SilenceReason.NOTHING_KNOWN,
        SilenceReason.OUT_OF_SCOPE,
        SilenceReason.NOT_SURE,
        SilenceReason.EXPIRED,
    )
    link = cards.link_button(t("加一条问答", "Add an answer"), remedy, kind="go") if remedy and helps else ""
    near = ""
    if silence.near:
        near = Markup('<h4>{}</h4><div class="cites">{}</div>').format(
            t("也许有关", "Perhaps related"),
            cards.join(
                Markup("<div>{}{}</div>").format(cite(t, citation, timezone), word)
                for citation, word in zip(silence.near, words_on_near, strict=True)
            ),
        )
    return Markup(
        '<div class="card silence"><div class="sure low">{quiet}</div><h3>{title}</h3><p>{words}</p>'
        '<div class="acts">{link}</div>{near}{why}</div>'
    ).format(
        quiet=t("不出声", "Stays quiet"),
        title=title,
        words=words,
        link=link,
        near=near,
        why=_why(t, silence.question, silence.why),
    )


def silence_words(t: Texts, reason: SilenceReason) -> tuple[str, str]:
    """Why nothing is answered and what helps: a heading and a sentence."""
    words = SILENCES[reason]
    return t(words["zh"][0], words["en"][0]), t(words["zh"][1], words["en"][1])


def cite(t: Texts, citation: Citation, timezone: str) -> Markup:
    """What an answer rests on, as a button that opens it in its place."""
    by = ""
    if citation.source.kind is SourceKind.HISTORY:
        by = Markup('<span class="by"><b>{}</b> · <time>{}</time></span>').format(
            citation.sender_name or "", t.moment(citation.sent_at, timezone)
        )
    return Markup(
        '<button type="button" class="cite {kind}" data-do="open" data-source="{source}" title="{hint}">'
        '<span class="what">'
        '<span class="badge">{name}</span> <span class="title">{title}</span></span>'
        '<span class="words">{words}</span>{by}</button>'
    ).format(
        kind=citation.source.kind.value,
        source=cards.source_value(citation.source),
        hint=t("点开看出处", "Open the source"),
        name=kind_name(t, citation.source.kind),
        title=citation.title,
        words=citation.words,
        by=by,
    )


def _why(t: Texts, question: str, why: Explanation) -> Markup:
    if not why.hits and not why.notes and not why.probability:
        return Markup("")
    found = cards.join(
        Markup("<li><span class='badge'>{}</span> {}{}</li>").format(
            kind_name(t, hit.passage.source.kind),
            hit.passage.title,
            _matched(t, question, hit),
        )
        for hit in why.hits[:5]
    )
    known = {note.value: SENTENCES[note][t.language] for note in Note}
    lines = [known[code] for code in why.notes if code in known]
    if why.hits and why.meaning_why:
        lines.append(by_meaning(t, why.meaning, why.meaning_why))
    if why.hits:
        lines.append(
            t(
                f"一共找到 {len(why.hits)} 处可能有关的内容，最接近的在前面。",
                f"{len(why.hits)} places may be related; the nearest come first.",
            )
        )
    if why.threshold:
        lines.append(
            t(
                f"像这个社群能回答的问题：{why.probability:.0%}。您在这里问，这个数只作参考；"
                f"群里没人点名时，低于 {why.threshold:.0%} 它不插话，除非正好有一条问答。",
                f"How much it looks like a question for this community: {why.probability:.0%}. As you ask here, "
                f"this is only a hint; in a group it stays quiet below {why.threshold:.0%} unless an entry fits.",
            )
        )
    return Markup('<details class="why"><summary>{}</summary>{}<ol>{}</ol></details>').format(
        t("为什么", "Why"), cards.join(Markup("<p>{}</p>").format(line) for line in lines), found
    )


def _matched(t: Texts, question: str, hit: Hit) -> Markup:
    words = common_words(hit.matched, question, hit.passage.texts)
    if not words:
        return Markup("")
    return Markup('<span class="matched">{}</span>').format(
        t("对上的词：", "Words in common: ") + t("、", ", ").join(words[:8])
    )

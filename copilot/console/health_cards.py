"""How searching stands, in plain words: whether all that was said can be found, and what was learned."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.confirmations import recent_words
from copilot.console.i18n import Texts, explained
from copilot.console.meaning import by_meaning
from copilot.records import Learned
from copilot.services.confirming import Confirmed
from copilot.services.health import CommunityIndex, GroupIndex, IndexHealth


def is_busy(health: IndexHealth) -> bool:
    """Whether work is in progress that changes what is shown."""
    due = any(group.words_due or group.vectors_due for group in health.groups)
    return health.is_behind or due or health.progress != (0, 0)


def state_card(t: Texts, health: IndexHealth) -> Markup:
    """Whether all is well; a fault with its remedy; or how far the work is."""
    if health.fault:
        return Markup(
            '<div class="card state bad" role="alert"><h2>{title}</h2><p>{fault}</p><p class="soft">{remedy}</p></div>'
        ).format(
            title=t("整理时出了问题", "Something is wrong"),
            fault=_sentence(t, health.fault),
            remedy=t(
                "它会自己再试，已经整理好的照常能搜到。一直这样的话，请负责人点「重新整理」。",
                "It tries again by itself, and what is ready can be found as before. If this stays, an owner can "
                "press “Make it again”.",
            ),
        )
    if not is_busy(health):
        return Markup('<div class="card state good"><h2>{}</h2><p class="soft">{}</p></div>').format(
            t("都整理好了", "All is ready"),
            t("存下来的消息、问答、群规和文档都能搜到。", "Every message, entry, rule and document can be found."),
        )
    done, total = health.progress
    share = min(100, round(100 * done / total)) if total else 0
    bar = Markup(
        '<div class="bar{}" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}">'
        '<span style="width:{}%"></span></div>'
    ).format("" if total else " idle", share, share if total else 100)
    if health.is_behind or any(group.words_due for group in health.groups):
        title = t("正在整理", "Getting ready")
        hint = t(
            "刚存下的内容可能还搜不到，过一会儿就好；这时照常能提问。",
            "What was just saved may not be found for a moment; asking goes on as usual.",
        )
    else:
        title = t("正在为按意思找做准备", "Getting ready to search by meaning")
        hint = t(
            "存下来的都能按字词搜到；按意思找还在准备。",
            "All that is saved can be found by its words; searching by meaning is being made ready.",
        )
    return Markup('<div class="card state"><h2>{}</h2>{}<p class="soft">{}</p></div>').format(
        title + (f" · {share}%" if total else ""), bar, hint
    )


def community_card(
    t: Texts,
    community: CommunityIndex,
    groups: Sequence[GroupIndex],
    words: Sequence[Confirmed],
    timezone: str,
    *,
    may_withdraw: bool,
) -> Markup:
    """A community: its groups, how meaning counts beside words, and what people confirmed.

    Args:
        t: the texts of the page's language.
        community: what is shown.
        groups: its groups.
        words: the latest confirmations.
        timezone: in which times are told.
        may_withdraw: whether confirmations can be taken back here.
    """
    rows = cards.join(_group_row(t, group) for group in groups)
    if not groups:
        rows = Markup('<p class="soft">{}</p>').format(t("还没有群。", "No groups yet."))
    facts = [
        (t("按意思找", "By meaning"), by_meaning(t, community.weight, community.weight_why)),
        (t("学到的", "Learned"), what_was_learned(t, community.learned, len(words))),
    ]
    table = cards.join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in facts)
    recent = Markup("")
    if words:
        recent = Markup('<details class="recent"><summary>{}</summary><div class="rows">{}</div></details>').format(
            t("最近的确认", "Recent confirmations"), recent_words(t, words, timezone, may_withdraw=may_withdraw)
        )
    return Markup(
        '<section class="card health"><h2>{name}</h2><div class="rows">{rows}</div><dl class="facts">{table}</dl>'
        "{recent}</section>"
    ).format(name=community.community, rows=rows, table=table, recent=recent)


def what_was_learned(t: Texts, learned: Learned | None, given: int) -> str:
    """How many answers were confirmed and how much better the right one is found since.

    Args:
        t: the texts of the page's language.
        learned: what retrieval made of them; None before there were enough.
        given: how many of the latest there are to see.
    """
    if learned is None:
        count = t(f"确认了 {given:,} 条" if given else "还没有人确认过回答", f"{given:,} confirmed")
        if not given:
            return t(
                "还没有人确认过。在「对话」里点「答对了」或「这条就是答案」，攒够了它就会找得更准。",
                "Nothing is confirmed yet. Press “Right” or “This is the answer” under answers; with enough of them "
                "it finds better.",
            )
        return t(f"{count}，再多一些就能用来学。", f"{count}; with some more it begins to learn.")
    before, after = round(100 * learned.before), round(100 * learned.after)
    tried = t(
        f"从确认和其他问法里学了 {learned.pairs:,} 个问题，用其中 {learned.held_out:,} 个检验："
        f"前五条里有答案的，从 {before}% 到 {after}%",
        f"{learned.pairs:,} questions from confirmations and other wordings, {learned.held_out:,} of them kept to "
        f"check: the answer is among the first five for {after}%, before for {before}%",
    )
    if learned.is_used:
        return t(f"{tried}，已经用上。", f"{tried}. It is in use.")
    return t(f"{tried}，帮助不够，先不用。", f"{tried}. That does not help enough, so it is not used.")


def _group_row(t: Texts, group: GroupIndex) -> Markup:
    held = t.counted(group.threads, "段对话", "conversation")
    if not group.threads and not group.words_due:
        state, kind = t("还没有聊天记录", "no messages yet"), "plain"
    elif group.words_due:
        state, kind = t(f"{group.words_due:,} 段还在整理", f"{group.words_due:,} being made ready"), "warn"
    else:
        state, kind = t("都能搜到", "all can be found"), ""
        if group.vectors_due:
            held += t(f" · 按意思找还差 {group.vectors_due:,} 段", f" · by meaning: {group.vectors_due:,} to go")
    return Markup(
        '<div class="row-card"><div class="grow"><b>{}</b><div class="soft small-text">{}</div></div>{}</div>'
    ).format(group.group, held, cards.badge(state, kind))


def _sentence(t: Texts, fault: str) -> str:
    said = explained(t, fault)
    return f"{said}。" if t.language == "zh" else f"{said[:1].upper()}{said[1:]}."

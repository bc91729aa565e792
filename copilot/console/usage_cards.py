"""What models used: today, this month, for what, call by call, and how much of each daily limit is left."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.model_words import amount, is_used_up, money, purpose_name
from copilot.console.outcome_words import WORDED, outcome_name
from copilot.records import ModelCall, Outcome
from copilot.records.model import MICRO
from copilot.services.spending import CapUse, Sum, Usage

_UNDER_WAY = WORDED | {Outcome.UNFINISHED}


def cap_cards(t: Texts, uses: Sequence[CapUse]) -> Markup:
    """Each daily limit with what today used of it."""
    return Markup('<div class="rows limits">{}</div>').format(cards.join(_limit(t, use) for use in uses))


def usage_card(t: Texts, month: Usage) -> Markup:
    """What was used today and this month, by purpose and by group.

    Args:
        t: the texts of the page's language.
        month: from the first of the month until today.
    """
    today, whole = month.total(month.last_day), month.total()
    figures = cards.join(
        Markup('<div class="figure"><b>{}</b><span>{}</span></div>').format(*pair)
        for pair in (
            (money(t, today.yuan), t("今天", "today")),
            (money(t, whole.yuan), t("这个月", "this month")),
            (t.count(whole.calls), t("这个月用了几次", "times this month")),
        )
    )
    parts = [Markup('<div class="figures">{}</div>').format(figures)]
    if whole.unpriced_tokens:
        words = amount(t, whole.unpriced_tokens)
        parts.append(
            Markup('<p class="soft small-text">{}</p>').format(
                t(f"另有{words}不知道价格，没有算进去。", f"The price of {words} is not known and not included.")
            )
        )
    if whole.fallbacks:
        told = t("、", ", ").join(f"{outcome_name(t, one)} {many}" for one, many in whole.fallbacks)
        parts.append(
            Markup('<p class="soft small-text">{}</p>').format(
                t(f"没用上大模型的：{told}。", f"Without a usable reply: {told}.")
            )
        )
    if whole.calls:
        parts.append(
            _sums(
                t, t("用在哪里", "What for"), [(purpose_name(t, one), its) for one, its in month.by_purpose().items()]
            )
        )
        groups = [(_group_name(t, one, month), its) for one, its in month.by_group().items()]
        if len(groups) > 1:
            parts.append(_sums(t, t("哪个群", "Which group"), groups))
    return cards.join(parts)


def call_list(t: Texts, calls: Sequence[ModelCall], timezone: str) -> Markup:
    """The last calls, one a row."""
    if not calls:
        return Markup('<p class="soft">{}</p>').format(t("还没有用过。", "Not used yet."))
    return Markup('<div class="calls">{}</div>').format(cards.join(_call(t, one, timezone) for one in calls))


def _limit(t: Texts, use: CapUse) -> Markup:
    parts = []
    if use.cap.yuan is not None:
        parts.append(
            (
                use.yuan / use.cap.yuan if use.cap.yuan else 1.0,
                t(f"{_exact(use.yuan)} / {_exact(use.cap.yuan)} 元", f"¥{_exact(use.yuan)} of ¥{_exact(use.cap.yuan)}"),
            )
        )
    if use.cap.tokens is not None and (not use.is_default or use.tokens):
        share = use.tokens / use.cap.tokens if use.cap.tokens else 1.0
        used, most = amount(t, use.tokens), amount(t, use.cap.tokens)
        # The default's amount is only for what has no known price.
        only = t("（不知道价格的）", " (whose price is not known)") if use.is_default else ""
        parts.append((share, t(f"{used} / {most}{only}", f"{used} of {most}{only}")))
    bars = cards.join(_bar(share, words) for share, words in parts)
    if not parts:
        bars = Markup('<p class="soft small-text">{}</p>').format(t("不限", "No limit"))
    name = use.name or t("所有群加起来", "All groups together")
    marks = [cards.badge(t("今天用完了", "Used up today"), "warn")] if is_used_up(use) else []
    if use.is_default:
        marks.append(cards.badge(t("默认", "Default"), "plain"))
    act = Markup("")
    if not use.is_default:
        words = t("恢复默认", "Default") if use.cap.group_id is None else t("取消", "Lift")
        act = cards.button(words, "clear_cap", kind="quiet", group=use.cap.group_id or 0)
    return Markup(
        '<div class="row-card"><div class="grow"><div><b>{}</b> {}</div>{}</div><div class="acts">{}</div></div>'
    ).format(name, cards.join(marks), bars, act)


def _exact(yuan: float) -> str:
    """A sum in yuan with its fen; what is less than a fen with more, so that it is not shown as nothing."""
    return f"{yuan:.2g}" if 0.0001 <= yuan < 0.01 else f"{yuan:,.2f}"


def _bar(share: float, words: str) -> Markup:
    width = min(100, round(100 * share))
    return Markup(
        '<div class="limit"><div class="bar" aria-hidden="true"><span style="width:{}%"></span></div><span>{}</span>'
        "</div>"
    ).format(width, words)


def _sums(t: Texts, title: str, rows: Sequence[tuple[str, Sum]]) -> Markup:
    drawn = cards.join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
            name,
            " · ".join(
                [
                    t(f"{its.calls:,} 次", t.counted(its.calls, "", "time")),
                    amount(t, its.input_tokens + its.output_tokens),
                    _cost(t, its),
                ]
            ),
        )
        for name, its in rows
    )
    return Markup('<h4>{}</h4><dl class="facts sums">{}</dl>').format(title, drawn)


def _cost(t: Texts, its: Sum) -> str:
    if its.unpriced_tokens and not its.yuan:
        return t("价格未知", "price unknown")
    return money(t, its.yuan)


def _group_name(t: Texts, group_id: int | None, month: Usage) -> str:
    if group_id is None:
        return t("整个社群和其他", "Whole communities and the rest")
    return month.names.get(group_id, t("（群已经不在了）", "(the group is gone)"))


def _call(t: Texts, call: ModelCall, timezone: str) -> Markup:
    price = t("价格未知", "price unknown") if call.cost is None else money(t, call.cost / MICRO)
    went_well = call.outcome in _UNDER_WAY
    size = amount(t, call.input_tokens + call.output_tokens) if call.input_tokens or call.output_tokens else "–"
    return Markup(
        '<div class="call"><time>{at}</time><span class="what">{what}</span><span class="out">{out}</span>'
        '<span class="size">{size}</span><span class="price">{price}</span></div>'
    ).format(
        at=t.moment(call.at, timezone),
        what=purpose_name(t, call.purpose),
        out=cards.badge(outcome_name(t, call.outcome), "" if went_well else "warn"),
        size=size,
        price=price,
    )

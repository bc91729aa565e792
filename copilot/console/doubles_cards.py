"""FAQ entries that ask much the same, side by side, and what becomes of two that are made one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.records import FaqEntry
from copilot.services.doubles import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose for a merge: whose question and whose answer stays."""

    one: FaqEntry
    other: FaqEntry
    asks: int
    answers: int

    @property
    def keep(self) -> FaqEntry:
        """The entry that stays: the one whose answer does, for its date of expiry speaks of the answer."""
        return self.one if self.answers == self.one.id else self.other

    @property
    def goes(self) -> FaqEntry:
        """The entry that goes into the other."""
        return self.other if self.keep is self.one else self.one

    @property
    def question(self) -> str:
        """The wording on top."""
        return self.one.question if self.asks == self.one.id else self.other.question

    def merged(self) -> FaqEntry:
        """The entry that comes of it."""
        wordings = (self.keep.question, *self.keep.variants, self.goes.question, *self.goes.variants)
        return replace(
            self.keep,
            question=self.question,
            variants=tuple(dict.fromkeys(one for one in wordings if one != self.question)),
            tags=tuple(dict.fromkeys((*self.keep.tags, *self.goes.tags))),
        )


def read_choice(clicked: Mapping[str, str], entries: Mapping[int, FaqEntry]) -> Choice | None:
    """The choice that a button carries, with the versions that were seen; None where one of the entries is gone.

    Args:
        clicked: what was clicked.
        entries: the entries that the person may see, by their ids.
    """
    values = {name: cards.number_in(dict(clicked), name) for name in ("one", "other", "v1", "v2", "asks", "answers")}
    one, other = entries.get(values["one"]), entries.get(values["other"])
    if one is None or other is None or one.id == other.id:
        return None
    return Choice(
        one=replace(one, version=values["v1"] or one.version),
        other=replace(other, version=values["v2"] or other.version),
        asks=values["asks"] if values["asks"] == other.id else one.id,
        answers=values["answers"] if values["answers"] == other.id else one.id,
    )


def looking(t: Texts, count: int) -> Markup:
    """What is shown while doubles are looked for among `count` entries; it asks for them as soon as it is shown."""
    return Markup(
        '<div class="looking" role="status" data-at-once data-do="find"><p>{}</p>'
        '<div class="bar idle" role="progressbar"><span></span></div></div>'
    ).format(
        t(
            f"正在把 {count:,} 条问答两两比对……",
            f"Comparing {t.counted(count, '', 'entry', 'entries')} with each other…",
        )
    )


def pair_list(t: Texts, pairs: Sequence[Pair], places: Mapping[int | None, str], may_merge: bool) -> Markup:
    """Pairs side by side.

    Args:
        t: the texts of the page's language.
        pairs: what was found.
        places: what each level is called, by the group's id (None: the community).
        may_merge: whether the person may change entries of both.
    """
    if not pairs:
        return cards.empty(
            t("没有发现重复", "No doubles found"),
            t("每条问答问的都是不同的事。", "Each entry asks something of its own."),
        )
    head = Markup('<p class="soft">{}</p>').format(
        t(
            f"有 {len(pairs)} 对问答问得很像，最像的在前面。确实是一回事就合并，不是就不用管。",
            f"{t.counted(len(pairs), '', 'pair')} of entries ask much the same, the most alike first. Merge those "
            "that mean the same and leave the rest.",
        )
    )
    return head + Markup('<div class="cards">{}</div>').format(
        cards.join(_pair(t, pair.one, pair.other, places, may_merge) for pair in pairs)
    )


def compared(t: Texts, choice: Choice) -> Markup:
    """Two entries with what can be chosen of each, and the entry that comes of it."""
    merged = choice.merged()
    values: dict[str, Any] = {
        "one": choice.one.id,
        "other": choice.other.id,
        "v1": choice.one.version,
        "v2": choice.other.version,
    }
    chosen = {**values, "asks": choice.asks, "answers": choice.answers}
    sides = cards.join(_side(t, entry, choice, chosen) for entry in (choice.one, choice.other))
    variants = Markup("")
    if merged.variants:
        variants = Markup('<h4>{}</h4><ul class="wordings">{}</ul>').format(
            t("也这样问", "Also asked as"), cards.join(Markup("<li>{}</li>").format(one) for one in merged.variants)
        )
    marks = [cards.badge(tag, "plain") for tag in merged.tags]
    if merged.expires_on is not None:
        day = merged.expires_on.isoformat()
        marks.append(cards.badge(t(f"有效到 {day}", f"until {day}"), "warn"))
    return Markup(
        '<div class="merge"><p class="soft">{how}</p><div class="sides">{sides}</div><h4>{title}</h4>'
        '<div class="card entry merged"><h3>{question}</h3>{answer}{variants}<div class="marks">{marks}</div></div>'
        '<div class="acts">{go}{back}</div></div>'
    ).format(
        how=t("点一下，选留哪个问法、哪个答案。", "Choose which wording and which answer stays."),
        sides=sides,
        title=t("合并以后", "After merging"),
        question=merged.question,
        answer=cards.text_block(merged.answer),
        variants=variants,
        marks=Markup(" ").join(marks),
        go=cards.button(t("合并", "Merge"), "merge", kind="go", **chosen),
        back=cards.button(t("看全部重复的问答", "All doubles"), "doubles", kind="quiet"),
    )


def after_merge(t: Texts, entry: FaqEntry, ticket: str) -> Markup:
    """What was made of two entries, with a way to take it apart; `ticket` names the merge."""
    return Markup(
        '<div class="undo" role="status"><span>{done}</span>{undo}</div><div class="card entry"><h3>{question}</h3>'
        '{answer}<div class="soft small-text">{others}</div></div><div class="acts">{more}</div>'
    ).format(
        done=t("合并好了，之后都用这一条来回答", "Merged; this entry answers from now on"),
        undo=cards.button(t("撤回", "Take back"), "apart", ticket=ticket),
        question=entry.question,
        answer=cards.text_block(entry.answer),
        others=t("也这样问：", "Also asked as: ") + t("；", "; ").join(entry.variants),
        more=cards.button(t("接着看别的重复", "Look for more"), "doubles"),
    )


def after_undo(t: Texts) -> Markup:
    """What is shown once a merge is taken apart."""
    return Markup('<p role="status">{}</p><div class="acts">{}</div>').format(
        t("分开了，两条问答都回来了。", "Taken apart; both entries are back."),
        cards.button(t("看全部重复的问答", "All doubles"), "doubles"),
    )


def similar_entries(t: Texts, entry: FaqEntry, others: Sequence[FaqEntry], mergeable: set[int]) -> Markup:
    """What asks much the same as an entry that is open, each with a way to make one of both.

    Args:
        t: the texts of the page's language.
        entry: the entry that is open.
        others: those that are alike, the most alike first.
        mergeable: the ids of those that can go together with it.
    """
    if not others:
        return Markup("")
    rows = cards.join(
        _like_row(
            other,
            cards.button(t("合并…", "Merge…"), "compare", kind="quiet", one=entry.id, other=other.id)
            if other.id in mergeable
            else Markup(""),
        )
        for other in others
    )
    return Markup('<section class="similar"><h4>{}</h4>{}</section>').format(t("相近的问题", "Similar questions"), rows)


def similar_to_new(t: Texts, others: Sequence[FaqEntry], editable: set[int]) -> Markup:
    """A warning that what is being added is there already, with both ways on.

    Args:
        t: the texts of the page's language.
        others: the entries that are there.
        editable: the ids of those that the person may change.
    """
    rows = cards.join(
        _like_row(
            other,
            cards.button(t("改这一条", "Edit this one"), "edit", kind="quiet", id=other.id)
            if other.id in editable
            else Markup(""),
        )
        for other in others
    )
    return Markup(
        '<section class="similar warn" role="alert"><h4>{}</h4>{}<div class="acts">{}</div></section>'
    ).format(
        t("已经有相近的问答了", "There are similar entries already"),
        rows,
        cards.button(t("仍然新加一条", "Add it all the same"), "anyway"),
    )


def _like_row(other: FaqEntry, act: Markup) -> Markup:
    return Markup(
        '<div class="row-card"><div class="grow"><b>{}</b><div class="soft small-text clamp">{}</div></div>'
        '<div class="acts">{}</div></div>'
    ).format(other.question, other.answer, act)


def _pair(t: Texts, one: FaqEntry, other: FaqEntry, places: Mapping[int | None, str], may_merge: bool) -> Markup:
    same_place = one.group_id == other.group_id
    sides = cards.join(
        Markup('<div class="side">{place}<h3>{question}</h3><div class="words clamp">{answer}</div></div>').format(
            place="" if same_place else cards.badge(places.get(entry.group_id, ""), "plain"),
            question=entry.question,
            answer=entry.answer,
        )
        for entry in (one, other)
    )
    if same_place and may_merge:
        act = Markup('<div class="acts">{}</div>').format(
            cards.button(t("合并…", "Merge…"), "compare", one=one.id, other=other.id)
        )
    elif not same_place:
        act = Markup('<p class="soft small-text">{}</p>').format(
            t(
                "两条不在同一级（社群和群各管各的），所以不合并。",
                "They belong to different levels, community and group, and so are not merged.",
            )
        )
    else:
        act = Markup("")
    return Markup('<div class="card pair"><div class="sides">{}</div>{}</div>').format(sides, act)


def _side(t: Texts, entry: FaqEntry, choice: Choice, chosen: dict[str, Any]) -> Markup:
    return Markup('<div class="side">{}{}</div>').format(
        _option(
            t("留这个问法", "Keep this wording"),
            Markup("<b>{}</b>").format(entry.question),
            choice.asks == entry.id,
            {**chosen, "asks": entry.id},
        ),
        _option(
            t("留这个答案", "Keep this answer"),
            cards.text_block(entry.answer),
            choice.answers == entry.id,
            {**chosen, "answers": entry.id},
        ),
    )


def _option(label: str, words: Markup, is_chosen: bool, values: dict[str, Any]) -> Markup:
    carried = cards.join(Markup(' data-{}="{}"').format(name, value) for name, value in values.items())
    return Markup(
        '<button type="button" class="option" data-do="choose" aria-pressed="{pressed}"{carried}>'
        '<span class="label">{label}</span>{words}</button>'
    ).format(pressed="true" if is_chosen else "false", carried=carried, label=label, words=words)

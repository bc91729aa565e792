"""The FAQ of a level as cards: its own entries, and those of its community that answer there too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.levels import knowledge_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.undo import undo_bar
from copilot.records import Account, FaqEntry
from copilot.text.fold import folded

_SHOWN = 100


def faq_listing(ui: Ui, account: Account, level: Scope, words: str = "", removed: FaqEntry | None = None) -> str:
    """The entries of a level as cards, those that contain `words`; with a way to put the removed one back."""
    t = ui.t
    entries = knowledge_of(ui, account, level).faq
    editable = may_edit(account, level)
    needles = folded(words).split()
    found = (
        [entry for entry in entries if all(needle in _haystack(entry) for needle in needles)] if needles else entries
    )
    bar = []
    if len(entries) > 1:
        bar.append(cards.button(t("找重复", "Find doubles"), "doubles", kind="quiet"))
    if editable:
        bar.append(cards.button(t("从表格导入", "Import a table"), "table", kind="quiet"))
        bar.append(cards.button(t("加一条问答", "Add an answer"), "add", kind="go"))
    head = Markup('<div class="section-head"><div class="soft">{}</div><div class="acts">{}</div></div>').format(
        t.counted(len(found), "条问答", "entry", "entries"), cards.join(bar)
    )
    body = cards.join(_card(t, entry, level, editable) for entry in found[:_SHOWN])
    if not entries:
        body = cards.empty(
            t("还没有问答", "No entries yet")
            if level.group_id is None
            else t("这个群还没有自己的问答", "No entries of its own"),
            t(
                "把群里常被问到的写下来，之后就由它来回答。",
                "Write down what members ask again and again, and it will be answered.",
            ),
        )
    elif not found:
        body = cards.empty(t("没有找到", "Nothing found"), t("换个字试试。", "Try other words."))
    more = ""
    if len(found) > _SHOWN:
        more = t(f"只列出前 {_SHOWN} 条，用上面的框来找其他的。", f"The first {_SHOWN} are listed; search for others.")
    return str(
        Markup('{}{}<div class="cards">{}</div><p class="soft small-text">{}</p>{}').format(
            _undo(t, removed), head, body, more, _inherited(ui, account, level, needles)
        )
    )


def _inherited(ui: Ui, account: Account, level: Scope, needles: Sequence[str]) -> Markup:
    """The community's entries, which answer in the group too; they are changed at the community."""
    if level.group_id is None:
        return Markup("")
    t = ui.t
    entries = ui.app.knowing.knowledge(account, level.community_id).faq
    found = [entry for entry in entries if all(needle in _haystack(entry) for needle in needles)]
    if not found:
        return Markup("")
    more = t(f"只列出前 {_SHOWN} 条。", f"The first {_SHOWN} are listed.") if len(found) > _SHOWN else ""
    return Markup(
        '<section class="inherited"><div class="section-head"><div><h3>{}</h3></div></div><p class="soft small-text">'
        '{}</p><div class="cards">{}</div><p class="soft small-text">{}</p></section>'
    ).format(
        t("社群的问答", "Entries of the community"),
        t(
            f"{len(found):,} 条，在这个群里也会用来回答；要改请到社群那一级。",
            f"{t.counted(len(found), '', 'entry', 'entries')}, which answer in this group too; they are changed at "
            "the community.",
        ),
        cards.join(_card(t, entry, level, editable=False) for entry in found[:_SHOWN]),
        more,
    )


def _card(t: Texts, entry: FaqEntry, level: Scope, editable: bool) -> Markup:
    marks = [cards.badge(tag, "plain") for tag in entry.tags]
    if entry.expires_on is not None:
        # Until the end of its last day in the community's timezone.
        over = entry.expires_on < datetime.now(UTC).astimezone(ZoneInfo(level.timezone)).date()
        day = entry.expires_on.isoformat()
        marks.append(
            cards.badge(t(f"{day} 已过期", f"expired {day}") if over else t(f"有效到 {day}", f"until {day}"), "warn")
        )
    others = ""
    if entry.variants:
        others = Markup('<div class="soft small-text">{}</div>').format(
            t("也这样问：", "Also asked as: ") + t("；", "; ").join(entry.variants)
        )
    acts = ""
    if editable:
        acts = Markup('<div class="acts">{}{}</div>').format(
            cards.button(t("修改", "Edit"), "edit", kind="quiet", id=entry.id),
            cards.button(t("删除", "Delete"), "delete", kind="quiet bad", id=entry.id),
        )
    return Markup(
        '<div class="card entry"><div class="head"><h3>{question}</h3><div>{marks}</div></div>'
        "{answer}{others}{acts}</div>"
    ).format(
        question=entry.question,
        marks=Markup(" ").join(marks),
        answer=cards.text_block(entry.answer),
        others=others,
        acts=acts,
    )


def _undo(t: Texts, removed: FaqEntry | None) -> Markup:
    if removed is None:
        return Markup("")
    record = asdict(removed) | {"expires_on": removed.expires_on.isoformat() if removed.expires_on else ""}
    return undo_bar(t, removed.question, json.dumps(record, ensure_ascii=False))


def _haystack(entry: FaqEntry) -> str:
    return folded("\n".join((entry.question, entry.answer, *entry.variants, *entry.tags)))

"""The FAQ of a level: searched, listed, written, removed and put back, and taken from a table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem, problems
from copilot.console.i18n import Texts, describe_error
from copilot.console.levels import knowledge_of, level_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.sheet import Sheet, closed, opened, sheet
from copilot.errors import BadInput, CopilotError
from copilot.knowledge.validation import Fault, faq_entry_faults, normal_faq_entry, parse_expiry
from copilot.records import Account, FaqEntry
from copilot.text.fold import folded

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class FaqTab:
    """What the page needs of the tab."""

    search: gr.Textbox
    listing: gr.HTML
    form: Sheet
    fields: list[Any]

    @property
    def form_outputs(self) -> list[Any]:
        """The components that `form_values` gives values for."""
        return [*self.form.parts, *self.fields]


def build_faq_tab(ui: Ui, scope: gr.Dropdown) -> FaqTab:
    """Build the tab, whose level the dropdown `scope` chooses."""
    t = ui.t
    search = gr.Textbox(
        show_label=False,
        label=t("找问答", "Find an entry"),
        placeholder=t("找问答：问题、答案或标签里的字", "Find in questions, answers and tags"),
        container=False,
        elem_id="faq-search",
        elem_classes="finder",
    )
    listing = cards.live_html(elem_id="faq-list")
    entry_id, version = gr.State(0), gr.State(1)
    with sheet(ui, "faq-sheet") as form:
        question = gr.Textbox(label=t("问题", "Question"), max_length=300, elem_id="faq-question")
        answer = gr.Textbox(
            label=t("答案（照原样回复给群友）", "Answer (given to members as it stands)"),
            lines=5,
            max_lines=16,
            elem_id="faq-answer",
        )
        variants = gr.Textbox(
            label=t("其他问法（一行一个）", "Other wordings (one a line)"),
            lines=3,
            max_lines=10,
            elem_id="faq-variants",
        )
        tags = gr.Textbox(label=t("标签（用逗号分开）", "Tags (separated by commas)"))
        expires = gr.Textbox(
            label=t("有效到哪天（长期有效就留空）", "Valid until (empty: always)"),
            placeholder="2026-12-31",
            max_length=20,
        )
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="faq-save")
    fields = [entry_id, version, question, answer, variants, tags, expires, wrong]

    def find(value: str | None, words: str, request: gr.Request) -> str:
        account, level = level_of(ui, request, value)
        return faq_listing(ui, account, level, words)

    def act(value: str | None, words: str, request: gr.Request, event: gr.EventData) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        stay = [gr.update()] * (len(form.parts) + len(fields))
        chosen = cards.number_in(clicked, "id")
        match clicked.get("do"):
            case "add":
                return [gr.update(), *form_values(ui, None)]
            case "edit":
                entry = next((one for one in knowledge_of(ui, account, level).faq if one.id == chosen), None)
                return [gr.update(), *form_values(ui, entry)] if entry else [gr.update(), *stay]
            case "delete":
                entry = next((one for one in knowledge_of(ui, account, level).faq if one.id == chosen), None)
                ui.app.knowing.delete_faq(account, chosen)
                return [faq_listing(ui, account, level, words, removed=entry), *stay]
            case "restore":
                ui.app.knowing.save_faq(account, _restored(clicked.get("record", ""), level))
                return [faq_listing(ui, account, level, words), *stay]
        return [gr.update(), *stay]

    def save_entry(
        value: str | None,
        words: str,
        number: int,
        current: int,
        asked: str,
        told: str,
        other: str,
        labels: str,
        until: str,
        request: gr.Request,
    ) -> list[Any]:
        account, level = level_of(ui, request, value)
        entry, faults = _entry(level, number, current, asked, told, other, labels, until)
        if faults:
            return [gr.update(), *[gr.update()] * 2, problems(t, faults)]
        try:
            ui.app.knowing.save_faq(account, entry)
        except CopilotError as error:
            return [gr.update(), *[gr.update()] * 2, problem(describe_error(t, error))]
        ui.say("存好了，现在就能用来回答", "Saved; it answers from now on")
        return [faq_listing(ui, account, level, words), *closed(), ""]

    ui.on(search.change, find, [scope, search], [listing], trigger_mode="always_last")
    ui.on(listing.click, act, [scope, search], [listing, *form.parts, *fields])
    ui.on(
        save.click,
        save_entry,
        [scope, search, entry_id, version, question, answer, variants, tags, expires],
        [listing, *form.parts, wrong],
    )
    return FaqTab(search, listing, form, fields)


def form_values(ui: Ui, entry: FaqEntry | None, question: str = "") -> list[Any]:
    """The values of `FaqTab.form_outputs` that open the form, for an entry or for a new one."""
    t = ui.t
    if entry is None:
        return [*opened(t("加一条问答", "Add an answer")), 0, 1, question, "", "", "", "", ""]
    return [
        *opened(t("修改问答", "Edit the answer")),
        entry.id,
        entry.version,
        entry.question,
        entry.answer,
        "\n".join(entry.variants),
        t("，", ", ").join(entry.tags),
        entry.expires_on.isoformat() if entry.expires_on else "",
        "",
    ]


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
    if editable:
        bar.append(cards.button(t("从表格导入", "Import a table"), "table", kind="quiet"))
        bar.append(cards.button(t("加一条问答", "Add an answer"), "add", kind="go"))
    head = Markup('<div class="section-head"><div class="soft">{}</div><div class="acts">{}</div></div>').format(
        t.counted(len(found), "条问答", "entry", "entries"), cards.join(bar)
    )
    body = cards.join(_card(t, entry, level, editable) for entry in found[:_SHOWN])
    if not entries:
        body = cards.empty(
            t("还没有问答", "No entries yet"),
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
        Markup('{}{}<div class="cards">{}</div><p class="soft small-text">{}</p>').format(
            _undo(t, removed), head, body, more
        )
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


def undo_bar(t: Texts, name: str, record: str) -> Markup:
    """A line that says what was removed, with a button that puts it back."""
    return Markup('<div class="undo"><span>{}</span>{}</div>').format(
        t(f"已删除「{name}」", f"“{name}” is deleted"), cards.button(t("撤销", "Undo"), "restore", record=record)
    )


def read_record(record: str) -> dict[str, Any]:
    """The record that an undo button carries. It has been in the browser: only plain values are taken from it.

    Raises:
        BadInput: it is none.
    """
    try:
        values = json.loads(record)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadInput("this can no longer be put back; write it again")
    return values


def _restored(record: str, level: Scope) -> FaqEntry:
    values = read_record(record)
    return FaqEntry(
        question=str(values.get("question", "")),
        answer=str(values.get("answer", "")),
        variants=tuple(map(str, values.get("variants") or ())),
        tags=tuple(map(str, values.get("tags") or ())),
        expires_on=parse_expiry(str(values.get("expires_on") or "")),
        community_id=level.community_id,
        group_id=level.group_id,
    )


def _entry(
    level: Scope, number: int, version: int, question: str, answer: str, variants: str, tags: str, until: str
) -> tuple[FaqEntry, list[Fault]]:
    faults: list[Fault] = []
    day: date | None = None
    try:
        day = parse_expiry(until or "")
    except BadInput as error:
        faults.append(Fault("expires_on", str(error)))
    entry = normal_faq_entry(
        FaqEntry(
            id=number,
            version=version,
            question=question or "",
            answer=answer or "",
            variants=tuple((variants or "").splitlines()),
            tags=tuple((tags or "").replace("，", ",").replace("、", ",").split(",")),
            expires_on=day,
            community_id=level.community_id,
            group_id=level.group_id,
        )
    )
    return entry, [*faq_entry_faults(entry), *faults]


def _haystack(entry: FaqEntry) -> str:
    return folded("\n".join((entry.question, entry.answer, *entry.variants, *entry.tags)))

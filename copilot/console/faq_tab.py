"""The FAQ of a level: searched, listed, written, removed and put back, and taken from a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from copilot.console import cards
from copilot.console.doubles_cards import similar_entries, similar_to_new
from copilot.console.doubles_sheet import build_doubles_sheet, comparison_values, doubles_values, visible_entries
from copilot.console.faq_cards import faq_listing
from copilot.console.faults import problem, problems
from copilot.console.i18n import describe_error
from copilot.console.levels import kept, knowledge_of, level_of, may_edit
from copilot.console.likeness import entries_like
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.sheet import Sheet, closed, opened, sheet
from copilot.console.undo import read_record
from copilot.errors import BadInput, Busy, CopilotError, NotFound
from copilot.knowledge.validation import Fault, faq_entry_faults, normal_faq_entry, parse_expiry
from copilot.records import Account, FaqEntry


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
        near = cards.live_html(elem_id="faq-near")
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="faq-save")
    written = [entry_id, version, question, answer, variants, tags, expires]
    fields = [*written, wrong, near]

    def listed(account: Account, level: Scope, words: str) -> str:
        return faq_listing(ui, account, level, words)

    doubles = build_doubles_sheet(ui, scope, listing, search, listed)

    def find(value: str | None, words: str, request: gr.Request) -> str:
        account, level = level_of(ui, request, value)
        return faq_listing(ui, account, level, words)

    def act(value: str | None, words: str, request: gr.Request, event: gr.EventData) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        chosen = cards.number_in(clicked, "id")
        shown: Any = gr.update()
        in_form, in_doubles = kept(len(form.parts) + len(fields)), kept(len(doubles.outputs))
        match clicked.get("do"):
            case "add":
                in_form = form_values(ui, None)
            case "edit":
                entry = entry_of(account, level, chosen)
                in_form = form_values(ui, entry, near=_similar(ui, account, level, entry))
            case "doubles":
                in_doubles = doubles_values(ui, account, level)
            case "delete":
                removed = ui.app.knowing.delete_faq(account, chosen)
                shown = faq_listing(ui, account, level, words, removed=removed)
            case "restore":
                ui.app.knowing.save_faq(account, _restored(clicked.get("record", ""), level))
                shown = faq_listing(ui, account, level, words)
        return [shown, *in_form, *in_doubles]

    def entry_of(account: Account, level: Scope, number: int) -> FaqEntry:
        entry = next((one for one in knowledge_of(ui, account, level).faq if one.id == number), None)
        if entry is None:
            raise NotFound("This entry is gone; reload the page.")
        return entry

    def save_entry(value: str | None, words: str, *given: Any, request: gr.Request, sure: bool = False) -> list[Any]:
        account, level = level_of(ui, request, value)
        entry, faults = _entry(level, *given)
        stay = kept(len(form.parts))
        if faults:
            return [gr.update(), *stay, problems(t, faults), gr.update()]
        if not entry.id and not sure:
            there = list(visible_entries(ui, account, level.community_id).values())
            there = [one for one in there if one.group_id in (None, level.group_id)]
            like = entries_like((entry.question, *entry.variants), there)
            if like:
                editable = {one.id for one in like if one.group_id == level.group_id}
                return [gr.update(), *stay, "", str(similar_to_new(t, like, editable))]
        try:
            ui.app.knowing.save_faq(account, entry)
        except CopilotError as error:
            return [gr.update(), *stay, problem(describe_error(t, error)), gr.update()]
        ui.say("存好了，现在就能用来回答", "Saved; it answers from now on")
        return [faq_listing(ui, account, level, words), *closed(), "", ""]

    def save_new(
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
        return save_entry(value, words, number, current, asked, told, other, labels, until, request=request)

    def from_near(
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
        event: gr.EventData,
    ) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        in_form, in_doubles = kept(len(form.parts) + len(fields)), kept(len(doubles.outputs))
        match clicked.get("do"):
            case "compare":
                in_doubles = comparison_values(ui, account, level, clicked)
                in_form = [*closed(), *kept(len(fields))]
            case "edit":
                entry = entry_of(account, level, cards.number_in(clicked, "id"))
                in_form = form_values(ui, entry, near=_similar(ui, account, level, entry))
            case "anyway":
                given = (number, current, asked, told, other, labels, until)
                saved = save_entry(value, words, *given, request=request, sure=True)
                shown, parts, (complaint, like) = saved[0], saved[1:-2], saved[-2:]
                return [shown, *parts, *kept(len(written)), complaint, like, *in_doubles]
        return [gr.update(), *in_form, *in_doubles]

    ui.on(search.change, find, [scope, search], [listing], trigger_mode="always_last")
    ui.on(listing.click, act, [scope, search], [listing, *form.parts, *fields, *doubles.outputs])
    ui.on(save.click, save_new, [scope, search, *written], [listing, *form.parts, wrong, near])
    ui.on(near.click, from_near, [scope, search, *written], [listing, *form.parts, *fields, *doubles.outputs])
    return FaqTab(search, listing, form, fields)


def form_values(ui: Ui, entry: FaqEntry | None, question: str = "", near: str = "") -> list[Any]:
    """The values of `FaqTab.form_outputs` that open the form, for an entry or for a new one; `near` is what is shown
    of entries that are alike."""
    t = ui.t
    if entry is None:
        return [*opened(t("加一条问答", "Add an answer")), 0, 1, question, "", "", "", "", "", near]
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
        near,
    ]


def _similar(ui: Ui, account: Account, level: Scope, entry: FaqEntry) -> str:
    """What asks much the same as an entry; nothing while it cannot be looked for."""
    try:
        found = ui.app.doubles.similar(account, entry.id)
    except Busy:
        return ""
    mergeable = {one.entry.id for one in found if one.entry.group_id == entry.group_id and may_edit(account, level)}
    return str(similar_entries(ui.t, entry, [one.entry for one in found], mergeable))


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

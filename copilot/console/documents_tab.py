"""The documents of a level: longer texts, uploaded or written, shown as they are."""

from __future__ import annotations

import itertools
import json
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem, problems
from copilot.console.i18n import describe_error
from copilot.console.levels import knowledge_of, level_of, may_edit
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.sheet import closed, opened, sheet
from copilot.console.undo import read_record, undo_bar
from copilot.console.uploads import forget_upload, uploaded
from copilot.errors import CopilotError
from copilot.knowledge.validation import document_faults, normal_document
from copilot.records import Account, Document

_FILE_TYPES = [".md", ".txt", ".docx", ".pdf", ".html", ".htm"]
# Enough to fit an undo button; a longer document is asked about before it is removed.
_LONGEST_UNDO = 200_000
_serials = itertools.count(1)


def build_documents_tab(ui: Ui, scope: gr.Dropdown, drawer: gr.HTML) -> gr.HTML:
    """Build the tab; returns the list, for the page to fill."""
    t = ui.t
    listing = cards.live_html(elem_id="document-list")
    document_id, version = gr.State(0), gr.State(1)
    with sheet(ui, "document-sheet") as form:
        with gr.Column(elem_classes="plain") as upload_box:
            upload = gr.File(
                label=t("上传 .md .txt .docx .pdf .html", "Upload .md .txt .docx .pdf .html"),
                file_types=_FILE_TYPES,
                file_count="single",
                height=140,
                elem_classes="upload",
                elem_id="document-file",
            )
            gr.HTML(
                str(Markup('<p class="soft small-text">{}</p>').format(t("或者直接写：", "Or write it here:"))),
                apply_default_css=False,
                padding=False,
            )
        name = gr.Textbox(label=t("名字", "Name"), max_length=120, elem_id="document-name")
        text = gr.Textbox(label=t("内容", "Text"), lines=12, max_lines=24, elem_id="document-text")
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="document-save")
    fields = [document_id, version, upload_box, upload, name, text, wrong]

    def act(value: str | None, request: gr.Request, event: gr.EventData) -> list[Any]:
        account, level = level_of(ui, request, value)
        clicked = cards.clicked(event)
        stay = [gr.update()] * (len(form.parts) + len(fields))
        documents = knowledge_of(ui, account, level).documents
        chosen = next((one for one in documents if one.id == cards.number_in(clicked, "id")), None)
        shown: Any = gr.update()
        match clicked.get("do"), chosen:
            case "add", _:
                title = t("加一份文档", "Add a document")
                return [gr.update(), gr.update(), *opened(title), 0, 1, gr.update(visible=True), None, "", "", ""]
            case "edit", Document() as one:
                title = t("修改文档", "Edit the document")
                form_values = [one.id, one.version, gr.update(visible=False), None, one.name, one.text, ""]
                return [gr.update(), gr.update(), *opened(title), *form_values]
            case "view", Document() as one:
                body = Markup('<div class="document">{}</div>').format(cards.text_block(one.text))
                shown = str(cards.drawer(one.name, body, t("关闭", "Close"), next(_serials)))
                return [gr.update(), shown, *stay]
            case "delete", Document() as one:
                ui.app.knowing.delete_document(account, one.id)
                return [documents_listing(ui, account, level, removed=one), gr.update(), *stay]
            case "restore", _:
                ui.app.knowing.save_document(account, _restored(clicked.get("record", ""), level))
                return [documents_listing(ui, account, level), gr.update(), *stay]
        return [gr.update(), gr.update(), *stay]

    def take_upload(value: str | None, path: str | None, request: gr.Request) -> list[Any]:
        account, level = level_of(ui, request, value)
        stay = [gr.update()] * len(form.parts)
        if not path:
            return [gr.update(), *stay, None, ""]
        try:
            file = uploaded(ui.settings, path)
            found = ui.app.knowing.read_document(account, level.community_id, level.group_id, file)
        except CopilotError as error:
            return [gr.update(), *stay, None, problem(describe_error(t, error))]
        finally:
            forget_upload(ui.settings, path)
        ui.say(f"已加入「{found.name}」", f"“{found.name}” is added")
        return [documents_listing(ui, account, level), *closed(), None, ""]

    def save_document(
        value: str | None, chosen: int, current: int, called: str, words: str, request: gr.Request
    ) -> list[Any]:
        account, level = level_of(ui, request, value)
        document = normal_document(
            Document(
                id=chosen,
                version=current,
                name=called or "",
                text=words or "",
                community_id=level.community_id,
                group_id=level.group_id,
            )
        )
        faults = document_faults(document)
        if faults:
            return [gr.update(), gr.update(), gr.update(), problems(t, faults)]
        try:
            ui.app.knowing.save_document(account, document)
        except CopilotError as error:
            return [gr.update(), gr.update(), gr.update(), problem(describe_error(t, error))]
        ui.say("文档存好了", "The document is saved")
        return [documents_listing(ui, account, level), *closed(), ""]

    ui.on(listing.click, act, [scope], [listing, drawer, *form.parts, *fields])
    ui.on(upload.upload, take_upload, [scope, upload], [listing, *form.parts, upload, wrong], show_progress="minimal")
    ui.on(save.click, save_document, [scope, document_id, version, name, text], [listing, *form.parts, wrong])
    return listing


def documents_listing(ui: Ui, account: Account, level: Scope, removed: Document | None = None) -> str:
    """The documents of a level, each with its beginning."""
    t = ui.t
    documents = knowledge_of(ui, account, level).documents
    editable = may_edit(account, level)
    add = cards.button(t("加一份文档", "Add a document"), "add", kind="go") if editable else ""
    head = Markup('<div class="section-head"><div class="soft">{}</div><div class="acts">{}</div></div>').format(
        t.counted(len(documents), "份文档", "document"), add
    )
    rows = cards.join(_row(ui, document, editable) for document in documents)
    if documents:
        body = Markup('<div class="cards">{}</div>').format(rows)
    else:
        body = cards.empty(
            t("还没有文档", "No documents yet"),
            t(
                "上传须知、价目表、课程表之类的文件，回答时会引用其中的段落。",
                "Upload guides, price lists or timetables; answers cite them.",
            ),
        )
    undo = Markup("")
    if removed is not None and len(removed.text) <= _LONGEST_UNDO:
        record = json.dumps({"name": removed.name, "text": removed.text}, ensure_ascii=False)
        undo = undo_bar(t, removed.name, record)
    return str(undo + head + body)


def _row(ui: Ui, document: Document, editable: bool) -> Markup:
    t = ui.t
    acts = [cards.button(t("看全文", "View"), "view", kind="quiet", id=document.id)]
    if editable:
        ask = ""
        if len(document.text) > _LONGEST_UNDO:
            ask = t(f"删除「{document.name}」？不能恢复。", f"Delete “{document.name}”? This cannot be undone.")
        acts.append(cards.button(t("修改", "Edit"), "edit", kind="quiet", id=document.id))
        acts.append(cards.button(t("删除", "Delete"), "delete", kind="quiet bad", confirm=ask, id=document.id))
    return Markup(
        '<div class="card entry"><div class="head"><h3>{}</h3><span class="soft small-text">{}</span></div>'
        '<div class="clamp soft">{}</div><div class="acts">{}</div></div>'
    ).format(
        document.name,
        t(f"{len(document.text):,} 字", f"{len(document.text):,} characters"),
        cards.text_block(document.text[:400]),
        cards.join(acts),
    )


def _restored(record: str, level: Scope) -> Document:
    values = read_record(record)
    return Document(
        name=str(values.get("name", "")),
        text=str(values.get("text", "")),
        community_id=level.community_id,
        group_id=level.group_id,
    )

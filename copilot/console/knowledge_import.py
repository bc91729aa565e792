"""The sheet that imports a whole knowledge folder or a table of answers, after showing what would change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import field_name, problem
from copilot.console.i18n import Texts, describe_error, explained
from copilot.console.levels import level_of
from copilot.console.page import Ui
from copilot.console.scopes import Scope
from copilot.console.sheet import closed, opened, sheet
from copilot.console.uploads import forget_upload, uploaded
from copilot.errors import CopilotError
from copilot.knowledge.changes import Change, ChangeKind, Changes, Part
from copilot.records import Account

FOLDER, TABLE = "folder", "table"
_SHOWN = 60


def build_knowledge_import(
    ui: Ui, scope: gr.Dropdown, refreshed: list[Any], refresh: Callable[[Account, Scope], list[Any]]
) -> list[Any]:
    """Build the sheet; returns the components that `knowledge_import_values` gives values for.

    Args:
        ui: what the page is built with.
        scope: the dropdown that chooses the level.
        refreshed: components of the page that change when something was imported.
        refresh: gives their values.
    """
    t = ui.t
    kind = gr.State(FOLDER)
    with sheet(ui, "knowledge-sheet") as panel:
        hint = gr.HTML("", apply_default_css=False, padding=False)
        file = gr.File(
            label=t("文件", "File"), file_count="single", height=140, elem_classes="upload", elem_id="knowledge-file"
        )
        preview = gr.HTML("", apply_default_css=False, padding=False, elem_id="knowledge-preview")
        apply = gr.Button(
            t("就这样导入", "Import these changes"), variant="primary", visible=False, elem_id="knowledge-apply"
        )

    def look(value: str | None, what: str, path: str | None, request: gr.Request) -> list[Any]:
        account, level = level_of(ui, request, value)
        if not path:
            return [None, "", gr.update(visible=False)]
        try:
            changes = _preview(ui, account, level, what, uploaded(ui.settings, path))
        except CopilotError as error:
            forget_upload(ui.settings, path)
            return [None, _mistakes(t, error), gr.update(visible=False)]
        return [gr.update(), str(render_changes(t, changes)), gr.update(visible=not changes.is_empty)]

    def do_apply(value: str | None, what: str, path: str | None, request: gr.Request) -> list[Any]:
        account, level = level_of(ui, request, value)
        if not path:
            return [*[gr.update()] * (len(panel.parts) + 2 + len(refreshed))]
        try:
            file = uploaded(ui.settings, path)
            if what == FOLDER:
                changes = ui.app.knowing.apply_folder(account, level.community_id, file)
            else:
                changes = ui.app.knowing.apply_faq_table(account, level.community_id, level.group_id, file)
        finally:
            forget_upload(ui.settings, path)
        count = len(changes.items)
        ui.say(f"导入好了，共 {count} 处变化", f"Imported: {count} changes")
        return [*closed(), None, "", *refresh(account, level)]

    def forget() -> list[Any]:
        return ["", gr.update(visible=False)]

    ui.on(file.upload, look, [scope, kind, file], [file, preview, apply], show_progress="minimal")
    ui.on(file.clear, forget, [], [preview, apply])
    ui.on(
        apply.click, do_apply, [scope, kind, file], [*panel.parts, file, preview, *refreshed], show_progress="minimal"
    )
    return [*panel.parts, kind, hint, file, preview, apply]


def knowledge_import_values(ui: Ui, kind: str) -> list[Any]:
    """The values that open the sheet for a folder or for a table."""
    t = ui.t
    if kind == FOLDER:
        title = t("导入整套知识", "Import a knowledge folder")
        words = t(
            "把导出的 .zip（或按同样结构打包的文件夹）放进来。先看会改动什么，确认了再导入；文件里没有的会被删除。",
            "Drop a .zip of a knowledge folder, such as the export gives. You see what would change before it does; "
            "what the folder lacks is removed.",
        )
        link = Markup("")
    else:
        title = t("从表格导入问答", "Import a table of answers")
        words = t(
            "放入 .xlsx 或 .csv。只会新增和更新，不会删除。",
            "Drop an .xlsx or .csv. It adds and updates, and removes nothing.",
        )
        link = cards.link_button(
            t("下载空白表格", "Download an empty table"), f"/files/faq-{t.language}.xlsx", download=True
        )
    hint = Markup('<p class="soft">{}</p><div class="acts">{}</div>').format(words, link)
    return [*opened(title), kind, str(hint), None, "", gr.update(visible=False)]


def render_changes(t: Texts, changes: Changes) -> Markup:
    """What an import would change, before it does."""
    if changes.is_empty:
        return cards.empty(
            t("没有变化", "No changes"), t("文件里的内容和现在的一样。", "The file holds what is there already.")
        )
    counts = changes.counts
    figures = cards.join(
        Markup('<div class="figure"><b>{}</b><span>{}</span></div>').format(number, name)
        for number, name in (
            (counts[ChangeKind.ADDED], t("新增", "new")),
            (counts[ChangeKind.CHANGED], t("修改", "changed")),
            (counts[ChangeKind.REMOVED], t("删除", "removed")),
            (changes.unchanged, t("不变", "unchanged")),
        )
    )
    rows = cards.join(_change(t, change) for change in changes.items[:_SHOWN])
    more = ""
    if len(changes.items) > _SHOWN:
        more = t(f"还有 {len(changes.items) - _SHOWN} 处。", f"And {len(changes.items) - _SHOWN} more.")
    return Markup('<div class="figures">{}</div><div class="changes">{}</div><p class="soft small-text">{}</p>').format(
        figures, rows, more
    )


def _change(t: Texts, change: Change) -> Markup:
    names = {
        ChangeKind.ADDED: (t("新增", "new"), ""),
        ChangeKind.CHANGED: (t("修改", "changed"), "warn"),
        ChangeKind.REMOVED: (t("删除", "removed"), "bad"),
    }
    word, style = names[change.kind]
    parts = {
        Part.GROUP: t("群", "Group"),
        Part.PROFILE: t("资料", "Profile"),
        Part.RULE: t("群规", "Rule"),
        Part.FAQ: t("问答", "FAQ"),
        Part.DOCUMENT: t("文档", "Document"),
    }
    key = field_name(t, change.key) if change.part is Part.PROFILE else change.key
    if change.part is Part.RULE:
        key = t(f"第 {change.key} 条", f"No. {change.key}")
    before = Markup('<del class="words">{}</del>').format(change.before_text[:600]) if change.before_text else ""
    after = Markup('<ins class="words">{}</ins>').format(change.after_text[:600]) if change.after_text else ""
    return Markup(
        '<details class="change"><summary><span class="badge {style}">{word}</span> '
        '<span class="soft">{part}{group}</span> '
        "<b>{key}</b></summary>{before}{after}</details>"
    ).format(
        style=style,
        word=word,
        part=parts[change.part],
        group=f"（{change.group}）" if change.group else "",
        key=key,
        before=before,
        after=after,
    )


def _preview(ui: Ui, account: Account, level: Scope, what: str, path: Path) -> Changes:
    if what == FOLDER:
        return ui.app.knowing.preview_folder(account, level.community_id, path)
    return ui.app.knowing.preview_faq_table(account, level.community_id, level.group_id, path)


def _mistakes(t: Texts, error: CopilotError) -> str:
    """The mistakes of a file, one a line where there are several."""
    lines = str(error).splitlines()
    if len(lines) < 2:
        return problem(describe_error(t, error))
    items = cards.join(Markup("<li>{}</li>").format(explained(t, line.removeprefix("- "))) for line in lines[1:])
    return str(
        Markup('<div class="problem" role="alert">{}<ul>{}</ul></div>').format(
            t("文件里有几处要改：", "The file has mistakes:"), items
        )
    )

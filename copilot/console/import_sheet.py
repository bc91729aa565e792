"""The sheet in which a chat is imported: a file or pasted text, into a group that is there or a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.group_cards import platform_name
from copilot.console.i18n import describe_error
from copilot.console.job_cards import format_name, job_title
from copilot.console.page import Ui
from copilot.console.scopes import all_scopes
from copilot.console.sheet import Sheet, closed, opened, sheet
from copilot.console.timezones import timezone_choices
from copilot.console.uploads import forget_upload, uploaded
from copilot.errors import BadInput, CopilotError
from copilot.importers.export import ChatFound
from copilot.importers.registry import known_formats
from copilot.records import Account, Job, Role
from copilot.services.importing import Inspection
from copilot.services.rights import need

_NEW_GROUP = "new"
_NEW_COMMUNITY = "new"


@dataclass(frozen=True, slots=True)
class ImportSheet:
    """What the page needs of the sheet: its parts, and the values that open it."""

    sheet: Sheet
    target: gr.Dropdown
    community: gr.Dropdown
    more: list[Any]

    @property
    def outputs(self) -> list[Any]:
        """The components that `values` gives values for."""
        return [*self.sheet.parts, self.target, self.community, *self.more]


def build_import_sheet(ui: Ui, when_started: Callable[[gr.Request], Any], refreshed: list[Any]) -> ImportSheet:
    """Build the sheet.

    Args:
        ui: what the page is built with.
        when_started: gives the values of `refreshed` after an import has begun.
        refreshed: components of the page that change then.
    """
    t = ui.t
    with sheet(ui, "import-sheet") as panel:
        with gr.Tabs(elem_classes="tabs-box"):
            with gr.Tab(t("文件", "File")):
                file = gr.File(
                    label=t("聊天记录文件", "Chat file"),
                    file_count="single",
                    height=150,
                    elem_classes="upload",
                    elem_id="chat-file",
                )
                found = gr.HTML("", apply_default_css=False, padding=False)
                chat = gr.Dropdown(label=t("导入其中哪个聊天", "Which chat to import"), choices=[], visible=False)
            with gr.Tab(t("粘贴文字", "Paste text")):
                pasted = gr.Textbox(
                    label=t("从微信里多选、复制的聊天记录", "Messages copied from WeChat"),
                    lines=9,
                    max_lines=16,
                    elem_id="pasted",
                    placeholder=t(
                        "小雨妈\n2026-11-20 19:30\n这周六的故事会几点开始？",
                        "Anna\n2026-11-20 19:30\nWhen does it start?",
                    ),
                )
        target = gr.Dropdown(label=t("导入到", "Import into"), choices=[], filterable=False, elem_id="import-target")
        with gr.Column(visible=False, elem_classes="plain") as new_group:
            group_name = gr.Textbox(
                label=t("新群的名字", "Name of the new group"), max_length=80, elem_id="import-name"
            )
            community = gr.Dropdown(label=t("属于哪个社群", "Community"), choices=[], filterable=False)
            community_name = gr.Textbox(
                label=t("新社群的名字", "Name of the new community"),
                placeholder=t("不填就和群同名", "Empty: the same as the group"),
                visible=False,
                max_length=80,
            )
        with gr.Accordion(t("时区", "Timezone"), open=False, elem_classes="fold"):
            timezone = gr.Dropdown(
                label=t("文件里的时间是哪个时区的", "Timezone of the times in the file"),
                choices=[(t("和群一样", "As the group"), ""), *timezone_choices(t)],
                value="",
                allow_custom_value=False,
                filterable=True,
            )
        problem = gr.HTML("", apply_default_css=False, padding=False)
        start = gr.Button(t("开始导入", "Import"), variant="primary", elem_id="start-import")

    def look(path: str | None, zone: str, request: gr.Request) -> list[Any]:
        if not path:
            return [None, *forget()]
        need(ui.account(request), Role.ADMIN)
        try:
            seen = ui.app.importing.inspect(uploaded(ui.settings, path), zone or None)
        except CopilotError as error:
            forget_upload(ui.settings, path)
            return [None, *forget()[:-1], _problem(describe_error(t, error))]
        chats = [(_chat_label(ui, item), item.key or item.name) for item in seen.chats]
        several = len(chats) > 1
        return [
            gr.update(),
            _recognised(ui, Path(path).name, seen),
            gr.update(choices=chats, value=None, visible=several),
            seen.suggested_name or gr.update(),
            "",
        ]

    def forget() -> list[Any]:
        return ["", gr.update(choices=[], value=None, visible=False), gr.update(), ""]

    def choose_target(value: str | None) -> Any:
        return gr.update(visible=value == _NEW_GROUP)

    def choose_community(value: str | None) -> Any:
        return gr.update(visible=value == _NEW_COMMUNITY)

    def begin(
        path: str | None,
        text: str,
        chosen_chat: str | None,
        into: str | None,
        name: str,
        owner: str | None,
        owner_name: str,
        zone: str,
        request: gr.Request,
    ) -> list[Any]:
        account = ui.account(request)
        try:
            where = _where(ui, account, into, name, owner, owner_name)
            job = _start(ui, account, path, text, chosen_chat, zone, where)
        except CopilotError as error:
            words = str(error) if isinstance(error, _SaidHere) else describe_error(t, error)
            return [*[gr.update()] * (len(parts) + len(refreshed)), _problem(words)]
        if path:
            forget_upload(ui.settings, path)
        ui.say(f"开始导入：{job_title(t, job)}", f"Importing {job_title(t, job)}")
        return [*closed(), None, "", "", *_as_list(when_started(request)), ""]

    parts = [*panel.parts, file, pasted, found]
    ui.on(file.upload, look, [file, timezone], [file, found, chat, group_name, problem])
    ui.on(file.clear, forget, [], [found, chat, group_name, problem])
    ui.on(target.change, choose_target, [target], [new_group])
    ui.on(community.change, choose_community, [community], [community_name])
    ui.on(
        start.click,
        begin,
        [file, pasted, chat, target, group_name, community, community_name, timezone],
        [*parts, *refreshed, problem],
        show_progress="minimal",
    )
    return ImportSheet(panel, target, community, [file, pasted, found, chat, problem])


def import_sheet_values(ui: Ui, account: Account, group_id: int = 0) -> list[Any]:
    """The values of `ImportSheet.outputs` that open the sheet, aimed at a group if one is given."""
    t = ui.t
    scopes = all_scopes(ui, account)
    groups = [(f"{scope.name}", str(scope.group_id)) for scope in scopes if scope.group_id is not None]
    choices = [(t("＋ 新建一个群", "+ A new group"), _NEW_GROUP), *groups]
    owners = [
        (scope.name, str(scope.community_id)) for scope in scopes if scope.group_id is None and not scope.is_sample
    ]
    owners.append((t("＋ 新建一个社群", "+ A new community"), _NEW_COMMUNITY))
    value = str(group_id) if str(group_id) in {value for _, value in groups} else _NEW_GROUP
    return [
        *opened(t("导入聊天记录", "Import a chat")),
        gr.update(choices=choices, value=value),
        gr.update(choices=owners, value=owners[0][1]),
        None,
        "",
        "",
        gr.update(choices=[], value=None, visible=False),
        "",
    ]


def how_to_export(ui: Ui) -> Markup:
    """How each known format is exported, as a list."""
    t = ui.t
    rows = cards.join(
        Markup("<li><b>{}</b><div class='soft'>{}</div></li>").format(
            t(its.title.zh, its.title.en), t(its.how.zh, its.how.en)
        )
        for its in known_formats()
    )
    return Markup(
        '<details class="card fold-card" id="how-to-export"><summary>{}</summary><ul class="how">{}</ul></details>'
    ).format(t("怎么导出聊天记录（支持的格式）", "How to export a chat (known formats)"), rows)


class _SaidHere(BadInput):
    """A mistake in this form, already in the person's language."""


@dataclass(frozen=True, slots=True)
class _Where:
    group_id: int | None
    new_group_name: str | None
    community_id: int | None


def _where(ui: Ui, account: Account, into: str | None, name: str, owner: str | None, owner_name: str) -> _Where:
    t = ui.t
    if into != _NEW_GROUP:
        if not into or not into.isdigit():
            raise _SaidHere(t("请选择导入到哪个群。", "Choose the group to import into."))
        return _Where(int(into), None, None)
    if not name.strip():
        raise _SaidHere(t("请给新群起个名字。", "Give the new group a name."))
    if owner == _NEW_COMMUNITY or not owner:
        title = owner_name.strip() or name.strip()
        community = ui.app.groups.create_community(account, title, t.language, ui.settings.timezone)
        return _Where(None, name.strip(), community.id)
    return _Where(None, name.strip(), int(owner))


def _start(ui: Ui, account: Account, path: str | None, text: str, chat: str | None, zone: str, where: _Where) -> Job:
    t = ui.t
    target: dict[str, Any] = {
        "group_id": where.group_id,
        "new_group_name": where.new_group_name,
        "community_id": where.community_id,
        "timezone": zone or None,
    }
    job: Job
    if path:
        file = uploaded(ui.settings, path)
        job = ui.app.importing.start_file(account, file, chat=chat or None, keep_file=False, **target)
    elif text.strip():
        job = ui.app.importing.start_text(account, text, **target)
    else:
        raise _SaidHere(t("请先放入一个文件，或粘贴聊天文字。", "Add a file or paste some text first."))
    return job


def _recognised(ui: Ui, name: str, seen: Inspection) -> str:
    t = ui.t
    facts = [
        (t("格式", "Format"), format_name(t, seen.format)),
        (t("聊天", "Chat"), seen.suggested_name),
        (t("平台", "Platform"), platform_name(t, seen.platform)),
        (t("编码", "Encoding"), seen.encoding),
        (t("大小", "Size"), t.size(seen.size_bytes)),
    ]
    rows = cards.join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(key, value) for key, value in facts if value)
    return str(
        Markup(
            '<div class="recognised"><div><span class="badge">{}</span> <b>{}</b></div><dl class="facts">{}</dl></div>'
        ).format(t("认出来了", "Recognised"), name, rows)
    )


def _chat_label(ui: Ui, chat: ChatFound) -> str:
    t = ui.t
    count = t(f"（{chat.messages:,} 条）", f" ({chat.messages:,})") if chat.messages is not None else ""
    return f"{chat.name or t('没有名字的聊天', 'unnamed chat')}{count}"


def _problem(words: str) -> str:
    return str(Markup('<p class="problem" role="alert">{}</p>').format(words))


def _as_list(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]

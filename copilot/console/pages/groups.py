"""群 Groups: communities and their groups, importing chats, what imports did, and who is in a group."""

from __future__ import annotations

import itertools
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.group_cards import community_section, platform_name
from copilot.console.import_sheet import build_import_sheet, how_to_export, import_sheet_values
from copilot.console.job_cards import RUNNING, past_row, report_drawer, running_card
from copilot.console.members_sheet import build_members_sheet, members_sheet_values
from copilot.console.page import Page, Ui
from copilot.console.scopes import all_scopes
from copilot.console.sheet import closed, opened, sheet
from copilot.console.timezones import timezone_choices
from copilot.records import Account, Job, Platform, Role

_POLL_SECONDS = 0.8
_PAST_JOBS = 8
_serials = itertools.count(1)


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    with gr.Column(elem_classes="page groups"):
        top = cards.live_html(elem_id="groups-top")
        running = cards.live_html(elem_id="running-jobs")
        listing = cards.live_html(elem_id="group-list")
        past = cards.live_html(elem_id="past-jobs")
        gr.HTML(str(how_to_export(ui)), apply_default_css=False, padding=False)
        drawer = cards.live_html(elem_classes="drawer-box")
    timer = gr.Timer(_POLL_SECONDS, active=False)
    target_id = gr.State(0)

    def refreshed(request: gr.Request) -> list[Any]:
        account = ui.account(request)
        jobs = ui.app.jobs.recent(account, kind="import", limit=_PAST_JOBS)
        busy = any(job.state in RUNNING for job in jobs)
        return [_running(ui, account, jobs), _listing(ui, account), _past(ui, account, jobs), gr.update(active=busy)]

    parts: list[Any] = [running, listing, past, timer]
    importing = build_import_sheet(ui, refreshed, parts)
    members = build_members_sheet(ui)
    with sheet(ui, "community-sheet") as community_sheet:
        community_name = gr.Textbox(label=t("社群的名字", "Name of the community"), max_length=80)
        language = gr.Dropdown(
            label=t("主要说什么语言", "Main language"), choices=[("中文", "zh"), ("English", "en")], value=t.language
        )
        timezone = gr.Dropdown(
            label=t("时区", "Timezone"), choices=timezone_choices(t), value=ui.settings.timezone, filterable=True
        )
        community_go = gr.Button(t("新建社群", "Make the community"), variant="primary")
    with sheet(ui, "group-sheet") as group_sheet:
        group_name = gr.Textbox(label=t("群的名字", "Name of the group"), max_length=80)
        platform = gr.Dropdown(
            label=t("在哪个平台", "Platform"),
            choices=[(platform_name(t, item), item.value) for item in Platform],
            value=Platform.WECHAT.value,
        )
        group_go = gr.Button(t("新建群", "Make the group"), variant="primary")
    with sheet(ui, "rename-sheet") as rename_sheet:
        new_name = gr.Textbox(label=t("群的新名字", "New name of the group"), max_length=80)
        rename_go = gr.Button(t("保存", "Save"), variant="primary")

    def load(request: gr.Request) -> list[Any]:
        account = ui.account(request)
        return [_top(ui, account), *refreshed(request)]

    def tick(request: gr.Request) -> list[Any]:
        values = refreshed(request)
        # While nothing ends, only the progress changes; the lists stay as they are under the person's hand.
        return values if not values[-1]["active"] else [values[0], gr.skip(), gr.skip(), gr.skip()]

    def from_top(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        values = [
            [gr.update()] * len(importing.outputs),
            [gr.update()] * len(community_sheet.parts),
            [gr.update()] * (len(parts) + 1),
        ]
        match cards.clicked(event).get("do"):
            case "import":
                values[0] = import_sheet_values(ui, account)
            case "new_community":
                values[1] = opened(t("新建社群", "New community"))
            case "install_samples":
                ui.app.samples.install(account)
                ui.say("示例放回来了", "The samples are back")
                values[2] = load(request)
        return [value for part in values for value in part]

    def from_list(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        group, community = cards.number_in(clicked, "group"), cards.number_in(clicked, "community")
        kept: dict[str, list[Any]] = {
            "import": [gr.update()] * len(importing.outputs),
            "members": [gr.update()] * len(members.outputs),
            "group": [gr.update()] * len(group_sheet.parts),
            "rename": [gr.update()] * (len(rename_sheet.parts) + 1),
            "target": [gr.update()],
            "page": [gr.update()] * (len(parts) + 1),
        }
        match clicked.get("do"):
            case "import":
                kept["import"] = import_sheet_values(ui, account, group)
            case "members":
                kept["members"] = members_sheet_values(ui, account, group)
            case "new_group":
                kept["group"], kept["target"] = opened(t("新建群", "New group")), [community]
            case "rename":
                names = {scope.group_id: scope.name for scope in all_scopes(ui, account)}
                kept["rename"] = [*opened(t("给群改名", "Rename the group")), names.get(group, "")]
                kept["target"] = [group]
            case "delete_group":
                ui.app.groups.delete_group(account, group)
                ui.say("群已删除", "The group is deleted")
                kept["page"] = load(request)
            case "delete_community":
                ui.app.groups.delete_community(account, community)
                ui.say("社群已删除", "The community is deleted")
                kept["page"] = load(request)
            case "remove_sample":
                ui.app.samples.remove(account, community)
                ui.say("示例已移除", "The sample is removed")
                kept["page"] = load(request)
        return [value for values in kept.values() for value in values]

    def from_jobs(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        job_id = cards.number_in(clicked, "job")
        shown: Any = gr.update()
        match clicked.get("do"):
            case "cancel":
                ui.app.importing.cancel(account, job_id)
            case "undo":
                ui.app.importing.undo(account, job_id)
                ui.say("已撤销这次导入", "The import is undone")
            case "report":
                report = ui.app.importing.report(job_id)
                if report is not None and account.sees(report.group_id):
                    zone = _timezone(ui, account, report.group_id)
                    shown = str(report_drawer(t, report, zone, next(_serials)))
                return [*[gr.update()] * len(parts), shown]
        return [*refreshed(request), shown]

    def make_community(name: str, chosen: str, zone: str, request: gr.Request) -> list[Any]:
        ui.app.groups.create_community(ui.account(request), name.strip(), chosen, zone)
        ui.say("社群建好了", "The community is made")
        return [*closed(), "", *refreshed(request)]

    def make_group(community: int, name: str, where: str, request: gr.Request) -> list[Any]:
        ui.app.groups.create_group(ui.account(request), community, name.strip(), Platform(where))
        ui.say("群建好了", "The group is made")
        return [*closed(), "", *refreshed(request)]

    def rename_group(group: int, name: str, request: gr.Request) -> list[Any]:
        ui.app.groups.rename_group(ui.account(request), group, name.strip())
        return [*closed(), *refreshed(request)]

    ui.on(ui.demo.load, load, [], [top, *parts])
    ui.on(timer.tick, tick, [], parts)
    ui.on(top.click, from_top, [], [*importing.outputs, *community_sheet.parts, top, *parts])
    ui.on(
        listing.click,
        from_list,
        [],
        [
            *importing.outputs,
            *members.outputs,
            *group_sheet.parts,
            *rename_sheet.parts,
            new_name,
            target_id,
            top,
            *parts,
        ],
    )
    ui.on(running.click, from_jobs, [], [*parts, drawer])
    ui.on(past.click, from_jobs, [], [*parts, drawer])
    ui.on(
        community_go.click,
        make_community,
        [community_name, language, timezone],
        [*community_sheet.parts, community_name, *parts],
    )
    ui.on(group_go.click, make_group, [target_id, group_name, platform], [*group_sheet.parts, group_name, *parts])
    ui.on(rename_go.click, rename_group, [target_id, new_name], [*rename_sheet.parts, *parts])
    ui.on(new_name.submit, rename_group, [target_id, new_name], [*rename_sheet.parts, *parts])


def _top(ui: Ui, account: Account) -> str:
    t = ui.t
    acts: list[Markup] = []
    if account.role.includes(Role.ADMIN):
        if account.group_ids is None:
            if not ui.app.samples.installed():
                acts.append(cards.button(t("放回示例", "Put the samples back"), "install_samples", kind="quiet"))
            acts.append(cards.button(t("新建社群", "New community"), "new_community"))
        acts.append(cards.button(t("导入聊天记录", "Import a chat"), "import", kind="go"))
    return str(
        Markup('<div class="section-head"><div><h1>{}</h1></div><div class="acts">{}</div></div>').format(
            t("群", "Groups"), cards.join(acts)
        )
    )


def _listing(ui: Ui, account: Account) -> str:
    t = ui.t
    communities = ui.app.groups.communities(account)
    summaries = ui.app.groups.groups(account)
    may_change = account.role.includes(Role.ADMIN) and account.group_ids is None
    sections = []
    for community in sorted(communities, key=lambda item: (item.is_sample, item.profile.language != t.language)):
        its = [summary for summary in summaries if summary.group.community_id == community.id]
        if its or account.group_ids is None:
            sections.append(
                community_section(
                    t,
                    community,
                    its,
                    timezone=ui.settings.timezone,
                    may_change=may_change,
                    may_delete=account.role is Role.OWNER,
                )
            )
    if not sections:
        words = t(
            "把一个群的聊天记录导进来，几分钟后就能提问。",
            "Import a group's chat; a few minutes later it can be asked.",
        )
        return str(cards.empty(t("还没有群", "No groups yet"), words))
    return str(cards.join(sections))


def _running(ui: Ui, account: Account, jobs: list[Job]) -> str:
    names = _group_names(ui, account)
    running = [job for job in jobs if job.state in RUNNING]
    return str(cards.join(running_card(ui.t, job, names.get(job.group_id or 0, "")) for job in running))


def _past(ui: Ui, account: Account, jobs: list[Job]) -> str:
    t = ui.t
    names = _group_names(ui, account)
    may_undo = account.role.includes(Role.ADMIN)
    rows = [
        past_row(
            t,
            job,
            names.get(job.group_id or 0, t("（已删除的群）", "(deleted group)")),
            ui.app.importing.report(job.id),
            # When somebody imported or undid, all by one clock; the messages themselves are told by their group's.
            ui.settings.timezone,
            may_undo,
        )
        for job in jobs
        if job.state not in RUNNING
    ]
    if not rows:
        return ""
    return str(
        Markup('<h4>{}</h4><div class="card rows">{}</div>').format(t("最近的导入", "Recent imports"), cards.join(rows))
    )


def _group_names(ui: Ui, account: Account) -> dict[int, str]:
    return {scope.group_id: scope.name for scope in all_scopes(ui, account) if scope.group_id is not None}


def _timezone(ui: Ui, account: Account, group_id: int | None) -> str:
    zones = {scope.group_id: scope.timezone for scope in all_scopes(ui, account)}
    return zones.get(group_id, ui.settings.timezone)


PAGE = Page(order=20, path="groups", title_zh="群", title_en="Groups", needs=Role.VIEWER, build=build)

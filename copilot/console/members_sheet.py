"""The sheet with a group's members: search, rename, and put right who is one person and who is two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.page import Ui
from copilot.console.scopes import find_scope
from copilot.console.sheet import Sheet, opened, sheet
from copilot.records import Account, Member, Role

_SHOWN = 60
# A list to choose from that a browser still shows at once.
_MOST = 2000


@dataclass(frozen=True, slots=True)
class MembersSheet:
    """What the page needs of the sheet: the components that `members_sheet_values` gives values for."""

    sheet: Sheet
    group_id: gr.State
    search: gr.Textbox
    listing: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """The components that `members_sheet_values` gives values for."""
        return [*self.sheet.parts, self.group_id, self.search, self.listing]


def build_members_sheet(ui: Ui) -> MembersSheet:
    """Build the sheet."""
    t = ui.t
    group_id = gr.State(0)
    member_id = gr.State(0)
    with sheet(ui, "members-sheet") as panel:
        search = gr.Textbox(
            label=t("找成员", "Find a member"),
            placeholder=t("名字里的几个字", "Part of a name"),
            elem_id="member-search",
        )
        with gr.Column(visible=False, elem_classes="inset") as rename_box:
            new_name = gr.Textbox(label=t("改成", "New name"), max_length=80)
            with gr.Row():
                rename_go = gr.Button(t("保存", "Save"), variant="primary", size="sm")
                rename_no = gr.Button(t("算了", "Cancel"), size="sm")
        with gr.Column(visible=False, elem_classes="inset") as merge_box:
            other = gr.Dropdown(label=t("和谁其实是同一个人", "Is the same person as"), choices=[], filterable=True)
            with gr.Row():
                merge_go = gr.Button(t("合并成一个人", "Merge"), variant="primary", size="sm")
                merge_no = gr.Button(t("算了", "Cancel"), size="sm")
        with gr.Column(visible=False, elem_classes="inset") as split_box:
            split_name = gr.Dropdown(
                label=t("把哪个名字分出来，算另一个人", "Which name is another person"), choices=[]
            )
            with gr.Row():
                split_go = gr.Button(t("分成两个人", "Split"), variant="primary", size="sm")
                split_no = gr.Button(t("算了", "Cancel"), size="sm")
        listing = cards.live_html(elem_classes="member-list")
    boxes = [rename_box, merge_box, split_box]
    hidden = [gr.update(visible=False)] * 3

    def find(words: str, group: int, request: gr.Request) -> str:
        return _listing(ui, ui.account(request), group, words)

    def choose(group: int, words: str, request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        values = cards.clicked(event)
        chosen = cards.number_in(values, "member")
        members = {member.id: member for member in ui.app.groups.members(account, group, limit=_MOST)}
        members |= {member.id: member for member in ui.app.groups.members(account, group, words.strip())}
        if chosen not in members:
            return [0, *hidden, "", gr.update(), gr.update()]
        do = values.get("do")
        others = [(_label(ui, member), member.id) for member in members.values() if member.id != chosen]
        return [
            chosen,
            *(gr.update(visible=do == name) for name in ("rename", "merge", "split")),
            members[chosen].name,
            gr.update(choices=others, value=None),
            gr.update(choices=list(members[chosen].names), value=None),
        ]

    def done(account: Account, group: int, words: str) -> list[Any]:
        return [*hidden, _listing(ui, account, group, words)]

    def rename(group: int, member: int, name: str, words: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        ui.app.groups.rename_member(account, member, name.strip())
        return done(account, group, words)

    def merge(group: int, member: int, second: int | None, words: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        if second is None:
            ui.warn(t("请选择另一个名字。", "Choose the other one."))
            return [gr.update()] * 4
        ui.app.groups.merge_members(account, member, second)
        return done(account, group, words)

    def split(group: int, member: int, name: str | None, words: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        if not name:
            ui.warn(t("请选择要分出来的名字。", "Choose the name."))
            return [gr.update()] * 4
        ui.app.groups.split_member(account, member, name)
        return done(account, group, words)

    ui.on(search.change, find, [search, group_id], [listing], trigger_mode="always_last")
    ui.on(listing.click, choose, [group_id, search], [member_id, *boxes, new_name, other, split_name])
    ui.on(rename_go.click, rename, [group_id, member_id, new_name, search], [*boxes, listing])
    ui.on(new_name.submit, rename, [group_id, member_id, new_name, search], [*boxes, listing])
    ui.on(merge_go.click, merge, [group_id, member_id, other, search], [*boxes, listing])
    ui.on(split_go.click, split, [group_id, member_id, split_name, search], [*boxes, listing])
    for button in (rename_no, merge_no, split_no):
        ui.on(button.click, lambda: hidden, [], boxes)
    return MembersSheet(panel, group_id, search, listing)


def members_sheet_values(ui: Ui, account: Account, group_id: int) -> list[Any]:
    """The values of `MembersSheet.outputs` that open the sheet for a group."""
    scope = find_scope(ui, account, f"g{group_id}")
    title = ui.t("成员", "Members") + (f" · {scope.name}" if scope else "")
    return [*opened(title), group_id, "", _listing(ui, account, group_id, "")]


def _listing(ui: Ui, account: Account, group_id: int, words: str) -> str:
    t = ui.t
    members = ui.app.groups.members(account, group_id, words.strip(), limit=_MOST)
    if not members:
        return str(cards.empty(t("没有找到", "Nobody found"), t("换个字试试。", "Try other letters.")))
    scope = find_scope(ui, account, f"g{group_id}")
    timezone = scope.timezone if scope else ui.settings.timezone
    may_change = account.role.includes(Role.ADMIN)
    rows = cards.join(_row(ui, member, timezone, may_change) for member in members[:_SHOWN])
    more = ""
    if len(members) > _SHOWN:
        whole = t(f"共 {len(members):,} 位", f"{len(members):,} in all") + ("+" if len(members) == _MOST else "")
        more = whole + t(
            f"，只列出说话最多的 {_SHOWN} 位，其他人可以用名字来找。",
            f"; the {_SHOWN} who wrote most are listed. Find the others by name.",
        )
    return str(Markup('<div class="rows">{}</div><p class="soft small-text">{}</p>').format(rows, more))


def _row(ui: Ui, member: Member, timezone: str, may_change: bool) -> Markup:
    t = ui.t
    acts = []
    if may_change:
        acts = [
            cards.button(t("改名", "Rename"), "rename", kind="quiet", member=member.id),
            cards.button(t("合并", "Merge"), "merge", kind="quiet", member=member.id),
        ]
        if len(member.names) > 1:
            acts.append(cards.button(t("拆分", "Split"), "split", kind="quiet", member=member.id))
    also = [name for name in member.names if name != member.name][:4]
    return Markup(
        '<div class="row-card"><div class="grow"><b>{name}</b>{also}<div class="soft small-text">{facts}</div></div>'
        '<div class="acts">{acts}</div></div>'
    ).format(
        name=member.name,
        also=Markup(' <span class="soft">{}</span>').format(t("也叫 ", "also ") + t("、", ", ").join(also))
        if also
        else "",
        facts=t.counted(member.message_count, "条消息", "message")
        + (t("，最近 ", ", last ") + t.day(member.last_sent_at, timezone) if member.last_sent_at else ""),
        acts=cards.join(acts),
    )


def _label(ui: Ui, member: Member) -> str:
    return f"{member.name} · {ui.t.counted(member.message_count, '条', 'message')}"

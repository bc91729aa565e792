"""账号 Accounts: one's own password, and for the owner who else may come in and what they may do."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import Markup

from copilot.console import cards
from copilot.console.faults import problem
from copilot.console.i18n import Texts, describe_error
from copilot.console.page import Page, Ui
from copilot.console.scopes import all_scopes
from copilot.console.sheet import closed, opened, sheet
from copilot.console.shell import role_name
from copilot.errors import CopilotError
from copilot.records import Account, Role


def build(ui: Ui) -> None:
    """Put the page together."""
    t = ui.t
    roles = [(f"{role_name(t, role)}：{_what(t, role)}", role.value) for role in Role]
    with gr.Column(elem_classes="page accounts"):
        top = cards.live_html(elem_id="accounts-top")
        listing = cards.live_html(elem_id="account-list")
        with gr.Column(elem_classes="card form-card narrow"):
            gr.HTML(
                str(Markup("<h2>{}</h2>").format(t("换自己的密码", "Change your password"))),
                apply_default_css=False,
                padding=False,
            )
            own = gr.Textbox(label=t("新密码", "New password"), type="password", elem_id="own-password")
            again = gr.Textbox(label=t("再输一次", "Once more"), type="password", elem_id="own-again")
            own_wrong = gr.HTML("", apply_default_css=False, padding=False)
            own_go = gr.Button(t("换密码", "Change it"), elem_id="own-save")
        gr.HTML(_log_out_everywhere(t), apply_default_css=False, padding=False)
    account_id = gr.State(0)
    with sheet(ui, "account-sheet") as form:
        name = gr.Textbox(label=t("名字", "Name"), max_length=60, elem_id="account-name")
        password = gr.Textbox(label=t("密码（至少 8 个字符）", "Password (8 characters or more)"), type="password")
        role = gr.Radio(label=t("能做什么", "May do"), choices=roles, value=Role.MODERATOR.value)
        limited = gr.Checkbox(label=t("只能看指定的群", "Only certain groups"), value=False)
        groups = gr.CheckboxGroup(label=t("哪些群", "Which groups"), choices=[], visible=False)
        wrong = gr.HTML("", apply_default_css=False, padding=False)
        save = gr.Button(t("保存", "Save"), variant="primary", elem_id="account-save")
    with sheet(ui, "password-sheet") as password_form:
        new_password = gr.Textbox(
            label=t("新密码（至少 8 个字符）", "New password (8 characters or more)"), type="password"
        )
        new_wrong = gr.HTML("", apply_default_css=False, padding=False)
        new_go = gr.Button(t("重设密码", "Reset the password"), variant="primary")
    fields = [account_id, name, password, role, limited, groups, wrong]

    def load(request: gr.Request) -> list[str]:
        account = ui.account(request)
        return [_top(ui, account), _listing(ui, account)]

    def open_form(request: gr.Request, event: gr.EventData) -> list[Any]:
        account = ui.account(request)
        clicked = cards.clicked(event)
        chosen = next((one for one in _people(ui, account) if one.id == cards.number_in(clicked, "account")), None)
        stay = [gr.update()] * (len(form.parts) + len(fields))
        calm = [gr.update()] * (len(password_form.parts) + 2)
        match clicked.get("do"), chosen:
            case "add", _:
                return [gr.update(), *opened(t("加一个账号", "Add an account")), *_form(ui, account, None), *calm]
            case "edit", Account() as one:
                return [gr.update(), *opened(one.name), *_form(ui, account, one), *calm]
            case "password", Account() as one:
                title = t(f"给「{one.name}」重设密码", f"A new password for {one.name}")
                return [gr.update(), *[gr.update()] * len(form.parts), one.id, *[gr.update()] * (len(fields) - 1),
                        *opened(title), "", ""]  # fmt: skip
            case ("disable" | "enable") as way, Account() as one:
                ui.app.accounts.change(account, one.id, disabled=way == "disable")
                return [_listing(ui, account), *stay, *calm]
            case "log_out", Account() as one:
                ui.app.accounts.end_sessions(account, one.id)
                ui.say(f"「{one.name}」已在所有设备上退出", f"{one.name} is logged out on all devices")
        return [gr.update(), *stay, *calm]

    def choose_limited(value: bool) -> Any:
        return gr.update(visible=value)

    def save_account(
        number: int, called: str, secret: str, what: str, some: bool, which: list[str], request: gr.Request
    ) -> list[Any]:
        account = ui.account(request)
        group_ids = frozenset(int(one) for one in which or [] if one.isdigit()) if some else None
        try:
            if number:
                ui.app.accounts.change(account, number, role=Role(what), group_ids=group_ids)
            else:
                ui.app.accounts.create(account, called.strip(), secret, Role(what), group_ids)
        except CopilotError as error:
            return [gr.update(), gr.update(), gr.update(), problem(describe_error(t, error))]
        ui.say("账号存好了", "The account is saved")
        return [_listing(ui, account), *closed(), ""]

    def reset_password(number: int, secret: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        try:
            ui.app.accounts.set_password(account, number, secret)
        except CopilotError as error:
            return [gr.update(), gr.update(), problem(describe_error(t, error))]
        ui.say("密码改好了，对方要重新登录", "The password is set; they must log in again")
        return [*closed(), ""]

    def change_own(secret: str, second: str, request: gr.Request) -> list[Any]:
        account = ui.account(request)
        if secret != second:
            return [gr.update(), gr.update(), problem(t("两次输入的密码不一样。", "The two passwords differ."))]
        try:
            ui.app.accounts.set_password(account, account.id, secret)
        except CopilotError as error:
            return [gr.update(), gr.update(), problem(describe_error(t, error))]
        ui.say("密码改好了，请用新密码重新登录", "The password is changed; log in with the new one")
        return ["", "", ""]

    ui.on(ui.demo.load, load, [], [top, listing])
    outputs = [listing, *form.parts, *fields, *password_form.parts, new_password, new_wrong]
    ui.on(top.click, open_form, [], outputs)
    ui.on(listing.click, open_form, [], outputs)
    ui.on(limited.change, choose_limited, [limited], [groups])
    ui.on(save.click, save_account, [account_id, name, password, role, limited, groups], [listing, *form.parts, wrong])
    ui.on(new_go.click, reset_password, [account_id, new_password], [*password_form.parts, new_wrong])
    ui.on(own_go.click, change_own, [own, again], [own, again, own_wrong])


def _what(t: Texts, role: Role) -> str:
    return {
        Role.OWNER: t("一切，包括账号和大模型", "everything, accounts and the chat model too"),
        Role.ADMIN: t("群、导入和知识", "groups, imports and knowledge"),
        Role.MODERATOR: t("对话、处理待办、确认回答", "talk, decide proposals, say whether answers are right"),
        Role.VIEWER: t("对话和查看", "talk and read"),
    }[role]


def _people(ui: Ui, account: Account) -> list[Account]:
    return list(ui.app.accounts.list()) if account.role is Role.OWNER else []


def _top(ui: Ui, account: Account) -> str:
    t = ui.t
    add = cards.button(t("加一个账号", "Add an account"), "add", kind="go") if account.role is Role.OWNER else ""
    return str(
        Markup('<div class="section-head"><div><h1>{}</h1></div><div class="acts">{}</div></div>').format(
            t("账号", "Accounts"), add
        )
    )


def _listing(ui: Ui, account: Account) -> str:
    people = _people(ui, account)
    if not people:
        return ""
    names = {scope.group_id: scope.name for scope in all_scopes(ui, account) if scope.group_id is not None}
    rows = cards.join(_row(ui.t, one, account, names) for one in people)
    return str(Markup('<div class="card rows">{}</div>').format(rows))


def _row(t: Texts, one: Account, account: Account, names: dict[int, str]) -> Markup:
    if one.group_ids is None:
        sees = t("能看所有群", "sees all groups")
    else:
        listed = t("、", ", ").join(names.get(number, f"#{number}") for number in sorted(one.group_ids))
        sees = t("只看：", "sees: ") + (listed or t("没有", "none"))
    acts = [cards.button(t("改权限", "Rights"), "edit", kind="quiet", account=one.id)]
    acts.append(cards.button(t("重设密码", "Reset password"), "password", kind="quiet", account=one.id))
    if one.disabled:
        acts.append(cards.button(t("恢复", "Enable"), "enable", kind="quiet", account=one.id))
    elif one.id != account.id:
        acts.append(
            cards.button(
                t("退出登录", "Log out"),
                "log_out",
                kind="quiet",
                confirm=t(
                    f"让「{one.name}」在所有设备上退出登录？对方可以用密码重新登录。",
                    f"Log {one.name} out on all devices? They can log in again with their password.",
                ),
                account=one.id,
            )
        )
        acts.append(
            cards.button(
                t("停用", "Disable"),
                "disable",
                kind="quiet bad",
                confirm=t(
                    f"停用「{one.name}」？会立刻退出登录，之后不能再登录。",
                    f"Disable {one.name}? They are logged out at once and cannot log in.",
                ),
                account=one.id,
            )
        )
    return Markup(
        '<div class="row-card"><div class="grow"><b>{name}</b> <span class="badge">{role}</span>{marks}'
        '<div class="soft small-text">{sees}</div></div><div class="acts">{acts}</div></div>'
    ).format(
        name=one.name,
        role=role_name(t, one.role),
        marks=(Markup(" ") + cards.badge(t("已停用", "Disabled"), "bad")) if one.disabled else "",
        sees=sees,
        acts=cards.join(acts),
    )


def _log_out_everywhere(t: Texts) -> str:
    return str(
        Markup(
            '<form class="card narrow" method="post" action="/logout"><h2>{title}</h2><p class="soft">{words}</p>'
            '<input type="hidden" name="everywhere" value="true"><div class="acts"><button class="act" '
            'id="log-out-everywhere">{go}</button></div></form>'
        ).format(
            title=t("在所有设备上退出登录", "Log out on all devices"),
            words=t(
                "手机丢了，或在别人的电脑上忘了退出时用。这台设备也会退出，密码不变。",
                "For a lost phone or a computer that is not yours. This device is logged out too; the password stays.",
            ),
            go=t("全部退出", "Log out everywhere"),
        )
    )


def _form(ui: Ui, account: Account, one: Account | None) -> list[Any]:
    scopes = [scope for scope in all_scopes(ui, account) if scope.group_id is not None]
    choices = [(scope.name, str(scope.group_id)) for scope in scopes]
    limited = one is not None and one.group_ids is not None
    chosen = [str(number) for number in (one.group_ids or ())] if one else []
    return [
        one.id if one else 0,
        gr.update(value=one.name if one else "", visible=one is None),
        gr.update(value="", visible=one is None),
        (one.role if one else Role.MODERATOR).value,
        limited,
        gr.update(choices=choices, value=[value for _, value in choices if value in chosen], visible=limited),
        "",
    ]


PAGE = Page(order=90, path="accounts", title_zh="账号", title_en="Accounts", needs=Role.VIEWER, build=build)

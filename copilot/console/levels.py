"""The level whose knowledge a page shows: a community's own, or one group's own."""

from __future__ import annotations

from typing import Any

import gradio as gr

from copilot.console.page import Ui
from copilot.console.scopes import Scope, find_scope
from copilot.errors import NotFound
from copilot.records import Account, Knowledge, Role


def level_of(ui: Ui, request: gr.Request, value: str | None) -> tuple[Account, Scope]:
    """The account and the level that a page's dropdown names.

    Raises:
        NotAllowed: the session has ended.
        NotFound: there is no such level, or the account does not see it.
    """
    account = ui.account(request)
    scope = find_scope(ui, account, value)
    if scope is None:
        raise NotFound("Choose a community or a group first.")
    return account, scope


def knowledge_of(ui: Ui, account: Account, scope: Scope) -> Knowledge:
    """What exactly one level knows."""
    return ui.app.knowing.knowledge(account, scope.community_id, scope.group_id)


def may_edit(account: Account, scope: Scope) -> bool:
    """Whether buttons that change a level's knowledge are shown; the services decide."""
    return account.role.includes(Role.ADMIN) and (account.group_ids is None or scope.group_id is not None)


def kept(count: int) -> list[Any]:
    """`count` outputs that stay as they are."""
    return [gr.update()] * count

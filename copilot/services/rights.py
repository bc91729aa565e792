"""Who may do what: every use case asks here before it does anything."""

from __future__ import annotations

from copilot.errors import NotAllowed
from copilot.records import Account, Role
from copilot.store import Connection, groups

# The program itself, at the command line: whoever can read the data folder may do everything.
SYSTEM = Account(id=0, name="system", role=Role.OWNER)


def need(account: Account, role: Role, group_id: int | None = None) -> None:
    """Refuse what an account may not do.

    Args:
        account: who asks.
        role: the least that it takes.
        group_id: the group that it concerns; None for what concerns a whole community or installation.

    Raises:
        NotAllowed: the role is too small, or the group is not among the account's.
    """
    if account.disabled or not account.role.includes(role):
        raise NotAllowed(
            f"{account.name} is {account.role.value} and this takes {role.value}; ask an owner for the role"
        )
    if group_id is not None and not account.sees(group_id):
        raise NotAllowed(f"{account.name} may not see group {group_id}; ask an owner to add it")


def need_community(connection: Connection, account: Account, community_id: int) -> None:
    """Refuse what a community knows to an account that sees none of its groups.

    Raises:
        NotAllowed: it is limited to groups of other communities.
    """
    if account.group_ids is None:
        return
    if not any(account.sees(group.id) for group in groups.all_of(connection, community_id)):
        raise NotAllowed(f"{account.name} sees no group of community {community_id}; ask an owner to add one")


def need_all_groups(account: Account, role: Role) -> None:
    """Refuse what concerns every group to an account that is limited to some.

    Raises:
        NotAllowed: the role is too small, or the account sees only some groups.
    """
    need(account, role)
    if account.group_ids is not None:
        raise NotAllowed(
            f"{account.name} is limited to some groups and this concerns all; ask an owner or another admin"
        )

"""The commands about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass

from copilot.cli.shared import ask_password, find_account, find_group, opened, read_role, system

app = typer.Typer(help="Who may use the console.", no_args_is_help=True)


@app.command("list")
def list_accounts() -> None:
    """List the accounts."""
    with opened() as built:
        people = built.accounts.list()
        if not people:
            typer.echo("There is no account yet: `copilot serve` prints a link for the owner's.")
        for one in people:
            seen = "all groups" if one.group_ids is None else f"groups {sorted(one.group_ids)}"
            typer.echo(f"{one.id:4}  {one.name}: {one.role.value}, {seen}" + (", disabled" if one.disabled else ""))


@app.command("add")
def add_account(
    name: str,
    role: Annotated[str, typer.Option(help="owner, admin, moderator or viewer.")] = "viewer",
    group: Annotated[list[str] | None, typer.Option(help="Only this group; may be given several times.")] = None,
) -> None:
    """Add an account; the password is asked for."""
    with opened() as built:
        chosen = frozenset(find_group(built, one).group.id for one in group) if group else None
        made = built.accounts.create(system(), name, ask_password(), read_role(role), chosen)
        typer.echo(f"Account {made.name!r} added as {made.role.value}.")


@app.command("password")
def reset_password(name: str) -> None:
    """Set an account's password anew and end its sessions; the password is asked for."""
    with opened() as built:
        built.accounts.set_password(system(), find_account(built, name).id, ask_password())
        typer.echo(f"The password of {name!r} is set; its sessions have ended.")


@app.command("disable")
def disable_account(name: str) -> None:
    """Shut an account out and end its sessions."""
    with opened() as built:
        built.accounts.change(system(), find_account(built, name).id, disabled=True)
        typer.echo(f"Account {name!r} is disabled.")


@app.command("enable")
def enable_account(name: str) -> None:
    """Let a disabled account in again."""
    with opened() as built:
        built.accounts.change(system(), find_account(built, name).id, disabled=False)
        typer.echo(f"Account {name!r} is enabled.")


@app.command("role")
def change_role(name: str, role: str) -> None:
    """Give an account another role."""
    with opened() as built:
        built.accounts.change(system(), find_account(built, name).id, role=read_role(role))
        typer.echo(f"Account {name!r} is {role}.")

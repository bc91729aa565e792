"""Where a question is asked or knowledge is kept: a whole community, or one group of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from copilot.console.i18n import Texts
from copilot.console.ports import App
from copilot.records import Account
from copilot.settings import Settings


class Desk(Protocol):
    """Whatever knows the services and the settings: a page's `Ui`, or a route."""

    @property
    def app(self) -> App:
        """The services."""

    @property
    def settings(self) -> Settings:
        """The settings."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A community, or one group of it. `value` is how a page and its links write it (`c1`, `g3`)."""

    value: str
    name: str
    community_id: int
    group_id: int | None
    language: str
    timezone: str
    is_sample: bool


def all_scopes(desk: Desk, account: Account) -> list[Scope]:
    """Every community that the account sees whole, each followed by those of its groups that it sees."""
    found: list[Scope] = []
    summaries = desk.app.groups.groups(account)
    for community in desk.app.groups.communities(account):
        profile = community.profile
        name = profile.name or community.slug
        language = profile.language or desk.settings.language
        timezone = profile.timezone or desk.settings.timezone
        if account.group_ids is None:
            found.append(Scope(f"c{community.id}", name, community.id, None, language, timezone, community.is_sample))
        for summary in summaries:
            group = summary.group
            if group.community_id == community.id:
                found.append(
                    Scope(
                        f"g{group.id}",
                        group.name,
                        community.id,
                        group.id,
                        group.profile.language or language,
                        group.profile.timezone or timezone,
                        community.is_sample,
                    )
                )
    return found


def find_scope(desk: Desk, account: Account, value: str | None) -> Scope | None:
    """The scope that a page or a link names, if the account sees it."""
    return next((scope for scope in all_scopes(desk, account) if scope.value == value), None)


def default_scope(desk: Desk, account: Account, language: str, wish: str = "") -> Scope | None:
    """The scope to begin with: the wish, else the first of the own communities, else a sample in `language`."""
    scopes = all_scopes(desk, account)
    wished = next((scope for scope in scopes if scope.value == wish), None)
    own = next((scope for scope in scopes if not scope.is_sample), None)
    spoken = next((scope for scope in scopes if scope.language == language), None)
    return wished or own or spoken or next(iter(scopes), None)


def scope_choices(desk: Desk, account: Account, t: Texts) -> list[tuple[str, str]]:
    """The scopes as choices of a dropdown: (label, value)."""
    choices = []
    for scope in all_scopes(desk, account):
        sample = t("（示例）", " (sample)") if scope.is_sample and scope.group_id is None else ""
        if scope.group_id is None:
            choices.append((f"{scope.name}{sample} · {t('整个社群', 'whole community')}", scope.value))
        else:
            choices.append((f"　{scope.name}", scope.value))
    return choices

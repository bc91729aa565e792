"""Who may use the console, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each role may do all that the roles after it may.

    owner: accounts and everything; admin: knowledge, imports, groups; moderator: ask, decide, read; viewer: ask, read.
    """

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    VIEWER = "viewer"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A named person of the console. `group_ids` limits what they see; None means every group."""

    id: int
    name: str
    role: Role
    group_ids: frozenset[int] | None = None
    disabled: bool = False
    created_at: datetime | None = None

    def sees(self, group_id: int) -> bool:
        """Whether this account may see the group with this id."""
        return self.group_ids is None or group_id in self.group_ids

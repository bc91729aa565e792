"""Communities, their groups and the people in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Platform(StrEnum):
    """Where a group lives. `manual` is a group that is only imported and copied into."""

    WECHAT = "wechat"
    QQ = "qq"
    WECOM = "wecom"
    MATRIX = "matrix"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    WHATSAPP = "whatsapp"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """How the co-pilot speaks in a community.

    `address` is how one member is spoken to in Chinese (`你` or `您`), `emoji` one of none, few, many,
    `length` one of short, medium, long.
    """

    address: str = "你"
    emoji: str = "few"
    length: str = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a community is about. A group's profile overrides single fields: None there means "as the community".

    `quiet_hours` is `HH:MM-HH:MM` in `timezone` (an IANA name) and may run past midnight.
    `language` is `zh` or `en`.
    """

    name: str | None = None
    platform: Platform | None = None
    theme: str | None = None
    positioning: str | None = None
    goals: tuple[str, ...] | None = None
    audience: str | None = None
    quiet_hours: str | None = None
    language: str | None = None
    timezone: str | None = None
    tone: Tone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Several groups that are run as one. `is_sample` marks the 示例 that a new user tries."""

    id: int
    slug: str
    profile: Profile
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A chat room of a community; `profile` holds only the fields that differ from the community's."""

    id: int
    community_id: int
    name: str
    platform: Platform
    profile: Profile = field(default_factory=Profile)
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a group. `platform_ids` and `names` are all those under which they have been seen."""

    id: int
    group_id: int
    name: str
    platform_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    message_count: int = 0
    last_sent_at: datetime | None = None

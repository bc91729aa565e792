"""What is posted in a group, and what the store knows of its completeness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message carries. Anything that no other kind names is `other`."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    STICKER = "sticker"
    LINK = "link"
    FORWARD = "forward"
    MINI_PROGRAM = "mini_program"
    CARD = "card"
    LOCATION = "location"
    RED_PACKET = "red_packet"
    TRANSFER = "transfer"
    NOTICE = "notice"
    POLL = "poll"
    CALL = "call"
    SYSTEM = "system"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMessage:
    """One message as an importer or an adapter reads it, before the store knows it.

    Args:
        sent_at: aware UTC; `to_the_minute` says that the source carries no seconds.
        sender_name: the name shown in the group; "" for a system message without a sender.
        text: the raw text; "" where the source has none (a bare image).
        sender_id: the platform's id of the sender, where the source has one.
        platform_id: the message's id as `<namespace>:<id>` (`telegram:5`); None where the source has none.
            Two messages of one namespace with different ids are two messages.
        reply_to: the `platform_id` of the message that this one answers.
        quoted_name, quoted_text: what is quoted, where the source gives words and no id.
        line: where in the source it stands (line, row or record number, from 1), for reports.
    """

    sent_at: datetime
    sender_name: str
    text: str
    kind: MessageKind = MessageKind.TEXT
    sender_id: str | None = None
    platform_id: str | None = None
    reply_to: str | None = None
    quoted_name: str | None = None
    quoted_text: str | None = None
    recalled: bool = False
    to_the_minute: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A piece of a source that did not become a message: where (line or record, from 1), why, and its first words."""

    line: int
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One post in a group, as the store holds it. `reply_to_id` is the store's id of the answered message."""

    id: int
    group_id: int
    platform_id: str
    member_id: int | None
    sender_name: str
    sent_at: datetime
    text: str
    kind: MessageKind = MessageKind.TEXT
    reply_to_id: int | None = None
    quoted_name: str | None = None
    quoted_text: str | None = None
    to_the_minute: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredSpan:
    """A stretch of time of which a group's history is complete as far as its source goes."""

    group_id: int
    starts_at: datetime
    ends_at: datetime

"""Writing ChatLab JSONL, the interchange format; `formats.chatlab` reads it.

The format is written as its documentation describes it (version 0.0.2): a header line, then a message a line, with
seconds since 1970 and numbered kinds. Two things are ours, and other readers ignore them: the sender id of a person
who has none is `name:<name>`, and an object `copilot` holds what the format has no field for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from copilot.records import Message, MessageKind, Platform, SourceMessage

GENERATOR = "community-copilot"
VERSION = "0.0.2"

KINDS = {
    0: MessageKind.TEXT,
    1: MessageKind.IMAGE,
    2: MessageKind.VOICE,
    3: MessageKind.VIDEO,
    4: MessageKind.FILE,
    5: MessageKind.STICKER,
    7: MessageKind.LINK,
    8: MessageKind.LOCATION,
    20: MessageKind.RED_PACKET,
    21: MessageKind.TRANSFER,
    22: MessageKind.SYSTEM,
    23: MessageKind.CALL,
    24: MessageKind.LINK,
    25: MessageKind.TEXT,
    26: MessageKind.FORWARD,
    27: MessageKind.CARD,
    80: MessageKind.SYSTEM,
    81: MessageKind.SYSTEM,
    99: MessageKind.OTHER,
}
REPLY, RECALL, OTHER = 25, 81, 99
_NUMBERS = {kind: number for number, kind in reversed(KINDS.items())} | {
    MessageKind.MINI_PROGRAM: 24,
    MessageKind.NOTICE: 80,
}


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_chatlab(
    stream: _Writable,
    messages: Iterable[Message | SourceMessage],
    *,
    chat_name: str,
    platform: Platform,
    sender_ids: Mapping[int, str] | None = None,
    platform_id_of: Callable[[int], str | None] | None = None,
    exported_at: datetime | None = None,
) -> int:
    """Write messages as ChatLab JSONL, one at a time.

    Args:
        stream: a text stream in UTF-8 with `\\n` line ends.
        messages: of the store, or as an importer gave them; in the order of time.
        sender_ids: the platform's id of a member by the store's id; a member without one is told by name.
        platform_id_of: the platform's id of a message by the store's id, for replies; by default the ids of all
            that was written are remembered (some 100 bytes a message).
        exported_at: for the header; now by default.

    Returns:
        The number of messages that were written.
    """
    header = {
        "_type": "header",
        "chatlab": {
            "version": VERSION,
            "exportedAt": int((exported_at or datetime.now(UTC)).timestamp()),
            "generator": GENERATOR,
        },
        "meta": {"name": chat_name, "platform": platform.value, "type": "group"},
    }
    stream.write(json.dumps(header, ensure_ascii=False) + "\n")
    written: dict[int, str] = {}
    count = 0
    for message in messages:
        if isinstance(message, Message):
            if platform_id_of is None:
                written[message.id] = message.platform_id
            source = _as_source(message, sender_ids or {}, platform_id_of or written.get)
        else:
            source = message
        stream.write(json.dumps(_record(source), ensure_ascii=False) + "\n")
        count += 1
    return count


def _as_source(
    message: Message, sender_ids: Mapping[int, str], platform_id_of: Callable[[int], str | None]
) -> SourceMessage:
    member = message.member_id
    return SourceMessage(
        sent_at=message.sent_at,
        sender_name=message.sender_name,
        text=message.text,
        kind=message.kind,
        sender_id=None if member is None else sender_ids.get(member),
        platform_id=message.platform_id,
        reply_to=None if message.reply_to_id is None else platform_id_of(message.reply_to_id),
        quoted_name=message.quoted_name,
        quoted_text=message.quoted_text,
        to_the_minute=message.to_the_minute,
    )


def _record(message: SourceMessage) -> dict[str, object]:
    number = _NUMBERS.get(message.kind, OTHER)
    if message.recalled:
        number = RECALL
    elif message.reply_to and message.kind is MessageKind.TEXT:
        number = REPLY
    extra: dict[str, object] = {}
    if KINDS[number] is not message.kind:
        extra["kind"] = message.kind.value
    if message.sent_at.microsecond:
        extra["sentAt"] = message.sent_at.isoformat()
    if message.to_the_minute:
        extra["toTheMinute"] = True
    if message.quoted_name is not None:
        extra["quotedName"] = message.quoted_name
    if message.quoted_text is not None:
        extra["quotedText"] = message.quoted_text
    record: dict[str, object] = {
        "_type": "message",
        "sender": _written_sender(message),
        "accountName": message.sender_name,
        "timestamp": int(message.sent_at.timestamp()),
        "type": number,
        "content": message.text,
    }
    if message.platform_id is not None:
        record["platformMessageId"] = message.platform_id
    if message.reply_to is not None:
        record["replyToMessageId"] = message.reply_to
    if extra:
        record["copilot"] = extra
    return record


def _written_sender(message: SourceMessage) -> str:
    if message.sender_id is None:
        return f"name:{message.sender_name}"
    return f"id:{message.sender_id}" if message.sender_id.startswith(("name:", "id:")) else message.sender_id

"""ChatLab JSON and JSONL, the interchange format: read and written.

The format is read as its documentation describes it (version 0.0.2): seconds since 1970, numbered kinds, one record a
line in JSONL. What we write carries two things that other readers ignore: sender ids of people without one are
`name:<name>`, and an object `copilot` holds what the format has no field for. Files of others get their message ids
under `chatlab:`; ours carry the ids as the store knows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Protocol

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import bare
from copilot.importers.reading.source import MAX_LINE, Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso
from copilot.importers.reading.walking import JsonWalk
from copilot.records import Message, MessageKind, Platform, SourceMessage

GENERATOR = "community-copilot"
VERSION = "0.0.2"

_KINDS = {
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
_REPLY, _RECALL, _OTHER = 25, 81, 99
_NUMBERS = {kind: number for number, kind in reversed(_KINDS.items())} | {
    MessageKind.MINI_PROGRAM: 24,
    MessageKind.NOTICE: 80,
}
_SYSTEM_SENDERS = frozenset({"", "system", "系统", "系统消息"})
_PLATFORMS = {platform.value: platform for platform in Platform} | {"weixin": Platform.WECHAT}

_JSON_HEAD = re.compile(r'\s*\{.{0,4000}?"chatlab"\s*:\s*\{', re.DOTALL)
_LINE_HEAD = re.compile(r'(?:\s*#[^\n]*\n)*\s*\{[^\n]*"_type"\s*:\s*"(?:header|member|message)"')
_DECODE = json.JSONDecoder(strict=False).raw_decode


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
        sender_ids: the platform's id of a member by the store's id; a member without one is written as `member:<id>`.
        platform_id_of: the platform's id of a message by the store's id, for replies; by default the ids of all that
            was
            written are remembered (some 100 bytes a message).
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
        sender_id=None if member is None else sender_ids.get(member, f"member:{member}"),
        platform_id=message.platform_id,
        reply_to=None if message.reply_to_id is None else platform_id_of(message.reply_to_id),
        quoted_name=message.quoted_name,
        quoted_text=message.quoted_text,
        to_the_minute=message.to_the_minute,
    )


def _record(message: SourceMessage) -> dict[str, object]:
    number = _NUMBERS.get(message.kind, _OTHER)
    if message.recalled:
        number = _RECALL
    elif message.reply_to and message.kind is MessageKind.TEXT:
        number = _REPLY
    extra: dict[str, object] = {}
    if _KINDS[number] is not message.kind:
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


def _sniff(head: str) -> float:
    return 0.95 if _LINE_HEAD.match(head) or _JSON_HEAD.match(head) else 0.0


def _is_lines(source: Source) -> bool:
    return _LINE_HEAD.match(source.head) is not None


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    meta = _line_header(source)[1] if _is_lines(source) else _document_header(source)
    name = _string(meta.get("name")) or ""
    platform = _PLATFORMS.get(str(meta.get("platform")).lower(), Platform.MANUAL)
    return (ChatFound(name=name, platform=platform, key=name),)


def _line_header(source: Source) -> tuple[bool, dict[str, object]]:
    """Whether we wrote the file, and its `meta`."""
    for line in source.stream().lines():
        if line.strip() and not line.startswith("#"):
            record = _parsed(line)
            return (_is_ours(record), _object(record.get("meta"))) if isinstance(record, dict) else (False, {})
    return False, {}


def _document_header(source: Source) -> dict[str, object]:
    walk = JsonWalk(source.stream().chunks(), source.name)
    for key in walk.members():
        if key == "messages":
            break
        if key == "meta":
            return _object(walk.value())
        walk.skip()
    return {}


def _is_ours(record: dict[str, object]) -> bool:
    return _object(record.get("chatlab")).get("generator") == GENERATOR


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    return _of_lines(stream, reading) if _is_lines(source) else _of_document(source, stream, reading)


def _of_lines(stream: Stream, reading: Reading) -> Iterator[Item]:
    ours = False
    names: dict[str, str] = {}
    for number, line in enumerate(stream.lines(), 1):
        if len(line) > MAX_LINE:
            yield skipped(number, f"the line is longer than {MAX_LINE:,} characters", line)
            continue
        record = _parsed(line)
        if isinstance(record, dict):
            its = record.get("_type")
            if its == "message":
                yield _message(record, number, ours, names, reading)
            elif its == "header":
                ours = _is_ours(record)
            elif its == "member":
                _remember(record, names)
            else:
                yield skipped(number, f"{its!r} is not a kind of record", line)
        elif line.strip() and not line.startswith("#"):
            yield skipped(number, "the line is not a JSON object", line)


def _of_document(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    ours = False
    names: dict[str, str] = {}
    walk = JsonWalk(stream.chunks(), source.name)
    for key in walk.members():
        if key == "messages" and walk.peek() == "[":
            for index in walk.elements():
                record = walk.value()
                if isinstance(record, dict):
                    yield _message(record, index + 1, ours, names, reading)
                else:
                    yield skipped(index + 1, "the record is not a JSON object", str(record))
        elif key == "members" and walk.peek() == "[":
            for _ in walk.elements():
                _remember(_object(walk.value()), names)
        elif key == "chatlab":
            ours = _is_ours({"chatlab": walk.value()})
        else:
            walk.skip()
    walk.finish()


def _remember(member: dict[str, object], names: dict[str, str]) -> None:
    """Keep a member's name for messages that carry only the id."""
    name = _string(member.get("groupNickname")) or _string(member.get("accountName"))
    if name:
        names[str(member.get("platformId"))] = name


def _message(record: dict[str, object], line: int, ours: bool, names: dict[str, str], reading: Reading) -> Item:
    content = record.get("content")
    text = content if isinstance(content, str) else "" if content is None else json.dumps(content, ensure_ascii=False)
    sent_at = from_epoch(record.get("timestamp"))
    if sent_at is None:
        return skipped(line, f"impossible time {str(record.get('timestamp'))[:40]!r}", text)
    number = record.get("type")
    kind = _KINDS.get(number, MessageKind.OTHER) if isinstance(number, int) else MessageKind.OTHER
    recalled = number == _RECALL
    sender_id = _string(record.get("sender"))
    name = _string(record.get("groupNickname")) or _string(record.get("accountName")) or ""
    platform_id = _string(record.get("platformMessageId")) or None
    reply_to = _string(record.get("replyToMessageId")) or None
    if ours:
        return _ours(record, line, text, sent_at, kind, recalled, sender_id, platform_id, reply_to, reading)
    if kind is MessageKind.SYSTEM and (sender_id or "").lower() in _SYSTEM_SENDERS:
        name, sender_id = "", None
    elif not name:
        name = names.get(sender_id or "") or sender_id or UNKNOWN_SENDER
    return SourceMessage(
        sent_at=sent_at,
        sender_name=name,
        text="" if bare(text, kind) else text,
        kind=kind,
        sender_id=sender_id or None,
        platform_id=platform_id and f"chatlab:{platform_id}",
        reply_to=reply_to and f"chatlab:{reply_to}",
        recalled=recalled,
        line=line,
    )


def _ours(
    record: dict[str, object],
    line: int,
    text: str,
    sent_at: datetime,
    kind: MessageKind,
    recalled: bool,
    sender: str | None,
    platform_id: str | None,
    reply_to: str | None,
    reading: Reading,
) -> SourceMessage:
    """A message that we wrote ourselves: nothing is interpreted."""
    extra = _object(record.get("copilot"))
    sender_id = None if sender is None or sender.startswith("name:") else sender.removeprefix("id:")
    if extra:
        kind = next((its for its in MessageKind if its == extra.get("kind")), kind)
        sent_at = from_iso(extra.get("sentAt"), reading.timezone) or sent_at
    return SourceMessage(
        sent_at=sent_at,
        sender_name=_string(record.get("accountName")) or "",
        text=text,
        kind=kind,
        sender_id=sender_id,
        platform_id=platform_id,
        reply_to=reply_to,
        quoted_name=_string(extra.get("quotedName")),
        quoted_text=_string(extra.get("quotedText")),
        recalled=recalled,
        to_the_minute=extra.get("toTheMinute") is True,
        line=line,
    )


def _parsed(line: str) -> object:
    """The JSON object on a line; None where there is none."""
    start = 0 if line.startswith("{") else len(line) - len(line.lstrip(" \t\r\ufeff"))
    try:
        record, end = _DECODE(line, start)
    except (ValueError, RecursionError):
        return None
    return None if line[end:].strip() else record


def _string(value: object) -> str | None:
    """A string, or a number as one (ids are written both ways)."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


FORMATS = (
    Format(
        name="chatlab",
        title=Words("ChatLab（JSON 或 JSONL）", "ChatLab (JSON or JSONL)"),
        how=Words(
            "在 ChatLab 或支持它的导出工具里选择导出为 ChatLab 格式；本软件导出的群聊也是这种格式。",
            "Choose ChatLab format in ChatLab or an exporter that supports it; chats exported from here are in it too.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

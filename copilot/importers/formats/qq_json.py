"""The JSON of qq-chat-exporter: `chatInfo`, then `messages`.

Its generations name things differently: `messageId`, `isRecalled`, `isSystemMessage` with QQ's own record in
`rawMessage`, and from version 4 on `id`, `recalled`, `system`, with the parts of a message in `content.elements`. Names
prefer what a member is called in the group. The sender's id is the QQ number, as in QQ's own TXT. A remark (备注),
which is private to whoever exported, is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import kind_and_text, recalled_by
from copilot.importers.reading.outline import facts_of, numbered_messages, outline
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso
from copilot.importers.reading.values import mapping, sequence, shown, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

_EXPORTER = re.compile(r"qq-?chat-?exporter", re.IGNORECASE)
_ELEMENTS = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "audio": MessageKind.VOICE,
    "file": MessageKind.FILE,
    "face": MessageKind.STICKER,
    "market_face": MessageKind.STICKER,
    "forward": MessageKind.FORWARD,
    "json": MessageKind.LINK,
    "location": MessageKind.LOCATION,
    "system": MessageKind.SYSTEM,
}
_KNOWN = frozenset({"text", "at", "reply", *_ELEMENTS})
# What stands in a text for a part that is none, as QQ's own TXT writes it.
_INLINE = {
    MessageKind.IMAGE: "[图片]",
    MessageKind.VIDEO: "[视频]",
    MessageKind.VOICE: "[语音]",
    MessageKind.STICKER: "[表情]",
    MessageKind.LOCATION: "[位置]",
}
_WORDS = {
    MessageKind.FILE: ("filename", "name"),
    MessageKind.FORWARD: ("title", "summary"),
    MessageKind.LINK: ("title", "description", "url"),
    MessageKind.LOCATION: ("name", "address"),
    MessageKind.SYSTEM: ("text",),
}
# A reply's mark in the text, by the newer and by the older generation.
_REPLY_MARK = re.compile(r"\s*(?:\[回复消息\]|\[CQ:reply,[^\[\]]{0,200}\])\s*")
_MENTION = re.compile(r"\[CQ:at,qq=(\w{1,20})(?:,name=([^\[\],]{0,200}))?[^\[\]]{0,200}\]")
_CODE = re.compile(r"\[CQ:(image|video|record|file|face|mface)(?:,[^\[\]]{0,4000})?\]")
_CODES = {
    "image": "[图片]",
    "video": "[视频]",
    "record": "[语音]",
    "file": "[文件]",
    "face": "[表情]",
    "mface": "[表情]",
}
_NO_QUOTE = frozenset({"", "引用消息"})


@dataclass(frozen=True, slots=True)
class _Said:
    """What a message says: its kind and words, and what it answers."""

    kind: MessageKind
    text: str
    answered: dict[str, object]


def _sniff(head: str) -> float:
    shape = outline(head)
    if not shape.object("chatInfo"):
        return 0.0
    if _EXPORTER.search(string(shape.object("metadata").get("name")) or ""):
        return 0.95
    return 0.9 if not shape.first or ("sender" in shape.first and "content" in shape.first) else 0.0


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    name = string(mapping(facts_of(source, "chatInfo").get("chatInfo")).get("name")) or ""
    return (ChatFound(name=name, platform=Platform.QQ, key=name),)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    for line, value in numbered_messages(JsonWalk(stream.chunks(), source.name)):
        if isinstance(value, dict):
            yield _item(value, line, reading)
        else:
            yield skipped(line, "the record is not an object", shown(value))


def _item(record: dict[str, object], line: int, reading: Reading) -> Item:
    said = _said(record.get("content"))
    sent_at = _time(record.get("timestamp"), reading) or _time(record.get("time"), reading)
    if sent_at is None:
        return skipped(line, f"impossible time {shown(record.get('timestamp'))!r}", said.text)
    system = (
        record.get("isSystemMessage") is True
        or record.get("system") is True
        or record.get("type") == "system"
        or said.kind is MessageKind.SYSTEM
    )
    recalled = record.get("isRecalled") is True or record.get("recalled") is True
    sender_id, name = _sender(mapping(record.get("sender")), mapping(record.get("rawMessage")))
    number = string(record.get("messageId")) or string(record.get("id"))
    answered = string(said.answered.get("referencedMessageId")) or string(said.answered.get("messageId"))
    quoted = string(said.answered.get("content")) or ""
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if system else name,
        text=said.text,
        kind=MessageKind.SYSTEM if system else said.kind,
        sender_id=None if system else sender_id,
        platform_id=f"qq:{number}" if number and number != "0" else None,
        reply_to=f"qq:{answered}" if answered and answered != "0" else None,
        quoted_name=string(said.answered.get("senderName")) or None,
        quoted_text=None if quoted in _NO_QUOTE else quoted,
        recalled=recalled or (system and recalled_by(said.text) is not None),
        line=line,
    )


def _time(value: object, reading: Reading) -> datetime | None:
    return from_epoch(value) or from_iso(value, reading.timezone)


def _sender(sender: dict[str, object], raw: dict[str, object]) -> tuple[str | None, str]:
    """The id and the name of who wrote a message."""
    number, uid = string(sender.get("uin")), string(sender.get("uid"))
    sender_id = (number if number and number != "0" else None) or uid or None
    known = (
        *(raw.get(field) for field in ("sendMemberName", "sendNickName")),
        *(sender.get(field) for field in ("groupCard", "nickname")),
    )
    remark = string(sender.get("remark"))
    shown = string(sender.get("name"))
    name = next((found for one in known if (found := string(one))), None)
    return sender_id, name or (shown if shown != remark or sender_id is None else None) or sender_id or UNKNOWN_SENDER


def _said(content: object) -> _Said:
    if not isinstance(content, dict):
        return _Said(MessageKind.TEXT, string(content) or "", {})
    elements = [mapping(one) for one in sequence(content.get("elements"))]
    answered = mapping(content.get("reply"))
    for element in elements:
        if element.get("type") == "reply" and not answered:
            answered = mapping(element.get("data"))
    whole = _cleaned(string(content.get("text")) or "")
    parts = [part for one in elements if (part := _part(one)) is not None]
    if not parts or any(string(one.get("type")) not in _KNOWN for one in elements):
        kind, text = kind_and_text(whole)
        resource = mapping(next(iter(sequence(content.get("resources"))), None))
        if kind is MessageKind.TEXT and not text and resource:
            kind = _ELEMENTS.get(str(resource.get("type")), MessageKind.OTHER)
            name = string(resource.get("filename")) or string(resource.get("fileName")) or ""
            text = name if kind is MessageKind.FILE else ""
        return _Said(kind, text, answered)
    kinds = {kind for kind, data in parts if kind is not MessageKind.TEXT or (string(data.get("text")) or "").strip()}
    if len(kinds) == 1 and kinds != {MessageKind.TEXT}:
        [kind] = kinds
        words = [_words(kind, data) for its, data in parts if its is kind]
        return _Said(kind, "\n".join(word for word in words if word), answered)
    return _Said(MessageKind.TEXT, "".join(_inline(kind, data) for kind, data in parts).strip() or whole, answered)


def _part(element: dict[str, object]) -> tuple[MessageKind, dict[str, object]] | None:
    """The kind of a part of a message and what it holds; None for the mark of a reply."""
    data, type_ = mapping(element.get("data")), string(element.get("type")) or ""
    if type_ == "at":
        data = {"text": string(data.get("text")) or f"@{string(data.get('name')) or string(data.get('uin')) or ''} "}
    return None if type_ == "reply" else (_ELEMENTS.get(type_, MessageKind.TEXT), data)


def _words(kind: MessageKind, data: dict[str, object]) -> str:
    found = (string(data.get(field)) for field in _WORDS.get(kind, ()))
    return "\n".join(word for word in found if word)


def _inline(kind: MessageKind, data: dict[str, object]) -> str:
    """A part of a message that holds several kinds, within its text."""
    if kind is MessageKind.TEXT:
        return string(data.get("text")) or string(data.get("summary")) or ""
    return _INLINE.get(kind) or _words(kind, data)


def _cleaned(text: str) -> str:
    """A text without the marks that stand in it for a reply, a mention or a picture."""
    if mark := _REPLY_MARK.match(text):
        text = text[mark.end() :]
    if "[CQ:" in text:
        text = _MENTION.sub(lambda match: f"@{match[2] or match[1]} ", text)
        text = _CODE.sub(lambda match: _CODES[match[1]], text)
    return text


FORMATS = (
    Format(
        name="qq-json",
        title=Words("qq-chat-exporter 的 JSON", "JSON from qq-chat-exporter"),
        how=Words(
            "在 qq-chat-exporter 的网页里选中群 → 导出 → 格式选 JSON。",
            "On the page of qq-chat-exporter: choose the group, Export, format JSON.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
        words_recalls=True,
    ),
)

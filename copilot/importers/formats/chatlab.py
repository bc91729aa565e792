"""Reading ChatLab JSON and JSONL, the interchange format; `importers.chatlab` writes it.

Message ids of files that others wrote stand under `chatlab:`; files of ours carry the ids as the store knows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime

from copilot.importers.chatlab import GENERATOR, KINDS, RECALL
from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import bare
from copilot.importers.reading.source import MAX_LINE, Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso
from copilot.importers.reading.values import mapping, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

_SYSTEM_SENDERS = frozenset({"", "system", "系统", "系统消息"})
_PLATFORMS = {platform.value: platform for platform in Platform} | {"weixin": Platform.WECHAT}

_JSON_HEAD = re.compile(r'\s*\{.{0,4000}?"chatlab"\s*:\s*\{', re.DOTALL)
_LINE_HEAD = re.compile(r'(?:\s*#[^\n]*\n)*\s*\{[^\n]*"_type"\s*:\s*"(?:header|member|message)"')
_DECODE = json.JSONDecoder(strict=False).raw_decode


def _sniff(head: str) -> float:
    return 0.95 if _LINE_HEAD.match(head) or _JSON_HEAD.match(head) else 0.0


def _is_lines(source: Source) -> bool:
    return _LINE_HEAD.match(source.head) is not None


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    meta = _line_header(source)[1] if _is_lines(source) else _document_header(source)
    name = string(meta.get("name")) or ""
    platform = _PLATFORMS.get(str(meta.get("platform")).lower(), Platform.MANUAL)
    return (ChatFound(name=name, platform=platform, key=name),)


def _line_header(source: Source) -> tuple[bool, dict[str, object]]:
    """Whether we wrote the file, and its `meta`."""
    for line in source.stream().lines():
        if line.strip() and not line.startswith("#"):
            record = _parsed(line)
            return (_is_ours(record), mapping(record.get("meta"))) if isinstance(record, dict) else (False, {})
    return False, {}


def _document_header(source: Source) -> dict[str, object]:
    walk = JsonWalk(source.stream().chunks(), source.name)
    for key in walk.members():
        if key == "messages":
            break
        if key == "meta":
            return mapping(walk.value())
        walk.skip()
    return {}


def _is_ours(record: dict[str, object]) -> bool:
    return mapping(record.get("chatlab")).get("generator") == GENERATOR


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
                _remember(mapping(walk.value()), names)
        elif key == "chatlab":
            ours = _is_ours({"chatlab": walk.value()})
        else:
            walk.skip()
    walk.finish()


def _remember(member: dict[str, object], names: dict[str, str]) -> None:
    """Keep a member's name for messages that carry only the id."""
    name = string(member.get("groupNickname")) or string(member.get("accountName"))
    if name:
        names[str(member.get("platformId"))] = name


def _message(record: dict[str, object], line: int, ours: bool, names: dict[str, str], reading: Reading) -> Item:
    content = record.get("content")
    text = content if isinstance(content, str) else "" if content is None else json.dumps(content, ensure_ascii=False)
    sent_at = from_epoch(record.get("timestamp"))
    if sent_at is None:
        return skipped(line, f"impossible time {str(record.get('timestamp'))[:40]!r}", text)
    number = record.get("type")
    kind = KINDS.get(number, MessageKind.OTHER) if isinstance(number, int) else MessageKind.OTHER
    recalled = number == RECALL
    sender_id = string(record.get("sender"))
    name = string(record.get("groupNickname")) or string(record.get("accountName")) or ""
    platform_id = string(record.get("platformMessageId")) or None
    reply_to = string(record.get("replyToMessageId")) or None
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
    extra = mapping(record.get("copilot"))
    sender_id = None if sender is None or sender.startswith("name:") else sender.removeprefix("id:")
    if extra:
        kind = next((its for its in MessageKind if its == extra.get("kind")), kind)
        sent_at = from_iso(extra.get("sentAt"), reading.timezone) or sent_at
    return SourceMessage(
        sent_at=sent_at,
        sender_name=string(record.get("accountName")) or "",
        text=text,
        kind=kind,
        sender_id=sender_id,
        platform_id=platform_id,
        reply_to=reply_to,
        quoted_name=string(extra.get("quotedName")),
        quoted_text=string(extra.get("quotedText")),
        recalled=recalled,
        to_the_minute=extra.get("toTheMinute") is True,
        line=line,
    )


def _parsed(line: str) -> object:
    """The JSON object on a line; None where there is none."""
    if not line:
        return None
    start = 0 if line.startswith("{") else len(line) - len(line.lstrip(" \t\r\ufeff"))
    try:
        record, end = _DECODE(line, start)
    except (ValueError, RecursionError):
        return None
    return None if line[end:].strip() else record


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

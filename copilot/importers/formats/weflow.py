"""The JSON of WeFlow and EchoTrace, which read WeChat's database: one chat a file.

`session` stands before `messages`. `type` says in Chinese what a message is; `localType` is not to be relied on, and
`localId` counts rows and is no id. WeFlow adds WeChat's own id of the message on its server, which stands under
`wechat:` as in MemoTrace, and in its compact form (arkme-json) tells senders by a number into `senders`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import recalled_by
from copilot.importers.reading.outline import facts_of, numbered_messages, outline
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso
from copilot.importers.reading.values import mapping, sequence, shown, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

_KINDS = {
    "文本": MessageKind.TEXT,
    "引用": MessageKind.TEXT,
    "图片": MessageKind.IMAGE,
    "语音": MessageKind.VOICE,
    "视频": MessageKind.VIDEO,
    "动画表情": MessageKind.STICKER,
    "表情": MessageKind.STICKER,
    "名片": MessageKind.CARD,
    "位置": MessageKind.LOCATION,
    "通话": MessageKind.CALL,
    "系统": MessageKind.SYSTEM,
    "拍一拍": MessageKind.SYSTEM,
    "链接": MessageKind.LINK,
    "卡片式链接": MessageKind.LINK,
    "图文": MessageKind.LINK,
    "音乐": MessageKind.LINK,
    "音乐分享": MessageKind.LINK,
    "音乐卡片": MessageKind.LINK,
    "视频号直播卡片": MessageKind.LINK,
    "小程序": MessageKind.MINI_PROGRAM,
    "小程序分享": MessageKind.MINI_PROGRAM,
    "聊天记录": MessageKind.FORWARD,
    "聊天记录合并转发": MessageKind.FORWARD,
    "红包": MessageKind.RED_PACKET,
    "红包卡片": MessageKind.RED_PACKET,
    "转账": MessageKind.TRANSFER,
    "转账卡片": MessageKind.TRANSFER,
    "文件": MessageKind.FILE,
    "群公告": MessageKind.NOTICE,
}
_WORDLESS = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.STICKER, MessageKind.CALL})
# `[链接] title`: what a message is, in front of its words.
_TAG = re.compile(r"\[[^\]\n]{1,16}\][ \t]*(?P<words>.*)", re.DOTALL)
# With media exported, their content is where the file was put.
_PATH = re.compile(r"(?:[^\s/\\]+[/\\])+(?P<name>[^/\\\n]+\.\w{1,8})")
_QUOTE_MARK = "[引用"
_SESSION = ("wxid", "accountId", "username", "displayName", "nickname")
_MESSAGE = ("createTime", "formattedTime", "localType")


def _sniff(head: str) -> float:
    shape = outline(head)
    if not any(name in shape.object("session") for name in _SESSION):
        return 0.0
    return 0.95 if "weflow" in shape.facts or not shape.first or any(name in shape.first for name in _MESSAGE) else 0.0


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    session = mapping(facts_of(source, "session").get("session"))
    # The remark, which is in displayName too, is what the exporter privately calls the chat.
    name = next((found for key in ("nickname", "displayName") if (found := string(session.get(key)))), "")
    key = next((found for key in ("wxid", "accountId", "username") if (found := string(session.get(key)))), name)
    return (ChatFound(name=name or key, platform=Platform.WECHAT, key=key),)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    senders: dict[str, dict[str, object]] | None = None
    for line, value in numbered_messages(JsonWalk(stream.chunks(), source.name)):
        if not isinstance(value, dict):
            yield skipped(line, "the record is not an object", shown(value))
            continue
        if "senderID" in value and senders is None:
            senders = _senders(source)
        yield _item(value, line, senders or {}, reading)


def _senders(source: Source) -> dict[str, dict[str, object]]:
    found = (mapping(one) for one in sequence(facts_of(source, "senders").get("senders")))
    return {string(one.get("senderID")) or "": one for one in found}


def _item(record: dict[str, object], line: int, senders: Mapping[str, dict[str, object]], reading: Reading) -> Item:
    content = string(record.get("content")) or ""
    sent_at = from_epoch(record.get("createTime")) or from_iso(record.get("formattedTime"), reading.timezone)
    if sent_at is None:
        time = record.get("createTime") or record.get("formattedTime")
        return skipped(line, f"impossible time {shown(time)!r}", content)
    kind = _KINDS.get((string(record.get("type")) or "").removesuffix("消息"), MessageKind.OTHER)
    sender = senders.get(string(record.get("senderID")) or "", {})
    sender_id = string(record.get("senderUsername")) or string(sender.get("accountId"))
    name = string(record.get("senderDisplayName")) or next(
        (found for key in ("groupNickname", "nickname", "displayName") if (found := string(sender.get(key)))), ""
    )
    mine = record.get("isSend") in (1, True, "1")
    quoted = string(record.get("quotedContent"))
    text = _text(content, kind, quoted)
    system = kind is MessageKind.SYSTEM
    number, answered = string(record.get("platformMessageId")), string(record.get("replyToMessageId"))
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if system else name or sender_id or ("我" if mine else UNKNOWN_SENDER),
        text=text,
        kind=kind,
        sender_id=None if system else sender_id or None,
        platform_id=f"wechat:{number}" if number and number != "0" else None,
        reply_to=f"wechat:{answered}" if answered and answered != "0" else None,
        quoted_name=string(record.get("quotedSender")) or None,
        quoted_text=quoted or None,
        recalled=system and recalled_by(text) is not None,
        line=line,
    )


def _text(content: str, kind: MessageKind, quoted: str | None) -> str:
    """The words of a message that members can search for."""
    if kind is MessageKind.TEXT:
        # A reply ends with `[引用 name：words]`.
        end = content.rfind(quoted) if quoted and content.endswith("]") else -1
        start = content.rfind(_QUOTE_MARK, 0, end) if end >= 0 else -1
        return content[:start].rstrip() if start >= 0 else content
    if kind is MessageKind.SYSTEM:
        return content
    if kind in _WORDLESS:
        return ""
    tag = _TAG.fullmatch(content)
    words = (tag["words"] if tag else content).strip()
    path = _PATH.fullmatch(words)
    if path and kind in (MessageKind.VOICE, MessageKind.FILE):
        return path["name"] if kind is MessageKind.FILE else ""
    return words


FORMATS = (
    Format(
        name="weflow",
        title=Words("WeFlow 或 EchoTrace 的 JSON", "JSON from WeFlow or EchoTrace"),
        how=Words(
            "在 WeFlow 或 EchoTrace 里选中群聊 → 导出 → 格式选 JSON。",
            "In WeFlow or EchoTrace: choose the group, Export, format JSON.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
        words_recalls=True,
    ),
)

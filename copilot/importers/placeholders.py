"""What text exports write in place of a picture, a file or a link, read back as a kind and the words worth keeping.

A bare picture has no text of its own: "" makes the same message equal in every format that carries it. Words that
members can search for stay: a file's name, a link's title and address.
"""

from __future__ import annotations

import re

from copilot.records import MessageKind

_KINDS = {
    "图片": MessageKind.IMAGE,
    "Photo": MessageKind.IMAGE,
    "Image": MessageKind.IMAGE,
    "语音": MessageKind.VOICE,
    "Voice": MessageKind.VOICE,
    "Audio": MessageKind.VOICE,
    "视频": MessageKind.VIDEO,
    "Video": MessageKind.VIDEO,
    "动画表情": MessageKind.STICKER,
    "表情包": MessageKind.STICKER,
    "表情": MessageKind.STICKER,
    "GIF表情": MessageKind.STICKER,
    "Sticker": MessageKind.STICKER,
    "Custom Sticker": MessageKind.STICKER,
    "文件": MessageKind.FILE,
    "File": MessageKind.FILE,
    "链接": MessageKind.LINK,
    "分享链接": MessageKind.LINK,
    "分享": MessageKind.LINK,
    "音乐分享": MessageKind.LINK,
    "音乐": MessageKind.LINK,
    "视频号": MessageKind.LINK,
    "Link": MessageKind.LINK,
    "小程序": MessageKind.MINI_PROGRAM,
    "Mini Program": MessageKind.MINI_PROGRAM,
    "聊天记录": MessageKind.FORWARD,
    "合并转发": MessageKind.FORWARD,
    "合并转发的聊天记录": MessageKind.FORWARD,
    "Chat History": MessageKind.FORWARD,
    "名片": MessageKind.CARD,
    "个人名片": MessageKind.CARD,
    "Contact Card": MessageKind.CARD,
    "位置": MessageKind.LOCATION,
    "位置分享": MessageKind.LOCATION,
    "地理位置": MessageKind.LOCATION,
    "Location": MessageKind.LOCATION,
    "红包": MessageKind.RED_PACKET,
    "微信红包": MessageKind.RED_PACKET,
    "QQ红包": MessageKind.RED_PACKET,
    "Red Packet": MessageKind.RED_PACKET,
    "转账": MessageKind.TRANSFER,
    "微信转账": MessageKind.TRANSFER,
    "Transfer": MessageKind.TRANSFER,
    "群公告": MessageKind.NOTICE,
    "Group Notice": MessageKind.NOTICE,
    "语音通话": MessageKind.CALL,
    "视频通话": MessageKind.CALL,
    "音视频通话": MessageKind.CALL,
}
_NAMES = "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True))
_WHOLE = re.compile(
    rf"!?[\[【](?P<name>{_NAMES})(?:\s?[:：|]\s?(?P<words>[^\n]*?))?(?:\(请在附件中查看\)|（请在附件中查看）)?[\]】]"
    r"(?:\((?P<address>[^()\s]*)\))?\s*"
)
_OPENINGS = frozenset("[【!")
_LONGEST = 2_000
_WORDLESS = frozenset(
    {MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO, MessageKind.STICKER, MessageKind.CALL, MessageKind.NOTICE}
)
# WeChat before 8.0 writes a quote into the text itself, above a line of dashes.
_QUOTE = re.compile(r"「(?P<name>[^\n：:]{1,64})[：:](?P<text>.*?)」\n(?:- ?|—|－){5,}\s*\n(?P<rest>.*)", re.DOTALL)
_RECALLED = re.compile(
    r"[\"“]?(?:(?P<zh>[^\n]{1,64}?)[\"”]?\s*撤回了(?:一条|成员[^\n]{0,64}的一条)?消息"
    r"|(?P<en>[^\n]{1,64}?)[\"”]? recalled a message)[^\n]{0,20}"
)


def kind_and_text(text: str) -> tuple[MessageKind, str]:
    """What a text says where it is nothing but a placeholder; otherwise it is a text as it stands."""
    match = _WHOLE.fullmatch(text) if text[:1] in _OPENINGS and len(text) <= _LONGEST else None
    if match is None:
        return MessageKind.TEXT, text
    kind = _KINDS[match["name"]]
    if kind in _WORDLESS:
        return kind, ""
    words = [match["words"] or ""]
    if kind in (MessageKind.LINK, MessageKind.MINI_PROGRAM, MessageKind.FORWARD):
        words.append(match["address"] or "")
    return kind, "\n".join(word for word in words if word)


def bare(text: str, kind: MessageKind) -> bool:
    """Whether a text says no more than that the message is of this kind."""
    if kind is MessageKind.TEXT or text[:1] not in _OPENINGS:
        return False
    found, rest = kind_and_text(text)
    return found is kind and not rest


def quote_and_text(text: str) -> tuple[str | None, str | None, str]:
    """The quoted name, the quoted words and the text below, where a text carries a quote in the way of older WeChat."""
    match = _QUOTE.fullmatch(text) if text.startswith("「") else None
    return (match["name"], match["text"], match["rest"]) if match else (None, None, text)


def recalled_by(text: str) -> str | None:
    """Who recalled a message, where a system line says that somebody did ("你" for the exporter)."""
    match = _RECALLED.fullmatch(text.strip())
    return (match["zh"] or match["en"]) if match else None


# Who a recall is of where no name is written, or where WeChat's own quotation marks stand around it.
_NAMELESS = frozenset({"你", "我", "您", "对方", "You", "you"})


def is_own_recall(text: str, name: str, sender_id: str | None) -> bool:
    """Whether words that an exporter puts into a member's mouth are the line that says that this member recalled a
    message: WeChat's line with its quotation marks, or one that names the member. "他撤回了一条消息" is a remark."""
    if len(text) > _LONGEST or ("撤回" not in text and "recalled" not in text):
        return False
    who = recalled_by(text)
    return who is not None and (text.strip()[0] in '"“' or who in _NAMELESS or who.strip() in (name, sender_id))

"""What WeChat's numbered message types are, as the exporters that read its database hand them on."""

from __future__ import annotations

from copilot.records import MessageKind

_KINDS = {
    1: MessageKind.TEXT,
    3: MessageKind.IMAGE,
    34: MessageKind.VOICE,
    42: MessageKind.CARD,
    43: MessageKind.VIDEO,
    47: MessageKind.STICKER,
    48: MessageKind.LOCATION,
    50: MessageKind.CALL,
    62: MessageKind.VIDEO,
    66: MessageKind.CARD,
    10000: MessageKind.SYSTEM,
    10002: MessageKind.SYSTEM,
}
_SHARES = {
    1: MessageKind.TEXT,
    3: MessageKind.LINK,
    4: MessageKind.LINK,
    5: MessageKind.LINK,
    6: MessageKind.FILE,
    8: MessageKind.STICKER,
    19: MessageKind.FORWARD,
    33: MessageKind.MINI_PROGRAM,
    36: MessageKind.MINI_PROGRAM,
    51: MessageKind.LINK,
    57: MessageKind.TEXT,
    62: MessageKind.SYSTEM,
    63: MessageKind.LINK,
    87: MessageKind.NOTICE,
    2000: MessageKind.TRANSFER,
    2001: MessageKind.RED_PACKET,
    2003: MessageKind.RED_PACKET,
}
SHARE = 49
QUOTE = 57


def wechat_kind(number: int, sub: int) -> MessageKind:
    """The kind of a message type and, where the type is a share (49), its sub-type."""
    if number == SHARE:
        return _SHARES.get(sub, MessageKind.LINK)
    return _KINDS.get(number, MessageKind.OTHER)

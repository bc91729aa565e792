"""Sources as people see them: what kind they are, and the place they stand in when they are opened."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.console.page import Ui
from copilot.console.scopes import find_scope
from copilot.records import Account, Message, MessageKind, Source, SourceKind
from copilot.services.asking import Opened


def kind_name(t: Texts, kind: SourceKind) -> str:
    """What a source is, in a word."""
    return {
        SourceKind.FAQ: t("问答", "FAQ"),
        SourceKind.RULE: t("群规", "Rule"),
        SourceKind.DOCUMENT: t("文档", "Document"),
        SourceKind.HISTORY: t("聊天记录", "Chat"),
    }[kind]


def opened_drawer(ui: Ui, account: Account, source: Source, opened: Opened, serial: int) -> Markup:
    """A source in the place where it stands: a message among its neighbours, or the text of an entry, rule or section.

    Args:
        ui: what the page is built with.
        account: who looks.
        source: what was asked for.
        opened: the answer of `asking.open_source`: title, messages or text, and the id of the message in focus.
        serial: a number that differs each time.
    """
    t = ui.t
    if opened.messages:
        scope = find_scope(ui, account, f"g{source.group_id}")
        timezone = scope.timezone if scope else ui.settings.timezone
        body = conversation(t, opened.messages, opened.focus_id, timezone)
    else:
        body = Markup('<div class="document">{}</div>').format(cards.text_block(opened.text))
    title = f"{kind_name(t, source.kind)} · {opened.title}"
    return cards.drawer(title, body, t("关闭", "Close"), serial)


def conversation(t: Texts, messages: Sequence[Message], focus_id: int | None, timezone: str) -> Markup:
    """Messages as a chat, a line for each new day, the one in focus highlighted."""
    parts: list[Markup] = []
    day = ""
    for message in messages:
        today = t.day(message.sent_at, timezone)
        if today != day:
            day = today
            parts.append(Markup('<div class="day">{}</div>').format(day))
        parts.append(_bubble(t, message, message.id == focus_id, timezone))
    return Markup('<div class="conversation">{}</div>').format(cards.join(parts))


def _bubble(t: Texts, message: Message, focused: bool, timezone: str) -> Markup:
    if message.kind is MessageKind.SYSTEM:
        return Markup('<div class="system{}">{}</div>').format(" focus" if focused else "", message.text)
    quoted = ""
    if message.quoted_text:
        quoted = Markup('<div class="quoted">{}{}</div>').format(
            f"{message.quoted_name}：" if message.quoted_name else "", message.quoted_text
        )
    return Markup(
        '<div class="bubble{focus}"><div class="by"><b>{name}</b><time>{at}</time></div>{quoted}{words}</div>'
    ).format(
        focus=" focus" if focused else "",
        name=message.sender_name or t("（没有名字）", "(no name)"),
        at=t.clock(message.sent_at, timezone),
        quoted=quoted,
        words=cards.text_block(message.text or f"[{message_kind_name(t, message.kind)}]"),
    )


def message_kind_name(t: Texts, kind: MessageKind) -> str:
    """What stands for a message without words."""
    names = {
        MessageKind.IMAGE: t("图片", "image"),
        MessageKind.VOICE: t("语音", "voice message"),
        MessageKind.VIDEO: t("视频", "video"),
        MessageKind.FILE: t("文件", "file"),
        MessageKind.STICKER: t("表情", "sticker"),
        MessageKind.LINK: t("链接", "link"),
        MessageKind.FORWARD: t("转发的聊天记录", "forwarded chat"),
        MessageKind.MINI_PROGRAM: t("小程序", "mini program"),
        MessageKind.CARD: t("名片", "contact card"),
        MessageKind.LOCATION: t("位置", "location"),
        MessageKind.RED_PACKET: t("红包", "red packet"),
        MessageKind.TRANSFER: t("转账", "transfer"),
        MessageKind.NOTICE: t("群公告", "announcement"),
        MessageKind.POLL: t("投票", "poll"),
        MessageKind.CALL: t("通话", "call"),
    }
    return names.get(kind, t("消息", "message"))

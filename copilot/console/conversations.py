"""A conversation as linked bubbles: who said what and when, whom each message answers, and why they belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.common_words import common_words
from copilot.console.i18n import Texts
from copilot.records import Message, MessageKind
from copilot.services.asking import Link, Opened
from copilot.text.tokens import tokens

# Replies to replies stand this far to the right and no farther: a phone is narrow.
_DEEPEST = 2
_MOST_WORDS = 4
# The reasons by which a message answers somebody outright; by the others it only follows.
_OUTRIGHT = ("reply", "quote", "mention", "answers")


def conversation(t: Texts, opened: Opened, timezone: str) -> Markup:
    """A thread whole, with what was said around it folded away; without links, messages in a row.

    Args:
        t: the texts of the page's language.
        opened: the answer of `asking.open_source`, with messages.
        timezone: in which times are told.
    """
    there = {message.id: message for message in opened.messages}
    depths = _depths(opened.messages, opened.links)

    def drawn(message: Message, previous: Message | None) -> Markup:
        link = opened.links.get(message.id)
        answered = there.get(link.answers_id or 0) if link else None
        return _bubble(
            t,
            message,
            timezone,
            focused=message.id == opened.focus_id,
            depth=depths.get(message.id, 0),
            link=link,
            answered=answered,
            follows=previous is not None and answered is previous,
        )

    inside = Markup('<div class="conversation">{}</div>').format(
        _with_days(
            t,
            (
                (message, drawn(message, previous))
                for previous, message in zip((None, *opened.messages), opened.messages, strict=False)
            ),
            timezone,
        )
    )
    return Markup('<div class="talk">{}{}{}{}{}</div>').format(
        _counts(t, opened, timezone),
        _reasons(t) if opened.links else "",
        _around(t, t("前面还说了什么", "What was said before"), opened.before, timezone),
        inside,
        _around(t, t("后面还说了什么", "What was said after"), opened.after, timezone),
    )


def why_linked(t: Texts, message: Message, link: Link, answered: Message | None) -> str:
    """Why a message belongs to its conversation, as a sentence; "" for a reason that has none.

    Args:
        t: the texts of the page's language.
        message: the message.
        link: how it is linked.
        answered: the message that it answers, where that is known.
    """
    if link.why == "opens":
        return t("对话从这句开始。", "The conversation opens with this.")
    if answered is None:
        return t(
            "它接的那句话在更早的一段对话里，或者已经不在了。",
            "What it follows stands in an earlier conversation, or is gone.",
        )
    name = _name(t, answered)
    match link.why:
        case "reply":
            return t(f"点名回复了 {name}。", f"Replies to {name} outright.")
        case "quote":
            return t(f"引用了 {name} 的话。", f"Quotes {name}.")
        case "mention":
            return t(f"@了 {name}。", f"Mentions {name}.")
        case "goes_on":
            return t("接着自己的话说。", "Goes on with their own words.")
        case "answers":
            return t(f"在回答 {name} 的问题。", f"Answers what {name} asked.")
        case "words":
            words = _shared(message, answered)
            listed = t(f"（共同的词：{'、'.join(words)}）", f" (words in common: {', '.join(words)})") if words else ""
            return t(f"和 {name} 说的是同一件事{listed}。", f"Speaks of the same thing as {name}{listed}.")
        case "near":
            return t(f"紧接着 {name} 说的。", f"Said right after {name}.")
    return ""


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


def _depths(messages: Sequence[Message], links: Mapping[int, Link]) -> dict[int, int]:
    """How far to the right each message stands: a reply beyond what it answers, one that goes on beside it."""
    depths: dict[int, int] = {}
    for message in messages:
        link = links.get(message.id)
        above = depths.get(link.answers_id or 0) if link else None
        if link is None or above is None:
            depths[message.id] = 0
        elif link.why == "goes_on":
            depths[message.id] = above
        elif link.why == "near":
            depths[message.id] = max(above, 1)
        else:
            depths[message.id] = min(above + 1, _DEEPEST)
    return depths


def _counts(t: Texts, opened: Opened, timezone: str) -> Markup:
    if not opened.links:
        return Markup("")
    people = {message.member_id or message.sender_name for message in opened.messages if message.sender_name}
    said = [
        t.counted(len(opened.messages), "条消息", "message"),
        t.counted(len(people), "个人", "person", "people"),
        t.span(opened.messages[0].sent_at, opened.messages[-1].sent_at, timezone),
    ]
    return Markup('<p class="soft small-text">{}</p>').format(" · ".join(said))


def _reasons(t: Texts) -> Markup:
    return Markup('<details class="reasons"><summary>{}</summary><p class="soft small-text">{}</p></details>').format(
        t("为什么是一段对话", "Why these belong together"),
        t("每条消息下面写着它为什么接在这里。", "Under each message stands why it belongs here."),
    )


def _around(t: Texts, title: str, messages: Sequence[Message], timezone: str) -> Markup:
    if not messages:
        return Markup("")
    drawn = _with_days(t, ((message, _bubble(t, message, timezone)) for message in messages), timezone)
    return Markup('<details class="around"><summary>{}{}</summary><div class="conversation">{}</div></details>').format(
        title, t(f"（{len(messages)} 条）", f" ({len(messages)})"), drawn
    )


def _with_days(t: Texts, drawn: Iterable[tuple[Message, Markup]], timezone: str) -> Markup:
    parts: list[Markup] = []
    day = ""
    for message, bubble in drawn:
        today = t.day(message.sent_at, timezone)
        if today != day:
            day = today
            parts.append(Markup('<div class="day">{}</div>').format(day))
        parts.append(bubble)
    return cards.join(parts)


def _bubble(
    t: Texts,
    message: Message,
    timezone: str,
    *,
    focused: bool = False,
    depth: int = 0,
    link: Link | None = None,
    answered: Message | None = None,
    follows: bool = False,
) -> Markup:
    marks = (" focus" if focused else "") + (f" deep-{depth}" if depth else "")
    if message.kind is MessageKind.SYSTEM:
        return Markup('<div class="system{}" data-message="{}" tabindex="-1">{}</div>').format(
            marks, message.id, message.text
        )
    quoted = ""
    if message.quoted_text:
        quoted = Markup('<div class="quoted">{}{}</div>').format(
            f"{message.quoted_name}：" if message.quoted_name else "", message.quoted_text
        )
    because = why_linked(t, message, link, answered) if link else ""
    return Markup(
        '<div class="bubble{marks}" data-message="{id}" tabindex="-1"><div class="by"><b>{name}</b><time>{at}</time>'
        "</div>{jump}{quoted}{words}{because}</div>"
    ).format(
        marks=marks,
        id=message.id,
        name=_name(t, message),
        at=t.clock(message.sent_at, timezone),
        jump=_jump(t, link, answered, follows),
        quoted=quoted,
        words=cards.text_block(message.text or f"[{message_kind_name(t, message.kind)}]"),
        because=Markup('<div class="because">{}</div>').format(because) if because else "",
    )


def _jump(t: Texts, link: Link | None, answered: Message | None, follows: bool) -> Markup:
    """A small button that leads to what is answered. Who goes on at once with their own words needs none."""
    if link is None or answered is None or (link.why == "goes_on" and follows):
        return Markup("")
    name = _name(t, answered)
    if link.why == "goes_on":
        words = t("接自己的话", "Going on")
    elif link.why in _OUTRIGHT:
        words = t(f"回复 {name}", f"Replying to {name}")
    else:
        words = t(f"接 {name}", f"After {name}")
    return Markup('<button type="button" class="jump" data-jump="{}" title="{}"><span>{}</span> →</button>').format(
        answered.id, t("看它接的那句话", "See what it follows"), words
    )


def _shared(message: Message, answered: Message) -> list[str]:
    # Latin words that short (the, and, you) are in everything.
    pieces = {one for one in tokens(message.text) if not (one.isascii() and len(one) < 4)} & set(tokens(answered.text))
    return sorted(common_words(pieces, message.text, [answered.text]), key=len, reverse=True)[:_MOST_WORDS]


def _name(t: Texts, message: Message) -> str:
    return message.sender_name or t("（没有名字）", "(no name)")

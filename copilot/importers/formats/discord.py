"""DiscordChatExporter's JSON: one channel or thread a file.

`guild` and `channel` stand before `messages`. A message's `type` is a word, or a number where the exporter knows none;
1 to 18 are notices (joins, pins, calls) whose `content` is an English sentence without its subject. `reference` is the
answered message only in a `Reply`; pins and crossposts have one too. An edited message comes with its last words.
Reactions and roles are not kept; a picture has no text of its own, a file its name, a bare embed its title and text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.reading.attachments import kind_of_file
from copilot.importers.reading.outline import facts_of, numbered_messages, outline
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_iso
from copilot.importers.reading.values import mapping, sequence, shown, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

_NOTICES = frozenset(
    {
        "RecipientAdd",
        "RecipientRemove",
        "ChannelNameChange",
        "ChannelIconChange",
        "ChannelPinnedMessage",
        "GuildMemberJoin",
        "ThreadCreated",
        # What Discord numbers so: boosts of a server, a followed channel, notes of server discovery.
        *(str(number) for number in range(8, 18)),
    }
)
_DIRECT = "Direct Messages"
_EMOJI = re.compile(r"<a?(:\w{1,64}:)\d{1,20}>")


def _sniff(head: str) -> float:
    shape = outline(head)
    if not (shape.object("guild") and shape.object("channel")):
        return 0.0
    return 0.95 if shape.has_messages or "exportedAt" in shape.facts else 0.0


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    facts = facts_of(source, "guild", "channel")
    guild, channel = mapping(facts.get("guild")), mapping(facts.get("channel"))
    server, name = string(guild.get("name")) or "", string(channel.get("name")) or ""
    if server and server != _DIRECT:
        name = f"{server} #{name}" if name else server
    return (ChatFound(name=name, platform=Platform.DISCORD, key=string(channel.get("id")) or name),)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    for line, value in numbered_messages(JsonWalk(stream.chunks(), source.name)):
        if isinstance(value, dict):
            yield _item(value, line, reading)
        else:
            yield skipped(line, "the record is not an object", shown(value))


def _item(record: dict[str, object], line: int, reading: Reading) -> Item:
    content = _EMOJI.sub(r"\1", string(record.get("content")) or "")
    sent_at = from_iso(record.get("timestamp"), reading.timezone)
    if sent_at is None:
        return skipped(line, f"impossible time {shown(record.get('timestamp'))!r}", content)
    author = mapping(record.get("author"))
    name = string(author.get("nickname")) or string(author.get("name")) or UNKNOWN_SENDER
    type_ = string(record.get("type")) or ""
    if type_ in _NOTICES:
        kind, text = MessageKind.SYSTEM, f"{name} {content[:1].lower()}{content[1:]}".strip()
    elif type_ in ("Call", "3"):
        kind, text = MessageKind.CALL, ""
    else:
        kind, text = _kind_and_text(record, content)
    number = string(record.get("id"))
    return SourceMessage(
        sent_at=sent_at,
        sender_name=name,
        text=text,
        kind=kind,
        sender_id=string(author.get("id")) or None,
        platform_id=f"discord:{number}" if number else None,
        reply_to=_answered(record) if type_ in ("Reply", "19") else None,
        line=line,
    )


def _answered(record: dict[str, object]) -> str | None:
    number = string(mapping(record.get("reference")).get("messageId"))
    return f"discord:{number}" if number else None


def _kind_and_text(record: dict[str, object], content: str) -> tuple[MessageKind, str]:
    """What a post carries; a forwarded one holds the words and files of another message."""
    forwarded = mapping(record.get("forwardedMessage"))
    if forwarded:
        # Discord forwards one level deep; more is no forward but a file that was made to be deep.
        inner = {key: its for key, its in forwarded.items() if key != "forwardedMessage"}
        _, text = _kind_and_text(inner, _EMOJI.sub(r"\1", string(inner.get("content")) or ""))
        return MessageKind.FORWARD, "\n".join(part for part in (content, text) if part)
    names = [string(mapping(one).get("fileName")) or "" for one in sequence(record.get("attachments"))]
    if names:
        files = [name for name in names if name and kind_of_file(name) is MessageKind.FILE]
        return kind_of_file(names[0]), "\n".join(part for part in (content, *files) if part)
    if content:
        return MessageKind.TEXT, content
    if sequence(record.get("stickers")):
        return MessageKind.STICKER, ""
    words = [word for embed in sequence(record.get("embeds")) for word in _embedded(mapping(embed))]
    return (MessageKind.LINK, "\n".join(words)) if words else (MessageKind.OTHER, "")


def _embedded(embed: dict[str, object]) -> Iterator[str]:
    fields = (mapping(one) for one in sequence(embed.get("fields")))
    told = [embed.get("title"), embed.get("description")]
    told += [part for field in fields for part in (field.get("name"), field.get("value"))]
    yield from (words for one in [*told, embed.get("url")] if (words := string(one)))


FORMATS = (
    Format(
        name="discord",
        title=Words("DiscordChatExporter 的 JSON", "JSON from DiscordChatExporter"),
        how=Words(
            "在 DiscordChatExporter 里选服务器和频道 → 导出 → 格式选 JSON；每个频道一个文件。",
            "In DiscordChatExporter: choose the server and the channel, Export, format JSON; one file a channel.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

"""Telegram Desktop's `result.json`: one chat, or a full export with all of them.

`text` is a string or an array of strings and entities; the address behind a link's words is put after them, since
what a link hides matters. Service messages (joins, removals, pins) become system lines with their actor. A forwarded
post is text of who forwards it. Reactions, edits and formatting are not kept; media without words has an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from copilot.importers.export import ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_epoch, from_iso
from copilot.importers.reading.values import mapping, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

_DELETED = "Deleted Account"
_SAVED = "Saved Messages"
_LISTS = ("chats", "left_chats")
_HEAD = re.compile(r"\s*\{")
_CHAT_TYPE = re.compile(
    r'"type"\s*:\s*"(?:personal_chat|bot_chat|private_group|private_supergroup|public_supergroup|private_channel'
    r'|public_channel|saved_messages|replies|verification_codes)"'
)
_FULL = re.compile(r'"(?:about|personal_information|chats|left_chats)"\s*:')
_MEDIA = {
    "sticker": MessageKind.STICKER,
    "animation": MessageKind.STICKER,
    "voice_message": MessageKind.VOICE,
    "video_message": MessageKind.VIDEO,
    "video_file": MessageKind.VIDEO,
    "audio_file": MessageKind.FILE,
}
_FIELDS = (
    ("poll", MessageKind.POLL),
    ("photo", MessageKind.IMAGE),
    ("contact_information", MessageKind.CARD),
    ("live_location_period_seconds", MessageKind.LOCATION),
    ("location_information", MessageKind.LOCATION),
    ("file", MessageKind.FILE),
)
_CALLS = frozenset({"phone_call", "group_call", "invite_to_group_call", "conference_call"})
# What a service message's action says, with the fields of the message that complete it.
_ACTIONS = {
    "create_group": "created the group {title}",
    "create_channel": "created the channel {title}",
    "invite_members": "invited {members}",
    "remove_members": "removed {members}",
    "join_group_by_link": "joined by the link of {inviter}",
    "join_group_by_request": "joined by request",
    "edit_group_title": "renamed the group to {title}",
    "pin_message": "pinned a message",
    "migrate_from_group": "turned the group {title} into a supergroup",
    "topic_created": "created the topic {title}",
    "topic_edit": "changed the topic {new_title}",
}


def _sniff(head: str) -> float:
    if not _HEAD.match(head):
        return 0.0
    if _CHAT_TYPE.search(head) and '"messages"' in head:
        return 0.9
    return 0.6 if _FULL.search(head[:1_000]) else 0.0


def _is_full(source: Source) -> bool:
    """Whether the file holds lists of chats. A single chat has its name, type and id before its messages."""
    walk = JsonWalk(source.stream().chunks(), source.name)
    for key in walk.members():
        if key == "messages":
            return False
        if key in _LISTS:
            return True
        walk.skip()
    return False


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    walk = JsonWalk(source.stream().chunks(), source.name)
    if not _is_full(source):
        facts: dict[str, object] = {}
        for key in walk.members():
            if key == "messages":
                break
            _take_fact(walk, key, facts)
        return (_found(facts, None, ""),)
    return tuple(_found(facts, count, f"#{number}") for number, (facts, count) in enumerate(_scan(walk), 1))


def _found(facts: dict[str, object], messages: int | None, fallback: str) -> ChatFound:
    name = string(facts.get("name"))
    if name is None:
        name = _SAVED if facts.get("type") == "saved_messages" else _DELETED if "id" in facts else ""
    return ChatFound(name=name, platform=Platform.TELEGRAM, messages=messages, key=string(facts.get("id")) or fallback)


def _scan(walk: JsonWalk) -> Iterator[tuple[dict[str, object], int]]:
    """What is said of each chat of a full export, with the number of its messages."""
    for _ in _chat_positions(walk):
        facts: dict[str, object] = {}
        count = 0
        for key in walk.members():
            if key == "messages" and walk.peek() == "[":
                for _ in walk.elements():
                    walk.value()
                    count += 1
            else:
                _take_fact(walk, key, facts)
        yield facts, count
    walk.finish()


def _take_fact(walk: JsonWalk, key: str, facts: dict[str, object]) -> None:
    if walk.peek() in ("{", "["):
        walk.skip()
    else:
        facts[key] = walk.value()


def _chat_positions(walk: JsonWalk) -> Iterator[int]:
    """Stop at each chat object of a full export; the caller consumes it."""
    number = 0
    for key in walk.members():
        if key not in _LISTS or walk.peek() != "{":
            walk.skip()
            continue
        for inner in walk.members():
            if inner != "list" or walk.peek() != "[":
                walk.skip()
                continue
            for _ in walk.elements():
                if walk.peek() != "{":
                    walk.skip()
                    continue
                number += 1
                yield number


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    walk = JsonWalk(stream.chunks(), source.name)
    if not _is_full(source):
        yield from _chat_items(walk, reading, None)
    else:
        for number in _chat_positions(walk):
            yield from _chat_items(walk, reading, f"#{number}")
    walk.finish()


def _chat_items(walk: JsonWalk, reading: Reading, fallback: str | None) -> Iterator[Item]:
    """The messages of one chat object, if it is the one that is asked for. Its id stands before its messages."""
    key: str | None = fallback
    for name in walk.members():
        if name == "id":
            key = string(walk.value()) or fallback
        elif name == "messages" and walk.peek() == "[" and (fallback is None or key == reading.chat):
            for index in walk.elements():
                yield _item(walk.value(), index + 1, reading)
        else:
            walk.skip()


def _item(value: object, line: int, reading: Reading) -> Item:
    record = mapping(value)
    text = _text(record.get("text"))
    sent_at = from_epoch(record.get("date_unixtime")) or from_iso(record.get("date"), reading.timezone)
    if sent_at is None:
        time = record.get("date_unixtime") or record.get("date")
        return skipped(line, f"impossible time {str(time)[:40]!r}" if record else "the record is not an object", text)
    number = string(record.get("id"))
    platform_id = f"telegram:{number}" if number else None
    if record.get("type") == "service":
        return _service(record, sent_at, platform_id, line)
    sender_id = string(record.get("from_id"))
    kind = _kind(record)
    reply = string(record.get("reply_to_message_id")) if "reply_to_peer_id" not in record else None
    return SourceMessage(
        sent_at=sent_at,
        sender_name=string(record.get("from")) or _DELETED,
        text=text or _stand_in(record, kind),
        kind=kind,
        sender_id=sender_id,
        platform_id=platform_id,
        reply_to=f"telegram:{reply}" if reply else None,
        line=line,
    )


def _service(record: dict[str, object], sent_at: datetime, platform_id: str | None, line: int) -> SourceMessage:
    action = string(record.get("action")) or "service"
    members = record.get("members")
    names = [string(member) or _DELETED for member in members] if isinstance(members, list) else []
    words = {name: string(record.get(name)) or "?" for name in ("title", "new_title", "inviter")}
    said = _ACTIONS.get(action, action.replace("_", " ").replace("{", "(").replace("}", ")"))
    said = said.format(**words, members=", ".join(names) or "?")
    actor = string(record.get("actor")) or (_DELETED if "actor" in record else "")
    return SourceMessage(
        sent_at=sent_at,
        sender_name=actor,
        text=f"{actor} {said}".strip(),
        kind=MessageKind.CALL if action in _CALLS else MessageKind.SYSTEM,
        sender_id=string(record.get("actor_id")),
        platform_id=platform_id,
        line=line,
    )


def _kind(record: dict[str, object]) -> MessageKind:
    media = _MEDIA.get(string(record.get("media_type")) or "")
    if media is not None:
        return media
    kind = next((kind for field, kind in _FIELDS if record.get(field) is not None), MessageKind.TEXT)
    mime = string(record.get("mime_type")) or ""
    return MessageKind.IMAGE if kind is MessageKind.FILE and mime.startswith("image/") else kind


def _stand_in(record: dict[str, object], kind: MessageKind) -> str:
    """The words of a message without a text: a poll's question and answers, a file's name, a place, a contact."""
    if kind is MessageKind.POLL:
        poll = mapping(record.get("poll"))
        answers = poll.get("answers")
        options = [_text(mapping(answer).get("text")) for answer in answers] if isinstance(answers, list) else []
        return "\n".join([_text(poll.get("question")), *(f"- {option}" for option in options)])
    if kind is MessageKind.FILE:
        name = string(record.get("file_name"))
        path = string(record.get("file")) or ""
        # Where the file itself was not exported, `file` holds a note in brackets.
        return name or ("" if path.startswith("(") else path.rpartition("/")[2])
    if kind is MessageKind.LOCATION:
        return "\n".join(filter(None, (string(record.get(field)) for field in ("place_name", "address"))))
    if kind is MessageKind.CARD:
        contact = mapping(record.get("contact_information"))
        return " ".join(filter(None, (string(contact.get(field)) for field in ("first_name", "last_name"))))
    return ""


def _text(value: object) -> str:
    """A text that is a string or an array of strings and entities."""
    if not isinstance(value, list):
        return string(value) or ""
    return "".join(string(part) or _entity(mapping(part)) for part in value)


def _entity(entity: dict[str, object]) -> str:
    words = string(entity.get("text")) or ""
    address = string(entity.get("href")) if entity.get("type") == "text_link" else None
    return f"{words} ({address})" if address and address != words else words


FORMATS = (
    Format(
        name="telegram",
        title=Words("Telegram 桌面版导出的 JSON（result.json）", "JSON from Telegram Desktop (result.json)"),
        how=Words(
            "Telegram 桌面版打开群 → 右上角 ⋮ → 导出聊天记录 → 格式选 JSON。",
            "In Telegram Desktop: open the group, the menu at the top right, Export chat history, format JSON.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

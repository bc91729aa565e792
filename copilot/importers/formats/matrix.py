"""Element's JSON export of a Matrix room: `room_name` and other facts, then `messages`, which are Matrix events.

Two readings: the first gathers what later events say of earlier messages (edits, which replace the words, and names of
members), the second reads the messages. A reply names the event that it answers; older clients also write the answered
words on top as lines with `> `, which become the quote. In a thread, what answers nothing else answers the thread's
first message. A deleted message is an event without content. Reactions and the formatted body are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from copilot.importers.export import (
    MAX_NAME,
    MAX_TEXT,
    UNKNOWN_SENDER,
    ChatFound,
    Format,
    Item,
    Reading,
    Words,
    skipped,
)
from copilot.importers.reading.outline import facts_of, numbered_messages, outline
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_epoch
from copilot.importers.reading.values import mapping, sequence, shown, string
from copilot.importers.reading.walking import JsonWalk
from copilot.records import MessageKind, Platform, SourceMessage

MOST_NAMES = 100_000
"""The most members whose names are held in memory."""

MOST_EDITED = 20_000_000
"""The most characters of edits that are held in memory; a room of a million messages has far fewer."""

_FACTS = ("room_creator", "topic", "export_date", "exported_by")
_MEDIA = {
    "m.image": MessageKind.IMAGE,
    "m.video": MessageKind.VIDEO,
    "m.audio": MessageKind.FILE,
    "m.file": MessageKind.FILE,
    "m.location": MessageKind.LOCATION,
}
_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_FALLBACK = re.compile(r"> (?P<star>\* )?<(?P<who>@[^<>\n]{1,255})> ?(?P<text>[^\n]*)")
# What a state event says, with `{new}` for the field of its content that it sets.
_STATES = {
    "m.room.create": ("created the room", ""),
    "m.room.name": ("renamed the room to {new}", "name"),
    "m.room.topic": ("changed the topic to {new}", "topic"),
    "m.room.avatar": ("changed the picture of the room", ""),
    "m.room.pinned_events": ("changed the pinned messages", ""),
    "m.room.encryption": ("turned encryption on", ""),
    "m.room.tombstone": ("moved the room: {new}", "body"),
}
_ENCRYPTED = "the message is encrypted and the export does not hold its words"
_EDIT = "an edit, whose words stand in the message that it changes"
_LOST_EDIT = "an edit of a message that is another member's or not in this export"


@dataclass(slots=True)
class _Room:
    """What the first reading found, and the names as the second comes to know them.

    Args:
        names: of members by their ids.
        edits: by the event that is changed and who changes it: when, and the new content.
        applied: the edits whose message was read.
        held: about how many characters the edits have.
    """

    names: dict[str, str] = field(default_factory=dict)
    edits: dict[tuple[str, str], tuple[float, dict[str, object]]] = field(default_factory=dict)
    applied: set[tuple[str, str]] = field(default_factory=set)
    held: int = 0

    def name(self, sender: str | None) -> str:
        """What a member is called: the name last heard, or what their id begins with."""
        if not sender:
            return UNKNOWN_SENDER
        return self.names.get(sender) or sender.removeprefix("@").partition(":")[0] or sender


def _sniff(head: str) -> float:
    shape = outline(head)
    if not isinstance(shape.facts.get("room_name"), str):
        return 0.0
    known = any(name in shape.facts for name in _FACTS) or "origin_server_ts" in shape.first
    return 0.95 if known else 0.0


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    name = string(facts_of(source, "room_name").get("room_name")) or ""
    return (ChatFound(name=name, platform=Platform.MATRIX, key=name),)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    room = _scan(source)
    for line, value in numbered_messages(JsonWalk(stream.chunks(), source.name)):
        if isinstance(value, dict):
            yield _item(_clear(value), line, room)
        else:
            yield skipped(line, "the record is not an object", shown(value))


def _clear(event: dict[str, object]) -> dict[str, object]:
    """The event itself, where an export wraps the decrypted one beside the encrypted."""
    return mapping(event.get("decrypted")) or event


def _scan(source: Source) -> _Room:
    room = _Room()
    for _, value in numbered_messages(JsonWalk(source.stream().chunks(), source.name)):
        event = _clear(mapping(value))
        content = mapping(event.get("content"))
        if event.get("type") == "m.room.member":
            member = string(event.get("state_key")) or ""
            before = mapping(mapping(event.get("unsigned")).get("prev_content"))
            name = string(before.get("displayname")) or string(content.get("displayname"))
            # The first name that is heard of holds for what was written before.
            if name and len(name) <= MAX_NAME and len(room.names) < MOST_NAMES:
                room.names.setdefault(member, name)
        elif (target := _replaced(content)) is not None and room.held < MOST_EDITED:
            _remember_edit(room, target, event, content)
    return room


def _replaced(content: dict[str, object]) -> str | None:
    """The event that an edit replaces; None for what is no edit."""
    relation = mapping(content.get("m.relates_to"))
    return string(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else None


def _remember_edit(room: _Room, target: str, event: dict[str, object], content: dict[str, object]) -> None:
    new = mapping(content.get("m.new_content")) or content
    body, at = string(new.get("body")) or "", from_epoch(event.get("origin_server_ts"))
    # Only who wrote a message can edit it.
    key = (target, string(event.get("sender")) or "")
    moment = at.timestamp() if at else 0.0
    if len(body) <= MAX_TEXT and moment >= room.edits.get(key, (0.0, {}))[0]:
        room.edits[key] = (moment, {"body": body, "msgtype": new.get("msgtype")})
        room.held += len(body) + 200


def _item(event: dict[str, object], line: int, room: _Room) -> Item:
    content = mapping(event.get("content"))
    body = string(content.get("body")) or ""
    type_, sender = string(event.get("type")) or "", string(event.get("sender"))
    if type_ == "m.room.encrypted" or content.get("msgtype") == "m.bad.encrypted":
        return skipped(line, _ENCRYPTED)
    if (target := _replaced(content)) is not None:
        return skipped(line, _EDIT if (target, sender or "") in room.applied else _LOST_EDIT, body)
    sent_at = from_epoch(event.get("origin_server_ts"))
    if sent_at is None:
        return skipped(line, f"impossible time {shown(event.get('origin_server_ts'))!r}", body)
    if type_ == "m.reaction":
        return skipped(line, "a reaction", string(mapping(content.get("m.relates_to")).get("key")) or "")
    if _is_deleted(event):
        return _post(event, sent_at, line, room, MessageKind.SYSTEM, f"{room.name(sender)} deleted a message", True)
    if reader := _READERS.get(type_):
        return reader(event, content, sent_at, line, room)
    if "state_key" in event or type_ in _STATES:
        return _post(event, sent_at, line, room, MessageKind.SYSTEM, _state(type_, content, room.name(sender)))
    return skipped(line, f"an event of type {shown(type_)!r} holds no message", body)


def _is_deleted(event: dict[str, object]) -> bool:
    unsigned = mapping(event.get("unsigned"))
    return "state_key" not in event and bool(unsigned.get("redacted_because") or event.get("redacted_because"))


def _post(
    event: dict[str, object],
    sent_at: datetime,
    line: int,
    room: _Room,
    kind: MessageKind,
    text: str,
    recalled: bool = False,
    *,
    reply_to: str | None = None,
    quote: tuple[str | None, str | None] = (None, None),
) -> SourceMessage:
    sender, number = string(event.get("sender")), string(event.get("event_id"))
    return SourceMessage(
        sent_at=sent_at,
        sender_name=room.name(sender),
        text=text,
        kind=kind,
        sender_id=sender or None,
        platform_id=f"matrix:{number}" if number else None,
        reply_to=f"matrix:{reply_to}" if reply_to else None,
        quoted_name=quote[0],
        quoted_text=quote[1],
        recalled=recalled,
        line=line,
    )


def _message(event: dict[str, object], content: dict[str, object], sent_at: datetime, line: int, room: _Room) -> Item:
    if not content:
        return skipped(line, "the message has no content")
    relation = mapping(content.get("m.relates_to"))
    said = _edited(event, content, room)
    msgtype = string(said.get("msgtype")) or string(content.get("msgtype")) or ""
    body = string(said.get("body")) or ""
    kind = _MEDIA.get(msgtype, MessageKind.TEXT)
    quote: tuple[str | None, str | None] = (None, None)
    if kind is MessageKind.TEXT:
        if mapping(relation.get("m.in_reply_to")):
            quote, body = _without_fallback(body, room)
        text = body
    else:
        # Where the file's name stands apart, the body is a caption.
        name = string(content.get("filename"))
        caption = body if name and body != name else ""
        if msgtype == "m.audio" and any(key.endswith("voice") for key in content):
            kind = MessageKind.VOICE
        words = {MessageKind.FILE: name or body, MessageKind.LOCATION: body}.get(kind, "")
        text = "\n".join(part for part in (words, caption) if part)
    return _post(event, sent_at, line, room, kind, text, reply_to=_answered(relation), quote=quote)


def _edited(event: dict[str, object], content: dict[str, object], room: _Room) -> dict[str, object]:
    """The content as it stands after the last edit: one in this file, or one that the server put into the event."""
    key = (string(event.get("event_id")) or "", string(event.get("sender")) or "")
    if (edit := room.edits.get(key)) is not None:
        room.applied.add(key)
        return edit[1]
    bundled = mapping(mapping(mapping(event.get("unsigned")).get("m.relations")).get("m.replace"))
    return mapping(mapping(bundled.get("content")).get("m.new_content")) or content


def _answered(relation: dict[str, object]) -> str | None:
    """The event that a message answers. In a thread, clients name the message before it for those that know no
    threads; what it really follows is the thread's first."""
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back") is True:
        return string(relation.get("event_id"))
    answered = string(mapping(relation.get("m.in_reply_to")).get("event_id"))
    return answered or (string(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else None)


def _without_fallback(body: str, room: _Room) -> tuple[tuple[str | None, str | None], str]:
    """The quote that stands above a reply, and the reply without it."""
    match = _FALLBACK.match(body)
    if match is None:
        return (None, None), body
    lines = body.split("\n")
    end = next((index for index, one in enumerate(lines) if not one.startswith(">")), len(lines))
    quoted = [match["text"], *(one.removeprefix(">").removeprefix(" ") for one in lines[1:end])]
    below = lines[end + 1 :] if end < len(lines) and not lines[end].strip() else lines[end:]
    return (room.name(match["who"]), "\n".join(quoted)), "\n".join(below)


def _sticker(event: dict[str, object], content: dict[str, object], sent_at: datetime, line: int, room: _Room) -> Item:
    relation = mapping(content.get("m.relates_to"))
    return _post(event, sent_at, line, room, MessageKind.STICKER, "", reply_to=_answered(relation))


def _poll(event: dict[str, object], content: dict[str, object], sent_at: datetime, line: int, room: _Room) -> Item:
    poll = next((mapping(content[key]) for key in content if key.endswith(("poll", "poll.start"))), {})
    answers = [_poll_words(mapping(one)) for one in sequence(poll.get("answers"))]
    text = "\n".join([_poll_words(mapping(poll.get("question"))), *(f"- {answer}" for answer in answers)])
    return _post(event, sent_at, line, room, MessageKind.POLL, text)


def _poll_words(part: dict[str, object]) -> str:
    """The words of a question or an answer, in the form of today or in the one before."""
    words = next((part[key] for key in part if key.endswith("text")), None)
    return string(words) or string(mapping(next(iter(sequence(words)), None)).get("body")) or ""


def _member(event: dict[str, object], content: dict[str, object], sent_at: datetime, line: int, room: _Room) -> Item:
    sender, member = string(event.get("sender")), string(event.get("state_key")) or string(event.get("sender"))
    before = mapping(mapping(event.get("unsigned")).get("prev_content"))
    name = string(content.get("displayname"))
    if member and name and len(name) <= MAX_NAME and (member in room.names or len(room.names) < MOST_NAMES):
        old, room.names[member] = room.names.get(member), name
    else:
        old = None
    said = _membership(
        string(content.get("membership")) or "", string(before.get("membership")) or "", by_other=sender != member
    )
    actor, who = room.name(sender), room.name(member)
    if said is None:
        renamed = name and (string(before.get("displayname")) or old) not in (name, None)
        text = f"{string(before.get('displayname')) or old} is now {name}" if renamed else f"{who} changed the profile"
    else:
        text = f"{actor} {said} {who}" if sender != member else f"{who} {said}"
    return _post(event, sent_at, line, room, MessageKind.SYSTEM, text)


def _membership(now: str, before: str, *, by_other: bool) -> str | None:
    """What a change of membership says of its actor; None where only the profile changed."""
    if now == before == "join":
        return None
    if by_other:
        undone = {"ban": "unbanned", "invite": "withdrew the invitation of"}.get(before, "removed")
        return {"invite": "invited", "ban": "banned", "leave": undone, "join": "added"}.get(now, "changed")
    refused = "declined the invitation" if before == "invite" else "left"
    return {"join": "joined", "leave": refused, "knock": "asked to join"}.get(now, f"is now {now or '?'}")


def _call(event: dict[str, object], content: dict[str, object], sent_at: datetime, line: int, room: _Room) -> Item:
    return _post(event, sent_at, line, room, MessageKind.CALL, "")


def _state(type_: str, content: dict[str, object], name: str) -> str:
    said, part = _STATES.get(type_, (f"changed {type_[:100]}", ""))
    return f"{name} {said.format(new=string(content.get(part)) or '?') if part else said}"


_READERS: dict[str, Callable[[dict[str, object], dict[str, object], datetime, int, _Room], Item]] = {
    "m.room.message": _message,
    "m.sticker": _sticker,
    "m.room.member": _member,
    "m.call.invite": _call,
    **dict.fromkeys(_POLLS, _poll),
}

FORMATS = (
    Format(
        name="matrix",
        title=Words("Element（Matrix）导出的 JSON", "JSON from Element (Matrix)"),
        how=Words(
            "Element 网页版或桌面版打开房间 → 右上角房间信息 → 导出聊天 → 格式选 JSON，消息选“从头开始”。",
            "In Element on the web or desktop: open the room, Room info at the top right, Export chat, format JSON, "
            "messages from the beginning.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

"""chatlog: its JSON, CSV and TXT answers to a query of a chat.

TXT leaves out the year of a query within one year, and the date of one within a day: the latest year or day is taken
in which no message lies after `Reading.now`. The amount of a red packet is in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from copilot.importers.export import UNKNOWN_SENDER, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import kind_and_text, recalled_by
from copilot.importers.reading.blocks import Block, header_lines, is_spaced, read_blocks
from copilot.importers.reading.rows import Row, read_rows
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_iso, from_parts
from copilot.importers.reading.values import integer, mapping, string
from copilot.importers.reading.walking import JsonWalk
from copilot.importers.wechat_kinds import QUOTE, SHARE, wechat_kind
from copilot.records import MessageKind, Platform, SourceMessage

_JSON_HEAD = re.compile(r'\s*\[\s*\{(?=.{0,2000}"seq"\s*:)(?=.{0,2000}"talker"\s*:)', re.DOTALL)
_EMPTY_JSON = re.compile(r"\s*(?:\[\s*\]|null)\s*")
_COLUMNS = ("Time", "SenderName", "Sender", "TalkerName", "Talker", "Content")
_TIME = r"(?P<time>(?:(?:(?P<year>\d{4})-)?(?P<month>\d{2})-(?P<day>\d{2}) )?(?P<clock>\d{2}:\d{2}:\d{2}))"
_WHO = r"(?P<who>\S(?:.*?\S)??)"
_HEADER = re.compile(rf"{_WHO}(?: \[(?P<room>\S.*)\])? {_TIME}")
_NAME_AND_ID = re.compile(r"(?P<name>.*)\((?P<id>[^()]*)\)", re.DOTALL)
_QUOTE_HEADER = re.compile(rf"> {_WHO} {_TIME}")
_FORWARD = re.compile(r"\[合并转发(?:\|(?P<title>[^\]\n]*))?\](?P<rest>.*)", re.DOTALL)
_SYSTEM = "系统消息"
_ME = "我"


def _message(
    *,
    sent_at: datetime,
    name: str,
    sender_id: str | None,
    kind: MessageKind,
    text: str,
    line: int,
    quote: tuple[str | None, str | None] = (None, None),
    platform_id: str | None = None,
) -> SourceMessage:
    system = kind is MessageKind.SYSTEM
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if system else name or sender_id or UNKNOWN_SENDER,
        text=text,
        kind=kind,
        sender_id=None if system else sender_id or None,
        platform_id=platform_id,
        quoted_name=quote[0],
        quoted_text=quote[1],
        recalled=system and recalled_by(text) is not None,
        line=line,
    )


# JSON


def _sniff_json(head: str) -> float:
    return 0.9 if _JSON_HEAD.match(head) else 0.05 if _EMPTY_JSON.fullmatch(head) else 0.0


def _json_records(source: Source, stream: Stream) -> Iterator[tuple[int, object]]:
    walk = JsonWalk(stream.chunks(), source.name)
    if walk.peek() == "n":
        walk.skip()
    else:
        for index in walk.elements():
            yield index + 1, walk.value()
    walk.finish()


def _json_chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    records = (mapping(value) for _, value in _json_records(source, source.stream()) if isinstance(value, dict))
    return _chats_of((string(its.get("talker")) or "", string(its.get("talkerName")) or "") for its in records)


def _json_items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    for line, value in _json_records(source, stream):
        record = mapping(value)
        if not isinstance(value, dict):
            yield skipped(line, "the record is not an object", str(value)[:100])
        elif (string(record.get("talker")) or "") == (reading.chat or ""):
            yield _json_message(record, line, reading)


def _json_message(record: dict[str, object], line: int, reading: Reading) -> Item:
    content = string(record.get("content")) or ""
    sent_at = from_iso(record.get("time"), reading.timezone)
    if sent_at is None:
        return skipped(line, f"impossible time {str(record.get('time'))[:40]!r}", content)
    number, sub = integer(record.get("type")), integer(record.get("subType"))
    contents = mapping(record.get("contents"))
    kind = wechat_kind(number, sub)
    quote: tuple[str | None, str | None] = (None, None)
    text = content if kind in (MessageKind.TEXT, MessageKind.SYSTEM) else ""
    if number == SHARE and sub == QUOTE:
        quote = _quoted(mapping(contents.get("refer")))
    elif number == SHARE and kind is not MessageKind.SYSTEM:
        found = (string(contents.get(field)) for field in ("title", "desc", "url"))
        words = [word for word in found if word]
        text = content or "\n".join(words[:1] if kind is MessageKind.FILE else words)
        # Transfers come worded as `[转账|…]`.
        text = kind_and_text(text)[1]
    seq = string(record.get("seq"))
    return _message(
        sent_at=sent_at,
        name=string(record.get("senderName")) or "",
        sender_id=string(record.get("sender")),
        kind=kind,
        text=text,
        quote=quote,
        platform_id=f"chatlog:{seq}" if seq and seq != "0" else None,
        line=line,
    )


def _quoted(refer: dict[str, object]) -> tuple[str | None, str | None]:
    if not refer:
        return None, None
    return string(refer.get("senderName")) or string(refer.get("sender")), string(refer.get("content")) or ""


def _chats_of(found: Iterator[tuple[str, str]]) -> tuple[ChatFound, ...]:
    """The chats of messages by id, in the order of their first; one without a name where there are no messages."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for key, name in found:
        names[key] = name or names.get(key, "")
        counts[key] = counts.get(key, 0) + 1
    if not names:
        return (ChatFound(name="", platform=Platform.WECHAT, messages=0),)
    return tuple(
        ChatFound(name=name or key, platform=Platform.WECHAT, messages=counts[key], key=key)
        for key, name in names.items()
    )


# CSV


def _sniff_csv(head: str) -> float:
    columns = tuple(cell.strip('" \r') for cell in head.partition("\n")[0].split(",")[: len(_COLUMNS) + 1])
    return 0.95 if columns == _COLUMNS else 0.0


def _csv_chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    rows = (row.cells for row in _rows(source.stream()) if len(row.cells) == len(_COLUMNS))
    return _chats_of((cells[4], cells[3]) for cells in rows)


def _rows(stream: Stream) -> Iterator[Row]:
    lines = stream.lines()
    next(lines, "")
    return read_rows(lines, first_line=2)


def _csv_items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    for row in _rows(stream):
        if row.problem:
            yield skipped(row.line, row.problem, row.text)
            continue
        if len(row.cells) != len(_COLUMNS):
            yield skipped(row.line, f"the row has {len(row.cells)} values and not {len(_COLUMNS)}", row.text)
            continue
        time, name, sender, _, talker, content = row.cells
        if talker != (reading.chat or ""):
            continue
        sent_at = from_iso(time, reading.timezone)
        if sent_at is None:
            yield skipped(row.line, f"impossible time {time[:40]!r}", content)
        else:
            yield _worded(sent_at, name, sender, content, row.line)


def _worded(sent_at: datetime, name: str, sender: str, content: str, line: int) -> SourceMessage:
    """A message as chatlog puts it into words, where the type is left out."""
    quote: tuple[str | None, str | None] = (None, None)
    text = content
    if sender == _SYSTEM:
        kind = MessageKind.SYSTEM
    elif forward := _FORWARD.fullmatch(content):
        kind = MessageKind.FORWARD
        text = "\n".join(part for part in (forward["title"] or "", forward["rest"].strip()) if part)
    elif content.startswith("> ") and (found := _split_quote(content)):
        kind, (*quote_parts, text) = MessageKind.TEXT, found
        quote = (quote_parts[0], quote_parts[1])
    elif content.startswith("Type: ") and " Content: " in content[:40]:
        kind, text = MessageKind.OTHER, content.partition(" Content: ")[2]
    else:
        kind, text = kind_and_text(content)
    own = None if sender == _ME else sender
    return _message(sent_at=sent_at, name=name or sender, sender_id=own, kind=kind, text=text, quote=quote, line=line)


def _split_quote(content: str) -> tuple[str | None, str | None, str] | None:
    """The quoted name, the quoted words and the reply, where the first lines are a quote of chatlog's making."""
    lines = content.split("\n")
    below = next((index for index, line in enumerate(lines) if not line.startswith(">")), len(lines))
    reply = "\n".join(lines[below:])
    if lines[0] == "> [引用]":
        return None, None, reply
    match = _QUOTE_HEADER.fullmatch(lines[0][:1_000])
    if match is None:
        return None
    name, sender = _name_and_id(match["who"])
    return name or sender, "\n".join(line[2:] for line in lines[1:below]), reply


def _name_and_id(who: str) -> tuple[str, str]:
    """`A(wxid_1)` as its two parts; who has no name is written as the id alone."""
    match = _NAME_AND_ID.fullmatch(who)
    return (match["name"], match["id"]) if match and match["id"] else ("", who)


# TXT


@dataclass(frozen=True, slots=True)
class _Post:
    match: re.Match[str]

    @property
    def shape(self) -> int:
        """How much of the date is written: 2 year and day, 1 the day, 0 nothing."""
        return 2 if self.match["year"] else 1 if self.match["month"] else 0

    def parts(self) -> tuple[int, int, int, int, int, int]:
        """Year, month, day, hour, minute, second; 0 for what is left out."""
        year, month, day = (int(self.match[part] or 0) for part in ("year", "month", "day"))
        hour, minute, second = (int(part) for part in self.match["clock"].split(":"))
        return year, month, day, hour, minute, second


def _first_post(head: str) -> _Post | None:
    first = next((line for line in header_lines(head) if line.strip()), "")
    match = _HEADER.fullmatch(first)
    return _Post(match) if match else None


def _sniff_txt(head: str) -> float:
    post = _first_post(head)
    if post is None:
        return 0.0
    name, sender = _name_and_id(post.match["who"])
    known = bool(name) or sender in (_SYSTEM, _ME) or sender.startswith(("wxid_", "gh_"))
    return 0.7 if known else 0.2


def _post_reader(source: Source) -> Callable[[str], _Post | None]:
    """All headers of an export write the time in the same shape; a line in another one is text."""
    first = _first_post(source.head)
    shape = first.shape if first else 2

    def post(line: str) -> _Post | None:
        match = None if line.startswith("> ") else _HEADER.fullmatch(line)
        found = _Post(match) if match else None
        return found if found and found.shape == shape else None

    return post


def _txt_blocks(source: Source, stream: Stream) -> Iterator[Block[_Post]]:
    post = _post_reader(source)
    spaced = is_spaced(source.head, lambda line: post(line) is not None)
    return read_blocks(stream.lines(), post, spaced=spaced)


def _txt_chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    first = _first_post(source.head)
    if first is None or first.match["room"] is None:
        return (ChatFound(name="", platform=Platform.WECHAT),)
    rooms = (block.header.match["room"] or "" for block in _txt_blocks(source, source.stream()) if block.header)
    pairs = (_name_and_id(room) for room in rooms)
    return _chats_of((key, name) for name, key in pairs)


def _guesses_dates(source: Source) -> bool:
    first = _first_post(source.head)
    return first is not None and first.shape < 2


def _txt_items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    day = _missing_day(source, reading)
    first = _first_post(source.head)
    names_rooms = first is not None and first.match["room"] is not None
    for block in _txt_blocks(source, stream):
        if block.header is None:
            yield skipped(block.line, "text before the first message", block.text)
            continue
        match = block.header.match
        if names_rooms and _name_and_id(match["room"] or "")[1] != (reading.chat or ""):
            continue
        year, month, number, *clock = block.header.parts()
        sent_at = from_parts(reading.timezone, year or day.year, month or day.month, number or day.day, *clock)
        if block.header.shape == 1 and month == 0:
            sent_at = None
        if sent_at is None:
            yield skipped(block.line, f"impossible time {match['time']!r}", block.text)
        else:
            yield _worded(sent_at, *_name_and_id(match["who"]), block.text, block.line)


def _missing_day(source: Source, reading: Reading) -> date:
    """The day from which left-out parts of the date are taken: the latest on which no message lies after now."""
    now = reading.now.astimezone(reading.timezone)
    if not _guesses_dates(source):
        return now.date()
    last = (0, 0, 0, 0, 0, 0)
    leap_day = False
    for block in _txt_blocks(source, source.stream()):
        if block.header is not None:
            parts = block.header.parts()
            last = max(last, parts)
            leap_day = leap_day or parts[1:3] == (2, 29)
    if last[1] == 0:
        return now.date() - timedelta(days=last[3:] > (now.hour, now.minute, now.second))
    year = now.year - (last[1:] > (now.month, now.day, now.hour, now.minute, now.second))
    while leap_day and (year % 4 or (year % 100 == 0 and year % 400)):
        year -= 1
    return date(year, 1, 1)


FORMATS = (
    Format(
        name="chatlog-json",
        title=Words("chatlog 的 JSON", "JSON from chatlog"),
        how=Words(
            "打开 chatlog 的 HTTP 服务，查询群聊时加 format=json，把结果存成文件。",
            "With chatlog's HTTP service running: query the chat with format=json and save the answer.",
        ),
        sniff=_sniff_json,
        chats=_json_chats,
        items=_json_items,
        words_recalls=True,
    ),
    Format(
        name="chatlog-csv",
        title=Words("chatlog 的 CSV", "CSV from chatlog"),
        how=Words(
            "打开 chatlog 的 HTTP 服务，查询群聊时加 format=csv，把结果存成文件。",
            "With chatlog's HTTP service running: query the chat with format=csv and save the answer.",
        ),
        sniff=_sniff_csv,
        chats=_csv_chats,
        items=_csv_items,
        words_recalls=True,
    ),
    Format(
        name="chatlog-txt",
        title=Words("chatlog 的文本", "text from chatlog"),
        how=Words(
            "打开 chatlog 的 HTTP 服务查询群聊，把结果存成文本；查询跨两个年份时日期才完整，JSON 更好。",
            "Query the chat in chatlog and save the text; only a query across two years has full dates: prefer JSON.",
        ),
        sniff=_sniff_txt,
        chats=_txt_chats,
        items=_txt_items,
        words_recalls=True,
        guesses_dates=_guesses_dates,
    ),
)

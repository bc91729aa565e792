"""The text that WhatsApp makes of a chat: `2024/04/06 16:21 - name: text` on Android and
`[06/04/2024, 16:21:05] name: text` on iPhones, in the phone's language and with its order of day, month and year.

Which order is told from the whole file: the one in which no date is impossible or in the future and in which time runs
backwards least often; what still fits two ways is read as the phone's language makes likely. All headers of a file have
the same shape, so a line in another shape is text. A line that a member pasted and that has exactly this shape cannot
be told from a header. Lines that WhatsApp itself writes begin with U+200E on iPhones and have no sender on Android.
There are no ids; a member who is no contact of the exporter is a phone number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath

from copilot.importers.export import MAX_TEXT, ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import day_of, on_day
from copilot.importers.whatsapp_words import (
    call_or_notice,
    is_deleted,
    kind_and_words,
    names_group,
    without_edit_mark,
)
from copilot.records import MessageKind, Platform, SourceMessage

_MARKS = "\ufeff\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_S = "[ \u00a0\u202f\u2009]"
_HALF = (
    "凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|午前|午後|오전|오후"
    rf"|[AaPp]\.?{_S}?[Mm]\.?"
)
_STAMP = (
    r"(?P<a>\d{1,4})(?P<dot>[./-]|年|년)"
    + _S
    + r"?(?P<b>\d{1,2})(?:[./-]|月|월)"
    + _S
    + r"?(?P<c>\d{1,4})(?:日|일|\.)?"
    rf"(?:[,،]{_S}?|{_S})(?:(?:klo|à|at|um|kl\.?){_S})?"
    rf"(?:(?P<half>{_HALF}){_S}?)?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?"
    rf"(?:{_S}?(?P<late_half>{_HALF}))?"
)
_ANDROID = re.compile(rf"{_STAMP}{_S}[-–]{_S}")
_IPHONE = re.compile(rf"\[{_STAMP}\]{_S}?")
_LONGEST_STAMP = 80
_SENDER = re.compile(r"(?P<name>[^\n]{1,200}?):(?:[ \u00a0\u202f]|(?=\n)|$)(?P<text>.*)", re.DOTALL)
_NUMBER = re.compile(r"\+?[\d() \u00a0\u202f\u2011-]{7,30}")
_NO_CONTACT = re.compile(rf"\A~{_S}*")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "午後", "오후", "p"})
_MORNING = frozenset({"凌晨", "清晨", "早上", "上午", "午前", "오전", "a"})
_FILE_NAMES = re.compile(
    r"(?:WhatsApp Chat (?:with|-) (?P<en>.+)|与\s?(?P<zh>.+?)\s?的\s?WhatsApp\s?聊天(?:记录)?"
    r"|與\s?「?(?P<tw>.+?)」?\s?的\s?WhatsApp\s?(?:對話|聊天)|WhatsApp-Chat mit (?P<de>.+)"
    r"|Chat de WhatsApp con (?P<es>.+)|Chat WhatsApp con (?P<it>.+)|Discussion WhatsApp avec (?P<fr>.+)"
    r"|Conversa do WhatsApp com (?P<pt>.+))"
)

_Shape = tuple[bool, str, bool, bool, bool, bool]
# Which of the three numbers of a date are year, month and day.
_YMD, _DMY, _MDY = (0, 1, 2), (2, 1, 0), (2, 0, 1)


@dataclass(frozen=True, slots=True)
class _Header:
    """A stamp as it stands, and what follows on its line."""

    match: re.Match[str]
    rest: str

    @property
    def shape(self) -> _Shape:
        """What all headers of a file have in common."""
        its = self.match
        half = its["half"] or its["late_half"]
        return (its.re is _IPHONE, its["dot"], len(its["a"]) > 2, len(its["c"]) > 2, bool(its["second"]), bool(half))

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The three numbers of the date, in the order of the line."""
        return int(self.match["a"]), int(self.match["b"]), int(self.match["c"])


def _header(line: str) -> _Header | None:
    start = line.lstrip(_MARKS) if line[:1] in _MARKS else line
    if not start[:1].isdigit() and start[:1] != "[":
        return None
    match = (_IPHONE if start[0] == "[" else _ANDROID).match(start[:_LONGEST_STAMP])
    return _Header(match, start[match.end() :]) if match else None


def _first_header(head: str) -> _Header | None:
    """The header on the first line that is not blank; None where there is none."""
    first = next((line for line in head.split("\n") if line.strip(_MARKS + " \t\r")), "")
    return _header(first.removesuffix("\r"))


def _sniff(head: str) -> float:
    return 0.9 if _first_header(head) else 0.0


def _header_reader(source: Source) -> Callable[[str], _Header | None]:
    first = _first_header(source.head)
    shape = first.shape if first else None

    def read(line: str) -> _Header | None:
        found = _header(line)
        return found if found and found.shape == shape else None

    return read


@dataclass(slots=True)
class _Reading:
    """How well the dates of a file fit one order of their numbers."""

    order: tuple[int, int, int]
    impossible: int = 0
    backwards: int = 0
    last: date | None = None

    def see(self, numbers: tuple[int, int, int], latest: date) -> None:
        day = _day(numbers, self.order)
        if day is None or day > latest:
            self.impossible += 1
            return
        self.backwards += self.last is not None and day < self.last
        self.last = day


def _day(numbers: tuple[int, int, int], order: tuple[int, int, int]) -> date | None:
    year, month, day = (numbers[place] for place in order)
    return day_of(year + 2000 if year < 100 else year, month, day)


def _order(source: Source, reading: Reading) -> tuple[int, int, int]:
    """In which order the dates of a file are written."""
    first = _first_header(source.head)
    if first is None or first.shape[2]:
        return _YMD
    readings = [_Reading(order) for order in _likely(first)]
    latest = (reading.now + timedelta(days=2)).date()
    header, seen = _header_reader(source), (0, 0, 0)
    for line in source.stream().lines():
        found = header(line.removesuffix("\r"))
        if found is not None and found.numbers != seen:
            seen = found.numbers
            for one in readings:
                one.see(seen, latest)
    return min(readings, key=lambda one: (one.impossible, one.backwards)).order


def _likely(first: _Header) -> list[tuple[int, int, int]]:
    """The orders of a date that does not begin with four digits, the likeliest in the phone's language first."""
    half = first.match["half"] or first.match["late_half"] or ""
    if not first.shape[3] and half and not half.isascii():
        return [_YMD, _DMY, _MDY]
    american = first.match["dot"] == "/" and half.isascii() and half.isupper() and not first.match["a"].startswith("0")
    orders = [_MDY, _DMY] if american else [_DMY, _MDY]
    return orders if first.shape[3] else [*orders, _YMD]


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    name = ""
    if source.is_file and (match := _FILE_NAMES.fullmatch(PurePath(source.name).stem)):
        name = next(found for found in match.groups() if found)
    first = _first_header(source.head)
    # On iPhones the first notice of a group stands under the group's name.
    sender = _SENDER.fullmatch(first.rest.removesuffix("\r")) if first and not name else None
    if sender and sender["text"].startswith("\u200e") and call_or_notice(_cleaned(sender["text"])):
        name = sender["name"].strip(_MARKS)
    return (ChatFound(name=name, platform=Platform.WHATSAPP, key=name),)


def _posts(
    lines: Iterable[str], header_of: Callable[[str], _Header | None]
) -> Iterator[tuple[int, _Header | None, str]]:
    """Each header with its text, which begins on its line; a message is held only up to what can be kept."""
    start, header, kept, size = 1, None, list[str](), 0
    for number, raw in enumerate(lines, 1):
        line = raw.removesuffix("\r")
        found = header_of(line)
        if found is not None:
            if header is not None or any(one.strip(_MARKS + " \t") for one in kept):
                yield start, header, "\n".join(kept)
            start, header, kept, size = number, found, [], 0
            line = found.rest
        elif header is None and not kept and not line.strip(_MARKS + " \t"):
            start = number + 1
            continue
        if size <= MAX_TEXT:
            kept.append(line)
            size += len(line) + 1
    if header is not None or kept:
        yield start, header, "\n".join(kept)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    order = _order(source, reading)
    for line, header, text in _posts(stream.lines(), _header_reader(source)):
        if header is None:
            yield skipped(line, "text before the first message", text)
            continue
        sent_at = _time(header, order, reading)
        if sent_at is None:
            yield skipped(line, f"impossible time {header.match.group().strip(' []-–')!r}", text)
        else:
            yield _message(sent_at, text.rstrip(), header.match["second"] is None, line)


def _time(header: _Header, order: tuple[int, int, int], reading: Reading) -> datetime | None:
    match = header.match
    day = _day(header.numbers, order)
    hour = int(match["hour"])
    half = match["half"] or match["late_half"] or ""
    half = half[:1].lower() if half.isascii() else half
    if half in _AFTERNOON or half == "中午":
        hour += 12 if hour < (10 if half == "中午" else 12) else 0
    elif half in _MORNING and hour == 12:
        hour = 0
    return on_day(reading.timezone, day, hour, int(match["minute"]), int(match["second"] or 0)) if day else None


def _message(sent_at: datetime, text: str, to_the_minute: bool, line: int) -> SourceMessage:
    sender = _SENDER.fullmatch(text)
    if sender is None or names_group(sender["name"]):
        said = _cleaned(text)
        kind = call_or_notice(said) or MessageKind.SYSTEM
        return SourceMessage(
            sent_at=sent_at, sender_name="", text=said, kind=kind, to_the_minute=to_the_minute, line=line
        )
    own, said = sender["text"].startswith("\u200e"), _cleaned(sender["text"])
    kind, words = kind_and_words(without_edit_mark(said))
    recalled = is_deleted(said)
    if recalled:
        kind, words = MessageKind.SYSTEM, said
    elif kind is MessageKind.TEXT:
        kind = (call_or_notice(said) if own else None) or kind
        words = said if own else without_edit_mark(sender["text"])
    name = _NO_CONTACT.sub("", sender["name"].strip(_MARKS + " "), count=1).strip(_MARKS) or "?"
    notice = kind is MessageKind.SYSTEM and not recalled
    return SourceMessage(
        sent_at=sent_at,
        sender_name="" if notice else name,
        text=words,
        kind=kind,
        sender_id=None if notice or not _NUMBER.fullmatch(name) else re.sub(r"[^+\d]", "", name),
        recalled=recalled,
        to_the_minute=to_the_minute,
        line=line,
    )


def _cleaned(text: str) -> str:
    """A text as WhatsApp's own words are looked for in it: without direction marks at its ends, with plain spaces."""
    return text.replace("\u200e", "").strip(_MARKS).replace("\u202f", " ").replace("\u00a0", " ").strip()


FORMATS = (
    Format(
        name="whatsapp",
        title=Words("WhatsApp 导出的聊天（TXT）", "a chat exported from WhatsApp (TXT)"),
        how=Words(
            "手机 WhatsApp 打开群 → 菜单 → 更多 → 导出聊天 → 不含媒体"
            "（iPhone：点群名 → 导出聊天；先解压，选 _chat.txt）。",
            "In WhatsApp on the phone: open the group, menu, More, Export chat, without media (iPhone: tap the group's "
            "name, Export chat; unpack it first and choose _chat.txt).",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

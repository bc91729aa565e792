"""What the clipboard holds after several messages are copied in WeChat.

Versions of WeChat write `name:`, `name  16:21` or `name 2026/4/6 16:21:05` above a message; the first line that is a
header says which, and only that kind is a header in the rest. Dates may be left out, short (4月6日), or relative (昨天,
星期三): they are counted back from `Reading.now`, and an undated time that lies more than ten minutes before the one
above is of the next day. Without any time all messages get that of `Reading.now`; only the order is known then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from copilot.importers.export import ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.formats.wechat_share import chat_of_title, title_of
from copilot.importers.placeholders import kind_and_text, quote_and_text
from copilot.importers.reading.blocks import Block, Mark, header_lines, is_spaced, read_blocks
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import day_of, on_day
from copilot.records import SourceMessage

_WEEKDAYS = {
    **{f"{prefix}{name}": number for prefix in ("星期", "周") for number, name in enumerate("一二三四五六日")},
    "星期天": 6,
    "周天": 6,
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
_DAYS_AGO = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}
_DATE = (
    r"(?:(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"|(?P<short_month>\d{1,2})(?:月|[-/])(?P<short_day>\d{1,2})日?"
    rf"|(?P<relative>{'|'.join([*_WEEKDAYS, *_DAYS_AGO])}))"
)
_CLOCK = (
    r"(?P<half>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)?\s?(?P<hour>\d{1,2})[:：](?P<minute>\d{2})"
    r"(?:[:：](?P<second>\d{2}))?(?:\s?(?P<english_half>[AP]M))?"
)
_DATED = re.compile(rf"(?:(?P<name>\S.*?)\s+)?{_DATE}\s*{_CLOCK}\s*", re.IGNORECASE)
_TIMED = re.compile(rf"(?P<name>\S.*?)\s+{_CLOCK}\s*", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>\S[^\n，。！？,;；]{0,31})[:：]")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "PM"})
_EARLY = frozenset({"凌晨", "清晨", "早上", "上午", "AM"})
_DISORDER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Time:
    """A time as it stands: the day is None where it is left out, `impossible` where there is no such day."""

    day: date | None
    since_midnight: timedelta
    has_seconds: bool
    impossible: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Sender:
    name: str
    time: _Time | None


@dataclass(frozen=True, slots=True)
class _Moment(Mark):
    """A time on a line of its own; it holds for the messages below."""

    time: _Time


class _Title(Mark):
    pass


class _Headers:
    """Tells headers from text; `timed` says whether headers carry a time or are a name with a colon."""

    def __init__(self, timed: bool, today: date) -> None:
        self._timed = timed
        self._today = today
        self._started = False

    def __call__(self, line: str) -> _Sender | _Moment | _Title | None:
        if not self._started and title_of(line) is not None:
            return _Title()
        if match := _DATED.fullmatch(line):
            time = _time_of(match, self._today)
            self._started = True
            if match["name"] is None:
                return _Moment(time)
            return _Sender(match["name"], time) if self._timed else None
        match = _TIMED.fullmatch(line) if self._timed else _NAMED.fullmatch(line)
        if match is None:
            return None
        self._started = True
        return _Sender(match["name"], _time_of(match, self._today) if self._timed else None)


def _time_of(match: re.Match[str], today: date) -> _Time:
    parts = match.groupdict()
    day: date | None = None
    if parts.get("year"):
        day = day_of(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    elif parts.get("short_month"):
        month, number = int(parts["short_month"]), int(parts["short_day"])
        day = day_of(today.year, month, number)
        if day is None or day > today + timedelta(days=1):
            day = day_of(today.year - 1, month, number)
    elif relative := (parts.get("relative") or "").lower():
        # A weekday is one of the seven days before today.
        back = _DAYS_AGO[relative] if relative in _DAYS_AGO else (today.weekday() - _WEEKDAYS[relative] - 1) % 7 + 1
        day = today - timedelta(days=back)
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
    half = parts["half"] or (parts["english_half"] or "").upper()
    if (half in _AFTERNOON and hour < 12) or (half == "中午" and hour < 10):
        hour += 12
    elif half in _EARLY and hour == 12:
        hour = 0
    has_date = any(parts.get(part) for part in ("year", "short_month", "relative"))
    return _Time(
        day=day,
        since_midnight=timedelta(hours=hour, minutes=minute, seconds=second),
        has_seconds=parts["second"] is not None,
        impossible=(has_date and day is None) or hour > 23 or minute > 59 or second > 59,
        words=match.group().strip(),
    )


class _Calendar:
    """Gives each undated time its day: the day of the last date above it, counted on over midnights."""

    def __init__(self, first: date) -> None:
        self._day = first
        self._last = timedelta(0)

    def day(self, time: _Time) -> date:
        if time.day is not None:
            self._day = time.day
        elif time.since_midnight < self._last - _DISORDER:
            self._day += timedelta(days=1)
        self._last = time.since_midnight
        return self._day


def _first_day(times: Iterator[_Time], now: datetime) -> date:
    """The day on which a run of undated times began that ends at the first date after it, or else before `now`."""
    end_day, end = now.date(), timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    midnights = 0
    last: timedelta | None = None
    for time in times:
        if time.day is not None:
            end_day, end = time.day, time.since_midnight
            break
        if last is not None and time.since_midnight < last - _DISORDER:
            midnights += 1
        last = time.since_midnight
    if last is not None and last > end + _DISORDER:
        midnights += 1
    return end_day - timedelta(days=midnights)


def _first_header(head: str) -> str | None:
    """The first line that is neither blank nor a title."""
    lines = header_lines(head)[:50]
    return next((line for line in lines if line.strip() and title_of(line) is None), None)


def _sniff(head: str) -> float:
    first = _first_header(head)
    if first is None:
        return 0.0
    if _DATED.fullmatch(first):
        return 0.4
    if _TIMED.fullmatch(first):
        return 0.3
    below = head.partition(first)[2].lstrip("\r").removeprefix("\n")
    # Below `key:` stands an indented or listed value in a file that is no chat.
    return 0.1 if _NAMED.fullmatch(first) and below[:1].strip() not in ("", "-") else 0.0


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    return chat_of_title(source)


def _is_timed(source: Source) -> bool:
    """Whether headers carry a time. A time on its own line above `name:` lines does not make them so."""
    lines = header_lines(source.head)[:50]
    matches = (_DATED.fullmatch(line) or _TIMED.fullmatch(line) or _NAMED.fullmatch(line) for line in lines)
    first = next((match for match in matches if match and match["name"] is not None), None)
    return first is not None and "hour" in first.re.groupindex


def _blocks(source: Source, stream: Stream, today: date) -> Iterator[Block[_Sender | _Moment | _Title]]:
    timed = _is_timed(source)
    known = (_DATED, _TIMED) if timed else (_NAMED,)
    spaced = is_spaced(source.head, lambda line: any(pattern.fullmatch(line) for pattern in known))
    return read_blocks(stream.lines(), _Headers(timed, today), spaced=spaced)


def _guesses_dates(source: Source) -> bool:
    first = _first_header(source.head)
    match = _DATED.fullmatch(first) if first else None
    return match is None or match["year"] is None


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    now = reading.now.astimezone(reading.timezone)
    ahead = (block.header for block in _blocks(source, source.stream(), now.date()))
    times = (header.time for header in ahead if isinstance(header, _Sender | _Moment) and header.time)
    calendar = _Calendar(_first_day((time for time in times if not time.impossible), now))
    moment = reading.now.replace(second=0, microsecond=0)
    for block in _blocks(source, stream, now.date()):
        header = block.header
        time = header.time if isinstance(header, _Sender | _Moment) else None
        if time is not None and not time.impossible:
            minutes, second = divmod(int(time.since_midnight.total_seconds()), 60)
            found = on_day(reading.timezone, calendar.day(time), *divmod(minutes, 60), second)
            moment = found or moment
        if not isinstance(header, _Sender):
            if block.text:
                yield skipped(block.line, "text without a sender", block.text)
        elif time is not None and time.impossible:
            yield skipped(block.line, f"impossible time {time.words[-40:]!r}", block.text)
        else:
            quoted_name, quoted_text, text = quote_and_text(block.text)
            kind, text = kind_and_text(text)
            yield SourceMessage(
                sent_at=moment,
                sender_name=header.name,
                text=text,
                kind=kind,
                quoted_name=quoted_name,
                quoted_text=quoted_text,
                to_the_minute=time is None or not time.has_seconds,
                line=block.line,
            )


FORMATS = (
    Format(
        name="wechat-paste",
        title=Words("从微信复制粘贴的消息", "messages copied from WeChat and pasted"),
        how=Words(
            "电脑微信里多选消息 → 复制，粘贴到这里。",
            "In WeChat on the computer: select several messages, copy, and paste them here.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
        guesses_dates=_guesses_dates,
    ),
)

"""The text that WeChat itself makes when messages are selected and shared or e-mailed.

A title, a line of dashes around each date, then `name  HH:MM` (two or more spaces) and the message. There are no
seconds, no ids and no system lines. A message line that looks like a header is taken for text where its name has not
posted before and its time lies before the last one of that day, besides what `reading.blocks` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from copilot.importers.export import ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import kind_and_text, quote_and_text
from copilot.importers.reading.blocks import Mark, header_lines, is_spaced, read_blocks
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import day_of, on_day
from copilot.records import Platform, SourceMessage

_DASHES = r"[—–\-─－]{2,}"
_DAY = re.compile(rf"{_DASHES}\s*(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?\s*{_DASHES}\s*")
_SENDER = re.compile(r"(?P<name>\S.*?)\s{2,}(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*")
_GROUP_TITLE = re.compile(r"微信群\s?[\"“「](?P<name>.+?)[\"”」]\s?的聊天记录如下.*")
_PAIR_TITLE = re.compile(r"(?P<name>.+?)\s?在微信上的聊天记录如下.*")
_ENGLISH_TITLE = re.compile(r".*\bchat history\b[^\"“]*(?:[\"“](?P<name>.+?)[\"”].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Day(Mark):
    on: date | None
    words: str


@dataclass(frozen=True, slots=True)
class _Title(Mark):
    name: str


@dataclass(frozen=True, slots=True)
class _Sender:
    name: str
    hour: int
    minute: int


def title_of(line: str) -> str | None:
    """The chat's name, where a line is the title that WeChat writes above shared messages ("" if it names none)."""
    line = line.strip()
    match = _GROUP_TITLE.fullmatch(line) or _PAIR_TITLE.fullmatch(line) or _ENGLISH_TITLE.fullmatch(line)
    return (match["name"] or "") if match else None


def chat_of_title(source: Source) -> tuple[ChatFound, ...]:
    """The chat that the first lines name."""
    titles = (title_of(line) for line in header_lines(source.head)[:20])
    name = next((title for title in titles if title is not None), "")
    return (ChatFound(name=name, platform=Platform.WECHAT, key=name),)


class _Headers:
    """Tells headers from text, in the order of the lines."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._last = (0, 0)
        self._started = False

    def __call__(self, line: str) -> _Day | _Title | _Sender | None:
        if match := _DAY.fullmatch(line):
            self._started, self._last = True, (0, 0)
            year, month, day = (int(part) for part in match.groups())
            return _Day(day_of(year, month, day), line.strip())
        if match := _SENDER.fullmatch(line):
            name, time = match["name"], (int(match["hour"]), int(match["minute"]))
            if time < self._last and name not in self._names:
                return None
            self._started, self._last = True, time
            self._names.add(name)
            return _Sender(name, *time)
        if not self._started and (title := title_of(line)) is not None:
            return _Title(title)
        return None


def _sniff(head: str) -> float:
    lines = header_lines(head)
    if not any(_DAY.fullmatch(line) for line in lines):
        return 0.0
    first = next((line for line in lines if line.strip() and title_of(line) is None), "")
    if _DAY.fullmatch(first):
        return 0.9 if any(_SENDER.fullmatch(line) for line in lines) else 0.5
    # Below other words it may be an e-mail with a greeting, or what a member of another chat pasted.
    return 0.35 if _SENDER.fullmatch(first) else 0.15


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    return chat_of_title(source)


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    spaced = is_spaced(source.head, lambda line: _SENDER.fullmatch(line) is not None)
    day: date | None = None
    words = "no date line"
    for block in read_blocks(stream.lines(), _Headers(), spaced=spaced):
        match block.header:
            case _Sender(name, hour, minute):
                sent_at = on_day(reading.timezone, day, hour, minute) if day else None
                if sent_at is None:
                    yield skipped(block.line, f"impossible time {f'{words} {hour}:{minute:02}'!r}", block.text)
                    continue
                quoted_name, quoted_text, text = quote_and_text(block.text)
                kind, text = kind_and_text(text)
                yield SourceMessage(
                    sent_at=sent_at,
                    sender_name=name,
                    text=text,
                    kind=kind,
                    quoted_name=quoted_name,
                    quoted_text=quoted_text,
                    to_the_minute=True,
                    line=block.line,
                )
            case _Day(on, its):
                day, words = on, its
                if block.text:
                    yield skipped(block.line + 1, "text without a sender", block.text)
            case _:
                if block.text:
                    yield skipped(block.line, "text before the first message", block.text)


FORMATS = (
    Format(
        name="wechat-share",
        title=Words("微信多选分享或邮件发送的文本", "text shared or e-mailed from WeChat"),
        how=Words(
            "手机微信里长按消息 → 多选 → 左下角转发 → 邮件，把邮件正文存成文本。",
            "In WeChat on the phone: hold a message, Select, Forward, E-mail; save the body of the e-mail as text.",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
    ),
)

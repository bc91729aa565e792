"""The TXT of QQ's message manager: `消息对象:<group>`, then `2019-07-16 18:15:05 【title】name(id)` and the message.

The id is a QQ number in brackets, a mail address in angle brackets, or absent; the title in front of the name is the
member's rank in the group and no part of the name. One file can hold several groups and friends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from copilot.importers.export import ChatFound, Format, Item, Reading, Words, skipped
from copilot.importers.placeholders import kind_and_text, recalled_by
from copilot.importers.reading.blocks import MAX_HEADER, Mark, header_lines, is_spaced, read_blocks
from copilot.importers.reading.source import Source, Stream
from copilot.importers.reading.times import from_parts
from copilot.records import MessageKind, Platform, SourceMessage

_HEADER = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2}) (?P<half>[上下]午 ?)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?: (?P<who>.*))?"
)
_WHO = re.compile(r"(?:【[^】]*】(?=[^(<]))?(?P<name>.*?)(?:\((?P<number>\d{4,12})\)|<(?P<mail>[^<>\s]+@[^<>\s]+)>)?")
_HAS_ID = re.compile(r".*(?:\(\d{4,12}\)|<[^<>\s]+@[^<>\s]+>)")
IDS_SHARE = 0.8
"""From which share of posts with ids on a text is QQ's; below it, somebody may have pasted a piece of one."""
_RULE = re.compile(r"={40,}\s*")
_PARTNER = "消息对象:"
_PREAMBLE = ("消息记录", "消息分组:", _PARTNER)
_SYSTEM_NUMBERS = frozenset({"10000", "1000000"})


@dataclass(frozen=True, slots=True)
class _Partner(Mark):
    key: str


class _Decoration(Mark):
    pass


@dataclass(frozen=True, slots=True)
class _Post:
    match: re.Match[str]


class _Sections:
    """Follows the title lines of a file: a rule of `=`, `消息分组:`, a rule, `消息对象:`, a rule."""

    def __init__(self) -> None:
        self._after_rule = True
        self._seen: dict[str, int] = {}

    def mark(self, line: str) -> Mark | None:
        if line.startswith("=") and _RULE.fullmatch(line):
            self._after_rule = True
            return _Decoration()
        started, self._after_rule = self._after_rule, self._after_rule and not line.strip()
        if not started or not line.startswith(_PREAMBLE):
            return None
        self._after_rule = line.startswith("消息记录")
        if not line.startswith(_PARTNER):
            return _Decoration()
        name = line.removeprefix(_PARTNER).strip()
        self._seen[name] = self._seen.get(name, 0) + 1
        return _Partner(name if self._seen[name] == 1 else f"{name}#{self._seen[name]}")


class _Headers:
    def __init__(self) -> None:
        self._sections = _Sections()

    def __call__(self, line: str) -> Mark | _Post | None:
        match = _HEADER.fullmatch(line)
        return _Post(match) if match else self._sections.mark(line)


def _sniff(head: str) -> float:
    lines = header_lines(head)
    posts = [match["who"] or "" for line in lines if (match := _HEADER.fullmatch(line))]
    first = next((line for line in lines if line.strip()), "")
    if _begins_with_partner(lines) or (first.startswith("消息记录") and "不支持重新导入" in first):
        return 0.95
    # Without a preamble only the ids tell: nearly every post has one, and a post stands first.
    with_ids = sum(_HAS_ID.fullmatch(who) is not None for who in posts)
    return 0.6 if _HEADER.fullmatch(first) and with_ids > len(posts) * IDS_SHARE else 0.0


def _begins_with_partner(lines: Sequence[str]) -> bool:
    """Whether QQ's own preamble stands first: the same words may stand in what members of any chat wrote."""
    preamble = takewhile(lambda line: line.startswith("消息") or not line.strip("= "), lines[:20])
    return any(line.startswith(_PARTNER) for line in preamble)


def _chats(source: Source, reading: Reading) -> tuple[ChatFound, ...]:
    sections = _Sections()
    found = []
    for line in source.stream().lines():
        mark = sections.mark(line[:MAX_HEADER].removesuffix("\r"))
        if isinstance(mark, _Partner):
            found.append(mark.key)
    return tuple(ChatFound(name=key, platform=Platform.QQ, key=key) for key in found or [""])


def _items(source: Source, stream: Stream, reading: Reading) -> Iterator[Item]:
    spaced = is_spaced(source.head, lambda line: _HEADER.fullmatch(line) is not None)
    chosen = True
    for block in read_blocks(stream.lines(), _Headers(), spaced=spaced):
        header = block.header
        if isinstance(header, _Partner):
            chosen = header.key == reading.chat
        if not chosen:
            continue
        if isinstance(header, _Post):
            yield _message(header.match, block.text, block.line, reading)
        elif block.text:
            yield skipped(block.line, "text without a sender", block.text)


def _message(match: re.Match[str], text: str, line: int, reading: Reading) -> Item:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].startswith("下") else 0)
    year, month, day, minute, second = (int(match[part]) for part in ("year", "month", "day", "minute", "second"))
    sent_at = from_parts(reading.timezone, year, month, day, hour, minute, second)
    if sent_at is None:
        return skipped(line, f"impossible time {match.group()[:20].strip()!r}", text)
    who = _WHO.fullmatch(match["who"] or "")
    name = who["name"].strip() if who else ""
    number = (who["number"] or who["mail"]) if who else None
    if number in _SYSTEM_NUMBERS or name == "系统消息":
        recalled = recalled_by(text) is not None
        return SourceMessage(
            sent_at=sent_at, sender_name="", text=text, kind=MessageKind.SYSTEM, recalled=recalled, line=line
        )
    kind, text = kind_and_text(text)
    return SourceMessage(
        sent_at=sent_at, sender_name=name or number or "?", text=text, kind=kind, sender_id=number, line=line
    )


FORMATS = (
    Format(
        name="qq-txt",
        title=Words("QQ 消息管理器导出的 TXT", "TXT from QQ's message manager"),
        how=Words(
            "电脑 QQ → 消息管理器 → 右键群 → 导出消息记录 → 保存类型选文本文件（*.txt）。",
            "QQ on the computer: message manager, right-click the group, export, file type text (*.txt).",
        ),
        sniff=_sniff,
        chats=_chats,
        items=_items,
        words_recalls=True,
    ),
)

"""Stretches of time in what somebody types: 上周五晚, 10月1日到3日, 最近三天, last Friday evening, from 3 to 5 May.

A week begins on Monday. What is said without a year or a week is the last such day, or the coming one where plans are
made. Durations reach to the end of today. It knows neither lunar festivals nor repeated days (每周五).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from copilot.assistant import date_words_en, date_words_zh
from copilot.assistant.date_pieces import Piece
from copilot.assistant.dates import Span, Today
from copilot.assistant.request import Period
from copilot.text.fold import fold

_JOINT = re.compile(r"(?:\s|的|那天|当天|,|\bat\b|\bon\b|\bin\b|\bthe\b|\bof\b)*")
_TO = re.compile(r"\s?(?:[-~–—到至]|到了|一直到|to|until|till|through)\s?")
_AND = re.compile(r"\s?(?:和|与|跟|and)\s?")
_BETWEEN = re.compile(r"(?:\bbetween|在)\s?$")
_FROM = re.compile(r"(?:从|自从?|打|\bfrom|\bsince|\bbetween|在)\s?$")
_SINCE_BEFORE = re.compile(r"(?:自从?|\bsince)\s?$")
_SINCE_AFTER = re.compile(
    r"\s?(?:以来|到现在|至今|到今天|到目前|开始到现在|until now|to now|till now|to date|onwards?)"
)
# Longer texts were handed over, and their dates are not what is asked about.
_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A stretch of time that was said.

    Args:
        start, end: its place in the raw text.
        readings: what it can mean, the likeliest first; `words` of each is how it was said.
        is_soft: whether it says no more than "lately".
    """

    start: int
    end: int
    readings: tuple[Period, ...]
    is_soft: bool = False

    @property
    def period(self) -> Period:
        """The likeliest reading."""
        return self.readings[0]


def find_periods(words: str, now: datetime, timezone: str, *, ahead: bool = False) -> list[Mention]:
    """Find stretches of time in a text.

    Args:
        words: the raw text; its first 400 characters count.
        now: an aware time.
        timezone: of the group, an IANA name.
        ahead: whether plans are made, so that 周六 is the coming one.

    Returns:
        What was found, in the order in which it stands there, without overlaps.
    """
    zone = ZoneInfo(timezone)
    whole = fold(words[:_MOST_CHARACTERS])
    today = Today(now.astimezone(zone).replace(tzinfo=None), ahead)
    found: list[Mention] = []
    for piece in _ranges(_together(_pieces(whole.text, today), whole.text), whole.text, today):
        start, end = whole.raw_span(piece.start, piece.end)
        said = words[start:end].strip()
        readings = tuple(
            Period(
                starts_at=begin.replace(tzinfo=zone).astimezone(UTC),
                ends_at=until.replace(tzinfo=zone).astimezone(UTC),
                words=said,
            )
            for begin, until in _exact(piece, today)
        )
        if readings:
            found.append(Mention(start=start, end=end, readings=readings, is_soft=piece.is_soft))
    return found


def _pieces(plain: str, today: Today) -> list[Piece]:
    """The words of time, without overlaps: the first counts, of those at one place the longest."""
    grammar = date_words_en.WORDS if plain.isascii() else date_words_zh.WORDS + date_words_en.WORDS
    grammar += date_words_zh.NUMERIC + date_words_zh.FESTIVALS
    found = [
        piece
        for pattern, read in grammar
        for match in pattern.finditer(plain)
        if match.end() > match.start() and (piece := read(match, today))
    ]
    found.sort(key=lambda piece: (piece.start, -piece.end))
    kept: list[Piece] = []
    for piece in found:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _together(pieces: list[Piece], plain: str) -> list[Piece]:
    """Join day, part of the day and clock time where they stand side by side."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and _JOINT.fullmatch(plain, last.end, piece.start):
            if last.is_soft and piece.spans:
                joined[-1] = replace(piece, start=last.start)
                continue
            if piece.is_soft:
                joined[-1] = replace(last, end=piece.end)
                continue
            if _complement(last, piece):
                joined[-1] = Piece(
                    start=last.start,
                    end=piece.end,
                    spans=last.spans or piece.spans,
                    hours=last.hours or piece.hours,
                    clock=last.clock or piece.clock,
                )
                continue
        joined.append(piece)
    return joined


def _complement(one: Piece, other: Piece) -> bool:
    both = ((one.spans, other.spans), (one.hours, other.hours), (one.clock, other.clock))
    return not any(a and b for a, b in both) and not any(piece.spans and _days(piece) > 1 for piece in (one, other))


def _days(piece: Piece) -> int:
    begin, until = piece.spans[0]
    return (until - begin).days


def _ranges(pieces: list[Piece], plain: str, today: Today) -> Iterator[Piece]:
    """Join what reaches from one to another, and what reaches until now."""
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        before = plain[: piece.start]
        following = pieces[i + 1] if i + 1 < len(pieces) else None
        if following and _reaches(before, plain, piece, following):
            ranged = _range(piece, following, today)
            if ranged:
                start = piece.start - _length(_FROM, before)
                yield replace(ranged, start=start)
                i += 2
                continue
        since = _SINCE_AFTER.match(plain, piece.end)
        if piece.spans and (since or _SINCE_BEFORE.search(before)):
            (begin, _), *_ = _exact(piece, today) or piece.spans
            start = piece.start - _length(_FROM, before)
            end = since.end() if since else piece.end
            yield Piece(start=start, end=end, spans=((begin, max(begin, today.day(0)[1])),))
        else:
            yield piece
        i += 1


def _length(pattern: re.Pattern[str], before: str) -> int:
    match = pattern.search(before)
    return len(match.group()) if match else 0


def _reaches(before: str, plain: str, piece: Piece, following: Piece) -> bool:
    if _TO.fullmatch(plain, piece.end, following.start):
        return True
    return bool(_BETWEEN.search(before) and _AND.fullmatch(plain, piece.end, following.start))


def _range(first: Piece, last: Piece, today: Today) -> Piece | None:
    """From the beginning of one to the end of the other; what the other leaves out it takes from the one."""
    if first.clock and last.clock and not last.spans:
        last = replace(last, spans=first.spans, hours=last.hours or first.hours)
        # 8点到10点 ends at ten, and not an hour later.
        ends = tuple((begin, begin) for begin, _ in _exact(last, today))
    elif last.day and first.spans and not first.day:
        day, month = last.day, first.spans[-1][0]
        try:
            begin = month.replace(day=day, hour=0, minute=0)
        except ValueError:
            return None
        ends = _exact(replace(last, spans=((begin, begin + timedelta(days=1)),)), today)
    else:
        ends = _exact(last, today)
    spans = tuple(
        _ordered(begin, until, first, last)
        for (begin, _), (_, until) in zip(_exact(first, today), cycle(ends), strict=False)
    )
    kept = tuple(span for span in spans if span[0] < span[1])
    return Piece(start=first.start, end=last.end, spans=kept) if kept else None


def _ordered(begin: datetime, until: datetime, first: Piece, last: Piece) -> Span:
    """周五到周日 said on a Saturday: both were read as the last such days, so the first is a step too late."""
    if begin < until or not (first.spans and last.spans) or _days(last) > 1:
        return begin, until
    steps = (timedelta(days=days) for days in (7, 31, 366))
    return next(((begin - step, until) for step in steps if begin - step < until), (begin, until))


def _exact(piece: Piece, today: Today) -> tuple[Span, ...]:
    """The times that a piece can mean; none for a part of the day or a clock time that says nothing of the day."""
    spans = piece.spans
    if not spans:
        if not (piece.clock and (piece.hours or today.ahead)):
            return ()
        spans = (today.day(0),)
    return tuple(_at(begin, piece) if piece.hours or piece.clock else (begin, until) for begin, until in spans)


def _at(day: datetime, piece: Piece) -> Span:
    if piece.clock:
        hour, minute = piece.clock
        if piece.hours and hour < 12 <= piece.hours[0] + 6 and not (piece.hours[0] < 12 and hour >= piece.hours[0]):
            hour += 12
        begin = day + timedelta(hours=hour, minutes=minute)
        return begin, begin + timedelta(hours=1)
    first, last = piece.hours or (0, 24)
    return day + timedelta(hours=first), day + timedelta(hours=last)

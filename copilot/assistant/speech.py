"""How replies speak: dates, quotations, how far a history reaches. A reply grows line by line, with its sources.

What the co-pilot says itself is plain text; what members wrote goes into a reply as a quotation, and into the material
for a model as a data block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from copilot.analytics.stretches import Stretch
from copilot.assistant.request import Found, Period, Scope
from copilot.models.blocks import wrap
from copilot.records import Citation, Message
from copilot.services.histories import History
from copilot.text.marks import marked, unmarked

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The first hour of each part of a day.
_PARTS_ZH = ((0, "凌晨"), (6, "早上"), (9, "上午"), (12, "中午"), (13, "下午"), (18, "晚上"))
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUOTED = 80
_ENGLISH_FACTOR = 2
_MOST_CHOICES = 4
# A history that ends so shortly before now is as good as up to date; its end is told all the same.
_INSTANT = timedelta(microseconds=1)
_TOLD_GAPS = 3


class Speech:
    """The language, the clock and the calendar of a reply.

    Args:
        language: "zh" or "en".
        zone: whose days and hours are said.
        now: the time at which it is said.
    """

    def __init__(self, language: str, zone: tzinfo, now: datetime) -> None:
        self.language = "en" if language == "en" else "zh"
        self.zone = zone
        self.now = now.astimezone(zone)

    @classmethod
    def of(cls, scope: Scope, zone: tzinfo | None = None) -> Speech:
        """How to speak to whoever asks."""
        return cls(scope.language, zone or ZoneInfo(scope.timezone), scope.now)

    def __call__(self, zh: str, en: str) -> str:
        """The one of two wordings that is in the language."""
        return en if self.language == "en" else zh

    def day(self, at: datetime | date, *, weekday: bool = True) -> str:
        """A day: `11月20日（周五）`, `Fri 20 Nov`; with its year where it is another one."""
        local = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        other = local.year != self.now.year
        if self.language == "en":
            name = f"{local.day} {_MONTHS_EN[local.month - 1]}{f' {local.year}' if other else ''}"
            return f"{_WEEKDAYS_EN[local.weekday()]} {name}" if weekday else name
        name = f"{f'{local.year}年' if other else ''}{local.month}月{local.day}日"
        return f"{name}（周{_WEEKDAYS_ZH[local.weekday()]}）" if weekday else name

    def clock(self, at: datetime) -> str:
        """A time of day: `晚上8:04`, `20:04`."""
        local = at.astimezone(self.zone)
        if self.language == "en":
            return f"{local:%H:%M}"
        part = [name for first, name in _PARTS_ZH if first <= local.hour][-1]
        hour = local.hour - 12 if local.hour > 12 else local.hour
        return f"{part}{hour}:{local:%M}"

    def moment(self, at: datetime) -> str:
        """A day and a time of day."""
        return self(f"{self.day(at)}{self.clock(at)}", f"{self.day(at)}, {self.clock(at)}")

    def hours(self, first: int) -> str:
        """Two hours in a row: `晚上8点到10点`, `20:00–22:00`."""
        if self.language == "en":
            return f"{first:02}:00–{(first + 2) % 24:02}:00"
        part = [name for start, name in _PARTS_ZH if start <= first][-1]
        ends = (first + 2) % 24
        return f"{part}{first - 12 if first > 12 else first}点到{ends - 12 if ends > 12 else ends}点"

    def days(self, stretch: Stretch) -> str:
        """A stretch of days: `11月14日到20日`, `14–20 Nov`; hours where it is shorter than a day."""
        first, last = stretch.starts_at.astimezone(self.zone), (stretch.ends_at - _INSTANT).astimezone(self.zone)
        if stretch.length < timedelta(hours=23):
            ends = stretch.ends_at.astimezone(self.zone)
            return f"{self.moment(first)}{self('到', '–')}{self.clock(ends)}"
        if first.date() == last.date():
            return self.day(first)
        if self.language == "en":
            is_one_month = (first.year, first.month) == (last.year, last.month)
            start = str(first.day) if is_one_month else self.day(first, weekday=False)
            return f"{start}–{self.day(last, weekday=False)}"
        start = self.day(first, weekday=False)
        is_one_month = (first.year, first.month) == (last.year, last.month)
        return f"{start}到{f'{last.day}日' if is_one_month else self.day(last, weekday=False)}"

    def period(self, period: Period | None, stretch: Stretch, otherwise: tuple[str, str]) -> str:
        """A stretch as it was named, or as it was chosen, with its days."""
        words = (period.words.strip() if period is not None else "") or self(*otherwise)
        days = self.days(stretch)
        return days if words == days or not words else self(f"{words}（{days}）", f"{words} ({days})")

    def quote(self, text: str, limit: int = _QUOTED) -> str:
        """Members' words on one line, cut where they are long."""
        plain = " ".join(text.split())
        longest = limit if _HAN.search(plain) else limit * _ENGLISH_FACTOR
        if len(plain) > longest:
            plain = plain[: longest - 1].rstrip() + "…"
        return f"“{plain.replace('“', '‘').replace('”', '’')}”"

    def listed(self, names: Iterable[str]) -> str:
        """Several names in a row."""
        return self("、", ", ").join(names)


class Reply:
    """A reply in the making.

    Args:
        speech: how it speaks.
        history: where its messages stand.
    """

    def __init__(self, speech: Speech, history: History) -> None:
        self.speech = speech
        self.history = history
        self._lines: list[str] = []
        self._material: list[str] = []
        self._citations: list[Citation] = []
        self._choices: list[str] = []

    def say(self, zh: str, en: str) -> Reply:
        """A line of the co-pilot's own, in which single words of members may stand, and names as `marked`."""
        return self.note(self.speech(zh, en))

    def note(self, line: str) -> Reply:
        """A line that is in the right language already; nothing where it is empty."""
        if line:
            self._lines.append(unmarked(line))
            self._material.append(line)
        return self

    def show(self, message: Message, *, mark: str = "· ", after: str = "", with_day: bool = True) -> Reply:
        """A line with what a member wrote, when; it is cited."""
        at = self.speech.moment(message.sent_at) if with_day else self.speech.clock(message.sent_at)
        group = self._group(message)
        self._lines.append(
            self.speech(
                f"{mark}{message.sender_name}（{group}{at}）：{self.speech.quote(message.text)}{after}",
                f"{mark}{message.sender_name} ({group}{at}): {self.speech.quote(message.text)}{after}",
            )
        )
        self.back(message)
        return self

    def back(self, message: Message) -> None:
        """Cite a message, and let a model read it."""
        if any(one.source.id == message.id for one in self._citations):
            return
        self._citations.append(self.history.cite(message))
        at = self.speech.moment(message.sent_at)
        words = " ".join(message.text.split())[:_READ]
        number = self.speech(f"消息 {message.id}", f"message {message.id}")
        self._material.append(f"[{number}] {marked(message.sender_name)}（{self._group(message)}{at}）：{words}")

    def offer(self, *choices: str) -> Reply:
        """What can be asked next with one click."""
        self._choices += [one for one in choices if one and one not in self._choices]
        return self

    def _group(self, message: Message) -> str:
        """The group, where there are several."""
        if len(self.history.groups) < 2:
            return ""
        name = self.history.name_of(message.group_id)
        return self.speech(f"{name}，", f"{name}, ") if name else ""

    def found(self) -> Found:
        """The reply as it stands."""
        return Found(
            text="\n".join(self._lines),
            # All of it in one block: names, too, are what members chose.
            material=wrap("\n".join(self._material), self.speech("查到的", "found")),
            citations=tuple(self._citations),
            choices=tuple(self._choices[:_MOST_CHOICES]),
        )


_READ = 400


def as_of(speech: Speech, history: History, stretch: Stretch) -> str:
    """How far the history reaches, and what of a stretch is missing: a line in brackets.

    Everything that was counted lies in what is covered; what is not covered is named, so that nobody takes silence in
    a gap for silence in the group.
    """
    last = history.last_at
    if last is None:
        return ""
    parts = [speech(f"记录截至{speech.moment(last)}", f"history up to {speech.moment(last)}")]
    reaches = [found for found in history.reaches(stretch) if not found.is_empty]
    if reaches and all(found.starts_late for found in reaches):
        first = min(found.covered[0].starts_at for found in reaches)
        parts.append(speech(f"从{speech.day(first)}才有记录", f"there is none before {speech.day(first)}"))
    gaps = list(dict.fromkeys(gap for found in reaches for gap in found.gaps))
    if gaps:
        named = speech.listed(speech.days(gap) for gap in gaps[:_TOLD_GAPS])
        more = speech("等", " and more") if len(gaps) > _TOLD_GAPS else ""
        parts.append(speech(f"中间缺{named}{more}，没有算进去", f"{named}{more} missing in between, which is left out"))
    if len(history.groups) > 1:
        without = [
            history.name_of(found.group_id)
            for found in history.reaches(stretch)
            if found.is_empty and history.spans.get(found.group_id)
        ]
        if without:
            names = speech.listed(f"《{name}》" if speech.language == "zh" else f'"{name}"' for name in without[:3])
            parts.append(speech(f"{names}这段时间没有记录", f"none of {names} in this time"))
    joined = speech("；", "; ").join(parts)
    return speech(f"（{joined}。）", f"({joined[0].upper()}{joined[1:]}.)")

"""What an admin's words give for a text: what kind it is, when and where it is about, and what else they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from copilot.assistant.periods import Mention, find_periods
from copilot.assistant.reaching import stretch_of
from copilot.assistant.request import Period, Scope
from copilot.assistant.speech import Speech

_CLAUSES = re.compile(r"\s*[，。；;\n]\s*|,\s+|\.\s+")
_PLACE = re.compile(
    r"(?:活动)?(?:地点|地址|位置|场地|集合点)\s*(?:就?[是在为于]|[:：]|改[成到为在]|换[成到]|挪到|定在)+\s*(\S.*)"
    r"|(?:the )?(?:place|venue|location|where)\s*(?:is|:|to)\s*(?:at |in )?(\S.*)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:活动)?(?:时间|日期)\s*(?:就?[是在为于]|[:：]|改[成到为在]|换[成到])*\s*"
    r"|(?:the )?(?:time|date|when)\s*(?:is|:)\s*",
    re.IGNORECASE,
)
_AT = re.compile(
    r"\s+(?:at|in)\s+((?:the|our)\s+[a-z][\w'&-]*(?:\s+(?!at\b|on\b|from\b|by\b|with\b|for\b|and\b)[\w'&-]+){0,3}"
    r"|[A-Z][\w'&-]*(?:\s+[A-Z0-9][\w'&-]*){0,3})"
)
_IN = re.compile(r"^在(\S{2,16}?)(?=举[行办]|集合|见面?|碰头|开始|办|$)")
_IS_HOUR = re.compile(r"\d\s*[:：点時时]|[一二两三四五六七八九十]点|\d\s?(?:am|pm)|\bnoon\b|o'clock", re.IGNORECASE)
_RANGE = re.compile(r"到|至|[-–—~～]|\bto\b|\buntil\b|\btill\b|\bbetween\b", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}|年|year", re.IGNORECASE)
_PLANNED_AHEAD = timedelta(days=300)
_PART = re.compile(r"凌晨|早上|上午|中午|下午|傍晚|晚上|晚|morning|afternoon|evening|night", re.IGNORECASE)
_REMINDS = re.compile(r"提醒|别忘|不要忘|记得|催|\bremind|\bdon't forget|\breminder", re.IGNORECASE)
_WELCOMES = re.compile(r"欢迎|\bwelcom", re.IGNORECASE)
_PLAIN = re.compile(
    r"闭馆|放假|停[水电业课]|暂停|取消|调整|更新|变更|群规|涨价|价格|维护|规则|开放时间|营业时间|招募"
    r"|\bclos(?:ed|ing|ure)|\bholiday|\bopening hours|\brules?\b|\bprices?\b|\bmaintenance|\bcancel",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"活动|[会课节赛]$|讲座|分享|聚|比赛|直播|沙龙|换书|出游|团建|体验|开放日"
    r"|\b(?:event|meeting|meetup|party|tasting|cupping|workshop|class|talk|session|evening|night|day|club|tour|time)$",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:请?(?:提醒|通知|催)(?:一?下)?(?:大家|各位|群友|家长们?|群里|新人)?(?:一?下)?|大家?(?:别忘了?|记得)|别忘了?|记得)[，,:：\s]*"
    r"|^(?:a )?(?:remind(?:er)?)(?: everyone| people| the group| members| them| folks)?(?: to| that| about| of)?\s+",
    re.IGNORECASE,
)
_EDGES = " ，。,.;；:：、\n"


class Shape(StrEnum):
    """What kind of text it is."""

    EVENT = "event"
    REMINDER = "reminder"
    WELCOME = "welcome"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the words give; "" for what they do not.

    Args:
        title: what it is about, without what is said of time and place.
        body: what is said beside.
        when, where: as they stand in a text.
    """

    shape: Shape
    title: str
    body: str = ""
    when: str = ""
    where: str = ""


def given(words: str, speech: Speech, scope: Scope, period: Period | None = None, *, order: str = "") -> Given:
    """Take words apart.

    Args:
        words: what a text is about.
        speech: how times are told.
        scope: when it is said.
        period: when it takes place, as it was understood; it counts where the words name no time.
        order: the whole order, where it tells more of the kind of text.
    """
    left, where = _place(words)
    mentions = find_periods(left, scope.now, scope.timezone, ahead=True)
    when = when_of(mentions, speech) if mentions else _told(period, speech) if period else ""
    # 周六 of 周六故事会 is its name; an hour is none.
    for one in reversed(mentions):
        if when and _IS_HOUR.search(one.period.words):
            left = f"{_TIME.sub('', left[: one.start])}{re.sub(r'^的', '', left[one.end :])}"
    left = re.sub(r"\s+(?:at|on)(?=\s*(?:[,.;]|$))", "", left)
    kept = [part.strip(_EDGES) for part in _CLAUSES.split(left)]
    kept = [part for part in kept if part]
    shape = _shape(order or words, bool(where or when))
    title = kept[0] if kept else ""
    if shape is Shape.REMINDER:
        title = _ORDER.sub("", title) or title
    stop = speech("，", ", ")
    return Given(shape=shape, title=title, body=stop.join(kept[1:]), when=when, where=where)


def when_of(mentions: list[Mention], speech: Speech) -> str:
    """A time as it stands in a text: a day and an hour, of two mentions where they stand apart; "" once it is past."""
    first = mentions[0].period
    hour = next((one.period for one in mentions[1:] if _IS_HOUR.search(one.period.words)), None)
    if hour is not None:
        day = first.starts_at.astimezone(speech.zone).date()
        at = [
            datetime.combine(day, one.astimezone(speech.zone).time(), speech.zone)
            for one in (hour.starts_at, hour.ends_at)
        ]
        return _told(Period(starts_at=at[0], ends_at=at[1], words=hour.words), speech)
    return _told(first, speech)


def place_of(words: str) -> str:
    """A place that is named as one; "" where none is."""
    return _place(words)[1]


def _told(period: Period, speech: Speech) -> str:
    # What nobody plans so far ahead is this year's day, which is past.
    is_next_years = period.starts_at - speech.now > _PLANNED_AHEAD and not _YEAR.search(period.words)
    if period.ends_at <= speech.now or is_next_years:
        return ""
    if _IS_HOUR.search(period.words) and not _RANGE.search(period.words):
        return speech.moment(period.starts_at)
    part = _PART.search(period.words)
    if part and not _IS_HOUR.search(period.words) and period.ends_at - period.starts_at < timedelta(hours=23):
        # 周六下午 says no hours.
        return f"{speech.day(period.starts_at)}{speech('', ', ')}{part.group()}"
    return speech.days(stretch_of(period))


def _place(words: str) -> tuple[str, str]:
    """The words without the place that is named, and the place."""
    kept: list[str] = []
    where = ""
    for part in (one.strip() for one in _CLAUSES.split(words)):
        found = None if where else (_PLACE.fullmatch(part) or _IN.search(part))
        if found:
            where = next(filter(None, found.groups())).strip(_EDGES)
            part = part[found.end() :] if found.re is _IN else ""
        if part:
            kept.append(part)
    left = "，".join(kept) if where else words
    if not where and (found := _AT.search(words)):
        where = found.group(1).strip()
        left = words[: found.start()] + words[found.end() :]
    return left, where


def _shape(words: str, has_time: bool) -> Shape:
    if _WELCOMES.match(words) or re.search(
        r"欢迎(?:新|词|语)|welcom\w* (?:the )?(?:new|message)", words, re.IGNORECASE
    ):
        return Shape.WELCOME
    if _REMINDS.search(words):
        return Shape.REMINDER
    if _PLAIN.search(words):
        return Shape.NOTICE
    first = _CLAUSES.split(words)[0]
    return Shape.EVENT if has_time or _EVENT.search(first) else Shape.NOTICE

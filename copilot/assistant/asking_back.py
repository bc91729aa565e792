"""Asking back where words can be read in several ways: the readings as full sentences, and which one is then chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.assistant.periods import Mention
from copilot.assistant.request import Request, Scope, Tool
from copilot.assistant.slots import Reading
from copilot.records import ProposalKind
from copilot.text.fold import folded
from copilot.text.language import language

_DOUBTFUL_DAY = re.compile(
    r"(?:the\s)?next\s[a-z]+|下一?個?个?(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]", re.IGNORECASE
)
_MOST_CHOICES = 5
_ORDINALS = (
    "第?[一1](?:个|個|条|條|项)?|前一?个|前者|the first(?: one)?|first(?: one)?|1st",
    "第?[二2两](?:个|個|条|條|项)?|后一?个|后者|the second(?: one)?|second(?: one)?|2nd",
    "第?[三3](?:个|個|条|條|项)?|the third(?: one)?|third(?: one)?|3rd",
    "第?[四4](?:个|個|条|條|项)?|the fourth(?: one)?|fourth",
    "第?[五5](?:个|個|条|條|项)?|the fifth(?: one)?|fifth",
)
_LAST = re.compile(r"(?:最后|最後)一?[个個条條]?|the last(?: one)?|last(?: one)?")
_POLITE = re.compile(
    r"^(?:我说的?是|我是说|是|就|选|要|我要|应该是|i mean(?:t)?|i'll take|number|no\.?)\s*|[吧的啊呀了.!。！]+$"
)
_SUBJECTS = {
    ("zh", ProposalKind.SEND_MESSAGE): (
        "写一条这个周末活动的预告",
        "写一条欢迎新成员的消息",
        "写一条提醒大家看群规的消息",
    ),
    ("zh", ProposalKind.ANNOUNCE): ("写一条这个周末活动的公告", "写一条放假安排的公告", "写一条群规更新的公告"),
    ("en", ProposalKind.SEND_MESSAGE): (
        "Write a message about this weekend's event",
        "Write a message that welcomes new members",
        "Write a reminder to read the group rules",
    ),
    ("en", ProposalKind.ANNOUNCE): (
        "Write an announcement about this weekend's event",
        "Write an announcement about our holiday opening hours",
        "Write an announcement about new group rules",
    ),
}


def ask_back(request: Request, reading: Reading, scope: Scope) -> Request:
    """Set `choices` where the day, the member or the subject of a draft is in doubt; else change nothing."""
    if request.member:
        named = next((one for one in reading.named if request.member in one.candidates), None)
        if named and len(named.candidates) > 1:
            some = named.candidates[:_MOST_CHOICES]
            return replace(request, choices=tuple(_put(reading.words, named.start, named.end, one) for one in some))
    for mention in reading.mentions:
        if len(mention.readings) > 1 and request.period in mention.readings:
            return replace(request, choices=_days(reading.words, mention, scope))
    if request.tool is Tool.DRAFT and not request.topic:
        kind = request.kind or ProposalKind.SEND_MESSAGE
        return replace(request, choices=_SUBJECTS[language(reading.words), kind])
    return request


def _put(words: str, start: int, end: int, instead: str) -> str:
    return words[:start] + instead + words[end:]


def _days(words: str, mention: Mention, scope: Scope) -> tuple[str, ...]:
    """The sentence once for each day that can be meant, with that day in place of 下周六."""
    said = words[mention.start : mention.end]
    doubtful = _DOUBTFUL_DAY.search(said)
    start, end = doubtful.span() if doubtful else (0, len(said))
    days = [_day(reading.starts_at, scope, language(words)) for reading in mention.readings]
    return tuple(_put(words, mention.start + start, mention.start + end, day) for day in days)


def _day(at: datetime, scope: Scope, spoken: str) -> str:
    zone = ZoneInfo(scope.timezone)
    day, today = at.astimezone(zone).date(), scope.now.astimezone(zone).date()
    if day - today == timedelta(days=1):
        return "明天" if spoken == "zh" else "tomorrow"
    return f"{day.month}月{day.day}日" if spoken == "zh" else f"{day.day} {day:%B}"


def chosen(words: str, choices: Sequence[str]) -> str | None:
    """Which of the readings an admin picks: by saying it, its number, or what sets it apart.

    Args:
        words: the admin's reply.
        choices: what was offered.

    Returns:
        The choice; None where the reply picks none.
    """
    plain = _POLITE.sub("", _POLITE.sub("", folded(words).strip(" ?!.。！？")))
    if not plain:
        return None
    if _LAST.fullmatch(plain):
        return choices[-1]
    for pattern, choice in zip(_ORDINALS, choices, strict=False):
        if re.fullmatch(pattern, plain):
            return choice
    holding = [choice for choice in choices if plain in folded(choice)]
    return holding[0] if len(holding) == 1 else None

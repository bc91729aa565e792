"""What is said shortly after a request and goes on from it: 那上周呢, 小林呢, and grinders?, 再短一点, 发到群里."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.answering.question import Asks, kind_asked
from copilot.assistant.concepts import FILLER, FRAME, REST
from copilot.assistant.intents import NAME, PERIOD, TEXT
from copilot.assistant.periods import find_periods
from copilot.assistant.request import Aspect, Period, Request, Scope, Tool
from copilot.assistant.slots import Reading, kind_of
from copilot.assistant.spans import beside
from copilot.records import ProposalKind

FOLLOWED = 0.9
"""How sure what goes on from the request before is."""

_GOES_ON = re.compile(
    r"^\W*(?:那么?|换成|再看看?|and|what about|how about|same for|then|ok,? and|also)(?![a-z])|呢\W*$"
)
_ONE_BEFORE = re.compile(r"(?:the )?(?:week|month|day|year) before|(?:再?[前上])一(?:周|天|日|个月|个星期|年)")
_LONGEST_TOPIC = 16
_TIMED = frozenset({Tool.TOPICS, Tool.ACTIVITY, Tool.MEMBERS, Tool.EXPERTS, Tool.SEARCH, Tool.UNANSWERED, Tool.EPISODE})
# 改成周日下午三点, 地点在二楼, move it to Sunday: of a text that was written before.
_CHANGES = re.compile(
    r"^\W*(?:那就?|请|再|帮我|麻烦你?|能不能|可不可以|可以|能|把|给我)*(?:(?:活动)?(?:时间|日期|地点|地址|日子)|这条|它|活动)?都?"
    r"(?:(?:改|换|挪|调|推迟|提前|延)(?:成|到|为|至|在)|(?<=时间|日期|地点|地址|日子)(?:就?[是在为]|:))"
    r"|^\W*(?:please |can you |could you )*(?:change|move|shift|push|reschedule|set)\s+"
    r"(?:it|that|this|(?:the )?(?:time|date|day|place|venue|location))\s+(?:to|at|for|on)\s"
    r"|^\W*make it (?:on |at )?(?:\d|\w+day\b|tomorrow|noon)"
    r"|^\W*(?:the )?(?:time|date|place|venue|location) is "
)
_LONGEST_CHANGE = 60
_AND_QUEUE = re.compile(
    r"\s*(?:[,，]\s*(?:并且?|然后|同时|再|顺便)?|(?:并且?|然后|同时|再|顺便))(?:把它|把这条|直接|一起)?(?:放进|放到|放入|加入|加进|加到|存到|存进|提交到)(?:到)?(?:待办|代办)(?:里|中|列表)?"
    r"|\s*,?\s*\b(?:and|then)(?: then)? (?:put|save|add|queue|submit) (?:it|this) "
    r"(?:(?:in|into|to|as|among) (?:the |a |my )?(?:proposals?|to-?dos?|to-do list|queue))",
    re.IGNORECASE,
)
_WRITES = re.compile(r"(?:写|拟|起草|草拟|编)(?!的|好|了|完|过)|\b(?:write|draft|compose|prepare)\b", re.IGNORECASE)
# What was asked for ("paste it") is a text, where it is no order and no question of its own.
_ORDERS = frozenset({"write", "rewrite", "queue", "send", "ability", "proposals"})
_SHORTEST_PASTED = 12
_LONGEST_QUESTION = 40
_QUESTION = re.compile(r"[?？]\s*$|[吗呢么]\W*$")
_WRITTEN = frozenset({Tool.DRAFT, Tool.REWRITE, Tool.PROPOSE})
_EMPTY = frozenset({FILLER, FRAME, "measure", "that", "group", "how", "about", "this", "what", "event", "yesno"})
_POLISHING = frozenset({"rewrite", "style", "compare", "can", "announcement", "post", "long", "i", "negation", "you"})
_SENDING = frozenset({"send", "queue", "proposals", "announcement", "thanks", "can", "post", "i", "message"})


def follow(reading: Reading, before: Request, scope: Scope) -> Request | None:
    """Read words as going on from what was asked for before.

    Args:
        reading: the words.
        before: the request before.
        scope: when it is said.

    Returns:
        The request before with what is said anew; None where the words stand for themselves.
    """
    if before.tool in (Tool.REWRITE, Tool.PROPOSE) and not before.text and not before.choices and _is_pasted(reading):
        return replace(before, text=reading.words.strip('“”"「」 \n'), sureness=FOLLOWED)
    if before.tool in _WRITTEN and len(reading.words) <= _LONGEST_CHANGE and _CHANGES.match(reading.plain):
        return Request(tool=Tool.REWRITE, topic=reading.words, kind=before.kind, sureness=FOLLOWED)
    ideas = reading.ideas - _EMPTY
    if TEXT in ideas or (not ideas and before.tool not in _WRITTEN):
        return None
    if before.tool in _WRITTEN:
        followed = _of_text(reading, before, ideas)
        if followed:
            return followed
    if ideas == {PERIOD, "compare"} and before.period and len(reading.mentions) == 1:
        compared = _period(reading, before, scope)
        return Request(tool=Tool.COMPARE, period=before.period, compared=compared, sureness=FOLLOWED)
    if ideas == {PERIOD}:
        return _at_another_time(reading, before, scope)
    if ideas == {NAME} and before.tool in (Tool.SEARCH, Tool.MEMBERS, Tool.ACTIVITY, Tool.TOPICS):
        tool = before.tool if before.tool is Tool.SEARCH else Tool.MEMBERS
        member = reading.named[0].candidates[0]
        return replace(before, tool=tool, member=member, aspect=None, sureness=FOLLOWED, choices=())
    if ideas in ({"new"}, {"quiet"}, {"active"}) and before.tool is Tool.MEMBERS and _GOES_ON.search(reading.plain):
        return replace(before, aspect=Aspect(*ideas), member="", sureness=FOLLOWED, choices=())
    if ideas == {REST} and before.tool in (Tool.EXPERTS, Tool.SEARCH, Tool.EPISODE) and before.topic:
        return _about_another(reading, before)
    return None


def without_queueing(words: str) -> str:
    """An order to write without "and put it among the proposals"; "" where that is not said."""
    left, found = _AND_QUEUE.subn(" " if words.isascii() else "", words, count=1)
    return left.strip() if found and _WRITES.search(words) else ""


def _is_pasted(reading: Reading) -> bool:
    """Whether words are a text that was asked for."""
    first = next((word.idea for word in reading.parsed if word.idea not in (FILLER, FRAME, "i")), "")
    if TEXT in reading.ideas or first in _ORDERS or len(reading.words) < _SHORTEST_PASTED:
        return False
    return "\n" in reading.words or len(reading.words) > _LONGEST_QUESTION or not _QUESTION.search(reading.words)


def _of_text(reading: Reading, before: Request, ideas: frozenset[str]) -> Request | None:
    """再短一点, 发到群里: of the text that was written before, which whoever holds it puts in."""
    if ideas & {"rewrite", "style"} and ideas <= _POLISHING:
        return Request(tool=Tool.REWRITE, topic=reading.words, kind=before.kind, sureness=FOLLOWED)
    if ideas & {"send", "queue"} and ideas <= _SENDING:
        kind = kind_of(reading)
        kind = before.kind or kind if kind is ProposalKind.SEND_MESSAGE else kind
        return Request(tool=Tool.PROPOSE, kind=kind, sureness=FOLLOWED)
    return None


def _at_another_time(reading: Reading, before: Request, scope: Scope) -> Request | None:
    period = _period(reading, before, scope)
    if before.tool is Tool.COMPARE:
        return replace(before, compared=period, sureness=FOLLOWED, choices=())
    if before.tool in _TIMED:
        return replace(before, period=period, sureness=FOLLOWED, choices=())
    if before.tool is Tool.ASK and _GOES_ON.search(reading.plain):
        said = find_periods(before.topic, scope.now, scope.timezone)
        if len(said) == 1:
            topic = before.topic[: said[0].start] + period.words + before.topic[said[0].end :]
            return replace(before, topic=topic, sureness=FOLLOWED)
    return None


def _period(reading: Reading, before: Request, scope: Scope) -> Period:
    period = reading.mentions[0].period
    if before.period and _ONE_BEFORE.fullmatch(period.words.casefold()):
        return beside(before.period, scope.timezone, -1, period.words)
    return period


def _about_another(reading: Reading, before: Request) -> Request | None:
    rest = [word for word in reading.parsed if word.idea == REST]
    topic = reading.words[rest[0].start : rest[-1].end]
    asks_itself = kind_asked(topic) is not Asks.SOMETHING
    if asks_itself or len(topic) > _LONGEST_TOPIC or not _GOES_ON.search(reading.plain):
        return None
    return replace(before, topic=topic, sureness=FOLLOWED, choices=())

"""Who came and who fell silent, as far as a history shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.analytics.stretches import Stretch
from copilot.records import Message

_JOINED = re.compile(
    r"邀请\s*[\"“'‘]?(?P<invited>[^\"”'’]{1,60}?)[\"”'’]?\s*(?:和.{0,60})?加入了?(?:本?群聊?|群)"
    r"|^[\"“'‘]?(?P<scanned>[^\"”'’]{1,60}?)[\"”'’]?\s*(?:通过|扫描|与群里).{0,80}?(?:加入|进入?)了?(?:本?群聊?|群)"
    r"|^(?!.*邀请)[\"“'‘]?(?P<joined>[^\"”'’]{1,60}?)[\"”'’]?\s*(?:加入了?(?:本?群聊?|群)|joined\b|was added\b)"
    r"|\badded [\"“]?(?P<added>[^\"”]{1,60}?)[\"”]?\.?$",
)
_SHORTEST_RUN = timedelta(days=21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody new.

    Args:
        name: as they are shown, or as the platform named them.
        at: when they joined, or first wrote.
        messages: how many they wrote since; 0 for somebody who only joined.
        shown: their first message, or the line that says that they joined.
    """

    name: str
    group_id: int
    at: datetime
    messages: int
    shown: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Somebody who used to write and has stopped.

    Args:
        messages: how many they wrote in `looked_at`.
        last: their last message.
        since: the beginning of the time in which they wrote nothing.
        looked_at: the time before it.
    """

    name: str
    messages: int
    last: Message
    since: datetime
    looked_at: Stretch


def joining(line: Message) -> str | None:
    """The name of whoever a line of the platform says has joined."""
    found = _JOINED.search(line.text)
    if found is None:
        return None
    return next((name.strip() for name in found.groups() if name and name.strip()), None)


def arrivals(
    group_id: int, first: Mapping[int, Message], counted: Mapping[int, int], lines: Iterable[Message]
) -> list[Arrival]:
    """Put together who first wrote and who joined.

    Args:
        group_id: the group.
        first: the first messages of those who never wrote before, by member id.
        counted: how many messages each of these wrote.
        lines: what the platform wrote.

    Returns:
        One a person; who joined and then wrote under the same name is one.
    """
    found = [
        Arrival(name=one.sender_name, group_id=group_id, at=one.sent_at, messages=counted.get(member_id, 1), shown=one)
        for member_id, one in first.items()
    ]
    named = {one.name for one in found}
    for line in lines:
        name = joining(line)
        if name is not None and name not in named:
            named.add(name)
            found.append(Arrival(name=name, group_id=group_id, at=line.sent_at, messages=0, shown=line))
    return found


def quiet_span(run: Stretch | None) -> tuple[Stretch, Stretch] | None:
    """The two stretches that show who fell silent: a longer one before and the recent one, without a gap in between.

    Args:
        run: the last stretch of the history without a gap.

    Returns:
        (before, recent): recent is a third of the run, a week to a month; before is at most three times as long. None
        where the run is shorter than three weeks: then nobody's silence means anything.
    """
    if run is None or run.length < _SHORTEST_RUN:
        return None
    recent = min(timedelta(days=30), max(timedelta(days=7), run.length / 3))
    turn = run.ends_at - recent
    start = max(run.starts_at, turn - 3 * recent)
    return Stretch(starts_at=start, ends_at=turn), Stretch(starts_at=turn, ends_at=run.ends_at)

"""Which stretch of time a request means where it names none, and what is offered where no history reaches it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from copilot.analytics.stretches import Stretch
from copilot.assistant.request import Found, Period, Tool
from copilot.assistant.speech import Speech
from copilot.services.histories import History

_INSTANT = timedelta(microseconds=1)
_RECENT = timedelta(days=2)
_DAY = timedelta(days=1)

# What is asked again of another stretch of time: the days stand first, as somebody would type it.
_AGAIN: dict[Tool, tuple[str, str]] = {
    Tool.TOPICS: ("{days}大家最关心什么？", "What did people talk about most {days}?"),
    Tool.ACTIVITY: ("{days}群里有多热闹？", "How busy was the group {days}?"),
    Tool.MEMBERS: ("{days}谁说话最多？", "Who talked most {days}?"),
    Tool.UNANSWERED: ("{days}有哪些问题没人回答？", "Which questions did nobody answer {days}?"),
    Tool.EPISODE: ("{days}群里吵了什么？", "What was the argument about {days}?"),
    Tool.SEARCH: ("{days}群里说过{topic}吗？", "Did anybody mention {topic} {days}?"),
    Tool.EXPERTS: ("谁最懂{topic}？", "Who knows most about {topic}?"),
    Tool.COMPARE: ("{days}群里有多热闹？", "How busy was the group {days}?"),
}


def stretch_of(period: Period) -> Stretch:
    """A period as figures take it."""
    return Stretch(starts_at=period.starts_at, ends_at=period.ends_at)


def lately(history: History, now: datetime, days: int) -> Stretch:
    """The last days of a history: whole days of its zone, up to its end."""
    end = min(now.astimezone(UTC), history.last_at + _INSTANT) if history.last_at is not None else now.astimezone(UTC)
    midnight = end.astimezone(history.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return Stretch(starts_at=(midnight - timedelta(days=days - 1)).astimezone(UTC), ends_at=end)


def lately_words(history: History, now: datetime, days: int) -> tuple[str, str]:
    """How the last days of a history are called."""
    if history.last_at is not None and now - history.last_at > _RECENT:
        return f"有记录的最后{days}天", f"the last {days} days on record"
    return f"最近{days}天", f"the last {days} days"


def month_of(at: datetime, history: History) -> Stretch:
    """The calendar month around a time."""
    first = at.astimezone(history.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return Stretch(starts_at=first.astimezone(UTC), ends_at=following.astimezone(UTC))


def before(stretch: Stretch, history: History) -> Stretch:
    """The stretch before one: the month before a month, also one that is not over, else as many days."""
    first = stretch.starts_at.astimezone(history.zone)
    is_month = first.day == 1 and first.hour == 0 and timedelta(days=2) <= stretch.length <= timedelta(days=32)
    return month_of(stretch.starts_at - _DAY / 2, history) if is_month else stretch.moved(-stretch.length)


def out_of_reach(
    speech: Speech, history: History, tool: Tool, period: Period | None, *, topic: str = "", again: str = ""
) -> Found:
    """Say that nothing is covered of what was asked, and offer the last stretch of that length that is.

    Args:
        again: what to offer instead of the tool's own sentence, with `{days}` in it.
    """
    last, first = history.last_at, history.first_at
    if last is None or first is None:
        return Found(
            text=speech(
                "这里还没有聊天记录，没法统计。先在“群”页导入一份聊天记录吧。",
                "There is no chat history here yet. Import one on the Groups page first.",
            )
        )
    days = max(1, round((period.ends_at - period.starts_at) / _DAY)) if period is not None else 7
    offered = lately(history, last + _INSTANT, days)
    asked = speech.period(period, stretch_of(period), ("", "")) if period is not None else ""
    if period is not None and period.ends_at <= first:
        why = speech(f"记录从{speech.moment(first)}才开始", f"the history begins only on {speech.moment(first)}")
    elif period is not None and period.starts_at > last:
        why = speech(f"记录只到{speech.moment(last)}", f"the history ends on {speech.moment(last)}")
    else:
        why = speech(
            f"记录在那里断开了，最新的到{speech.moment(last)}",
            f"there is a gap in the history, which goes up to {speech.moment(last)}",
        )
    there = speech.days(offered)
    text = speech(
        f"{asked}没有聊天记录：{why}，所以说不了什么。可以看有记录的最后一段（{there}），或导入更新的聊天记录。",
        f"There is no history of {asked}: {why}, so nothing can be said. You can look at the last stretch on record "
        f"({there}), or import newer messages.",
    )
    sentence = again or speech(*_AGAIN.get(tool, _AGAIN[Tool.ACTIVITY]))
    # Members' words may hold braces.
    return Found(text=text, choices=(sentence.replace("{days}", _typed(speech, offered)).replace("{topic}", topic),))


def _typed(speech: Speech, stretch: Stretch) -> str:
    """A stretch of days as somebody types it."""
    first = stretch.starts_at.astimezone(speech.zone)
    last = (stretch.ends_at - _INSTANT).astimezone(speech.zone)
    start, end = speech.day(first, weekday=False), speech.day(last, weekday=False)
    if first.date() == last.date():
        return speech(start, f"on {start}")
    return speech(f"{start}到{end}", f"from {start} to {end}")

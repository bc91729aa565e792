"""Replies about a group as a whole: what it talks of, how busy it is, two periods side by side, its members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from copilot.analytics.activity import Activity, Speaker, came_and_went
from copilot.analytics.people import Arrival, Quiet
from copilot.analytics.stretches import Stretch
from copilot.analytics.topics import Topic
from copilot.assistant.reaching import before, lately, lately_words, month_of, out_of_reach, stretch_of
from copilot.assistant.request import Aspect, Found, Period, Request, Tool
from copilot.assistant.speech import Reply, Speech, as_of
from copilot.services.figures import Figures, Newcomers
from copilot.services.histories import History
from copilot.text.marks import marked

_WEEK = 7
_MONTH = 30
_TOPICS = 5
_SPEAKERS = 5
_SHOWN_PEOPLE = 6
# Two stretches are compared by the day where so much less of one is covered, or they differ so much in length.
_UNEVEN = 0.9
_SAME = 0.05


def topics(speech: Speech, figures: Figures, history: History, request: Request) -> Found:
    """What people talked of."""
    stretch, period = _when(speech, history, request, _WEEK)
    if not history.covered(stretch):
        return out_of_reach(speech, history, Tool.TOPICS, request.period)
    found = figures.topics(history, stretch, most=_TOPICS)
    reply = Reply(speech, history)
    if not found:
        reply.say(f"{period}没有聊起来的话题：", f"{_first(period)}: no talk got going")
        _counted(reply, figures.activity(history, stretch))
        return reply.note(as_of(speech, history, stretch)).found()
    reply.say(f"{period}大家聊得最多的：", f"{_first(period)}: what people talked about most")
    for number, topic in enumerate(found, 1):
        name = _named(speech, topic)
        reply.say(
            f"{number}. {name}{topic.people}人，{topic.messages}条",
            f"{number}. {name}{topic.people} people, {topic.messages} messages",
        )
        for message in topic.shown:
            reply.show(message, mark="   ")
    reply.note(as_of(speech, history, stretch))
    best = next((one.words[0] for one in found if one.words), "")
    if best:
        reply.offer(speech(f"谁最懂{best}？", f"Who knows most about {best}?"))
        reply.offer(speech(f"群里还说过{best}什么？", f"Did anybody mention {best}?"))
    return reply.offer(speech("有哪些问题没人回答？", "Which questions did nobody answer?")).found()


def _named(speech: Speech, topic: Topic) -> str:
    return f"{speech.listed(topic.words)}{speech('：', ': ')}" if topic.words else ""


def activity(speech: Speech, figures: Figures, history: History, request: Request) -> Found:
    """How busy it was."""
    stretch, period = _when(speech, history, request, _WEEK)
    if not history.covered(stretch):
        return out_of_reach(speech, history, Tool.ACTIVITY, request.period)
    found = figures.activity(history, stretch)
    reply = Reply(speech, history).say(f"{period}：", f"{_first(period)}:")
    _counted(reply, found)
    if found.busiest_day is not None and len(found.days) > 1:
        day, number = found.busiest_day
        reply.say(
            f"· 最热闹的一天：{speech.day(day)}，{number}条", f"· Busiest day: {speech.day(day)}, {number} messages"
        )
    if found.busiest_hours is not None and found.messages >= 20:
        hour, number = found.busiest_hours
        share = round(100 * number / found.messages)
        reply.say(
            f"· 一天里{speech.hours(hour)}说得最多，占{share}%",
            f"· Most is written at {speech.hours(hour)}: {share}%",
        )
    if found.speakers:
        reply.say(
            f"· 说得最多：{_speakers(speech, history, found.speakers[:_SPEAKERS])}",
            f"· Who wrote most: {_speakers(speech, history, found.speakers[:_SPEAKERS])}",
        )
    earlier = before(stretch, history)
    if _is_covered(history, earlier):
        then = figures.activity(history, earlier)
        if then.messages:
            reply.say(
                f"· 和之前的{speech.days(earlier)}比：每天{_change(speech, found.a_day, then.a_day)}",
                f"· Beside {speech.days(earlier)} before it: {_change(speech, found.a_day, then.a_day)} a day",
            )
    reply.note(as_of(speech, history, stretch))
    return reply.offer(speech("大家最关心什么？", "What do people care about most?")).found()


def _counted(reply: Reply, found: Activity) -> None:
    average = f"{found.a_day:.0f}" if found.a_day >= 10 else f"{found.a_day:.1f}".removesuffix(".0")
    daily = (f"，平均每天{average}条", f", {average} a day") if found.covered_days >= 2 else ("", "")
    reply.say(
        f"· {found.messages}条消息，{len(found.speakers)}个人说过话{daily[0]}",
        f"· {found.messages} messages by {len(found.speakers)} people{daily[1]}",
    )


def _speakers(speech: Speech, history: History, some: Sequence[Speaker]) -> str:
    return speech.listed(
        speech(f"{marked(one.name)} {one.messages}条", f"{marked(one.name)} ({one.messages})") for one in some
    )


def _change(speech: Speech, now: float, then: float) -> str:
    """How much more or less a figure is."""
    share = (now - then) / then if then else 0.0
    if abs(share) <= _SAME:
        return speech("差不多", "about the same")
    percent = round(100 * abs(share))
    if share > 1:
        return speech(f"是原来的{now / then:.1f}倍", f"{now / then:.1f} times as much")
    return speech(f"{'多' if share > 0 else '少'}了{percent}%", f"{percent}% {'more' if share > 0 else 'less'}")


def _is_covered(history: History, stretch: Stretch) -> bool:
    """Whether all of a stretch is covered, at least in one group, so that it can be set beside another."""
    return any(
        not found.is_empty and not found.gaps and not found.starts_late and _reaches_end(found.covered[-1], stretch)
        for found in history.reaches(stretch)
    )


def _reaches_end(part: Stretch, whole: Stretch) -> bool:
    return whole.ends_at - part.ends_at < timedelta(hours=24)


def compare(speech: Speech, figures: Figures, history: History, request: Request) -> Found:
    """Two stretches of time side by side."""
    now = stretch_of(request.period) if request.period else month_of(history.last_at or speech.now, history)
    then = stretch_of(request.compared) if request.compared else before(now, history)
    if now.starts_at < then.starts_at:
        now, then = then, now
        request = Request(tool=request.tool, period=request.compared, compared=request.period)
    for stretch in (now, then):
        if not history.covered(stretch):
            named = request.period if stretch == now else request.compared
            missing = named or Period(starts_at=stretch.starts_at, ends_at=stretch.ends_at)
            return out_of_reach(speech, history, Tool.COMPARE, missing)
    here, there = figures.activity(history, now), figures.activity(history, then)
    names = (
        speech.period(request.period, now, ("", "")),
        speech.period(request.compared, then, ("", "")),
    )
    reply = Reply(speech, history).say(f"{names[0]}和{names[1]}比：", f"{_first(names[0])} beside {names[1]}:")
    by_day = _by_day(here, there)
    reply.say(
        f"· 消息：{here.messages}条，之前{there.messages}条；"
        + (f"平均每天{here.a_day:.1f}条和{there.a_day:.1f}条，" if by_day else "")
        + (_change(speech, here.a_day, there.a_day) if by_day else _change(speech, here.messages, there.messages)),
        f"· Messages: {here.messages} and {there.messages} before; "
        + (f"{here.a_day:.1f} and {there.a_day:.1f} a day, " if by_day else "")
        + (_change(speech, here.a_day, there.a_day) if by_day else _change(speech, here.messages, there.messages)),
    )
    reply.say(
        f"· 说过话的人：{len(here.speakers)}个，之前{len(there.speakers)}个",
        f"· People who wrote: {len(here.speakers)} and {len(there.speakers)} before",
    )
    if by_day:
        reply.say(
            f"· 有记录的天数不一样（{here.covered_days:.0f}天和{there.covered_days:.0f}天），"
            "所以按每天比；人数不能直接比",
            f"· The history covers {here.covered_days:.0f} and {there.covered_days:.0f} days, so days are compared; "
            "the numbers of people cannot be",
        )
    for stretch, name in ((now, names[0]), (then, names[1])):
        found = [one for one in figures.topics(history, stretch, most=4) if one.words][:3]
        if found:
            told = speech("；", "; ").join(speech.listed(one.words[:2]) for one in found)
            reply.say(f"· {name}聊得多的：{told}", f"· {_first(name)}, much talked about: {told}")
            for topic in found:
                reply.back(topic.shown[0])
    came, went = came_and_went(here.speakers, there.speakers)
    if came:
        told = _speakers(speech, history, came[:_SPEAKERS])
        reply.say(f"· 之前没说话、现在常说的：{told}", f"· Wrote now and not before: {told}")
    if went and not by_day:
        told = _speakers(speech, history, went[:_SPEAKERS])
        reply.say(f"· 之前常说、现在没出声的：{told}", f"· Wrote before and not now: {told}")
    whole = Stretch(starts_at=then.starts_at, ends_at=now.ends_at)
    return reply.note(as_of(speech, history, whole)).found()


def _by_day(here: Activity, there: Activity) -> bool:
    shorter, longer = sorted((here.covered_days, there.covered_days))
    return shorter < _UNEVEN * longer


def members(speech: Speech, figures: Figures, history: History, request: Request) -> Found:
    """Who talks most, who is new, who has not spoken for long; one of these, or all of them."""
    stretch, period = _when(speech, history, request, _MONTH)
    wanted = [request.aspect] if request.aspect is not None else list(Aspect)
    if not history.covered(stretch) and wanted != [Aspect.QUIET]:
        again = speech("{days}有哪些新人？", "Who is new {days}?") if wanted == [Aspect.NEW] else ""
        return out_of_reach(speech, history, Tool.MEMBERS, request.period, again=again)
    if history.last_at is None:
        return out_of_reach(speech, history, Tool.MEMBERS, None)
    reply = Reply(speech, history)
    if Aspect.ACTIVE in wanted:
        found = figures.activity(history, stretch)
        told = _speakers(speech, history, found.speakers[: 2 * _SPEAKERS])
        reply.say(
            f"{period}有{len(found.speakers)}个人说过话。说得最多的：{told}",
            f"{_first(period)}: {len(found.speakers)} people wrote. Most: {told}",
        )
    if Aspect.NEW in wanted:
        _new(reply, period, figures.newcomers(history, stretch), len(wanted) == 1)
    if Aspect.QUIET in wanted:
        _quiet(reply, figures.quiet(history), len(wanted) == 1)
    return reply.note(as_of(speech, history, stretch)).found()


def _new(reply: Reply, period: str, found: Newcomers, alone: bool) -> None:
    some = found.arrivals
    if not some:
        if found.is_known:
            reply.say(f"{period}没有新面孔。", f"{_first(period)}: no new faces.")
    else:
        reply.say(
            f"{period}有{len(some)}张新面孔（之前的记录里没说过话）：",
            f"{_first(period)}: {len(some)} new face{'s' if len(some) > 1 else ''} (nothing by them on record before):",
        )
        for one in some[: _SHOWN_PEOPLE if alone else 3]:
            _arrived(reply, one)
        rest = len(some) - (_SHOWN_PEOPLE if alone else 3)
        if rest > 0:
            reply.say(f"· 还有{rest}个", f"· {rest} more")
    if not found.is_known:
        reply.say(
            "记录不够早，分不出谁是新来的、谁只是之前没有记录；进群的提示不受影响。",
            "The history does not reach back far enough to tell who is new from who was there before; only lines that "
            "say who joined count.",
        )


def _arrived(reply: Reply, one: Arrival) -> None:
    speech = reply.speech
    if not one.messages:
        reply.say(
            f"· {marked(one.name)}，{speech.day(one.at)}进群，还没有说过话",
            f"· {marked(one.name)} joined on {speech.day(one.at)} and has not written yet",
        )
        reply.back(one.shown)
        return
    after = speech(f"，共说了{one.messages}条", f"; {_messages(one.messages)} so far")
    reply.show(one.shown, after=after)


def _quiet(reply: Reply, found: Sequence[Quiet] | None, alone: bool) -> None:
    if found is None:
        reply.say(
            "连续的记录不到三周，说不了谁久未发言。",
            "The history goes on for less than three weeks without a gap: too short to tell who has fallen silent.",
        )
        return
    if not found:
        reply.say("以前常说话的人，最近都还在说。", "Whoever used to write still does.")
        return
    since = min(one.since for one in found)
    speech = reply.speech
    reply.say(
        f"以前常说话、{speech.day(since)}以后没再出声的（久未发言）有{len(found)}个：",
        f"{len(found)} used to write and have not since {speech.day(since)}:",
    )
    for one in found[: _SHOWN_PEOPLE if alone else 3]:
        after = speech(f"，这之前说过{one.messages}条", f"; {_messages(one.messages)} before that")
        reply.show(one.last, after=after)


def _first(words: str) -> str:
    """Words at the beginning of an English sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def _messages(number: int) -> str:
    return f"{number} message{'' if number == 1 else 's'}"


def _when(speech: Speech, history: History, request: Request, days: int) -> tuple[Stretch, str]:
    """The stretch that a request means, and how it is called."""
    if request.period is not None:
        stretch = stretch_of(request.period)
        return stretch, speech.period(request.period, stretch, ("", ""))
    stretch = lately(history, speech.now, days)
    return stretch, speech.period(None, stretch, lately_words(history, speech.now, days))

"""Replies about what was said: a search, a conversation, a member, who knows, what nobody answered, a quarrel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from copilot.analytics.episode import Episode
from copilot.analytics.spoken import says_something
from copilot.analytics.stretches import Stretch
from copilot.assistant.episode_words import worded
from copilot.assistant.reaching import lately, lately_words, out_of_reach, stretch_of
from copilot.assistant.request import Found, Request, Scope, Tool
from copilot.assistant.speech import Reply, Speech, as_of
from copilot.models.chat import Chat
from copilot.records import Message
from copilot.services.figures import Figures
from copilot.services.histories import History
from copilot.services.searching import FoundTalk, Person, Searching
from copilot.text.fold import folded
from copilot.text.marks import marked, retold

_LINES = 6
_WEEK = 7
_UNANSWERED = 6
_CHOICE = 60
_INSTANT = timedelta(microseconds=1)


def search(speech: Speech, searching: Searching, history: History, request: Request) -> Found:
    """What was said about something, by anybody or by one member."""
    if history.last_at is None:
        return out_of_reach(speech, history, Tool.SEARCH, None)
    stretch = stretch_of(request.period) if request.period else None
    people: Sequence[Person] = ()
    if request.member:
        people = searching.people(history, request.member)
        if not people:
            return _nobody(speech, request.member)
        if len({one.name for one in people}) > 1:
            return _several(speech, request, people)
    if stretch is not None and not history.covered(stretch):
        return out_of_reach(speech, history, Tool.SEARCH, request.period, topic=request.topic)
    if people and not request.topic:
        return member(speech, searching, history, request, people)
    talks = searching.threads(history, request.topic, stretch=stretch, by=people)
    lines = _lines(talks, people, stretch)
    reply = Reply(speech, history)
    whole = stretch or Stretch(starts_at=history.first_at or history.last_at, ends_at=history.last_at + _INSTANT)
    name = speech.quote(request.topic)
    who = marked(people[0].name) if people else ""
    if not lines:
        reply.say(f"没有找到{who or '谁'}说过{name}。", f"Nothing that {who or 'anybody'} said about {name} was found.")
        return reply.note(as_of(speech, history, whole)).found()
    threads = len({talk.thread_id for talk, _ in lines})
    said = folded(request.topic)
    if not any(said in folded(one.text) for talk, _ in lines for one in talk.messages):
        reply.say(f"没有人原话说到{name}，意思相近的有：", f"Nobody used the words {name}; near to it:")
    else:
        _counted(reply, who, name, threads, len(lines) > _LINES)
    for _, message in sorted(lines[:_LINES], key=lambda pair: (pair[1].sent_at, pair[1].id), reverse=True):
        reply.show(message)
    reply.note(as_of(speech, history, whole))
    if not people:
        reply.offer(speech(f"谁最懂{request.topic}？", f"Who knows most about {request.topic}?"))
    return reply.found()


def _counted(reply: Reply, who: str, name: str, threads: int, more: bool) -> None:
    reply.say(
        f"{who or '群里'}说过{name}，找到{threads}段对话" + ("，其中几条：" if more else "："),
        f"{who or 'The group'} spoke of {name} in {threads} conversation{'s' if threads > 1 else ''}"
        + (", some of it:" if more else ":"),
    )


def _lines(
    talks: Sequence[FoundTalk], people: Sequence[Person], stretch: Stretch | None
) -> list[tuple[FoundTalk, Message]]:
    """The best line of each conversation, then the second best ones."""
    ids = {one.member_id for one in people}
    found: list[tuple[int, FoundTalk, Message]] = []
    for talk in talks:
        own = [
            one
            for one in talk.lines
            if (not ids or one.member_id in ids)
            and (stretch is None or stretch.starts_at <= one.sent_at < stretch.ends_at)
        ]
        found += [(place, talk, one) for place, one in enumerate(own[:2])]
    found.sort(key=lambda item: item[0])
    return [(talk, one) for _, talk, one in found]


def member(speech: Speech, searching: Searching, history: History, request: Request, people: Sequence[Person]) -> Found:
    """What one member said lately, or in a stretch of time."""
    stretch = stretch_of(request.period) if request.period else None
    said = searching.said_by(history, people, stretch)
    reply = Reply(speech, history)
    name = marked(people[0].name)
    whole = stretch or Stretch(starts_at=history.first_at or speech.now, ends_at=speech.now)
    if not said:
        when = speech.period(request.period, stretch, ("", "")) if stretch else ""
        reply.say(f"{name}{when}没有说过话。", f"{name} wrote nothing{f' in {when}' if when else ''}.")
        before = [one for one in searching.said_by(history, people, None) if says_something(one)]
        if stretch is not None and before:
            reply.say("记录里最后说的：", "The last on record:").show(before[-1])
        return reply.note(as_of(speech, history, whole)).found()
    telling = [one for one in said if says_something(one)] or said
    first, last = said[0].sent_at, said[-1].sent_at
    reply.say(
        f"{name}从{speech.day(first)}到{speech.day(last)}说了{len(said)}条，挑要紧的看："
        if len(telling) > _LINES
        else f"{name}最近说的（最后一条在{speech.moment(last)}）：",
        f"{name} wrote {len(said)} messages from {speech.day(first)} to {speech.day(last)}; what matters:"
        if len(telling) > _LINES
        else f"What {name} said lately (last on {speech.moment(last)}):",
    )
    # The newest, and of the others those that say most.
    newest = telling[-_LINES // 2 :]
    longest = sorted(telling[: -_LINES // 2], key=lambda one: (-min(len(one.text), 200), -one.id))
    shown = sorted([*newest, *longest[: _LINES - len(newest)]], key=lambda one: (one.sent_at, one.id))
    for one in shown:
        reply.show(one)
    return reply.note(as_of(speech, history, whole)).found()


def _nobody(speech: Speech, name: str) -> Found:
    return Found(
        text=speech(
            f"这里没有叫{speech.quote(name)}的成员。可以在“群”页的成员里查一下名字。",
            f"No member here is called {speech.quote(name)}. The names stand with the members on the Groups page.",
        )
    )


def _several(speech: Speech, request: Request, people: Sequence[Person]) -> Found:
    names = list(dict.fromkeys(one.name for one in people))
    about = request.topic
    return Found(
        text=speech(
            f"{speech.quote(request.member)}可能是好几位，你问哪一位？", "Several members could be meant. Whom?"
        ),
        choices=tuple(
            speech(
                f"{name}说过{about}吗？" if about else f"{name}最近说了什么？",
                f"What did {name} say about {about}?" if about else f"What did {name} say lately?",
            )
            for name in names[:4]
        ),
    )


def read(speech: Speech, searching: Searching, history: History, thread_id: int) -> Found:
    """A conversation whole."""
    talk = searching.read(history, thread_id)
    reply = Reply(speech, history)
    reply.say(
        f"{speech.moment(talk[0].sent_at)}的对话，共{len(talk)}条：",
        f"The conversation of {speech.moment(talk[0].sent_at)}, {len(talk)} messages:",
    )
    days = {one.sent_at.astimezone(history.zone).date() for one in talk}
    for one in talk:
        reply.show(one, with_day=len(days) > 1)
    return reply.found()


def experts(speech: Speech, figures: Figures, searching: Searching, history: History, request: Request) -> Found:
    """Who knows about something."""
    if not request.topic:
        return Found(
            text=speech("想知道谁懂什么？比如“谁最懂推荐书”。", 'About what? For example "who knows about refunds".')
        )
    if history.last_at is None or history.first_at is None:
        return out_of_reach(speech, history, Tool.EXPERTS, None)
    stretch = stretch_of(request.period) if request.period else None
    if stretch is not None and not history.covered(stretch):
        return out_of_reach(speech, history, Tool.EXPERTS, request.period, topic=request.topic)
    found = figures.experts(history, request.topic, stretch=stretch)
    name = speech.quote(request.topic)
    whole = stretch or Stretch(starts_at=history.first_at, ends_at=history.last_at + _INSTANT)
    reply = Reply(speech, history)
    if not found:
        reply.say(
            f"没有看到谁在群里回答过{name}的问题。", f"Nobody was seen to answer questions about {name} in the group."
        )
        talks = searching.threads(history, request.topic, stretch=stretch, most=10)
        lines = _lines(talks, (), stretch)[:3]
        if lines:
            reply.say("提到过的有：", "Who mentioned it:")
            for _, message in lines:
                reply.show(message)
        return reply.note(as_of(speech, history, whole)).found()
    reply.say(
        f"从回答过的问题看，最懂{name}的是：" if len(found) > 1 else f"从回答过的问题看，{name}可以问：",
        f"By the questions that they answered, these know about {name}:"
        if len(found) > 1
        else f"By the questions that they answered, ask about {name}:",
    )
    for number, one in enumerate(found, 1):
        expert = marked(one.name)
        thanked = (f"，{one.thanked}次被道谢", f", thanked for {one.thanked}") if one.thanked else ("", "")
        reply.say(
            f"{number}. {expert}：在{one.threads}段对话里回答过{one.answers}个问题{thanked[0]}",
            f"{number}. {expert}: answered {one.answers} question{'s' if one.answers > 1 else ''} in {one.threads} "
            f"conversation{'s' if one.threads > 1 else ''}{thanked[1]}",
        )
        for shown in one.shown[: 2 if number == 1 else 1]:
            reply.show(shown.asked, mark=speech("   问 ", "   Q "))
            reply.show(shown.answer, mark=speech("   答 ", "   A "))
    if all(one.answers < 2 for one in found):
        reply.say("只看到这一两次，拿不准。", "That rests on a single answer each, so it is not sure.")
    return reply.note(as_of(speech, history, whole)).found()


def unanswered(speech: Speech, figures: Figures, history: History, request: Request) -> Found:
    """What nobody answered."""
    if request.period is not None:
        stretch = stretch_of(request.period)
        period = speech.period(request.period, stretch, ("", ""))
    else:
        stretch = lately(history, speech.now, _WEEK)
        period = speech.period(None, stretch, lately_words(history, speech.now, _WEEK))
    if not history.covered(stretch):
        return out_of_reach(speech, history, Tool.UNANSWERED, request.period)
    found = figures.unanswered(history, stretch)
    reply = Reply(speech, history)
    if not found:
        reply.say(
            f"{period}没有看到没人回答的问题。", f"{period[:1].upper()}{period[1:]}: no question went unanswered."
        )
    else:
        reply.say(
            f"{period}有{len(found)}个问题没看到有人回答：",
            f"{period[:1].upper()}{period[1:]}: {len(found)} question{'s' if len(found) > 1 else ''} got no answer",
        )
        for one in found[:_UNANSWERED]:
            reply.show(one)
            # Asked again here, it is answered from what is known.
            reply.offer(" ".join(one.text.split()) if len(one.text) <= _CHOICE else "")
        if len(found) > _UNANSWERED:
            reply.say(f"· 还有{len(found) - _UNANSWERED}个", f"· {len(found) - _UNANSWERED} more")
    reply.say("问了不到3小时的不算。", "Questions of the last three hours on record do not count.")
    return reply.note(as_of(speech, history, stretch)).found()


def quarrel(
    speech: Speech, figures: Figures, history: History, request: Request, scope: Scope, chat: Chat | None
) -> Found:
    """What went on in the most heated stretch of talk."""
    if request.period is not None:
        stretch = stretch_of(request.period)
        period = speech.period(request.period, stretch, ("", ""))
    else:
        days = 90 if request.topic else _WEEK
        stretch = lately(history, speech.now, days)
        period = speech.period(None, stretch, lately_words(history, speech.now, days))
    if not history.covered(stretch):
        return out_of_reach(speech, history, Tool.EPISODE, request.period)
    found = figures.episode(history, stretch, topic=request.topic)
    reply = Reply(speech, history)
    if found is None:
        reply.say(
            f"{period}没有找到两个人以上的对话" + (f"说到{speech.quote(request.topic)}。" if request.topic else "。"),
            f"{period[:1].upper()}{period[1:]}: no talk of two or more people"
            + (f" about {speech.quote(request.topic)} was found." if request.topic else " was found."),
        )
        return reply.note(as_of(speech, history, stretch)).found()
    _opening(reply, found, period, history)
    told = worded(speech, chat, found, scope) if chat is not None and found.is_heated else None
    if told is not None:
        reply.note(retold(told))
        for one in found.key:
            reply.back(one)
    else:
        dates = {one.sent_at.astimezone(history.zone).date() for one in found.key}
        for one in found.key:
            calms = speech("  （缓和）", "  (calming)") if found.is_heated and one.id in found.calming else ""
            reply.show(one, after=calms, with_day=len(dates) > 1)
    if found.is_heated:
        reply.say("以上按先后摘自原话，谁对谁错不下判断。", "In order and in their own words; it judges nobody.")
    return reply.note(as_of(speech, history, stretch)).found()


def _opening(reply: Reply, found: Episode, period: str, history: History) -> None:
    speech = reply.speech
    first, last = found.talk[0], found.talk[-1]
    is_one_day = first.sent_at.astimezone(history.zone).date() == last.sent_at.astimezone(history.zone).date()
    ends = speech.clock(last.sent_at) if is_one_day else speech.moment(last.sent_at)
    when = f"{speech.moment(first.sent_at)}{speech('到', '–')}{ends}"
    size = speech(f"{found.people}个人，{len(found.talk)}条消息", f"{found.people} people, {len(found.talk)} messages")
    names = _names(found)
    if found.is_heated:
        pair = speech("和", " and ").join(map(marked, names))
        reply.say(f"{when}，{pair}起了争执（{size}）。经过：", f"{when}: {pair} argued ({size}). How it went:")
    else:
        reply.say(
            f"{period}没有看到明显的争执。最热闹的一段是{when}（{size}）：",
            f"{period[:1].upper()}{period[1:]}: no argument was seen. The liveliest stretch was {when} ({size}):",
        )


def _names(found: Episode) -> list[str]:
    """The two who went back and forth, by the names of their messages."""
    named: dict[int | str, str] = {}
    for one in found.talk:
        named[one.member_id if one.member_id is not None else one.sender_name] = one.sender_name
    pair = [named[one] for one in found.heat.pair if one in named]
    return pair or list(named.values())[:2]

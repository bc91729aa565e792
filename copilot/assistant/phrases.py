"""What the assistant says of its own: questions back, the place and time that it tells a model, what to begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.assistant.concepts import Concepts
from copilot.assistant.request import Found, Period, Request, Scope
from copilot.records import ProposalKind, Tone
from copilot.services.locating import Location, Standing
from copilot.text.fold import folded

WRITING = {
    "zh": {ProposalKind.ANNOUNCE: "写一条群公告", ProposalKind.SEND_MESSAGE: "写一条发到群里的消息"},
    "en": {
        ProposalKind.ANNOUNCE: "write an announcement for the group",
        ProposalKind.SEND_MESSAGE: "write a message to the group",
    },
}
"""What a model is told that the admin asks for."""
_MOST_GROUPS = 20
# History that reaches nearer to today than this is spoken of as the present.
_RECENT = timedelta(days=7)
_WEEKDAYS = "一二三四五六日"


def which(request: Request, language: str) -> Found:
    """The question back where words can be read in several ways."""
    text = "Which of these do you mean?" if language == "en" else "你说的是哪一个？"
    return Found(text=text, choices=request.choices)


_THANKS = re.compile(r"谢|感谢|感恩|辛苦|thank|\bth?x\b|\bty(?:sm)?\b|cheers|appreciat")
_LEAVES = re.compile(r"再见|拜拜|回见|晚安|\bbye|goodbye|good night|see you")


def pleasantry(words: str, examples: Sequence[str], language: str) -> Found | None:
    """The one line that answers a greeting, a thank-you or an "all right".

    Args:
        words: as typed.
        examples: of what can be asked, for a first greeting.

    Returns:
        None where the words ask what can be done.
    """
    plain = folded(words)
    ideas = {word.idea for word in Concepts.load().read(plain)}
    if "ability" in ideas or not ideas & {"hello", "thanks"}:
        return None
    is_english = language == "en"
    if _THANKS.search(plain):
        return Found(text="You're welcome." if is_english else "不客气，有事随时说。")
    if _LEAVES.search(plain):
        return Found(text="Goodbye!" if is_english else "再见，有事随时来。")
    if "hello" not in ideas:
        return Found(text="All right." if is_english else "好的，有事随时说。")
    some = tuple(examples[:3])
    if is_english:
        text = "Hello! What would you like to know, or have written?"
        return Found(text=f"{text}\nFor example: {' '.join(some)}" if some else text, choices=some)
    text = "你好！想了解群里的什么，或者要写点什么，直接说就行。"
    return Found(text=f"{text}\n比如：{' '.join(some)}" if some else text, choices=some)


def where(place: Location, standing: Standing, scope: Scope) -> str:
    """The place, as a model is told of it: its names, and until when its history reaches."""
    community = place.community.profile.name or place.community.slug
    names = [one.name for one in place.groups[:_MOST_GROUPS]]
    more = len(place.groups) - len(names)
    until = _moment(standing.covered_until, scope) if standing.covered_until else ""
    if scope.language == "en":
        of = f'the group "{names[0]}" of the community "{community}"' if place.group else f'the community "{community}"'
        groups = "" if place.group else f", groups: {', '.join(names)}{f' and {more} more' if more else ''}"
        return f"{of}{groups}. {f'The chat history reaches to {until}.' if until else 'There is no chat history yet.'}"
    of = f"社群「{community}」的群「{names[0]}」" if place.group else f"社群「{community}」"
    groups = "" if place.group else f"，有这些群：{'、'.join(names)}{f'，还有 {more} 个' if more else ''}"
    return f"{of}{groups}。{f'聊天记录到 {until} 为止。' if until else '还没有聊天记录。'}"


def span(period: Period | None, scope: Scope) -> str:
    """A time that the admin named, in their words and as dates; "" where none was."""
    if period is None:
        return ""
    begin, end = _moment(period.starts_at, scope), _moment(period.ends_at - timedelta(microseconds=1), scope)
    if scope.language == "en":
        return f"{period.words} ({begin} to {end})" if period.words else f"{begin} to {end}"
    return f"{period.words}（{begin} 至 {end}）" if period.words else f"{begin} 至 {end}"


def tone(place: Location, language: str) -> str:
    """How the community speaks to its members."""
    wanted = place.profile.tone or Tone()
    if language == "en":
        emoji = {"none": "no emoji", "many": "emoji are welcome"}.get(wanted.emoji, "few emoji")
        return f"{emoji}, {wanted.length}"
    emoji = {"none": "不用表情", "many": "可以多用表情"}.get(wanted.emoji, "少用表情")
    length = {"medium": "篇幅适中", "long": "可以长一点"}.get(wanted.length, "要短")
    return f"称呼用「{wanted.address}」，{emoji}，{length}"


def openers(standing: Standing, scope: Scope) -> list[str]:
    """Questions to begin with, for what there is to talk about; the most useful first."""
    is_english = scope.language == "en"
    until = standing.covered_until
    found: list[str] = []
    if standing.pending:
        found.append("What is waiting for me to decide?" if is_english else "有哪些待办等我处理？")
    if until is not None and until > scope.now - _RECENT:
        if is_english:
            found += ["What do people care about most this week?", "Which questions went unanswered this week?"]
            found += ["How active was the group this week compared with last week?"]
        else:
            found += ["这周大家最关心什么？", "这周有哪些问题没人回答？", "这周和上周比，群里活跃吗？"]
    elif until is not None:
        day = until.astimezone(ZoneInfo(scope.timezone))
        if is_english:
            month = f"{day:%B}" if day.year == scope.now.year else f"{day:%B %Y}"
            found += [f"What did people talk about most in {month}?", f"Which questions went unanswered in {month}?"]
            found += [f"How active was the group in {month}?"]
        else:
            month = f"{day.month}月" if day.year == scope.now.year else f"{day.year}年{day.month}月"
            found += [f"{month}大家聊得最多的是什么？", f"{month}有哪些问题没人回答？", f"{month}群里活跃吗？"]
    if until is not None:
        found.append("Who talks most lately?" if is_english else "最近谁最活跃？")
    if standing.has_rules:
        found.append("What are the rules of the group?" if is_english else "我们的群规有哪些？")
    if not standing.has_faq or until is None:
        found.append("What can you do?" if is_english else "你能做什么？")
    return found


def _moment(at: datetime, scope: Scope) -> str:
    local = at.astimezone(ZoneInfo(scope.timezone))
    day = f"{local:%Y-%m-%d}"
    if scope.language == "en":
        return f"{day} ({local:%a}) {local:%H:%M}"
    return f"{day}（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"

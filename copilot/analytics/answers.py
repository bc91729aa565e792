"""Who answered whom: from what the platform says, from where messages were placed, and else from who spoke next.

It does not know whether an answer was right; that somebody thanked for it, or that the one who asked said no more, is
as near as words come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.analytics.spoken import is_telling, told, who
from copilot.records import Message
from copilot.text.cues import thanks
from copilot.text.fold import folded
from copilot.text.tokens import tokens

KNOWS_NOT = re.compile(
    r"^\W*(?:不知道|不清楚|不晓得|不太懂|不了解|同问|同求|我也想(?:知道|问)|蹲|mark|顶|\+ ?1|等.{0,6}回复|帮顶|坐等"
    r"|求告知|哈+|嗯+|哦+"
    r"|i don'?t know|no idea|not sure|dunno|same (?:question|here)|me too|following|bump|good question|lol|haha)"
)
"""Folded words that only say that somebody does not know either, or asks the same."""
# Who speaks so soon after a question, and asks nothing, is taken to answer it where nothing else says so.
_SOON = timedelta(minutes=30)
_LATER = timedelta(hours=6)
_THANKED_WITHIN = 4
_SHORT_THANKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer that was given.

    Args:
        asked: the message that it answers.
        answer: the answer.
        is_thanked: whether the one who asked, or somebody by name, thanked for it.
    """

    asked: Message
    answer: Message
    is_thanked: bool


def given(talk: Sequence[Message], answers: Mapping[int, int], asks: Callable[[str], bool]) -> list[Given]:
    """Find the answers in a thread.

    Args:
        talk: its messages, in order.
        answers: which message a message answers, as far as is known, by their ids.
        asks: whether a text asks something.

    Returns:
        What others replied to questions, in order: words that tell something and ask nothing back. Who asked first
        answers nobody: what they say is more of their question.
    """
    by_id = {one.id: one for one in talk}
    questions = {one.id for one in talk if asks(told(one))}
    first = next((one for one in talk if one.id in questions), None)
    last_asked: dict[int | str, Message] = {}
    found: list[Given] = []
    for place, one in enumerate(talk):
        if one.id in questions:
            last_asked[who(one)] = one
            continue
        if first is None or who(one) == who(first) or not is_telling(told(one)) or _is_thanks(one):
            continue
        to = by_id.get(one.reply_to_id or 0) or by_id.get(answers.get(one.id, 0)) or _just_asked(talk, place, questions)
        # A reply to what the asker added is one to the question.
        asked = None if to is None else to if to.id in questions else last_asked.get(who(to))
        if asked is not None and who(asked) != who(one):
            found.append(Given(asked=asked, answer=one, is_thanked=_is_thanked(talk, place, asked)))
    return found


def _just_asked(talk: Sequence[Message], place: int, questions: set[int]) -> Message | None:
    """The question that another person asked right before, with nobody else in between."""
    for earlier in reversed(talk[max(0, place - 3) : place]):
        if who(earlier) == who(talk[place]):
            continue
        is_it = earlier.id in questions and talk[place].sent_at - earlier.sent_at <= _SOON
        return earlier if is_it else None
    return None


def _is_thanks(one: Message) -> bool:
    plain = folded(one.text)
    return len(plain) < _SHORT_THANKS and thanks(plain, tokens(one.text))


def _is_thanked(talk: Sequence[Message], place: int, asked: Message) -> bool:
    answer = talk[place]
    for later in talk[place + 1 : place + 1 + _THANKED_WITHIN]:
        if who(later) == who(answer):
            continue
        is_to_it = later.reply_to_id == answer.id
        if (is_to_it or who(later) == who(asked)) and _is_thanks(later):
            return True
    return False


def is_answered(
    talk: Sequence[Message], asked: Message, answers: Mapping[int, int], knows_not: Callable[[str], bool]
) -> bool:
    """Whether anybody but the asker replied to a question with more than that they do not know either.

    Args:
        talk: its thread, and what names it.
        asked: the question.
        answers: see `given`.
        knows_not: whether folded words say only that somebody does not know, or asks the same.
    """
    own = {one.id for one in talk if who(one) == who(asked) and _place(one) >= _place(asked)}
    for one in talk:
        if _place(one) <= _place(asked) or who(one) == who(asked) or knows_not(folded(one.text)):
            continue
        is_to_it = one.reply_to_id in own or answers.get(one.id) in own
        # What others say soon afterwards in the same conversation may answer it as well.
        if is_to_it or (is_telling(told(one)) and one.sent_at - asked.sent_at <= _LATER):
            return True
    return False


def _place(one: Message) -> tuple[datetime, int]:
    return one.sent_at, one.id

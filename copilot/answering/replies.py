"""Find in a stretch of history what answers a question: what members replied when it was asked before, or a message
that says it outright.

It does not know whether what somebody wrote is true; it shows who wrote it and when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from copilot.answering.content import Content, comparable, content, coverage, has_fact, telling
from copilot.answering.lexicon import FACT_KINDS
from copilot.answering.notes import Note
from copilot.answering.question import Asks, QuestionCheck, read_question
from copilot.records import Hit, Message, MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFound:
    """A block of history that was found.

    Args:
        hit: the block's passage.
        messages: the block's messages in the order of time, with the next few after it and the replies that its
            messages got later, where the caller has them.
        host_ids: member ids of those who run the group; their word settles more.
    """

    hit: Hit
    messages: tuple[Message, ...]
    host_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What members wrote that may answer.

    Args:
        found: where it stands.
        messages: the words to quote, in the order of time, at least one.
        asked: the earlier question that they answer; None where the words speak for themselves.
        relevance: 0 to 1, how much of the question question and answer together speak of.
        strength: 0 to 1, how sure it is that these words settle it.
        notes: why.
    """

    found: HistoryFound
    messages: tuple[Message, ...]
    asked: Message | None
    relevance: float
    strength: float
    notes: tuple[Note, ...]

    @property
    def score(self) -> float:
        """0 to 1, for comparing with other evidence."""
        return self.relevance * self.strength


# A reply stands near its question: of hand-made reply links in public chat the most are within a dozen messages.
_REACH = 12
_REPLY_WITHIN = timedelta(hours=3)
# One thought is often sent as two or three messages in a row.
_SAME_BREATH = timedelta(minutes=3)
_RELEVANT = 0.3
# One English word in common is chance, unless the question names no more.
_FEWEST_NAMES = 2
_SHORTEST_STATEMENT = 4
_LONG = 200
# What stands further down in a very long message answers nothing.
_LONGEST = 4000
# A reply without the time, place or number that is asked for settles so much less.
_NO_FACT = 0.6
_NO_FACT_EXPLICIT = 0.8
# "Until when?" as a reply asks about what was said before it: of few words, it tells so much less by itself.
_FEW_NAMES = 3
_RESTS_ON_OTHERS = 0.5
# Up to so many Latin characters (a Chinese one counts as two) a message is taken to be about one thing.
_FOCUSED = 500

_KNOWS_NOT = re.compile(
    r"不知道|不清楚|不晓得|不太懂|不了解|没注意|同问|同求|蹲|等.{0,4}回复|问问|问一下|不记得|忘了|还没定|没定|待定|在想|再说|等通知|还不确定|[+＋]\s*1$"
    r"|i don'?t know|^i do(?:n'?t| not)\b|no idea|not sure|dunno|\btbd\b|not decided|haven'?t decided|will let you know"
    r"|same question"
    r"|me too|following|let me (?:check|see|ask)|i'?d like to know"
)
_THANKS = re.compile(
    r"谢|感谢|多谢|3q|thx|thank|cheers|明白|懂了|知道了|收到|好的|好嘞|搞定|可以了|解决|got it|works|solved|great"
    r"|perfect|makes sense"
)
_CHANGED = re.compile(
    r"改[到成为在]|改期|更正|推迟|延期|延后|提前到|取消了?|调整[为到成]|换[到成]|changed to|moved to|postponed"
    r"|cancell?ed|instead of|correction|update:"
)
_SHORT_YES = re.compile(
    r"^(?:可以|能|行|有|没有|不行|不能|不可以|要|不用|不要|会|不会|是|不是|对|yes|yep|yeah|no|nope|sure|ok)"
)
_MENTION = re.compile(r"@\s?([^\s@,:;，。!?：；！？]{1,32})")


class _Line:
    """A message that speaks, with what of the question it holds."""

    def __init__(self, message: Message, asked: Content, kind: Asks) -> None:
        self._kind = kind
        self.message = message
        self.plain = comparable(_spoken(message)[:_LONGEST])
        self.covers = coverage(asked, self.plain)

    @cached_property
    def question(self) -> QuestionCheck:
        """Whether it asks."""
        return read_question(self.message.text)

    @cached_property
    def knows_not(self) -> bool:
        """Whether it says that its writer does not know either."""
        return bool(_KNOWS_NOT.search(self.plain))

    @cached_property
    def thanks(self) -> bool:
        """Whether it thanks, or says that all is well."""
        return bool(_THANKS.search(self.plain))

    @cached_property
    def fact(self) -> bool:
        """Whether it holds a fact of the kind that is asked for."""
        return has_fact(self._kind, self.plain)

    @property
    def asks(self) -> bool:
        """Whether it asks. A long message that asks says so with a question mark."""
        text = self.message.text
        return (len(text) < _LONG or "?" in text or "？" in text) and self.question.hit


def search_block(asked: Content, kind: Asks, found: HistoryFound, *, most: int = 3) -> list[Said]:
    """Look through one block.

    Args:
        asked: what the question is about.
        kind: what kind of thing would answer.
        found: the block.
        most: the most messages to quote together.

    Returns:
        What may answer, best first; empty if nothing in the block speaks of the question.
    """
    lines = [
        _Line(message, asked, kind)
        for message in found.messages
        if message.kind is not MessageKind.SYSTEM and message.text.strip()
    ]
    said: list[Said] = []
    fewest_names = 0 if asked.han else min(_FEWEST_NAMES, len(asked.names))
    # Where the thread means what is asked in other words, its first question does.
    first_question = next((i for i, line in enumerate(lines) if line.asks), None) if found.hit.alike else None
    for i, line in enumerate(lines):
        before = _same_breath(lines, i)
        if i == first_question and found.hit.alike > line.covers:
            reply = _reply_to(i, lines, asked, kind, found, most, means=found.hit.alike)
            if reply is not None:
                said.append(reply)
            continue
        covers = line.covers
        if before and covers > 0:
            covers = max(covers, 0.95 * coverage(asked, "\n".join([line.plain, *[other.plain for other in before]])))
        if covers < _RELEVANT or len(telling(asked, line.plain)) < fewest_names:
            continue
        if line.asks:
            reply = _reply_to(i, lines, asked, kind, found, most)
            if reply is not None:
                said.append(reply)
        else:
            statement = _statement(i, lines, covers, kind, found)
            if statement is not None:
                said.append(statement)
    said.sort(key=lambda one: -one.score)
    return said


def _spoken(message: Message) -> str:
    """A message's words, with those that it quotes: a reply "在公园" to "在哪集合" speaks of the meeting place."""
    return f"{message.quoted_text}\n{message.text}" if message.quoted_text else message.text


def _same_breath(lines: Sequence[_Line], i: int) -> list[_Line]:
    """What the sender of a message wrote right before it."""
    before: list[_Line] = []
    for other in reversed(lines[max(0, i - 2) : i]):
        pause = lines[i].message.sent_at - other.message.sent_at
        if not _same_person(other.message, lines[i].message) or pause > _SAME_BREATH:
            break
        before.append(other)
    return before


def _same_person(one: Message, other: Message) -> bool:
    if one.member_id is not None and other.member_id is not None:
        return one.member_id == other.member_id
    return one.sender_name == other.sender_name


def _is_host(message: Message, found: HistoryFound) -> bool:
    return message.member_id is not None and message.member_id in found.host_ids


def _reply_to(
    i: int,
    lines: Sequence[_Line],
    asked: Content,
    kind: Asks,
    found: HistoryFound,
    most: int,
    *,
    means: float = 0.0,
) -> Said | None:
    """The replies that settle an earlier question, if it is like the one that is asked, by words or by what it `means`
    (0 to 1)."""
    question = lines[i]
    start, end = question.question.span
    sentence = question.message.text[start:end]
    like = max(means, 0.6 * question.covers + 0.4 * coverage(content(sentence), _terms(asked)))
    if like < _RELEVANT:
        return None
    scored: list[tuple[float, int]] = []
    for j in range(i + 1, len(lines)):
        line = lines[j]
        explicit = line.message.reply_to_id == question.message.id
        near = j - i <= _REACH and line.message.sent_at - question.message.sent_at <= _REPLY_WITHIN
        if not (explicit or near) or _same_person(line.message, question.message):
            continue
        score = _answers(j, i, lines, asked, kind, found, explicit=explicit)
        if score > 0:
            scored.append((score, j))
    if not scored:
        return None
    scored.sort(key=lambda one: (-one[0], one[1]))
    best = scored[0][0]
    chosen = sorted(j for score, j in scored[:most] if score >= max(0.5, 0.8 * best))
    if not chosen:
        chosen = [scored[0][1]]
    texts = [lines[j].plain for j in chosen]
    explicit = any(lines[j].message.reply_to_id == question.message.id for j in chosen)
    notes = [Note.REPLIED_BEFORE]
    if explicit:
        notes.append(Note.EXPLICIT_REPLY)
    if any(_is_host(lines[j].message, found) for j in chosen):
        notes.append(Note.SAID_BY_HOST)
    if _thanked(chosen[-1], question, lines):
        notes.append(Note.THANKED)
    strength = min(1.0, 0.35 + 0.5 * min(1.0, best))
    if kind in FACT_KINDS and not any(lines[j].fact for j in chosen):
        strength *= _NO_FACT_EXPLICIT if explicit else _NO_FACT
        notes.append(Note.FACT_MISSING)
    if question.message.reply_to_id is not None and len(content(sentence).names) <= _FEW_NAMES:
        strength *= _RESTS_ON_OTHERS
    both = max(means, coverage(asked, "\n".join([question.plain, *texts])))
    return Said(
        found=found,
        messages=tuple(lines[j].message for j in chosen),
        asked=question.message,
        relevance=min(1.0, (0.4 * both + 0.6 * like) * _focus(question)),
        strength=strength,
        notes=tuple(notes),
    )


def _answers(
    j: int,
    i: int,
    lines: Sequence[_Line],
    asked: Content,
    kind: Asks,
    found: HistoryFound,
    *,
    explicit: bool,
) -> float:
    """How well line j answers line i; 0 if it does not."""
    line, question = lines[j], lines[i]
    message = line.message
    if line.knows_not:
        return 0.0
    answers_another = message.reply_to_id is not None and not explicit
    if answers_another and any(other.message.id == message.reply_to_id for other in lines):
        return 0.0
    # A question back settles nothing, even where it is the reply.
    if line.asks and (not explicit or message.text.rstrip().endswith(("?", "？"))):
        return 0.0
    mentions = _MENTION.findall(message.text)
    to_asker = any(name and question.message.sender_name.startswith(name) for name in mentions)
    if mentions and not to_asker and not explicit:
        return 0.0
    fact = line.fact
    short_yes = kind is Asks.YES_NO and bool(_SHORT_YES.match(line.plain))
    if len(line.plain.strip()) < 2 and not (fact or short_yes):
        return 0.0
    between = sum(1 for k in range(i + 1, j) if not _same_person(lines[k].message, question.message))
    another_question = not explicit and any(
        lines[k].asks and not _same_person(lines[k].message, message) for k in range(i + 1, j) if k != i
    )
    score = 0.45 * 0.88**between
    score += 0.6 if explicit else 0.0
    score += 0.35 if to_asker else 0.0
    score += 0.3 if fact and kind is not Asks.SOMETHING else 0.0
    score += 0.15 if short_yes else 0.0
    score += 0.3 * line.covers
    score += 0.2 if _is_host(message, found) else 0.0
    score += 0.2 if _thanked(j, question, lines) else 0.0
    score -= 0.25 if another_question and not explicit and not to_asker else 0.0
    score -= 0.25 if not fact and not explicit else 0.0
    return max(0.0, score)


def _thanked(j: int, question: _Line, lines: Sequence[_Line]) -> bool:
    """Whether the one who asked is content within the next messages."""
    return any(_same_person(line.message, question.message) and line.thanks for line in lines[j + 1 : j + 4])


def _statement(i: int, lines: Sequence[_Line], covers: float, kind: Asks, found: HistoryFound) -> Said | None:
    """A message that says outright what is asked for."""
    line = lines[i]
    if not line.fact or line.knows_not or len(line.plain) < _SHORTEST_STATEMENT:
        return None
    notes = [Note.SAID_OUTRIGHT]
    # A time, a place or a number shows that the message answers; elsewhere shared words are all there is to go by.
    strength = 0.9 if kind in FACT_KINDS else 0.5
    if line.message.kind is MessageKind.NOTICE:
        strength += 0.1
        notes.append(Note.GROUP_NOTICE)
    if _is_host(line.message, found):
        strength += 0.1
        notes.append(Note.SAID_BY_HOST)
    if _CHANGED.search(line.plain):
        strength += 0.05
        notes.append(Note.SAYS_CHANGED)
    return Said(
        found=found,
        messages=(line.message,),
        asked=None,
        relevance=covers * _focus(line),
        strength=min(1.0, strength),
        notes=tuple(notes),
    )


def _focus(line: _Line) -> float:
    """How much a message is about one thing: in a long one, words meet by chance."""
    size = len(line.plain) if line.plain.isascii() else 2 * len(line.plain)
    return 1.0 if size <= _FOCUSED else max(0.5, (_FOCUSED / size) ** 0.3)


def _terms(asked: Content) -> str:
    """A question's terms as a text, for comparing the other way round."""
    return " ".join((*asked.han, *asked.words))

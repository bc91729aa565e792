"""What went on in a stretch of talk: the most heated of some, who stood where, and its key lines in order.

Heat is read from words and turns: reproach, negation, exclamation, the same few people answering each other fast. It
does not know who is right, and takes no note of irony.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from copilot.analytics.spoken import is_telling, people_of, told, who
from copilot.records import Message
from copilot.text.fold import folded

# Reproaches, and what is a reproach only where somebody is spoken to.
_HARD = re.compile(
    r"凭什么|凭啥|什么意思|几个意思|有意思吗|至于吗|太过分|离谱|无语|呵呵|不讲理|讲道理|阴阳怪气|针对我|针对谁|甩锅|推卸|双标|道德绑架|欺负|占便宜|不公平"
    r"|自私|没素质|不要脸|有病吧|神经病|闭嘴|滚(?:蛋|开|出)|傻[逼叉子]|蠢|别吵|吵架|怼|抬杠|杠精|气死|火大|受够|心寒|委屈|差评|骗人|骗子|忽悠|敷衍"
    r"|至于.{0,10}吗|行了吧|轮到你|搞得[跟像]|少来|别拿|别扯|别装|关你|管得着|你懂什么|你行你上|冤枉|好意思(?:吗|说)|说清楚|讲清楚|有的人|有些人|某些人|摆脸|嫌弃|挑事|得寸进尺|不负责"
    r"|\b(?:ridiculous|unfair|rude|nonsense|offen[cs]ive|insult\w*|accus\w*|condescending|arrogant|dismissive|shut up"
    r"|how dare|not fair|showing off|snob\w*|hostile|toxic|sulking|calm down|personal attack|out of order|uncalled for"
    r"|disrespect\w*|hypocri\w*|passive.aggressive|what is your problem|what's your problem)\b"
)
_MILD = re.compile(
    r"过分|算了|(?<!麻)烦|生气|失望|投诉|举报|骂|吼|吵|素质|骗|明明|难道|居然|竟然|到底|又不是|还不如|不至于|道歉|谁说的|自己(?:看|想|说|做)"
    r"|\b(?:wrong|disagree|annoy\w*|frustrat\w*|blame|complain\w*|angry|upset|whatever|seriously|stop (?:it|this)"
    r"|excuse me|not true|you said|you always|you never|enough|no need to|apologi[sz]e)\b"
)
_NEGATION = re.compile(
    r"不是|不对|不行|不能|不该|不应该|(?<![特分级性个])别(?![人的处墅致针])|未必|反对|不同意"
    r"|\b(?:no|not|never|don't|doesn't|isn't|can't|won't)\b"
)
_EXCLAIMS = re.compile(r"[!！]{1,}|[?？]{2,}|[?？][!！]|\b[A-Z]{4,}\b")
_SECOND_PERSON = re.compile(r"你(?!好|们好)|您(?!好)|\byou(?:r|'re)?\b")
_CALMS = re.compile(
    r"先停|停一下|别吵|冷静|消消气|好好说|都少说|理解一下|都不容易|私聊|私下|对事不对人|群规|和气|握手|抱歉|对不起|不好意思|误会|我的错|我道歉|是我不对|对不住|话说重|我也不该"
    r"|\b(?:sorry|apolog\w+|my bad|calm down|let's (?:all|take)|rule \d|stop(?:ping)? this"
    r"|take (?:this|it) (?:offline|private)|misunderst\w+|fair point|peace)\b"
)
# Replies that come faster than this are exchanged in heat, or in a chat that flows.
_FAST = timedelta(minutes=2)
# Threads that lie this close and share people are one stretch of talk.
_CLOSE = timedelta(minutes=45)
_MOST_IN_A_STRETCH = 60
_LONG = 300
_HOT_LINE = 0.4
HEATED = 0.4
"""From this heat on a stretch of talk is called an argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """How heated a stretch of talk is.

    Args:
        value: 0 to 1; see `HEATED`.
        lines: the heat of each message, in order.
        pair: the two who went back and forth most; empty where nobody did.
        turns: how often those two answered each other.
    """

    value: float
    lines: tuple[float, ...]
    pair: tuple[int | str, ...]
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A stretch of talk.

    Args:
        talk: its messages, in order.
        key: the lines that show how it went, in order.
        heat: see `Heat`.
        calming: the ids of the key lines that calm down or give way.
    """

    talk: tuple[Message, ...]
    key: tuple[Message, ...]
    heat: Heat
    calming: frozenset[int]

    @property
    def is_heated(self) -> bool:
        """Whether it is an argument."""
        return self.heat.value >= HEATED

    @property
    def people(self) -> int:
        """How many took part."""
        return len(people_of(self.talk))


def line_heat(text: str) -> float:
    """How heated one message is, 0 to 1."""
    plain = folded(text)
    to_somebody = _SECOND_PERSON.search(plain) is not None
    hard, mild = len(_HARD.findall(plain)), len(_MILD.findall(plain))
    found = 0.0
    if hard:
        found = 0.5 + 0.15 * min(2, hard - 1)
    elif mild and to_somebody:
        found = 0.3
    # What is long denies and exclaims by chance.
    if len(plain) <= _LONG:
        found += 0.1 * (_NEGATION.search(plain) is not None) + 0.1 * (_EXCLAIMS.search(text) is not None)
    if hard and to_somebody:
        found += 0.2
    return min(1.0, found)


def heat(talk: Sequence[Message]) -> Heat:
    """Read how heated a talk is: its hot lines, and whether the same two people keep answering each other fast."""
    lines = tuple(line_heat(told(one)) for one in talk)
    turns: dict[tuple[int | str, ...], int] = {}
    fast = 0
    hot_people: set[int | str] = set()
    for i, one in enumerate(talk):
        if lines[i] >= 0.3:
            hot_people.add(who(one))
        if i and who(one) != who(talk[i - 1]):
            pair = tuple(sorted((who(one), who(talk[i - 1])), key=str))
            turns[pair] = turns.get(pair, 0) + 1
            fast += one.sent_at - talk[i - 1].sent_at <= _FAST
    pair, most = max(turns.items(), key=lambda item: item[1], default=((), 0))
    spoken = max(1, len(talk))
    # A quarrel of six lines stands among those who look on.
    hot = sorted(lines, reverse=True)[: max(4, min(8, spoken // 3))]
    words = sum(hot) / max(4, len(hot))
    # One person alone complains; an argument takes two.
    sides = 1.0 if len(hot_people) >= 2 else 0.4
    exchange = min(1.0, most / 4)
    pace = fast / max(1, spoken - 1)
    value = min(1.0, sides * words * (0.8 + 0.5 * exchange + 0.3 * pace))
    order = list(people_of(talk))
    pair = tuple(sorted(pair, key=order.index)) if most >= 2 else ()
    return Heat(value=value, lines=lines, pair=pair, turns=most)


def stretches(talks: Sequence[Sequence[Message]]) -> list[tuple[Message, ...]]:
    """Join threads that lie close together and share at least two people into stretches of talk, in order."""
    ordered = sorted((tuple(talk) for talk in talks if talk), key=lambda talk: talk[0].sent_at)
    joined: list[list[Message]] = []
    for talk in ordered:
        people = set(people_of(talk))
        for earlier in reversed(joined[-3:]):
            is_close = talk[0].sent_at - max(one.sent_at for one in earlier) <= _CLOSE
            is_short = len(talk) + len(earlier) <= _MOST_IN_A_STRETCH
            if is_close and is_short and len(people & set(people_of(earlier))) >= max(2, len(people) / 2):
                earlier.extend(talk)
                break
        else:
            joined.append(list(talk))
    return [tuple(sorted(talk, key=lambda one: (one.sent_at, one.id))) for talk in joined]


def busiest(talks: Sequence[Sequence[Message]]) -> Sequence[Message]:
    """The most heated of some talks, or the fullest where none is heated."""
    rated = [(heat(talk), talk) for talk in talks]
    best, talk = max(rated, key=lambda pair: (pair[0].value >= HEATED, pair[0].value * _size(pair[1])))
    if best.value >= HEATED:
        return talk
    return max((talk for _, talk in rated), key=lambda talk: len(people_of(talk)) * len(talk))


def _size(talk: Sequence[Message]) -> float:
    """A long quarrel outweighs a short one, by the square root of its length."""
    return float(min(len(talk), 40) ** 0.5)


def episode(talk: Sequence[Message], *, most: int = 8) -> Episode:
    """Tell a stretch of talk by its key lines: how it began, what each side said, who calmed it, how it ended.

    Args:
        talk: the messages, in order, at least one.
        most: the most key lines.
    """
    found = heat(talk)
    telling = [i for i, one in enumerate(talk) if is_telling(told(one))] or list(range(len(talk)))
    began = next((i for i in telling if found.lines[i] >= _HOT_LINE), 0)
    calming = [i for i in telling if i > began and _CALMS.search(folded(told(talk[i])))]
    chosen = {telling[0]}
    # Both sides speak, with what they said hottest and what they said last, so that neither is left out.
    sides = [[i for i in telling if who(talk[i]) == person] for person in found.pair]
    for own in sides:
        chosen.update(sorted(own, key=lambda i: (-_worth(talk[i], found.lines[i]), i))[:2])
    if found.value >= HEATED:
        chosen.update(calming[:1] + calming[-1:])
        chosen.update(own[-1] for own in sides if own)
    else:
        chosen.add(telling[-1])
    rest = sorted((i for i in telling if i not in chosen), key=lambda i: (-_worth(talk[i], found.lines[i]), i))
    chosen.update(rest[: max(0, most - len(chosen))])
    key = tuple(talk[i] for i in sorted(chosen)[:most])
    return Episode(talk=tuple(talk), key=key, heat=found, calming=frozenset(talk[i].id for i in calming))


def _worth(one: Message, hot: float) -> float:
    """What tells how a talk went: heated lines, and such as say more than a few words."""
    return hot + min(1.0, len(told(one)) / 60) * 0.6

"""What people talked of: threads that are about the same, together, each named by its words and shown by its questions.

It goes by words: two threads that speak of one thing in other words stay two topics.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from copilot.analytics.spoken import automatic, is_telling, told, who
from copilot.analytics.words import Rarity, holds_any, length, phrases, shared, terms, weights
from copilot.records import Message
from copilot.text.fold import folded

Asks = Callable[[str], bool]
"""Whether a text asks something that somebody could answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A thread with its messages, in order; `follows_id` is the full thread that it goes on with, if any."""

    thread_id: int
    messages: tuple[Message, ...]
    follows_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that people talked of.

    Args:
        words: how it can be named, best first; empty where nothing recurs.
        people, messages: how many took part, and how much they wrote that tells something.
        threads: the ids of its threads, the fullest first.
        weight: how much it counts beside others.
        shown: the messages that show what it is about: the question or sentence that speaks most of it first.
        talk: all that was told, in order.
    """

    words: tuple[str, ...]
    people: int
    messages: int
    threads: tuple[int, ...]
    weight: float
    shown: tuple[Message, ...]
    talk: tuple[Message, ...]


# Threads that share this much of their words speak of the same.
_ALIKE = 0.25
# The more threads a topic holds already, the more it must be: words that are everywhere would pull in everything.
_MORE_ALIKE = 0.02
_FEWEST_PEOPLE = 2
_FEWEST_LINES = 3
_MOST_WORDS = 3
_FEW = 3
_SHOWN = 2
_LONGEST_SHOWN = 200
_SHORTEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A message that tells something, with its own words."""

    message: Message
    words: str
    terms: frozenset[str]

    @property
    def who(self) -> int | str:
        """Who wrote it."""
        return who(self.message)


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """The messages that tell something, with their words."""
    found = []
    for one in messages:
        words = told(one)
        if is_telling(words):
            found.append(Line(one, words, frozenset(terms(words))))
    return found


def topics(
    talks: Sequence[Talk], rarity: Rarity, asks: Asks, *, names: Collection[str] = (), most: int = 5
) -> list[Topic]:
    """Find what some talks were about.

    Args:
        talks: threads, the fullest first; at most some hundred, for each is compared with each topic.
        rarity: how rare a term is elsewhere.
        asks: see `Asks`.
        names: of the members; they name no topic.
        most: the most topics to return.

    Returns:
        The topics, those with most people, messages and answers first; small talk and what one person said alone are
        none.
    """
    noise = automatic(one for talk in talks for one in talk.messages)
    unnamed = names_as_words(names)
    heaps: list[_Heap] = []
    by_thread: dict[int, _Heap] = {}
    for talk in talks:
        lines = lines_of(one for one in talk.messages if one.id not in noise)
        if not lines:
            continue
        heap = _Heap(talk.thread_id, lines, _weights(lines, rarity, unnamed))
        home = by_thread.get(talk.follows_id or 0) or _nearest(heap, heaps)
        if home is None:
            heaps.append(heap)
            by_thread[talk.thread_id] = heap
        else:
            home.take(heap)
            by_thread[talk.thread_id] = home
    around = "\n".join(folded(one.words) for heap in heaps for one in heap.lines)
    ranked = sorted((heap for heap in heaps if heap.counts), key=lambda heap: (-heap.weight, heap.threads[0]))
    # In a quiet time little is a topic; elsewhere a few words of two people are none.
    ranked = [heap for heap in ranked if heap.is_lively] or ranked[:_FEW]
    return [_topic(heap, rarity, asks, around, unnamed) for heap in ranked[:most]]


def names_as_words(names: Iterable[str]) -> frozenset[str]:
    """Members' names as they may stand in a text: folded, whole, and the parts that letters make up."""
    found: set[str] = set()
    for name in names:
        plain = folded(name).strip()
        found.update(part for part in (plain, *re.findall(r"[^\W\d_]+", plain)) if len(part) >= 2)
    return frozenset(found)


def _weights(lines: Sequence[Line], rarity: Rarity, without: frozenset[str]) -> dict[str, float]:
    named = "\n".join(without)
    return weights([(one.who, [term for term in one.terms if term not in named]) for one in lines], rarity)


class _Heap:
    """Threads that speak of the same."""

    def __init__(self, thread_id: int, lines: list[Line], told_by: dict[str, float]) -> None:
        self.threads = [thread_id]
        self.lines = lines
        self.terms = told_by
        self.length = length(told_by)

    def take(self, other: _Heap) -> None:
        self.threads += other.threads
        self.lines += other.lines
        for term, value in other.terms.items():
            self.terms[term] = self.terms.get(term, 0.0) + value
        self.length = length(self.terms)

    @property
    def people(self) -> set[int | str]:
        return {one.who for one in self.lines}

    @property
    def counts(self) -> bool:
        return len(self.people) >= _FEWEST_PEOPLE and len(self.lines) >= _FEWEST_LINES and bool(self.terms)

    @property
    def is_lively(self) -> bool:
        """Whether it goes beyond an exchange of two."""
        return len(self.people) > _FEWEST_PEOPLE or len(self.lines) >= 2 * _FEWEST_LINES

    @property
    def weight(self) -> float:
        """People count most; how much they wrote, and whether they answered one another, by its logarithm."""
        turns = sum(1 for one, after in pairwise(self.lines) if one.who != after.who)
        return len(self.people) * math.log2(1 + len(self.lines)) * math.log2(2 + turns)


def _nearest(heap: _Heap, heaps: Sequence[_Heap]) -> _Heap | None:
    found, best = None, 0.0
    for one in heaps:
        alike = (
            shared(heap.terms, one.terms) / ((heap.length * one.length) or 1.0)
            - _ALIKE
            - _MORE_ALIKE * (len(one.threads) - 1)
        )
        if alike >= best:
            found, best = one, alike
    return found


def _topic(heap: _Heap, rarity: Rarity, asks: Asks, around: str, without: frozenset[str]) -> Topic:
    lines = sorted(heap.lines, key=lambda one: (one.message.sent_at, one.message.id))
    said = [(one.who, one.words) for one in lines]
    words = phrases(said, rarity, most=_MOST_WORDS, around=around, without=without)
    return Topic(
        words=tuple(words),
        people=len(heap.people),
        messages=len(lines),
        threads=tuple(heap.threads),
        weight=heap.weight,
        shown=representative(lines, heap.terms, asks, named=words),
        talk=tuple(one.message for one in lines),
    )


def representative(
    lines: Sequence[Line],
    telling: Mapping[str, float],
    asks: Asks,
    *,
    named: Collection[str] = (),
    most: int = _SHOWN,
) -> tuple[Message, ...]:
    """The messages that show best what a talk is about, at most `most`: questions first, and such as hold its words.

    Args:
        lines: the talk, in order.
        telling: its terms with their weights.
        asks: see `Asks`.
        named: the words by which the talk is named; what holds one goes first.
        most: the most messages; a further one is shown where another person says more.
    """

    def speaks(place: int) -> float:
        one = lines[place]
        if len(one.words) < _SHORTEST_SHOWN:
            return 0.0
        # What is long holds many words by chance, and is no line to read at a glance.
        share = (0.1 + sum(telling.get(term, 0.0) for term in one.terms)) / (1 + len(one.words) / _LONGEST_SHOWN)
        # What opens a talk says what it is about, the more so where it asks.
        return share * (1.5 if place == 0 else 1.0) * (2.0 if holds_any(one.words, named) else 1.0)

    ranked = sorted(range(len(lines)), key=lambda place: (-speaks(place), place))
    likely = ranked[: 4 * most]
    likely.sort(key=lambda place: (-speaks(place) * (1.6 if asks(lines[place].words) else 1.0), place))
    chosen: list[Line] = []
    for place in likely:
        if len(chosen) < most and all(lines[place].who != other.who for other in chosen):
            chosen.append(lines[place])
    return tuple(one.message for one in chosen)

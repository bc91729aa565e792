"""Who knows about something: by the questions that they answered and the thanks that they got, never by how much they
talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.analytics.answers import Given
from copilot.analytics.spoken import told, who
from copilot.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """Somebody who answered about a topic.

    Args:
        member: their member id, or their name where they have none.
        name: as their last answer was signed.
        threads: in how many conversations they answered.
        answers: how many questions they answered; `thanked` of them were thanked for.
        score: how much that counts.
        shown: the answers that show it best, the best first.
    """

    member: int | str
    name: str
    threads: int
    answers: int
    thanked: int
    score: float
    shown: tuple[Given, ...]


_THANKS = 1.0
_MOST_A_THREAD = 2.0
_SHOWN = 2
# Who helped much less than the best is not named beside them.
_SHARE = 0.3
_GOOD_LENGTH = 60


def experts(found: Sequence[tuple[int, Sequence[tuple[float, Given]]]], *, most: int = 3) -> list[Expert]:
    """Rank those who answered.

    Args:
        found: for each thread its id, and the answers that were given in it, each with how much it is about the topic
            together with its question (0 to 1).
        most: the most people to return.

    Returns:
        Those who helped in most conversations first; who helped much less than the best is left out. Within one
        conversation only two answers count.
    """
    scores: dict[int | str, float] = {}
    threads: dict[int | str, set[int]] = {}
    best: dict[int | str, list[tuple[float, Given]]] = {}
    for thread_id, answers in found:
        within: dict[int | str, float] = {}
        for about, one in answers:
            person = who(one.answer)
            worth = about * (1 + (_THANKS if one.is_thanked else 0))
            within[person] = min(_MOST_A_THREAD, within.get(person, 0.0) + worth)
            threads.setdefault(person, set()).add(thread_id)
            best.setdefault(person, []).append((worth * _weight(one.answer), one))
        for person, value in within.items():
            scores[person] = scores.get(person, 0.0) + value
    enough = _SHARE * max(scores.values(), default=0.0)
    ranked = sorted((one for one in scores if scores[one] >= enough), key=lambda one: (-scores[one], str(one)))
    return [_expert(person, scores[person], len(threads[person]), best[person]) for person in ranked[:most]]


def _weight(answer: Message) -> float:
    """A sentence or two show more than a word."""
    return min(1.0, 0.3 + len(told(answer)) / _GOOD_LENGTH)


def _expert(person: int | str, score: float, threads: int, answers: list[tuple[float, Given]]) -> Expert:
    ranked = sorted(answers, key=lambda pair: (-pair[0], pair[1].answer.id))
    last = max((one.answer for _, one in answers), key=lambda one: (one.sent_at, one.id))
    shown: list[Given] = []
    for _, one in ranked:
        if len(shown) < _SHOWN and all(one.asked.id != other.asked.id for other in shown):
            shown.append(one)
    return Expert(
        member=person,
        name=last.sender_name,
        threads=threads,
        answers=len({one.asked.id for _, one in answers}),
        thanked=len({one.asked.id for _, one in answers if one.is_thanked}),
        score=score,
        shown=tuple(shown),
    )

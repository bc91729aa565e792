"""What a chat model would cost a month, reckoned from what is really said in a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.answering.gate import Gate
from copilot.answering.question import Addressee, read_question
from copilot.errors import Busy
from copilot.models.providers import cost
from copilot.records import Group, Message, ModelSetup, Outcome, Purpose
from copilot.records.model import MICRO
from copilot.retrieval.retriever import Retriever
from copilot.store import Connection, Store, groups, messages, model_calls
from copilot.store.model_calls import CallSum

CALLS_AN_ANSWER = 1.8
"""Calls for a question that is answered: one where an entry is a clear hit, two otherwise. Source:
`benchmarks.model_cost` on the Chinese sample community."""
INPUT_TOKENS_AN_ANSWER, OUTPUT_TOKENS_AN_ANSWER = 1200, 200
"""Tokens that all calls of one answer read and write. What they read: source as above. What they write: two claims with
their quotations and a question put anew, as the prompts ask for; no real model was measured."""
TALKS_A_DAY = 5
"""What admins ask of the co-pilot in the console a day, where nobody has yet: a guess, and named as one."""
CALLS_A_TALK = 2
INPUT_TOKENS_A_TALK, OUTPUT_TOKENS_A_TALK = 5000, 400
"""What one such exchange reads and writes: the tools are described and what they found is read. Source: as above."""

MONTH = timedelta(days=30)
SETTLING = timedelta(days=14)
"""In the first days after the first reply to an admin, habits are still to come: the guess is the least then."""
FEWEST_MEASURED = 20
"""From so many calls on, what they really took counts and not the figures above."""
READ = 2000
"""So many messages at most are read to see how many ask something, and"""
TRIED = 100
"""so many of those that ask, to see how many are about what the group knows."""
_SHORTEST = timedelta(days=1)
_MOST_SPANS = 50
_ANSWERING = (Purpose.ANSWER, Purpose.UNDERSTAND)
_TALKING = (Purpose.ASSISTANT, Purpose.DRAFT, Purpose.SUMMARY, Purpose.JUDGE)
_DONE = (Outcome.OK, Outcome.REPAIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a model would do in a month of thirty days.

    Args:
        questions_a_month: of members, which it would answer.
        calls, input_tokens, output_tokens: for these and for what admins ask of the co-pilot.
        yuan: what they cost; None where the price is not known.
        basis: how it was reckoned, as sentences.
    """

    questions_a_month: int
    calls: int
    input_tokens: int
    output_tokens: int
    yuan: float | None
    basis: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class _Rate:
    """What one answer, or one exchange with an admin, takes; `measured` is from how many, 0 for the defaults."""

    calls: float
    input_tokens: float
    output_tokens: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class _Past:
    """The last thirty days of which a group's history is there: stretches of time, the latest first.

    `total`: how many messages they hold.
    """

    group: Group
    spans: tuple[tuple[datetime, datetime], ...]
    total: int

    @property
    def a_month(self) -> float:
        """By how much to multiply what was counted, for a month."""
        return MONTH / max(_SHORTEST, sum((end - begin for begin, end in self.spans), timedelta(0)))


def estimate(
    store: Store,
    rooms: Sequence[Group],
    setup: ModelSetup,
    *,
    now: datetime,
    zone: ZoneInfo,
    retriever: Retriever | None = None,
    gate: Gate | None = None,
) -> Estimate:
    """Reckon what a model would cost.

    Args:
        rooms: the groups whose members' questions are counted.
        setup: for its prices.
        now: what was measured in the thirty days before counts.
        zone: in which days are told.
        retriever: finds, best by words alone, what a question is about; None reckons with every question.
        gate: judges whether it is about what the group knows.
    """
    with store.read() as connection:
        pasts = [past for room in rooms if (past := _past(connection, room)) is not None]
        every = max(1, -(-sum(past.total for past in pasts) // READ))
        measured = model_calls.sums(connection, from_at=now - MONTH, before=now + timedelta(days=1))
        first_at = model_calls.first_at(connection, _TALKING)
        read = [(past, message) for past in pasts for message in _read(connection, past, every)]
    asking = [(past, message) for past, message in read if _asks(message)]
    tried, about = _about(retriever, gate, asking)
    questions = round(sum(every * past.a_month for past, _ in asking) * (about / tried if tried else 1.0))
    answer = _rate_of_answers(measured)
    here = {None, *(room.id for room in rooms)}
    talk = _rate_of_talks([one for one in measured if one.group_id in here])
    talks = _talks_a_month(talk, MONTH if first_at is None else min(MONTH, now - first_at))
    input_tokens = round(questions * answer.input_tokens + talks * talk.input_tokens)
    output_tokens = round(questions * answer.output_tokens + talks * talk.output_tokens)
    price = cost(setup, input_tokens, output_tokens)
    basis = [*_counted(pasts, len(read), len(asking), zone)]
    if tried:
        basis.append(f"of {tried} of these questions, {about} are about what the group knows or has talked of")
    basis.append(
        f"what an answer takes was measured on the {answer.measured} answers of the last 30 days"
        if answer.measured
        else "what an answer takes was measured on the sample communities"
    )
    basis.append(
        f"the {talk.measured} replies to admins of the last 30 days are included, as {round(talks)} a month"
        if talk.measured
        else f"{TALKS_A_DAY} requests of admins to the co-pilot a day are included"
    )
    if price is None:
        basis.append("the price of this model is not known, so only the amount is reckoned")
    return Estimate(
        questions_a_month=questions,
        calls=round(questions * answer.calls + talks * talk.calls),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        yuan=None if price is None else price / MICRO,
        basis=tuple(basis),
    )


def _past(connection: Connection, room: Group) -> _Past | None:
    newest = messages.newest_at(connection, [room.id])
    if newest is None:
        return None
    covered = [(span.starts_at, span.ends_at) for span in groups.spans(connection, room.id)]
    if not covered or covered[-1][1] < newest:
        # Live messages are covered from the end of what was imported, or from the first of them.
        begin = covered[-1][1] if covered else groups.counts(connection, [room.id])[room.id][2]
        covered.append((begin, newest))
    spans: list[tuple[datetime, datetime]] = []
    left = MONTH
    for begin, end in covered[: -_MOST_SPANS - 1 : -1]:
        spans.append((max(begin, end - left), end))
        left -= end - spans[-1][0]
        if left <= timedelta(0):
            break
    total = sum(messages.count(connection, room.id, from_at=begin, to_at=end) for begin, end in spans)
    return _Past(room, tuple(spans), total) if total else None


def _read(connection: Connection, past: _Past, every: int) -> Iterator[Message]:
    for begin, end in past.spans:
        yield from messages.sample(connection, past.group.id, from_at=begin, to_at=end, every=every, limit=2 * READ)


def _asks(message: Message) -> bool:
    check = read_question(message.text, replies_to_member=message.reply_to_id is not None)
    return check.hit and check.to is not Addressee.SOMEONE_ELSE


def _about(retriever: Retriever | None, gate: Gate | None, asking: Sequence[tuple[_Past, Message]]) -> tuple[int, int]:
    """How many questions were tried, and how many of these are about what their group knows or has talked of."""
    if retriever is None or gate is None:
        return 0, 0
    chosen = asking[:: max(1, -(-len(asking) // TRIED))]
    try:
        found = [retriever.retrieve(message.text, past.group.community_id, [past.group.id]) for past, message in chosen]
    except Busy:
        return 0, 0
    passed = [gate.in_scope(message.text, one.evidence).passed for (_, message), one in zip(chosen, found, strict=True)]
    return len(chosen), sum(passed)


def _rate_of_answers(measured: Sequence[CallSum]) -> _Rate:
    done = [one for one in measured if one.purpose in _ANSWERING and one.outcome in _DONE]
    answers = sum(one.calls for one in done if one.purpose is Purpose.ANSWER)
    if answers < FEWEST_MEASURED:
        return _Rate(CALLS_AN_ANSWER, INPUT_TOKENS_AN_ANSWER, OUTPUT_TOKENS_AN_ANSWER)
    return _Rate(
        sum(one.calls for one in done) / answers,
        sum(one.input_tokens for one in done) / answers,
        sum(one.output_tokens for one in done) / answers,
        answers,
    )


def _rate_of_talks(measured: Sequence[CallSum]) -> _Rate:
    """What one call for the co-pilot's replies takes, where there were enough of them; else one exchange."""
    done = [one for one in measured if one.purpose in _TALKING and one.outcome in _DONE]
    calls = sum(one.calls for one in done)
    if calls < FEWEST_MEASURED:
        return _Rate(CALLS_A_TALK, INPUT_TOKENS_A_TALK, OUTPUT_TOKENS_A_TALK)
    return _Rate(
        1.0,
        sum(one.input_tokens for one in done) / calls,
        sum(one.output_tokens for one in done) / calls,
        calls,
    )


def _talks_a_month(talk: _Rate, observed: timedelta) -> float:
    """How often admins ask in a month: calls where `talk` was measured, exchanges otherwise.

    Args:
        observed: the time in which it was measured.
    """
    if not talk.measured:
        return TALKS_A_DAY * MONTH.days
    scaled = talk.measured * (MONTH / max(_SHORTEST, observed))
    return max(scaled, TALKS_A_DAY * MONTH.days * CALLS_A_TALK) if observed < SETTLING else scaled


def _counted(pasts: Sequence[_Past], read: int, asking: int, zone: ZoneInfo) -> Iterator[str]:
    if not pasts:
        yield "there is no message yet in which to count questions; import a chat first"
        return
    first = min(begin for past in pasts for begin, _ in past.spans).astimezone(zone)
    last = max(end for past in pasts for _, end in past.spans).astimezone(zone)
    total = sum(past.total for past in pasts)
    yield f"{total} messages from {first:%Y-%m-%d} to {last:%Y-%m-%d} were counted and reckoned up to 30 days"
    yield f"{read} of them with words, evenly spread, were read: {asking} ask something"

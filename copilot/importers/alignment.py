"""Which messages of an export are in the store already: aligned by sequence, minute by minute.

Exports without message ids, or with ids of another kind, can only be matched by who wrote what in which order. Within
one minute both sides are sequences, and their longest common subsequence is what they share: two real "+1" stay two,
and importing the same stretch again adds nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from copilot.importers.placeholders import kind_and_text
from copilot.records import MessageKind

MINUTE = timedelta(minutes=1)
STEP = timedelta(milliseconds=1)
LEAST = timedelta(microseconds=1)
# Between live delivery and an export the same message may be stamped a little apart.
CLOCK_SLACK = timedelta(seconds=2)
# A minute with more pairs than this is a flood, where order within the minute is not worth the work.
MOST_PAIRS = 1_000_000
# Words this long and alone in their minute are taken as the same post even if the names differ; so many such posts
# make two names one member.
TELLING_LENGTH = 8
VOTES_NEEDED = 3
VOTES_SHARE = 0.8

_WORDLESS = frozenset(MessageKind) - {MessageKind.TEXT, MessageKind.SYSTEM, MessageKind.OTHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message on either side of the comparison.

    Args:
        id: the store's id (there) or the number in the export (coming).
        sender: who wrote it, as something that is equal on both sides for the same member; "" for a system message.
        words: what `words_of` makes of kind and text.
        sent_at: aware UTC; `to_the_minute` says that only its minute is known.
        namespace: whose ids its platform id is of; None without a real id.
        is_live: it was delivered live, and stamped by another clock than an export's.
    """

    id: int
    sender: str
    words: str
    sent_at: datetime
    to_the_minute: bool = False
    namespace: str | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the joined sequence of one minute: what is there, what comes, or both; and when it was sent."""

    there: Entry | None
    coming: Entry | None
    sent_at: datetime
    to_the_minute: bool


def words_of(kind: MessageKind, text: str) -> str:
    """What two formats agree on about a message: its words without spacing, or only its kind where it has none.

    Args:
        kind: what the message carries.
        text: its raw text, which for pictures and the like differs from format to format.
    """
    if kind is MessageKind.TEXT:
        kind, _ = kind_and_text(text.strip())
    return f"<{kind.value}>" if kind in _WORDLESS else "".join(text.split())


def join_minute(there: Sequence[Entry], coming: Sequence[Entry]) -> list[Slot]:
    """Join what a group has of one minute with what an export has of it.

    Args:
        there: the store's messages of the minute, in order.
        coming: the export's, in order.

    Returns:
        The joined sequence. Messages known to the minute only stand between their neighbours, and where the order
        would be lost among equal times, a time moves by microseconds.
    """
    pairs = _common(there, coming)
    slots: list[tuple[Entry | None, Entry | None]] = []
    i = j = 0
    for a, b in [*pairs, (len(there), len(coming))]:
        slots += _between(there[i:a], coming[j:b])
        if a < len(there):
            slots.append((there[a], coming[b]))
        i, j = a + 1, b + 1
    return _placed(_paired_by_second(slots))


def votes_for_names(there: Sequence[Entry], coming: Sequence[Entry]) -> list[tuple[str, str]]:
    """Pairs of (sender coming, sender there) that wrote the same telling words, alone in this minute."""
    once_there = _once(there)
    found = []
    for words, entry in _once(coming).items():
        other = once_there.get(words)
        if (
            other is not None
            and other.sender != entry.sender
            and _times_agree(other, entry)
            and _ids_agree(other, entry)
        ):
            found.append((entry.sender, other.sender))
    return found


def same_people(votes: Counter[tuple[str, str]]) -> dict[str, str]:
    """Decide which senders of an export are members under another name.

    Args:
        votes: how often `votes_for_names` gave each pair.

    Returns:
        sender coming → sender there, where enough posts agree on one member and hardly any on another.
    """
    per_sender: dict[str, Counter[str]] = defaultdict(Counter)
    for (sender, other), number in votes.items():
        per_sender[sender][other] += number
    decided = {}
    for sender, others in per_sender.items():
        best, number = others.most_common(1)[0]
        if number >= VOTES_NEEDED and number >= VOTES_SHARE * others.total():
            decided[sender] = best
    return decided


def _once(entries: Sequence[Entry]) -> dict[str, Entry]:
    number = Counter(entry.words for entry in entries)
    return {e.words: e for e in entries if number[e.words] == 1 and len(e.words) >= TELLING_LENGTH and e.sender}


def _paired_by_second(
    slots: Sequence[tuple[Entry | None, Entry | None]],
) -> list[tuple[Entry | None, Entry | None]]:
    """Pair what only differs in its place within one second: exporters order equal times as they like."""
    waiting: dict[tuple[str, str, datetime], list[Entry]] = defaultdict(list)
    for there, coming in slots:
        if there is None and coming is not None and not coming.to_the_minute:
            waiting[coming.sender, coming.words, coming.sent_at].append(coming)
    paired: dict[int, Entry] = {}
    taken: set[int] = set()
    for there, coming in slots:
        if there is None or coming is not None or there.to_the_minute:
            continue
        alike = [one for one in waiting[there.sender, there.words, there.sent_at] if _same(there, one)]
        found = next((one for one in alike if one.id not in taken), None)
        if found is not None:
            paired[there.id] = found
            taken.add(found.id)
    return [
        (there, paired[there.id]) if there is not None and coming is None and there.id in paired else (there, coming)
        for there, coming in slots
        if there is not None or coming is None or coming.id not in taken
    ]


def _times_agree(a: Entry, b: Entry) -> bool:
    if a.to_the_minute or b.to_the_minute:
        return True
    if a.is_live or b.is_live:
        return abs(a.sent_at - b.sent_at) <= CLOCK_SLACK
    return a.sent_at.replace(microsecond=0) == b.sent_at.replace(microsecond=0)


def _ids_agree(a: Entry, b: Entry) -> bool:
    # Equal ids are matched before; so two ids of one namespace are two messages.
    return a.namespace is None or b.namespace is None or a.namespace != b.namespace


def _same(a: Entry, b: Entry) -> bool:
    return a.words == b.words and a.sender == b.sender and _times_agree(a, b) and _ids_agree(a, b)


def _common(there: Sequence[Entry], coming: Sequence[Entry]) -> list[tuple[int, int]]:
    """The longest common subsequence, as pairs of places."""
    rows, columns = len(there), len(coming)
    if not rows or not columns:
        return []
    if rows * columns > MOST_PAIRS:
        return _common_in_order(there, coming, _same)
    # best[i][j]: the length of the longest common subsequence of there[i:] and coming[j:]
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            skip = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(skip, best[i + 1][j + 1] + 1) if _same(there[i], coming[j]) else skip
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j + 1] + 1 and _same(there[i], coming[j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _common_in_order(
    there: Sequence[Entry], coming: Sequence[Entry], same: Callable[[Entry, Entry], bool]
) -> list[tuple[int, int]]:
    """A common subsequence found by walking both sides once: what a flood gets instead of the longest one."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, entry in enumerate(there):
        places[entry.sender, entry.words].append(i)
    pairs = []
    after = 0
    for j, entry in enumerate(coming):
        for i in places[entry.sender, entry.words]:
            if i >= after and same(there[i], entry):
                pairs.append((i, j))
                after = i + 1
                break
    return pairs


def _between(there: Sequence[Entry], coming: Sequence[Entry]) -> list[tuple[Entry | None, Entry | None]]:
    """Two stretches without anything in common, in one order: by exact times, else what is there first."""
    mixed: list[tuple[Entry | None, Entry | None]] = [(entry, None) for entry in there]
    mixed += [(None, entry) for entry in coming]
    entries = [*there, *coming]
    if any(entry.to_the_minute for entry in entries):
        return mixed
    return [pair for _, pair in sorted(zip(entries, mixed, strict=True), key=lambda item: item[0].sent_at)]


def _placed(pairs: Sequence[tuple[Entry | None, Entry | None]]) -> list[Slot]:
    """Give each place its time: exact where one side knows it, else between its neighbours, unmoved if that fits."""
    times: list[datetime | None] = []
    for pair in pairs:
        exact = [entry.sent_at for entry in pair if entry is not None and not entry.to_the_minute]
        times.append(exact[0] if exact else None)
    slots: list[Slot] = []
    i = 0
    while i < len(pairs):
        exact_at = times[i]
        if exact_at is not None:
            slots.append(_slot(pairs[i], _after(slots, pairs[i], exact_at), exact=True))
            i += 1
            continue
        end = next((k for k in range(i, len(pairs)) if times[k] is not None), len(pairs))
        run = pairs[i:end]
        first = next(entry for entry in run[0] if entry is not None)
        minute = first.sent_at.replace(second=0, microsecond=0)
        lower = slots[-1].sent_at if slots else minute - LEAST
        upper = times[end] if end < len(pairs) else None
        for pair, at in zip(run, _spread(run, lower, upper, minute + MINUTE), strict=True):
            slots.append(_slot(pair, at, exact=False))
        i = end
    return slots


def _spread(
    run: Sequence[tuple[Entry | None, Entry | None]], lower: datetime, upper: datetime | None, end: datetime
) -> list[datetime]:
    held = [next(entry for entry in pair if entry is not None).sent_at for pair in run]
    limit = upper or end
    if lower < held[0] and held[-1] < limit and all(a < b for a, b in pairwise(held)):
        return held
    step = STEP if upper is None and lower + STEP * (len(run) + 1) < end else (limit - lower) / (len(run) + 1)
    step = max(step, LEAST)
    return [lower + step * number for number in range(1, len(run) + 1)]


def _after(slots: Sequence[Slot], pair: tuple[Entry | None, Entry | None], at: datetime) -> datetime:
    """An exact time, or the next one after the place before where equal times would stand in another order."""
    if not slots:
        return at
    before = slots[-1]
    # Equal times stand in the order of ids, and what is new gets a higher id than what is there.
    overtakes = before.there is None and pair[0] is not None
    if before.sent_at > at or (before.sent_at == at and (overtakes or before.to_the_minute)):
        return before.sent_at + LEAST
    return at


def _slot(pair: tuple[Entry | None, Entry | None], at: datetime, *, exact: bool) -> Slot:
    return Slot(there=pair[0], coming=pair[1], sent_at=at, to_the_minute=not exact)

"""Which staged messages a group has already, where ids do not tell: walked minute by minute, both sides in step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from copilot.importers.alignment import MINUTE, Entry, join_minute, same_people, votes_for_names, words_of
from copilot.records import MessageKind
from copilot.store import Connection, staging
from copilot.store.staging import Compared

WRITE_BATCH = 2000


@dataclass(slots=True)
class Comparison:
    """What comparing an import with its group came to.

    Args:
        known: (number in the export, id of the message that is there).
        staged_times, store_times: places within a minute that both sides settle.
        recognised: number of a sender → member, for those who write under another name.
    """

    known: list[tuple[int, int]] = field(default_factory=list)
    staged_times: list[tuple[int, datetime]] = field(default_factory=list)
    store_times: list[tuple[int, datetime, bool]] = field(default_factory=list)
    recognised: dict[int, int] = field(default_factory=dict)

    def apply(self, connection: Connection, job_id: int) -> None:
        """Write it, in the transaction that publishes."""
        for start in range(0, len(self.known), WRITE_BATCH):
            staging.set_known(connection, job_id, self.known[start : start + WRITE_BATCH])
        for start in range(0, len(self.staged_times), WRITE_BATCH):
            staging.set_times(connection, job_id, self.staged_times[start : start + WRITE_BATCH])
        for start in range(0, len(self.store_times), WRITE_BATCH):
            staging.refine_times(connection, self.store_times[start : start + WRITE_BATCH])


def compare(
    connection: Connection, job_id: int, group_id: int, progress: Callable[[int, int], None] | None = None
) -> Comparison:
    """Find what is there already, and settle the order within each minute that both sides share. Only reads.

    Args:
        connection: of one state of the store.
        job_id: the import.
        group_id: the group that it goes into.
        progress: called with (minutes looked at, 0).
    """
    result = Comparison()
    span = staging.open_span(connection, job_id)
    if span is None:
        return result
    from_at, to_at = _minute(span[0]), _minute(span[1]) + MINUTE
    if next(staging.there(connection, job_id, group_id, from_at, to_at), None) is None:
        return result
    people = _People(connection, job_id, group_id)
    votes: Counter[tuple[str, str]] = Counter()
    tell = progress or (lambda _done, _total: None)
    for number, (there, coming) in enumerate(_minutes(connection, job_id, group_id, from_at, to_at, people)):
        votes.update(votes_for_names(there, coming))
        tell(number, 0)
    people.recognise(same_people(votes))
    result.recognised = people.recognised
    for number, (there, coming) in enumerate(_minutes(connection, job_id, group_id, from_at, to_at, people)):
        for slot in join_minute(there, coming):
            if slot.there is not None and slot.coming is not None:
                result.known.append((slot.coming.id, slot.there.id))
            elif slot.coming is not None and slot.coming.sent_at != slot.sent_at:
                result.staged_times.append((slot.coming.id, slot.sent_at))
            if slot.there is not None and slot.there.sent_at != slot.sent_at:
                result.store_times.append((slot.there.id, slot.sent_at, slot.to_the_minute))
        tell(number, 0)
    return result


class _People:
    """What makes a sender of the export and a member of the group the same, for the comparison."""

    def __init__(self, connection: Connection, job_id: int, group_id: int) -> None:
        self.recognised: dict[int, int] = {}
        by_id, by_name = staging.members_by_alias(connection, group_id)
        self._labels: dict[int, str] = {}
        for sender in staging.senders(connection, job_id):
            member_id = by_id.get(sender.sender_id) if sender.sender_id else None
            if member_id is None and sender.name in by_name:
                member_id = by_name[sender.name][0]
            unknown = f"s{sender.number}" if sender.name or sender.sender_id else ""
            self._labels[sender.number] = f"m{member_id}" if member_id is not None else unknown

    def recognise(self, same: dict[str, str]) -> None:
        """Take senders that are members under another name for those members from now on."""
        for number, label in self._labels.items():
            # Someone whose own name is a member's is that member: votes only name those whom nobody knows.
            if label.startswith("s") and label in same:
                self.recognised[number] = int(same[label].removeprefix("m"))
                self._labels[number] = same[label]

    def entry(self, one: Compared) -> Entry:
        """One message as the comparison sees it."""
        if one.kind is MessageKind.SYSTEM:
            label = ""
        elif one.sender is not None:
            label = self._labels[one.sender]
        else:
            label = f"m{one.member_id}" if one.member_id is not None else ""
        return Entry(
            id=one.id,
            sender=label,
            words=words_of(one.kind, one.text),
            sent_at=one.sent_at,
            to_the_minute=one.to_the_minute,
            namespace=one.platform_id.split(":", 1)[0] if one.platform_id else None,
            is_live=one.is_live,
        )


def _minutes(
    connection: Connection, job_id: int, group_id: int, from_at: datetime, to_at: datetime, people: _People
) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Each minute in which both sides have something."""
    ours = _by_minute(staging.there(connection, job_id, group_id, from_at, to_at))
    theirs = _by_minute(staging.coming(connection, job_id))
    there, coming = next(ours, None), next(theirs, None)
    while there is not None and coming is not None:
        if there[0] == coming[0]:
            yield [people.entry(one) for one in there[1]], [people.entry(one) for one in coming[1]]
            there, coming = next(ours, None), next(theirs, None)
        elif there[0] < coming[0]:
            there = next(ours, None)
        else:
            coming = next(theirs, None)


def _by_minute(stream: Iterable[Compared]) -> Iterator[tuple[datetime, list[Compared]]]:
    for minute, group in groupby(stream, key=lambda one: _minute(one.sent_at)):
        yield minute, list(group)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)

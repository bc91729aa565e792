"""Which staged messages a group has already, where ids do not tell: walked minute by minute, both sides in step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from copilot.importers.alignment import MINUTE, Entry, join_minute, same_people, votes_for_names, words_of
from copilot.records import MessageKind
from copilot.store import Connection, staging
from copilot.store.staging import Compared

WRITE_BATCH = 2000


def compare(connection: Connection, job_id: int, group_id: int) -> dict[int, int]:
    """Mark what is there already, and settle the order within each minute that both sides share.

    Args:
        connection: of the transaction that publishes.
        job_id: the import.
        group_id: the group that it goes into.

    Returns:
        number of a sender in the import → member, for those recognised under another name.
    """
    span = staging.open_span(connection, job_id)
    if span is None:
        return {}
    from_at, to_at = _minute(span[0]), _minute(span[1]) + MINUTE
    if next(staging.there(connection, job_id, group_id, from_at, to_at), None) is None:
        return {}
    people = _People(connection, job_id, group_id)
    votes: Counter[tuple[str, str]] = Counter()
    for there, coming in _minutes(connection, job_id, group_id, from_at, to_at, people):
        votes.update(votes_for_names(there, coming))
    people.recognise(same_people(votes))
    _align(connection, job_id, group_id, from_at, to_at, people)
    return people.recognised


def _align(
    connection: Connection, job_id: int, group_id: int, from_at: datetime, to_at: datetime, people: _People
) -> None:
    known: list[tuple[int, int]] = []
    staged_times: list[tuple[int, datetime]] = []
    store_times: list[tuple[int, datetime, bool]] = []
    for there, coming in _minutes(connection, job_id, group_id, from_at, to_at, people):
        for slot in join_minute(there, coming):
            if slot.there is not None and slot.coming is not None:
                known.append((slot.coming.id, slot.there.id))
            elif slot.coming is not None and slot.coming.sent_at != slot.sent_at:
                staged_times.append((slot.coming.id, slot.sent_at))
            if slot.there is not None and slot.there.sent_at != slot.sent_at:
                store_times.append((slot.there.id, slot.sent_at, slot.to_the_minute))
    for start in range(0, len(known), WRITE_BATCH):
        staging.set_known(connection, job_id, known[start : start + WRITE_BATCH])
    for start in range(0, len(staged_times), WRITE_BATCH):
        staging.set_times(connection, job_id, staged_times[start : start + WRITE_BATCH])
    for start in range(0, len(store_times), WRITE_BATCH):
        staging.refine_times(connection, store_times[start : start + WRITE_BATCH])


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

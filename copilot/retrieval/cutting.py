"""Cuts the store's history into threads, following the change log.

A stretch that changed is cut again from its start on, until the messages fall into the same threads as before. What is
placed is written in batches, each with what is left of the change, so that a crash costs one batch.

This module does not know who answers whom: see `threads`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from copilot.records import Message, MessageKind
from copilot.retrieval.threads import LIMIT, WINDOW, Placed, Threader, Why
from copilot.store import Connection, Store, changes, facts, messages, threads
from copilot.store.changes import Change, ChangeKind
from copilot.store.threads import Place

# Raised when messages would fall into other threads than before, so that all history is cut again.
VERSION = "1"
# So many messages are placed in one transaction.
BATCH = 4000
_VERSION_FACT = "threads.version"
_CUT_FACT = "threads.cut"
_REFINED_FACT = "threads.refined"
# A change of more messages is first cut roughly, by pauses alone, so that it is found within seconds; who answers whom
# is then read in the background.
LONG = 5000
# Of 15,243 reply links in a large public group chat, gaps of 10, 30, 60 and 240 minutes keep 38, 48, 52 and 56 % within
# one run of at most 20 messages: past half an hour little is gained, and unrelated talk starts to share runs.
_PAUSE = timedelta(minutes=30)
_INSTANT = timedelta(microseconds=1)
# Of a very long message the beginning is found.
_LONGEST = 20_000
_CLOSE = timedelta(hours=6)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

# What the platform writes, and greetings that come with money, say nothing that could answer a question.
_SPEECHLESS = frozenset({MessageKind.SYSTEM, MessageKind.RED_PACKET, MessageKind.TRANSFER, MessageKind.CALL})

Progress = Callable[[int, int], None]


def speaks(message: Message) -> bool:
    """Whether a message belongs to a thread: it has text that a person wrote."""
    return message.kind not in _SPEECHLESS and bool(message.text.strip())


def words_of(talk: Iterable[Message]) -> str:
    """What is indexed of a thread: its messages' words, and what they quote from elsewhere.

    Names stay out: who wrote is found by filters, and a name that is also a word would pull in all that they wrote.
    """
    told = list(talk)
    inside = {message.id for message in told}
    lines: list[str] = []
    for message in told:
        if message.quoted_text and message.reply_to_id not in inside:
            lines.append(message.quoted_text)
        lines.append(message.text[:_LONGEST])
    return "\n".join(lines)


class Cutter:
    """Keeps the threads of all groups in step with their messages.

    Args:
        store: where both are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def prepare(self) -> None:
        """Have everything cut again where another release, or none yet, has cut it."""
        with self._store.read() as connection:
            if facts.get(connection, _VERSION_FACT) == VERSION:
                return
        with self._store.write() as connection:
            threads.take_apart(connection)
            changes.relog_messages(connection)
            facts.drop(connection, _CUT_FACT)
            facts.put(connection, _VERSION_FACT, VERSION)

    def position(self) -> int:
        """The change up to which history is cut."""
        with self._store.read() as connection:
            return int(facts.get(connection, _CUT_FACT) or 0)

    def follow(self, batch: Sequence[Change], progress: Progress) -> None:
        """Cut what changes of messages may have touched; those that have been followed are passed over.

        Args:
            batch: in the order of the log. Those that lie close together are followed as one: a backlog of live
                messages costs what an import of them would.
            progress: called with (messages looked at, messages to look at).
        """
        position = self.position()
        waiting = [change for change in batch if change.id > position]
        for change in _merged(waiting):
            self._follow_one(change, progress)
        if waiting:
            with self._store.write() as connection:
                facts.put(connection, _CUT_FACT, str(waiting[-1].id))

    def _follow_one(self, change: Change, progress: Progress) -> None:
        if change.group_id is None or change.from_at is None or change.to_at is None:
            return
        with self._store.read() as connection:
            is_long = messages.count(connection, change.group_id, from_at=change.from_at, to_at=change.to_at) > LONG
        if is_long:
            with self._store.write() as connection:
                # Before anything is cut: what is left of the change after a crash would be too little.
                changes.log(
                    connection,
                    ChangeKind.ROUGHLY_CUT,
                    community_id=change.community_id,
                    group_id=change.group_id,
                    from_at=change.from_at,
                    to_at=change.to_at,
                )
            self._cut(change, change.from_at, change.to_at, progress, _Roughly)
        else:
            self._follow(change, progress, once=False)

    def refine(self, progress: Progress) -> bool:
        """Cut a batch well of what was cut roughly; the next call goes on there.

        Returns:
            Whether there was anything to do.
        """
        with self._store.read() as connection:
            position = int(facts.get(connection, _REFINED_FACT) or 0)
            waiting = changes.after(connection, position, kind=ChangeKind.ROUGHLY_CUT, limit=1)
        for change in waiting:
            if self._follow(change, progress, once=True):
                with self._store.write() as connection:
                    facts.put(connection, _REFINED_FACT, str(change.id))
        return bool(waiting)

    def is_rough(self) -> bool:
        """Whether something waits for `refine`."""
        with self._store.read() as connection:
            position = int(facts.get(connection, _REFINED_FACT) or 0)
            return bool(changes.after(connection, position, kind=ChangeKind.ROUGHLY_CUT, limit=1))

    def _follow(self, change: Change, progress: Progress, *, once: bool) -> bool:
        """Cut what a change may have touched, or `once` a batch of it; returns whether that was all."""
        if change.group_id is None or change.from_at is None or change.to_at is None:
            return True
        moved, reached, is_done = self._cut(change, change.from_at, change.to_at, progress, Threader, once=once)
        if not is_done:
            return False
        while reached is not None:
            # Further down only what answers one of these by name can be touched.
            with self._store.read() as connection:
                answer_at = threads.answers_after(connection, moved, reached)
            if answer_at is None:
                break
            more, reached, _ = self._cut(change, answer_at, answer_at, progress, Threader)
            moved |= more
        return True

    def _cut(
        self,
        change: Change,
        from_at: datetime,
        to_at: datetime,
        progress: Progress,
        make: type[_Places],
        *,
        once: bool = False,
    ) -> tuple[set[int], datetime | None, bool]:
        """Cut from a time on, until past `to_at` nothing moves any more, or `once` a batch.

        Returns:
            The ids of the messages that came, moved or went; the time of the last message that was looked at, None at
            the end of history; and whether that was all.
        """
        group_id = change.group_id or 0
        moved: set[int] = set()
        with self._store.read() as connection:
            threader = _resumed(connection, group_id, from_at, make)
            total = messages.count(connection, group_id, from_at=from_at, to_at=to_at)
            done = unchanged = 0
            moved_threads: set[int] = set()
            begin = reached = from_at
            stream = messages.stretch(connection, group_id, from_at=from_at)
            for batch, is_last in _batches(stream):
                until = batch[-1].sent_at if batch else to_at
                with self._store.write() as writing:
                    known = threads.between(writing, group_id, begin, _NEVER if is_last else until)
                    step = _Step(group_id, known, moved_threads, begin)
                    for message in batch:
                        if unchanged >= WINDOW and message.sent_at > step.last_at:
                            break
                        same = step.take(writing, message, threader)
                        unchanged = unchanged + 1 if same and message.sent_at > to_at else 0
                        if message.sent_at <= to_at:
                            step.touch(message.id)
                    converged = unchanged >= WINDOW
                    moved |= step.write(writing, whole=is_last and not converged)
                    if not is_last and not converged:
                        changes.shorten(writing, change.id, until)
                done += len(batch)
                reached = max(reached, step.last_at)
                progress(min(done, total), total)
                begin = until + _INSTANT
                if once and not is_last and not converged:
                    return moved, reached, False
                if converged:
                    return moved, reached, True
        return moved, None, True


class _Step:
    """A batch of messages on its way into threads.

    Args:
        known: how the messages of the batch were placed before, by their ids.
        moved_threads: the threads that messages have come to or left; where one of them goes on, a message that stands
            where it stood has not the same before it.
        begin: the time at which the batch begins; all before it is written.
    """

    def __init__(self, group_id: int, known: dict[int, Place], moved_threads: set[int], begin: datetime) -> None:
        self._moved_threads = moved_threads
        self._begin = begin
        self._placed: Counter[int] = Counter()
        self._group_id = group_id
        self._known = known
        self._seen: set[int] = set()
        self._fresh: dict[int, Place] = {}
        self._touched: set[int] = set()
        self.last_at = _LONG_AGO

    def take(self, connection: Connection, message: Message, threader: _Places) -> bool:
        """Place a message; returns whether it stands where it stood, with the same before it."""
        self.last_at = message.sent_at
        if not speaks(message):
            return True
        placed = threader.place(message, answered=self._answered(connection, message))
        place = Place(
            message_id=message.id,
            thread_id=placed.thread_id,
            sent_at=message.sent_at,
            answers_id=placed.answers_id,
            why=placed.why.value,
        )
        self._seen.add(message.id)
        self._placed[place.thread_id] += 1
        before = self._known.get(message.id)
        if before == place:
            return place.thread_id not in self._moved_threads
        self._moved_threads.add(place.thread_id)
        if before is not None:
            self._moved_threads.add(before.thread_id)
        self._fresh[message.id] = place
        return False

    def touch(self, message_id: int) -> None:
        """Have the indexes look at a message's thread though it may stand where it stood."""
        place = self._fresh.get(message_id) or self._known.get(message_id)
        if place is not None:
            self._touched.add(place.thread_id)

    def write(self, connection: Connection, *, whole: bool) -> set[int]:
        """Save what has changed; returns the ids of the messages that came, moved or went.

        Args:
            whole: whether history ends here, so that everything known that was not seen is gone.
        """
        gone = [
            place
            for place in self._known.values()
            if place.message_id not in self._seen and (whole or place.sent_at <= self.last_at)
        ]
        left = [self._known[one] for one in self._fresh if one in self._known]
        threads.unplace(connection, [place.message_id for place in gone])
        threads.place(connection, self._group_id, list(self._fresh.values()))
        touched = {place.thread_id for place in (*gone, *left, *self._fresh.values())} | self._touched
        threads.settle(connection, self._group_id, touched)
        return {place.message_id for place in gone} | self._fresh.keys()

    def _answered(self, connection: Connection, message: Message) -> tuple[int, int] | None:
        """The thread of the message that is answered by name, and how many messages it has so far."""
        answered_id = message.reply_to_id
        if answered_id is None:
            return None
        place = self._fresh.get(answered_id) or threads.places(connection, [answered_id]).get(answered_id)
        if place is None or place.sent_at > message.sent_at:
            return None
        size = threads.sizes(connection, [place.thread_id], self._begin).get(place.thread_id, 0)
        return place.thread_id, size + self._placed[place.thread_id]


class _Places(Protocol):
    """What says where the messages of a group belong: see `Threader`."""

    def resume(self, window: Sequence[tuple[Message, Placed]], sizes: Mapping[int, int]) -> None: ...

    def place(self, message: Message, *, answered: tuple[int, int] | None = None) -> Placed: ...


class _Roughly:
    """Places messages by pauses alone: a run of messages is one thread."""

    def __init__(self) -> None:
        self._last: tuple[Message, Placed] | None = None
        self._size = 0

    def resume(self, window: Sequence[tuple[Message, Placed]], sizes: Mapping[int, int]) -> None:
        """Go on after what was placed last."""
        self._last = window[-1]
        self._size = sizes.get(self._last[1].thread_id, 0)

    def place(self, message: Message, *, answered: tuple[int, int] | None = None) -> Placed:
        """Place the next message."""
        last = self._last
        if last is None or self._size >= LIMIT or message.sent_at - last[0].sent_at > _PAUSE:
            placed = Placed(message_id=message.id, thread_id=message.id, answers_id=None, why=Why.OPENS)
            self._size = 0
        else:
            placed = Placed(message.id, last[1].thread_id, last[0].id, Why.NEAR)
        self._size += 1
        self._last = message, placed
        return placed


def _merged(batch: Sequence[Change]) -> list[Change]:
    """Changes of one group that overlap or lie close together, as one."""
    merged: list[Change] = []
    timed = [(one.group_id, one.from_at, one) for one in batch if one.group_id is not None and one.from_at is not None]
    for group_id, from_at, change in sorted(timed, key=lambda one: (one[0], one[1], one[2].id)):
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.group_id == group_id
            and last.to_at is not None
            and change.to_at is not None
            and from_at - last.to_at <= _CLOSE
        ):
            merged[-1] = replace(last, id=max(last.id, change.id), to_at=max(last.to_at, change.to_at))
        else:
            merged.append(change)
    return merged


def _resumed(connection: Connection, group_id: int, at: datetime, make: type[_Places]) -> _Places:
    """The state of cutting a group just before a time."""
    window = threads.window(connection, group_id, at, WINDOW)
    threader = make()
    if window:
        placed = [
            (
                message,
                Placed(
                    message_id=message.id, thread_id=place.thread_id, answers_id=place.answers_id, why=Why(place.why)
                ),
            )
            for message, place in window
        ]
        sizes = threads.sizes(connection, [place.thread_id for _, place in window], at)
        threader.resume(placed, sizes)
    return threader


def _batches(stream: Iterator[Message]) -> Iterator[tuple[list[Message], bool]]:
    """Batches that end where the time changes, and whether it is the last; there is always a last one."""
    batch: list[Message] = []
    for message in stream:
        if len(batch) >= BATCH and message.sent_at != batch[-1].sent_at:
            yield batch, False
            batch = []
        batch.append(message)
    yield batch, True

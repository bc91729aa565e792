"""Keeps the word index in step with the store: reads the change log, and looks at what stands there now.

One process owns the index, by a lock; the others read. What a crash cuts off is done again from the position that the
index itself holds, and doing it twice changes nothing.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from copilot.errors import BrokenFile, Busy, NotFound
from copilot.knowledge.sections import sections
from copilot.records import Document, FaqEntry, Message, Rule, SourceKind
from copilot.retrieval.blocks import GAP, Block, Span, cut, to_recut
from copilot.retrieval.keys import key_of, scope_of
from copilot.retrieval.words import WordIndex, erase
from copilot.store import Store, blocks, changes, knowledge, messages
from copilot.store.blocks import BlockRow
from copilot.store.changes import Change, ChangeKind

log = logging.getLogger(__name__)

# So many blocks are written to the store at once, and as many passages may be lost to a crash and done again.
BATCH = 500

Progress = Callable[[int, int], None]


def _quiet(_done: int, _total: int) -> None:
    return None


class Indexer:
    """The owner of one data folder's word index.

    Args:
        store: where the truth and the change log are.
        folder: the folder of all indexes.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder / "words"
        self._lock_path = folder / "owner.lock"
        self._lock: FileLock | None = None
        self._index: WordIndex | None = None
        self._working = threading.Lock()
        self._caught_up = threading.Condition()

    @property
    def is_owner(self) -> bool:
        """Whether this process holds the index."""
        return self._lock is not None

    def acquire(self) -> None:
        """Become the owner.

        Raises:
            Busy: another process is.
            StorageFailed: the folder cannot be written.
        """
        if self.is_owner:
            return
        self._lock_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise Busy(f"another process keeps the index in {self._folder.parent}; stop it first, or ask it") from error
        self._lock = lock

    def release(self) -> None:
        """Let the index go, so that another process may own it."""
        with self._working:
            if self._index is not None:
                self._index.close()
                self._index = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def position(self) -> int:
        """The change up to which the index holds everything; 0 for a missing or damaged index."""
        try:
            index = self._index or WordIndex.open_reader(self._folder)
            return _position(index)
        except (NotFound, BrokenFile):
            return 0

    def is_behind(self) -> bool:
        """Whether the store has changes that the index does not hold."""
        with self._store.read() as connection:
            return self.position() < changes.newest(connection)

    def catch_up(self, progress: Progress = _quiet) -> int:
        """Bring the index to the newest change.

        Args:
            progress: called with (messages looked at, messages to look at) in long stretches.

        Returns:
            How many changes were worked off.

        Raises:
            Busy: another process owns the index.
            StorageFailed: the disk is full; what was reached before stays.
        """
        self.acquire()
        with self._working:
            index = self._opened(progress)
            worked = 0
            while True:
                with self._store.read() as connection:
                    batch = changes.after(connection, _position(index), limit=200)
                if not batch:
                    break
                self._work_off(index, batch, progress)
                worked += len(batch)
        with self._caught_up:
            self._caught_up.notify_all()
        return worked

    def wait_for(self, change_id: int, seconds: float) -> bool:
        """Wait until the owner in this process has reached a change; False after `seconds`."""
        with self._caught_up:
            return self._caught_up.wait_for(lambda: self.position() >= change_id, timeout=seconds)

    def distrust(self) -> None:
        """Have the index looked at from the ground up before anything more is written to it; damage is then mended."""
        with self._working:
            if self._index is not None:
                self._index.close()
                self._index = None

    def rebuild(self, progress: Progress = _quiet) -> None:
        """Throw the index away and make it again from the store.

        Raises:
            Busy: another process owns the index.
        """
        self.acquire()
        with self._working:
            self._start_over()
        self.catch_up(progress)

    def _opened(self, progress: Progress) -> WordIndex:
        if self._index is None:
            try:
                self._index = WordIndex.open_writer(self._folder)
                fresh = not self._index.committed
            except BrokenFile as error:
                log.warning("the index is made again: %s", error)
                fresh = True
            if fresh:
                self._start_over()
        assert self._index is not None  # noqa: S101  (one of the branches above has set it)
        return self._index

    def _start_over(self) -> None:
        if self._index is not None:
            self._index.close()
        erase(self._folder)
        with self._store.write() as connection:
            newest = changes.newest(connection)
            blocks.forget_all(connection)
            changes.relog_everything(connection)
        self._index = WordIndex.open_writer(self._folder)
        self._index.commit(json.dumps(newest))

    def _work_off(self, index: WordIndex, batch: list[Change], progress: Progress) -> None:
        stale: dict[int, list[int]] = {}
        for change in batch:
            match change.kind:
                case ChangeKind.MESSAGES:
                    if change.group_id is not None:
                        stale[change.group_id] = self._history(index, change, progress)
                case ChangeKind.FAQ | ChangeKind.RULE | ChangeKind.DOCUMENT:
                    self._item(index, change)
                case ChangeKind.GROUP_GONE:
                    index.remove_scope(f"g{change.group_id}")
                case ChangeKind.COMMUNITY_GONE:
                    index.remove_scope(f"c{change.community_id}")
        index.commit(json.dumps(batch[-1].id))
        with self._store.write() as connection:
            for group_id, ids in stale.items():
                blocks.forget(connection, group_id, ids)

    def _item(self, index: WordIndex, change: Change) -> None:
        kind = SourceKind(change.kind.value)
        item_id = change.item_id or 0
        key = key_of(kind, item_id)
        index.remove(key)
        with self._store.read() as connection:
            found: FaqEntry | Rule | Document | None
            if kind is SourceKind.FAQ:
                found = knowledge.some(connection, FaqEntry, [item_id]).get(item_id)
            elif kind is SourceKind.RULE:
                found = knowledge.some(connection, Rule, [item_id]).get(item_id)
            else:
                found = knowledge.some(connection, Document, [item_id]).get(item_id)
        if found is None:
            return
        scope = scope_of(found.community_id, found.group_id)
        match found:
            case FaqEntry():
                for wording in (found.question, *found.variants):
                    index.add(key, kind, scope, wording)
                index.add(key, kind, scope, found.answer, answer=True)
            case Rule():
                index.add(key, kind, scope, found.text)
            case Document():
                for number, (path, text) in enumerate(sections(found)):
                    words = "\n".join((found.name, *path, text))
                    index.add(key_of(kind, item_id, number), kind, scope, words)

    def _history(self, index: WordIndex, change: Change, progress: Progress) -> list[int]:
        """Cut a changed stretch of history again; returns the blocks that the index has dropped."""
        group_id, from_at, to_at = change.group_id or 0, change.from_at, change.to_at
        if from_at is None or to_at is None:
            return []
        with self._store.write() as connection:
            old = list(_near(blocks.from_time(connection, group_id, from_at - GAP), to_at))
            start, stop = to_recut([_span(row) for row in old], from_at, to_at)
            blocks.void(connection, [row.id for row in old[start:stop]])
            after = old[start - 1] if start else blocks.before(connection, group_id, from_at - GAP)
            until = old[stop] if stop < len(old) else None
            gone = blocks.gone(connection, group_id)
        for block_id in gone:
            index.remove(key_of(SourceKind.HISTORY, block_id))
        scope = scope_of(0, group_id)
        with self._store.read() as connection:
            lower, upper = after.last_at if after else None, until.first_at if until else None
            first = lower or from_at - GAP
            total = messages.count(connection, group_id, from_at=first, to_at=upper or to_at)
            stream = messages.stretch(connection, group_id, from_at=lower, to_at=upper)
            stretch = _strictly_between(stream, after, until)
            for cuts in _batches(cut(_counted(stretch, total, progress))):
                with self._store.write() as writing:
                    places = [(b.first_id, b.last_id, b.first_sent_at, b.last_sent_at) for b in cuts]
                    ids = blocks.add(writing, group_id, places)
                for block_id, block in zip(ids, cuts, strict=True):
                    index.add(key_of(SourceKind.HISTORY, block_id), SourceKind.HISTORY, scope, block.text)
        return gone


def _position(index: WordIndex) -> int:
    return int(json.loads(index.committed or "0"))


def _span(row: BlockRow) -> Span:
    return Span(
        group_id=row.group_id,
        first_id=row.first_id,
        last_id=row.last_id,
        first_sent_at=row.first_at,
        last_sent_at=row.last_at,
    )


def _near(rows: Iterator[BlockRow], to_at: datetime) -> Iterator[BlockRow]:
    """The blocks up to and including the first one that follows a pause after the change."""
    last: BlockRow | None = None
    for row in rows:
        yield row
        if row.first_at > to_at + GAP and last is not None and row.first_at - last.last_at > GAP:
            return
        last = row


def _strictly_between(stream: Iterator[Message], after: BlockRow | None, until: BlockRow | None) -> Iterator[Message]:
    for message in stream:
        place = (message.sent_at, message.id)
        if after is not None and place <= (after.last_at, after.last_id):
            continue
        if until is not None and place >= (until.first_at, until.first_id):
            return
        yield message


def _counted(stretch: Iterator[Message], total: int, progress: Progress) -> Iterator[Message]:
    for number, message in enumerate(stretch, start=1):
        if number % 1000 == 0:
            progress(number, total)
        yield message


def _batches(stream: Iterator[Block]) -> Iterator[list[Block]]:
    batch: list[Block] = []
    for block in stream:
        batch.append(block)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

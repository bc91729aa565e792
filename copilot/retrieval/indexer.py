"""Keeps the word index in step with the store: reads the change log, and looks at what stands there now.

One process owns the index, by a lock; the others read. What a crash cuts off is done again from the position that the
index itself holds, and doing it twice changes nothing.
"""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from copilot.errors import BrokenFile, Busy, NotFound
from copilot.knowledge.sections import sections
from copilot.records import Document, FaqEntry, Rule, SourceKind
from copilot.retrieval.cutting import Cutter, Progress, words_of
from copilot.retrieval.keys import key_of, scope_of
from copilot.retrieval.vectorizing import forget_script
from copilot.retrieval.words import WordIndex, erase
from copilot.store import Connection, Store, changes, confirmations, faq_wordings, knowledge, threads
from copilot.store.changes import Change, ChangeKind
from copilot.store.threads import Due

log = logging.getLogger(__name__)

# So many threads are read at once.
BATCH = 500


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
        self.cutter = Cutter(store)
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
            return self.position() < changes.newest(connection) or bool(threads.groups_due(connection, Due.WORDS))

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
            self.cutter.prepare()
            index = self._opened(progress)
            worked = 0
            while True:
                with self._store.read() as connection:
                    batch = changes.after(connection, _position(index), limit=200)
                if not batch:
                    break
                self._work_off(index, batch, progress)
                worked += len(batch)
            with self._store.read() as connection:
                due = threads.groups_due(connection, Due.WORDS)
            if due:
                self._threads(index, json.dumps(_position(index)), progress)
                worked += 1
        with self._caught_up:
            self._caught_up.notify_all()
        return worked

    def refine(self, progress: Progress = _quiet) -> bool:
        """Cut a batch of messages well that were cut roughly, so that they could be found soon.

        Returns:
            Whether there was anything to do; if so, call again.

        Raises:
            Busy: another process owns the index.
        """
        self.acquire()
        with self._working:
            index = self._opened(progress)
            if not self.cutter.refine(progress):
                return False
            self._threads(index, json.dumps(_position(index)), _quiet)
        return True

    def is_rough(self) -> bool:
        """Whether something waits for `refine`."""
        return self.cutter.is_rough()

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
            threads.everything_due(connection, Due.WORDS)
            changes.relog_knowledge(connection)
        self._index = WordIndex.open_writer(self._folder)
        # What was logged before and is not cut yet is still to be followed; of all else the newest state is logged
        # again.
        self._index.commit(json.dumps(min(newest, self.cutter.position())))

    def _work_off(self, index: WordIndex, batch: list[Change], progress: Progress) -> None:
        self.cutter.follow([change for change in batch if change.kind is ChangeKind.MESSAGES], progress)
        for change in batch:
            match change.kind:
                case ChangeKind.FAQ | ChangeKind.RULE | ChangeKind.DOCUMENT:
                    self._item(index, change)
                case ChangeKind.GROUP_GONE:
                    self._forget(index, f"g{change.group_id}")
                case ChangeKind.COMMUNITY_GONE:
                    self._forget(index, f"c{change.community_id}")
        self._threads(index, json.dumps(batch[-1].id), progress)

    def _forget(self, index: WordIndex, scope: str) -> None:
        index.remove_scope(scope)
        with self._store.write() as connection:
            forget_script(connection, scope)

    def _threads(self, index: WordIndex, position: str, progress: Progress) -> None:
        """Have the index follow the threads that have changed, and commit."""
        with self._store.read() as connection:
            due = threads.groups_due(connection, Due.WORDS)
            for group_id in due:
                self._history(connection, index, group_id, progress)
        index.commit(position)
        if due:
            with self._store.write() as connection:
                for group_id in due:
                    threads.followed(connection, group_id, Due.WORDS)

    def _history(self, connection: Connection, index: WordIndex, group_id: int, progress: Progress) -> None:
        scope = scope_of(0, group_id)
        total, done, last = threads.count_due(connection, group_id, Due.WORDS), 0, 0
        while rows := threads.take_due(connection, group_id, Due.WORDS, after=last, limit=BATCH):
            talks = threads.talks(connection, [row.id for row in rows])
            for row in rows:
                key = key_of(SourceKind.HISTORY, row.id)
                index.remove(key)
                if row.id in talks:
                    index.add(key, SourceKind.HISTORY, scope, words_of(talks[row.id]))
            last = rows[-1].id
            done += len(rows)
            progress(done, total)

    def _item(self, index: WordIndex, change: Change) -> None:
        kind = SourceKind(change.kind.value)
        item_id = change.item_id or 0
        key = key_of(kind, item_id)
        index.remove(key)
        with self._store.read() as connection:
            found: FaqEntry | Rule | Document | None
            others: tuple[str, ...] = ()
            if kind is SourceKind.FAQ:
                found = knowledge.some(connection, FaqEntry, [item_id]).get(item_id)
                others = (
                    *confirmations.wordings(connection, [item_id]).get(item_id, ()),
                    *faq_wordings.wordings(connection, [item_id]).get(item_id, ()),
                )
            elif kind is SourceKind.RULE:
                found = knowledge.some(connection, Rule, [item_id]).get(item_id)
            else:
                found = knowledge.some(connection, Document, [item_id]).get(item_id)
        if found is None:
            return
        scope = scope_of(found.community_id, found.group_id)
        match found:
            case FaqEntry():
                for wording in dict.fromkeys((found.question, *found.variants, *others)):
                    index.add(key, kind, scope, wording)
                index.add(key, kind, scope, found.answer, answer=True)
            case Rule():
                index.add(key, kind, scope, found.text)
            case Document():
                for number, (path, text) in enumerate(sections(found)):
                    words = "\n".join((found.name, *path, text))
                    index.add(key_of(kind, item_id, number), kind, scope, words)


def _position(index: WordIndex) -> int:
    return int(json.loads(index.committed or "0"))

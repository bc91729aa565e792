"""Searching by vectors: exactly where that is quick, through Chroma in large scopes.

The store holds the vectors. Every process searches small scopes exactly; the one that owns the indexes keeps a
collection of Chroma's for each large scope, in step with the rows of the store, and asks it for candidates. They are
weighed again with the store's vectors, together with what came after the collection's last row: so an answer never
holds what the store does not, and is missing nothing that came lately.

This module does not know who makes vectors, nor what the passages say.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from copilot.errors import BrokenFile, Busy, StorageFailed
from copilot.retrieval.chroma import ChromaFolder
from copilot.retrieval.exact import BUDGET_BYTES, Matrices, Near, nearest
from copilot.store import Store
from copilot.store import vectors as rows
from copilot.store.vectors import Extent, Matrix, Space, unit

log = logging.getLogger(__name__)

# Below so many rows exact search takes a millisecond or two (benchmarks/vectors.py), which no index betters by enough.
LARGE = 20_000
# A collection that is there is kept until its scope has shrunk to this share of what earns one.
_KEEP_SHARE = 0.5
BATCH = 1000
# So many rows may be missing in a collection and be weighed one by one for each question.
_MOST_LATE = 2000
# Candidates may be outdated, and the graph misses some at the border.
_SPARE = 20
# After so many failures Chroma is left alone until the next start.
_MOST_FAILURES = 3

Progress = Callable[[int, int], None]


def _quiet(_done: int, _total: int) -> None:
    return None


class ServedBy(StrEnum):
    """What answers searches in a scope."""

    EXACT = "exact"
    CHROMA = "chroma"


class State(StrEnum):
    """How a scope's vectors stand: all is as it should be, a collection is being built, or Chroma was given up."""

    READY = "ready"
    BUILDING = "building"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeHealth:
    """How a scope's vectors are.

    Args:
        rows: how many rows the store holds, those of keys that were dropped included.
        late: how many of them came after the collection's last row, at most; 0 where there is no collection.
    """

    scope: str
    rows: int
    served_by: ServedBy
    state: State
    late: int = 0


class Vectors:
    """Finds passages by their vectors.

    Args:
        store: where the vectors are.
        folder: Chroma's own folder, `vectors` among the indexes.
        large: from how many rows on a scope has a collection of Chroma's.
        budget_bytes: the most memory for matrices of exact search.
    """

    def __init__(self, store: Store, folder: Path, *, large: int = LARGE, budget_bytes: int = BUDGET_BYTES) -> None:
        self._store = store
        self._large = large
        self._matrices = Matrices(store, budget_bytes)
        self._folder = ChromaFolder(folder)
        self._owns = False
        self._syncing = threading.Lock()
        self._stop = threading.Event()
        self._newest = -1
        self._unverified: set[str] = set()
        self._failures = 0

    def open_owner(self) -> None:
        """Say that this process owns the indexes (by the indexer's lock). Quick: `sync_all` opens what it needs."""
        self._stop.clear()
        self._newest = -1
        self._owns = True

    def close(self) -> None:
        """Let the folder go, after the batch that is being written and the searches that run."""
        self._stop.set()
        with self._syncing:
            self._owns = False
            self._folder.close()

    def search(self, scopes: Iterable[str], vector: Matrix, limit: int, *, embedder: str) -> list[Near]:
        """The passages nearest to a question.

        Args:
            scopes: where to look, each `g<group id>` or `c<community id>`.
            vector: float, [dimensions]: the question's.
            limit: the most to return, 1 or more.
            embedder: the identity of what made the question's vector; only vectors of the same are compared.

        Returns:
            (key, cosine), the nearest first; equally near ones in the order of their keys. All keys had a vector in
            the store when they were looked up; whether the passage is still there, the caller sees.
        """
        query, within = unit(vector[None])[0], Space(embedder, len(vector))
        found: list[Near] = []
        for scope in dict.fromkeys(scopes):
            through = self._through_chroma(scope, within, query, limit) if self._folder.is_open else None
            found += self._matrices.search(scope, within, query, limit) if through is None else through
        return nearest(found, limit)

    def _through_chroma(self, scope: str, within: Space, query: Matrix, limit: int) -> list[Near] | None:
        held = self._folder.collections.get(scope)
        if held is None or held.space != within:
            return None
        with self._store.read() as connection:
            late = rows.keys_after(connection, scope, held.position, _MOST_LATE + 1)
            if len(late) > _MOST_LATE:
                return None
            try:
                keys = self._folder.search(scope, query, limit + _SPARE)
            except BrokenFile:
                log.warning("the vector index failed and is made again; until then search is exact", exc_info=True)
                return None
            if keys is None:
                return None
            found, matrix = rows.some(connection, scope, within, list({*keys, *late}))
        return nearest(list(zip(found, (matrix @ query).tolist(), strict=True)), limit)

    def sync_all(self, progress: Progress = _quiet, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Bring the collections of large scopes to the rows of the store; next to nothing where no row is new.

        For the owner's background thread. What Chroma cannot do is logged, and exact search goes on.

        Args:
            progress: called with (rows taken into account, rows to take) while collections are brought up.
            stop: asked before each batch; what is left is done the next time.
        """
        with self._syncing:
            if not self._owns or self._failures >= _MOST_FAILURES:
                return
            with self._store.read() as connection:
                newest = rows.newest(connection)
                if newest == self._newest and not self._folder.is_distrusted:
                    return
                extents = rows.extents(connection)
            try:
                if self._sync(extents, progress, stop):
                    self._folder.settle()
                    self._newest = newest
                    self._failures = 0
            except (BrokenFile, StorageFailed, Busy) as error:
                self._failures += 1
                log.warning("the vector index cannot be kept (%s); search is exact", error, exc_info=True)
                if isinstance(error, BrokenFile):
                    self._folder.distrust()

    def _sync(self, extents: dict[str, Extent], progress: Progress, stop: Callable[[], bool]) -> bool:
        """Returns whether all was reached."""
        large = {scope for scope, extent in extents.items() if extent.rows >= self._large}
        if not self._folder.is_open:
            if not large and not self._folder.is_there():
                return True
            self._folder.open()
            self._unverified = set(self._folder.collections)
        elif self._folder.is_distrusted:
            self._folder.start_over()
        kept = {scope for scope, extent in extents.items() if extent.rows >= self._large * _KEEP_SHARE}
        for scope in set(self._folder.collections) - kept:
            self._folder.remove(scope)
        wanted = sorted(large | set(self._folder.collections))
        total, done = sum(extents[scope].rows for scope in wanted), 0
        for scope in wanted:
            before = done

            def told(number: int, before: int = before) -> None:
                progress(min(total, before + number), total)

            if not self._bring_up(scope, extents[scope], told, stop):
                return False
            done += extents[scope].rows
        return True

    def _bring_up(self, scope: str, extent: Extent, told: Callable[[int], None], stop: Callable[[], bool]) -> bool:
        with self._store.read() as connection:
            within, oldest = rows.space(connection, scope), rows.oldest(connection, scope)
        if within is None:
            self._folder.remove(scope)
            return True
        held = self._folder.collections.get(scope)
        # A collection is of no use where its rows are of another space, are all gone, or were never in this store.
        if held is None or held.space != within or not oldest <= held.position <= extent.newest_id:
            self._folder.begin(scope, within)
            self._unverified.discard(scope)
        position, done = self._folder.collections[scope].position, 0
        while not (self._stop.is_set() or stop()):
            with self._store.read() as connection:
                part = rows.stretch(connection, scope, within, after=position, limit=BATCH)
                if part is None:
                    if scope in self._unverified and rows.count(connection, scope, within) != self._folder.count(scope):
                        raise BrokenFile("the index is damaged and will be rebuilt; try again in a moment")
                    self._unverified.discard(scope)
                    self._matrices.drop(scope)
                    return True
            self._folder.write(scope, part.keys, part.matrix, part.gone, part.last_id)
            position = part.last_id
            done += len(part.keys) + len(part.gone)
            told(done)
        return False

    def health(self, scopes: Collection[str] | None = None) -> list[ScopeHealth]:
        """How the vectors of scopes are, of all by default."""
        with self._store.read() as connection:
            extents = rows.extents(connection)
            found = []
            for scope, extent in sorted(extents.items()):
                if scopes is not None and scope not in scopes:
                    continue
                held = self._folder.collections.get(scope) if self._folder.is_open else None
                late = 0 if held is None else len(rows.keys_after(connection, scope, held.position, extent.rows))
                through = held is not None and late <= _MOST_LATE and not self._folder.is_distrusted
                state = State.READY
                if extent.rows >= self._large and self._owns and not through:
                    state = State.GIVEN_UP if self._failures >= _MOST_FAILURES else State.BUILDING
                served_by = ServedBy.CHROMA if through else ServedBy.EXACT
                found.append(ScopeHealth(scope=scope, rows=extent.rows, served_by=served_by, state=state, late=late))
        return found

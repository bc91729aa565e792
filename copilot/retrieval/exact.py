"""Exact search among vectors: the matrix of a scope in memory, brought up to date by the rows that came since.

It is the reference for every other search, needs nothing but the store, and works in any process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from copilot.store import Connection, Store
from copilot.store import vectors as rows
from copilot.store.vectors import Matrix, Space, Stretch

Near = tuple[str, float]
"""A key and the cosine of its vector with the question's."""

# Held matrices may take so much memory together; a scope that is larger by itself is read anew for each question.
BUDGET_BYTES = 256 << 20
# Of the vectors held, so large a share may be outdated before they are read anew.
_MOST_DEAD = 0.25
_FLOAT_BYTES = 4


class Matrices:
    """The vectors of scopes, held in memory as far as a budget goes; the scopes asked for last are kept.

    Args:
        store: where the vectors are.
        budget_bytes: the most memory that matrices take.
    """

    def __init__(self, store: Store, budget_bytes: int = BUDGET_BYTES) -> None:
        self._store = store
        self._budget_bytes = budget_bytes
        self._held: OrderedDict[tuple[str, Space], _Held] = OrderedDict()
        self._lock = threading.Lock()

    def search(self, scope: str, within: Space, query: Matrix, limit: int) -> list[Near]:
        """The passages nearest to a question.

        Args:
            scope: where to look.
            within: the space that the question's vector is in; vectors of other spaces are passed over.
            query: float32, [dimensions], of unit length.
            limit: the most to return.

        Returns:
            The nearest first; equally near ones in the order of their keys.
        """
        with self._store.read() as connection:
            if not rows.newest(connection, scope):
                self.drop(scope)
                return []
            held = self._holding(connection, scope, within)
            if held is None:
                best: list[Near] = []
                for part in rows.feed(connection, scope, within):
                    best = nearest([*best, *_best(part.keys, part.matrix @ query, limit)], limit)
                return best
            keys, matrix, alive = held.current(connection)
        scores = matrix @ query
        scores[~alive] = -2
        return [near for near in _best(keys, scores, limit) if near[1] > -2]

    def drop(self, scope: str) -> None:
        """Let the memory of a scope go."""
        with self._lock:
            for place in [place for place in self._held if place[0] == scope]:
                del self._held[place]

    def _holding(self, connection: Connection, scope: str, within: Space) -> _Held | None:
        place = (scope, within)
        with self._lock:
            held = self._held.get(place)
            if held is None:
                needed = rows.extent(connection, scope).rows * within.dimensions * _FLOAT_BYTES
                if needed > self._budget_bytes:
                    return None
                held = self._held[place] = _Held(scope, within)
                held.expected_bytes = needed
            self._held.move_to_end(place)
            while len(self._held) > 1 and sum(one.size_bytes for one in self._held.values()) > self._budget_bytes:
                self._held.popitem(last=False)
            return held


class _Held:
    """One scope's vectors in one space. Readers keep what they were given while later rows are added behind it."""

    def __init__(self, scope: str, within: Space) -> None:
        self._scope = scope
        self._within = within
        self._lock = threading.Lock()
        self.expected_bytes = 0
        self._empty()

    def _empty(self) -> None:
        self._last_id = 0
        self._keys: list[str] = []
        self._row_of: dict[str, int] = {}
        self._matrix: Matrix = np.empty((0, self._within.dimensions), np.float32)
        self._alive: NDArray[np.bool_] = np.ones(0, bool)

    @property
    def size_bytes(self) -> int:
        """The memory that the matrix takes, or will."""
        return max(self.expected_bytes, self._matrix.nbytes)

    def current(self, connection: Connection) -> tuple[list[str], Matrix, NDArray[np.bool_]]:
        """The keys, the matrix, and which of its rows still hold, as a connection sees them or newer."""
        with self._lock:
            newest = rows.newest(connection, self._scope)
            if newest > self._last_id:
                if rows.oldest(connection, self._scope) > self._last_id:
                    # Nothing of what is held is there any more: the scope was made anew, under the same name.
                    self._empty()
                if not self._keys:
                    self._matrix = self._room(rows.extent(connection, self._scope).rows)
                for part in rows.feed(connection, self._scope, self._within, after=self._last_id):
                    self._take(part)
                if self._alive.size and 1 - self._alive.mean() > _MOST_DEAD:
                    self._close_ranks()
            number = len(self._keys)
            return self._keys, self._matrix[:number], self._alive

    def _room(self, number: int) -> Matrix:
        return np.empty((number + number // 16 + 16, self._within.dimensions), np.float32)

    def _take(self, part: Stretch) -> None:
        start, number = len(self._keys), len(part.keys)
        outdated = [self._row_of[key] for key in (*part.keys, *part.gone) if key in self._row_of]
        # A new array: whoever reads now goes on with the old one.
        alive = np.concatenate([self._alive, np.ones(number, bool)])
        alive[outdated] = False
        if start + number > len(self._matrix):
            larger = self._room(2 * (start + number))
            larger[:start] = self._matrix[:start]
            self._matrix = larger
        self._matrix[start : start + number] = part.matrix
        for key in part.gone:
            self._row_of.pop(key, None)
        self._row_of.update(zip(part.keys, range(start, start + number), strict=True))
        self._keys.extend(part.keys)
        self._alive = alive
        self._last_id = part.last_id

    def _close_ranks(self) -> None:
        kept = np.flatnonzero(self._alive)
        matrix = self._room(len(kept))
        np.take(self._matrix, kept, axis=0, out=matrix[: len(kept)])
        self._matrix = matrix
        self._keys = [self._keys[row] for row in kept]
        self._row_of = {key: row for row, key in enumerate(self._keys)}
        self._alive = np.ones(len(kept), bool)


def nearest(found: list[Near], limit: int) -> list[Near]:
    """The best of some passages, by cosine and then by key."""
    return sorted(found, key=lambda near: (-near[1], near[0]))[:limit]


def _best(keys: list[str], scores: Matrix, limit: int) -> list[Near]:
    if len(scores) > limit:
        # All that are as near as the last one that is wanted, so that the keys decide among them.
        border = scores[np.argpartition(-scores, limit - 1)[limit - 1]]
        chosen = np.flatnonzero(scores >= border)
    else:
        chosen = np.arange(len(scores))
    return nearest([(keys[row], float(scores[row])) for row in chosen], limit)

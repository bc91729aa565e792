"""A store with many vectors in one group, for the tests of searching them.

`python -m tests.retrieval.vector_store DATABASE FOLDER ROWS MILLISECONDS` brings Chroma's collection up in small
batches and kills itself: after so many rows, and then so many milliseconds into the next batch.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from copilot.records import Platform, Profile
from copilot.retrieval import chroma, vectors
from copilot.retrieval.vectors import Vectors
from copilot.store import Store, communities, groups
from copilot.store import vectors as rows
from copilot.store.vectors import Matrix, VectorRow

DIMENSIONS = 24
EMBEDDER = "e1"
SCOPE = "g1"


def new_store(path: Path, empty: Path) -> Store:
    """A store with one community and the groups 1 and 2."""
    shutil.copy(empty, path)
    store = Store(path)
    with store.write() as connection:
        community = communities.add(connection, "c", Profile(name="社群"))
        for name in ("一群", "二群"):
            groups.add(connection, community.id, name, Platform.WECHAT)
    return store


def vector_of(key: int, version: int = 0) -> Matrix:
    """A vector that depends on nothing but these numbers; it lies near those of keys with the same remainder by 40."""
    middle = np.random.default_rng(key % 40).standard_normal(DIMENSIONS)
    own = np.random.default_rng([key, version, 1]).standard_normal(DIMENSIONS)
    return (middle + 0.6 * own).astype(np.float32)


def put(store: Store, keys: Iterable[int], *, version: int = 0, embedder: str = EMBEDDER, group_id: int = 1) -> None:
    """Write vectors of keys."""
    with store.write() as connection:
        rows.put(
            connection,
            (
                VectorRow(
                    scope=f"g{group_id}",
                    key=f"history:{key}",
                    group_id=group_id,
                    community_id=1,
                    stamp=str(version),
                    embedder=embedder,
                    vector=vector_of(key, version),
                )
                for key in keys
            ),
        )


def drop(store: Store, keys: Iterable[int]) -> None:
    """Take vectors away."""
    with store.write() as connection:
        rows.drop(connection, SCOPE, [f"history:{key}" for key in keys])


def in_small_steps(batch: int = 100) -> None:
    """Make Chroma write its graph often, and the collections grow by small batches."""
    vectors.BATCH = batch
    chroma.HNSW["sync_threshold"] = batch * 2


def _kill_within(database: Path, folder: Path, after_rows: int, milliseconds: float) -> None:
    in_small_steps()
    served = Vectors(Store(database), folder, large=500)
    served.open_owner()

    def kill() -> None:
        time.sleep(milliseconds / 1000)
        os.kill(os.getpid(), signal.SIGKILL)

    def told(done: int, _total: int) -> None:
        if done >= after_rows:
            if not milliseconds:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Thread(target=kill).start()

    served.sync_all(told)


if __name__ == "__main__":
    _kill_within(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    sys.exit("this was to be killed")

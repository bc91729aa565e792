"""Searching by vectors: exactly, through Chroma, while rows come and go, and in several processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from copilot.retrieval.exact import Matrices, Near
from copilot.retrieval.vectors import ServedBy, State, Vectors
from copilot.store import Store
from copilot.store.vectors import Space, unit
from tests.retrieval.vector_store import DIMENSIONS, EMBEDDER, SCOPE, drop, new_store, put, vector_of

SPACE = Space(EMBEDDER, DIMENSIONS)


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """A store with the groups 1 and 2."""
    made = new_store(tmp_path / "a.sqlite3", empty_store)
    yield made
    made.close()


@pytest.fixture
def owner(store: Store, tmp_path: Path) -> Iterator[Vectors]:
    """The vectors of the process that owns the indexes, for which 500 rows are many."""
    vectors = Vectors(store, tmp_path / "index" / "vectors", large=500)
    vectors.open_owner()
    yield vectors
    vectors.close()


def ask(vectors: Vectors, key: int, *, version: int = 0, limit: int = 5, embedder: str = EMBEDDER) -> list[Near]:
    return vectors.search([SCOPE], vector_of(key, version), limit, embedder=embedder)


def true_nearest(present: dict[int, int], key: int, limit: int) -> list[str]:
    """By comparing with all, given as {key: version}."""
    keys = list(present)
    matrix = unit(np.stack([vector_of(one, version) for one, version in present.items()]))
    scores = matrix @ unit(vector_of(key)[None])[0]
    return [f"history:{keys[row]}" for row in np.argsort(-scores)[:limit]]


def served_by(vectors: Vectors, scope: str = SCOPE) -> ServedBy:
    return next(one.served_by for one in vectors.health() if one.scope == scope)


@pytest.mark.parametrize("budget_bytes", [1 << 20, 0, 100], ids=["held", "nothing", "too little"])
def test_exact_search_follows_the_rows(store: Store, budget_bytes: int) -> None:
    matrices = Matrices(store, budget_bytes)
    present: dict[int, int] = {}

    def same(key: int) -> bool:
        found = matrices.search(SCOPE, SPACE, unit(vector_of(key)[None])[0], 7)
        return [near[0] for near in found] == true_nearest(present, key, 7)

    assert matrices.search(SCOPE, SPACE, unit(vector_of(1)[None])[0], 7) == []
    put(store, range(200))
    present.update(dict.fromkeys(range(200), 0))
    assert same(3)
    put(store, range(90, 130), version=1)
    put(store, range(200, 260))
    present.update({**dict.fromkeys(range(90, 130), 1), **dict.fromkeys(range(200, 260), 0)})
    assert same(17)
    assert same(100)
    drop(store, range(0, 250, 2))
    for key in range(0, 250, 2):
        del present[key]
    assert same(3)
    put(store, [3], version=5)
    present[3] = 5
    assert same(3)
    put(store, range(240), embedder="e2")
    for key in range(240):
        present.pop(key, None)
    assert same(250)


def test_a_group_made_anew_under_an_old_number_has_nothing_of_the_old(store: Store) -> None:
    matrices = Matrices(store)
    put(store, range(50))
    query = unit(vector_of(1)[None])[0]
    assert len(matrices.search(SCOPE, SPACE, query, 100)) == 50
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM vector WHERE scope = 'g1'")
    put(store, [1, 7])
    assert len(matrices.search(SCOPE, SPACE, query, 100)) == 2


def test_what_is_equally_near_comes_by_its_key(store: Store, tmp_path: Path) -> None:
    put(store, [1])
    vectors = Vectors(store, tmp_path / "vectors")
    put(store, [1], group_id=2)
    with store.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO vector (scope, key, group_id, community_id, stamp, embedder, data) "
            "SELECT scope, 'a:' || n, group_id, community_id, stamp, embedder, data FROM vector, "
            "(SELECT 3 AS n UNION SELECT 1 UNION SELECT 2) WHERE scope = 'g1'"
        )
    found = vectors.search(["g1", "g2", "g1"], vector_of(1), 3, embedder=EMBEDDER)
    assert [near[0] for near in found] == ["a:1", "a:2", "a:3"]
    assert [near[1] for near in found] == pytest.approx([1, 1, 1], abs=1e-3)


def test_only_a_large_scope_loads_chroma(tmp_path: Path, store: Store) -> None:
    put(store, range(30))
    script = (
        "import sys; from pathlib import Path; from copilot.store import Store\n"
        "from copilot.retrieval.vectors import Vectors\n"
        f"v = Vectors(Store(Path({str(store.path)!r})), Path({str(tmp_path / 'v')!r}))\n"
        "v.open_owner(); v.sync_all(); v.close(); sys.exit('chromadb' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert not (tmp_path / "v").exists()


def test_chroma_finds_what_exact_search_finds(store: Store, owner: Vectors) -> None:
    put(store, range(1500))
    put(store, range(40), group_id=2)
    present = dict.fromkeys(range(1500), 0)
    assert served_by(owner) is ServedBy.EXACT
    assert owner.health()[0].state is State.BUILDING
    told: list[tuple[int, int]] = []
    owner.sync_all(lambda done, total: told.append((done, total)))
    assert told == [(1000, 1500), (1500, 1500)]
    assert (served_by(owner), served_by(owner, "g2")) == (ServedBy.CHROMA, ServedBy.EXACT)
    same = [[near[0] for near in ask(owner, key)] == true_nearest(present, key, 5) for key in range(0, 1500, 50)]
    assert sum(same) >= 29
    assert ask(owner, 8)[0] == ("history:8", pytest.approx(1, abs=1e-3))
    assert ask(owner, 8, embedder="e2") == []
    assert len(owner.search([SCOPE, "g2"], vector_of(8), 2000, embedder=EMBEDDER)) > 1000


def test_what_came_after_the_last_sync_is_found_and_what_was_dropped_is_not(store: Store, owner: Vectors) -> None:
    put(store, range(1000))
    owner.sync_all()
    drop(store, [5])
    put(store, [7], version=1)
    put(store, [2000])
    assert served_by(owner) is ServedBy.CHROMA
    for _ in range(2):
        assert ask(owner, 2000)[0][0] == "history:2000"
        assert "history:5" not in dict(ask(owner, 5))
        assert ask(owner, 7, version=1)[0] == ("history:7", pytest.approx(1, abs=1e-3))
        assert dict(ask(owner, 7, limit=60))["history:7"] < 0.99
        owner.sync_all()
    put(store, range(3000, 6000))
    assert served_by(owner) is ServedBy.EXACT
    assert ask(owner, 5999)[0][0] == "history:5999"


def test_another_embedder_has_the_collection_made_anew(store: Store, owner: Vectors) -> None:
    put(store, range(900))
    owner.sync_all()
    put(store, range(600), embedder="e2", version=2)
    owner.sync_all()
    found = ask(owner, 3, version=2, limit=50, embedder="e2")
    assert found[0][0] == "history:3"
    assert all(int(key.split(":")[1]) < 600 for key, _ in found)
    assert ask(owner, 700)[0][0] == "history:700"
    assert all(int(key.split(":")[1]) >= 600 for key, _ in ask(owner, 3))


def test_a_scope_that_is_gone_or_small_has_no_collection(store: Store, owner: Vectors) -> None:
    put(store, range(800))
    put(store, range(800), group_id=2)
    owner.sync_all()
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM vector WHERE scope = 'g2' OR id < 600")
    put(store, [5000])
    owner.sync_all()
    assert [(one.scope, one.served_by) for one in owner.health()] == [("g1", ServedBy.EXACT)]
    assert ask(owner, 5000)[0][0] == "history:5000"


def test_many_threads_search_while_one_writes(store: Store, owner: Vectors) -> None:
    put(store, range(1200))
    owner.sync_all()
    faults: list[object] = []
    done = threading.Event()

    def search(seed: int) -> None:
        number = 0
        while not done.is_set() or number < 20:
            key = (seed * 131 + number * 17) % 1200
            number += 1
            try:
                found = dict(ask(owner, key))
            except Exception as error:
                faults.append(error)
                return
            if f"history:{key}" not in found:
                faults.append(key)

    threads = [threading.Thread(target=search, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for turn in range(12):
        put(store, range(2000 + turn * 100, 2100 + turn * 100))
        drop(store, range(2000 + turn * 100, 2050 + turn * 100))
        owner.sync_all()
    done.set()
    for thread in threads:
        thread.join()
    # The graph is approximate: about one search in a hundred may miss.
    assert [fault for fault in faults if not isinstance(fault, int)] == []
    assert len(faults) <= 3
    assert served_by(owner) is ServedBy.CHROMA


def test_another_process_searches_exactly_while_the_owner_writes(store: Store, owner: Vectors, tmp_path: Path) -> None:
    put(store, range(1200))
    other = Vectors(store, tmp_path / "index" / "vectors", large=500)
    turns: list[list[Near]] = []
    owner.sync_all(lambda _done, _total: turns.append(ask(other, 30)))
    assert len(turns) == 2
    assert served_by(other) is ServedBy.EXACT
    assert {turn[0][0] for turn in (*turns, ask(owner, 30))} == {"history:30"}
    other.sync_all()
    other.close()
    assert served_by(owner) is ServedBy.CHROMA


def test_a_sync_stops_when_it_is_told_to_and_goes_on_later(store: Store, owner: Vectors) -> None:
    put(store, range(1500))
    turns: list[int] = []
    owner.sync_all(lambda done, _total: turns.append(done), stop=lambda: bool(turns))
    assert turns == [1000]
    owner.sync_all(lambda done, _total: turns.append(done))
    assert turns == [1000, 500]
    assert served_by(owner) is ServedBy.CHROMA

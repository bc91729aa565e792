"""Chroma's folder after whatever may happen to it: killed at any point, damaged, foreign, held by another process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from copilot.errors import Busy
from copilot.retrieval import chroma, vectors
from copilot.retrieval.vectors import ServedBy, Vectors
from copilot.store import Store
from tests.retrieval.vector_store import EMBEDDER, SCOPE, drop, in_small_steps, new_store, put, vector_of

ROWS = 1500


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """A store with many vectors in one group."""
    made = new_store(tmp_path / "a.sqlite3", empty_store)
    put(made, range(ROWS))
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Chroma's folder."""
    return tmp_path / "index" / "vectors"


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "BATCH", vectors.BATCH)
    monkeypatch.setattr(chroma, "HNSW", dict(chroma.HNSW))
    in_small_steps()


def opened(store: Store, folder: Path) -> Vectors:
    owner = Vectors(store, folder, large=500)
    owner.open_owner()
    return owner


def built(store: Store, folder: Path) -> None:
    owner = opened(store, folder)
    owner.sync_all()
    assert owner.health()[0].served_by is ServedBy.CHROMA
    owner.close()


def written(owner: Vectors) -> int:
    """How many rows a sync writes."""
    told = [0]
    owner.sync_all(lambda done, _total: told.append(done))
    return told[-1]


def answers_as_ever(owner: Vectors, served_by: ServedBy = ServedBy.CHROMA) -> bool:
    """Whether passages are found by their own vectors, and by the expected way."""
    assert owner.health()[0].served_by is served_by
    keys = range(0, ROWS, 15)
    found = [dict(owner.search([SCOPE], vector_of(key), 5, embedder=EMBEDDER)) for key in keys]
    return sum(f"history:{key}" in one for key, one in zip(keys, found, strict=True)) >= len(keys) - 1


def test_what_was_closed_is_opened_as_it_was(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(store, folder)
    monkeypatch.setattr(chroma, "look", lambda *_: pytest.fail("nothing is in doubt"))
    put(store, [3], version=1)
    drop(store, [4])
    owner = opened(store, folder)
    assert written(owner) == 2
    assert answers_as_ever(owner)
    owner.close()
    owner.open_owner()
    assert written(owner) == 0
    assert answers_as_ever(owner)
    owner.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after_rows", "milliseconds"),
    [(100, 0), (500, 0), (1500, 0), (100, 2), (200, 10), (300, 25), (600, 40), (800, 5), (1100, 60), (1400, 15)],
)
def test_killed_anywhere_all_is_answered_as_before(
    store: Store, folder: Path, after_rows: int, milliseconds: float
) -> None:
    arguments = [str(store.path), str(folder), str(min(after_rows, ROWS - 100)), str(milliseconds)]
    root = Path(__file__).parents[2]
    for _ in range(2):
        killed = subprocess.run(
            [sys.executable, "-m", "tests.retrieval.vector_store", *arguments],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        owner = opened(store, folder)
        assert answers_as_ever(owner, ServedBy.EXACT)
        owner.sync_all()
        assert answers_as_ever(owner)
        assert owner._folder.count(SCOPE) == ROWS
        owner.close()
        # The second time most rows are new, in a collection that holds them already.
        put(store, range(ROWS - 100))


def overwrite(path: Path) -> None:
    path.write_bytes(b"\xff" * max(100, path.stat().st_size))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def each_file(change: Callable[[Path], None], *endings: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        hit = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.endswith(endings)]
        assert hit
        for path in hit:
            change(path)

    return damage


def replace_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not an index")


def lose_the_index(folder: Path) -> None:
    for path in folder.glob("index-*"):
        shutil.rmtree(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        each_file(overwrite, "chroma.sqlite3"),
        each_file(cut_short, "chroma.sqlite3"),
        each_file(overwrite, ".bin"),
        each_file(cut_short, ".bin"),
        each_file(Path.unlink, ".bin"),
        each_file(overwrite, ".pickle", ".bin"),
        each_file(overwrite, "collections.json"),
        each_file(cut_short, "collections.json"),
        each_file(overwrite, "data_level0.bin"),
        lose_the_index,
        replace_by_a_file,
        shutil.rmtree,
    ],
)
def test_whatever_is_damaged_is_made_again(store: Store, folder: Path, damage: Callable[[Path], None]) -> None:
    built(store, folder)
    damage(folder)
    owner = opened(store, folder)
    assert answers_as_ever(owner, ServedBy.EXACT)
    owner.sync_all()
    assert answers_as_ever(owner)
    assert owner._folder.count(SCOPE) == ROWS
    owner.close()


def test_vectors_that_chroma_lost_without_a_word_are_noticed(store: Store, folder: Path) -> None:
    built(store, folder)
    held = chroma.ChromaFolder(folder)
    held.open()
    held.write(SCOPE, [], vector_of(1)[None][:0], ["history:1", "history:2"], held.collections[SCOPE].position)
    held.close()
    owner = opened(store, folder)
    for _ in range(2):
        owner.sync_all()
    assert answers_as_ever(owner)
    assert owner._folder.count(SCOPE) == ROWS
    owner.close()


def test_a_folder_left_open_too_often_is_not_trusted(store: Store, folder: Path) -> None:
    built(store, folder)
    (folder / "in-use").write_text("2")
    owner = opened(store, folder)
    assert written(owner) == ROWS
    assert (folder / "in-use").read_text() == "1"
    owner.close()
    assert not (folder / "in-use").exists()


def test_a_search_that_fails_is_answered_exactly_and_mended(store: Store, folder: Path) -> None:
    owner = opened(store, folder)
    owner.sync_all()
    owner._folder._opened[SCOPE] = None
    assert not owner._folder.is_distrusted
    owner._folder._opened[SCOPE] = object()
    assert answers_as_ever(owner, ServedBy.CHROMA)
    assert owner._folder.is_distrusted
    assert written(owner) == ROWS
    assert answers_as_ever(owner)
    owner.close()


def test_two_owners_never_have_it_open_together(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(store, folder)
    monkeypatch.setattr(chroma, "_LOCK_SECONDS", 0)
    with FileLock(folder / "chroma.lock"):
        with pytest.raises(Busy):
            chroma.ChromaFolder(folder).open()
        owner = opened(store, folder)
        owner.sync_all()
        assert answers_as_ever(owner, ServedBy.EXACT)
    owner.sync_all()
    assert answers_as_ever(owner)
    owner.close()


def test_chroma_is_given_up_where_it_never_works(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[Path] = []

    def refuse(path: Path) -> None:
        tries.append(path)
        raise RuntimeError("no")

    monkeypatch.setattr(chroma, "_client", refuse)
    owner = opened(store, folder)
    for _ in range(10):
        owner.sync_all()
    assert len(tries) == 3
    assert owner.health()[0].state is vectors.State.GIVEN_UP
    assert answers_as_ever(owner, ServedBy.EXACT)
    owner.close()

"""The door to Chroma: one folder of collections, one a scope, which may be thrown away at any time.

Chroma survives neither a crash while it writes nor two processes on one folder, and may take its process down with it
where files are damaged. So whoever has its folder open holds a lock and leaves a mark; where the mark was left behind
or the files are not as they were closed, a child process looks at the folder first, and what it cannot read is erased.

This module does not know what the vectors are of, and what it finds is to be checked against the store.

`python -m copilot.retrieval.chroma FOLDER NAME...` looks at a folder: it prints {name: number of vectors}.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from copilot.errors import BrokenFile, Busy, StorageFailed
from copilot.store.vectors import Matrix, Space

log = logging.getLogger(__name__)

# Raised when the parameters below change, so that collections of an earlier release are made again.
_VERSION = 1
_LEDGER, _MARK, _LOCK, _LOOKING = "collections.json", "in-use", "chroma.lock", "looking.lock"
# Measured by benchmarks/vectors.py on 71,000 stretches of a chat under the built-in embedder, whose vectors have few
# near neighbours: recall@10 is .85 with an ef_search of 200, .92 with 400, .97 with 800.
HNSW = {
    "space": "cosine",
    "max_neighbors": 24,
    "ef_construction": 160,
    "ef_search": 1000,
    # So many vectors wait in a log, which is read again at each opening, before the graph is written whole.
    "sync_threshold": 5000,
    "num_threads": 2,
}
_PROBE_SECONDS = 300
_LOCK_SECONDS = 60
# A folder that was left behind open so often in a row is not trusted whatever the child process says.
_MOST_CRASHES = 2
_SAMPLE = 20
# Cosine distance of a vector from itself, as float32 and the graph's own normalizing leave it, and a margin.
_SAME = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What one collection holds: the rows of a scope, in one space, up to the row with the id `position`."""

    name: str
    embedder: str
    dimensions: int
    position: int = 0

    @property
    def space(self) -> Space:
        """The space of its vectors."""
        return Space(self.embedder, self.dimensions)


class ChromaFolder:
    """The collections of one data folder, for the one process that owns its indexes.

    Args:
        folder: Chroma's own folder; it is made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "none"
        self._client: Any = None
        self._opened: dict[str, Any] = {}
        self._collections: dict[str, Collection] = {}
        self._lock: FileLock | None = None
        self._gate = threading.Condition()
        self._inside = 0
        self._distrusted = False

    @property
    def is_open(self) -> bool:
        """Whether collections can be searched and written."""
        return self._client is not None

    @property
    def is_distrusted(self) -> bool:
        """Whether a search failed, so that the folder is to be looked at anew."""
        return self._distrusted

    @property
    def collections(self) -> Mapping[str, Collection]:
        """What there is, by scope."""
        return self._collections

    def is_there(self) -> bool:
        """Whether the folder holds collections, so that opening it is worth what Chroma costs."""
        return (self._folder / _LEDGER).exists()

    def open(self) -> None:
        """Open the folder; what is damaged, foreign or of another release is erased, and an empty one made.

        Raises:
            Busy: another process has it open.
            BrokenFile: Chroma cannot open even an empty folder.
            StorageFailed: the folder cannot be written.
        """
        if self._client is not None:
            return
        with _writing(self._folder):
            if self._folder.exists() and not self._folder.is_dir():
                self._folder.unlink()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._hold()
            if not self._can_be_trusted():
                self._erase()
            self._leave_mark(_crashes(self._folder / _MARK) + 1)
        self._distrusted = False
        try:
            with _telling():
                self._client = _client(self._path)
                # Reads the log that was not yet in the graphs, so that the first search does not wait for it.
                self._opened = {scope: self._warm(held) for scope, held in self._collections.items()}
        except BrokenFile:
            self._shut()
            if not self._collections:
                raise
            log.warning("the vector index in %s cannot be opened and is made again", self._folder)
            with _writing(self._folder):
                self._erase()
                self._leave_mark(1)
            with _telling():
                self._client = _client(self._path)

    def settle(self) -> None:
        """Say that all went well so far, so that earlier crashes are not counted any more."""
        mark = self._folder / _MARK
        if self._client is not None and _crashes(mark) != 1:
            with _writing(self._folder):
                self._leave_mark(1)

    def _leave_mark(self, crashes: int) -> None:
        (self._folder / _MARK).write_text(str(crashes), encoding="ascii")

    def _warm(self, held: Collection) -> Any:
        found = self._client.get_collection(held.name, embedding_function=None)
        if found.count():
            found.query(query_embeddings=np.ones((1, held.dimensions), np.float32), n_results=1, include=[])
        return found

    def _hold(self) -> None:
        if self._lock is None:
            lock = FileLock(self._folder / _LOCK, thread_local=False)
            try:
                lock.acquire(timeout=_LOCK_SECONDS)
            except Timeout as error:
                raise Busy(f"another process keeps the index in {self._folder}; stop it first, or ask it") from error
            # A child process that looks at the folder may have outlived the one that sent it.
            try:
                FileLock(self._folder / _LOOKING).acquire(timeout=_LOCK_SECONDS).lock.release()
            except Timeout as error:
                lock.release()
                raise Busy(f"another process keeps the index in {self._folder}; stop it first, or ask it") from error
            self._lock = lock

    def _can_be_trusted(self) -> bool:
        try:
            ledger = json.loads((self._folder / _LEDGER).read_text(encoding="utf-8"))
            if ledger["version"] != _VERSION:
                return False
            self._path = self._folder / Path(ledger["folder"]).name
            self._collections = {scope: Collection(**held) for scope, held in ledger["collections"].items()}
            files = ledger["files"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False
        crashes = _crashes(self._folder / _MARK)
        if crashes >= _MOST_CRASHES or not self._path.is_dir():
            return False
        if crashes or files != _files(self._path):
            return look(self._path, [held.name for held in self._collections.values()])
        return True

    def _erase(self) -> None:
        for entry in self._folder.iterdir():
            if entry.name in (_LOCK, _LOOKING):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        # A new name: within one process Chroma keeps to what it knows of a path.
        self._path = self._folder / f"index-{secrets.token_hex(4)}"
        self._collections, self._opened = {}, {}

    def begin(self, scope: str, within: Space) -> None:
        """Make an empty collection for a scope, in the place of the one that it has.

        Raises:
            BrokenFile, StorageFailed: as in `write`.
        """
        self.remove(scope)
        # Names take few characters, and a name that was used and deleted is not used again.
        name = hashlib.sha256(f"{scope} {within} {secrets.token_hex(8)}".encode()).hexdigest()[:40]
        with _telling():
            made = self._client.create_collection(name, configuration={"hnsw": HNSW}, embedding_function=None)
        self._opened[scope] = made
        self._note(scope, Collection(name=name, embedder=within.embedder, dimensions=within.dimensions))

    def write(self, scope: str, keys: Sequence[str], matrix: Matrix, gone: Sequence[str], position: int) -> None:
        """Add or replace vectors of a collection, take others away, and note how far it is.

        Args:
            keys: as `search` returns them.
            matrix: float32, [keys, dimensions].
            gone: keys to take away; they need not be there.
            position: the id of the last row that this takes into account.

        Raises:
            BrokenFile: Chroma failed; `start_over`.
            StorageFailed: the folder cannot be written.
        """
        with _telling():
            found = self._opened[scope]
            if gone:
                found.delete(ids=list(gone))
            if keys:
                found.upsert(ids=list(keys), embeddings=matrix)
        self._note(scope, replace(self._collections[scope], position=position))

    def remove(self, scope: str) -> None:
        """Take a scope's collection away.

        Raises:
            BrokenFile, StorageFailed: as in `write`.
        """
        held = self._collections.get(scope)
        if held is None:
            return
        self._opened.pop(scope, None)
        self._note(scope, None)
        with _telling():
            self._client.delete_collection(held.name)

    def count(self, scope: str) -> int:
        """How many vectors a collection holds.

        Raises:
            BrokenFile: Chroma failed; `start_over`.
        """
        with _telling():
            return int(self._opened[scope].count())

    def search(self, scope: str, query: Matrix, limit: int) -> list[str] | None:
        """The keys of about the nearest vectors of a scope's collection; any thread may ask while another one writes.

        Args:
            query: float32, [dimensions].
            limit: the most keys to return.

        Returns:
            The nearest first; None where the collection is not open.

        Raises:
            BrokenFile: Chroma failed; the folder is now distrusted.
        """
        with self._gate:
            found = None if self._distrusted else self._opened.get(scope)
            if self._client is None or found is None:
                return None
            self._inside += 1
        try:
            with _telling():
                return list(found.query(query_embeddings=query[None], n_results=limit, include=[])["ids"][0])
        except BrokenFile:
            self._distrusted = True
            raise
        finally:
            with self._gate:
                self._inside -= 1
                self._gate.notify_all()

    def distrust(self) -> None:
        """Have nothing more asked of the collections until `start_over`."""
        self._distrusted = True

    def start_over(self) -> None:
        """Throw all collections away.

        Raises:
            BrokenFile, StorageFailed: as in `open`.
        """
        self._shut()
        with _writing(self._folder):
            self._erase()
        self.open()

    def close(self) -> None:
        """Let the folder go, in a state that the next process can trust."""
        was_open, clean = self._client is not None, self._shut() and not self._distrusted
        if was_open and clean:
            with _writing(self._folder):
                self._save(files=_files(self._path))
                (self._folder / _MARK).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _shut(self) -> bool:
        """Close Chroma after the searches that run; returns whether it closed without a fault."""
        with self._gate:
            client, self._client, self._opened = self._client, None, {}
            self._gate.wait_for(lambda: not self._inside)
        try:
            with _telling():
                if client is not None:
                    client.close()
        except BrokenFile:
            return False
        return True

    def _note(self, scope: str, held: Collection | None) -> None:
        collections = {name: one for name, one in self._collections.items() if name != scope}
        self._collections = collections if held is None else {**collections, scope: held}
        with _writing(self._folder):
            self._save(files=None)

    def _save(self, files: dict[str, list[int]] | None) -> None:
        draft = self._folder / f"{_LEDGER}.new"
        with draft.open("w", encoding="utf-8") as stream:
            held = {scope: asdict(one) for scope, one in self._collections.items()}
            json.dump({"version": _VERSION, "folder": self._path.name, "collections": held, "files": files}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._folder / _LEDGER)


def look(path: Path, names: Sequence[str]) -> bool:
    """Whether a child process can open a folder of Chroma's, search its collections, and find vectors by themselves."""
    package = str(Path(__file__).parents[2])
    search_path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "copilot.retrieval.chroma", str(path), *names],
            env=os.environ | {"PYTHONPATH": search_path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _client(path: Path) -> Any:
    # Costs most of a second, and only large groups need it.
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))


def _crashes(mark: Path) -> int:
    """How often in a row the folder was left behind open."""
    try:
        return int(mark.read_text(encoding="ascii")[:9] or 1)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return _MOST_CRASHES


def _files(path: Path) -> dict[str, list[int]]:
    """Size and time of each file of a folder."""
    return {
        one.relative_to(path).as_posix(): [one.stat().st_size, one.stat().st_mtime_ns]
        for one in sorted(path.rglob("*"))
        if one.is_file()
    }


@contextmanager
def _telling() -> Iterator[None]:
    """Whatever Chroma says, it is a cache of the store, and the remedy is to make it again."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, BrokenFile):
        raise
    except BaseException as error:
        # A panic of its Rust core derives from BaseException, and its class cannot be imported.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BrokenFile("the index is damaged and will be rebuilt; try again in a moment") from error
        raise


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"{folder} cannot be read or written ({error.strerror}): check space and permissions."
        ) from error


def _examine(path: Path, names: Sequence[str]) -> dict[str, int]:
    """Open a folder and search its collections for a few of their own vectors."""
    client, counts = _client(path), {}
    for name in names:
        found = client.get_collection(name, embedding_function=None)
        counts[name] = found.count()
        sample = found.get(limit=_SAMPLE, include=["embeddings"])["embeddings"]
        if sample is None or not len(sample):
            continue
        distances = found.query(query_embeddings=sample, n_results=1, include=["distances"])["distances"]
        lost = sum(not row or row[0] > _SAME for row, one in zip(distances, sample, strict=True) if np.any(one))
        if lost > _SAMPLE // 10:
            raise BrokenFile(f"{name} does not find its own vectors")
    client.close()
    return counts


if __name__ == "__main__":
    looked_at = Path(sys.argv[1])
    with FileLock(looked_at.parent / _LOOKING):
        sys.stdout.write(json.dumps(_examine(looked_at, sys.argv[2:])) + "\n")

"""Searching by vectors at the size of a large group: exactly, and through Chroma.

`python -m benchmarks.vectors [CHAT.jsonl.gz] [--rows N] [--dimensions D]` fills a store with made-up vectors in
clusters of very different sizes, or with those that the built-in embedder gives to stretches of a chat, builds Chroma's
collection and asks questions that lie near what is there. Recall is the share of the ten truly nearest that are found.
It prints one JSON object as its last line: `recall_at_10, build_seconds, rows, dimensions, ms_per_query,
exact_ms_per_query, exact_load_seconds, rss_mb` (of the process at its end), `added_rss_mb` (Chroma's and exact search's
share of it), `disk_mb`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.chats import rows as messages_of
from copilot.models.static import StaticEmbedder
from copilot.records import Platform, Profile
from copilot.retrieval.exact import Matrices, Near
from copilot.retrieval.vectors import ServedBy, Vectors
from copilot.store import Store, communities, groups
from copilot.store import vectors as rows
from copilot.store.schema import upgrade
from copilot.store.vectors import Matrix, Space, VectorRow, unit

QUESTIONS = 500
_STRETCH = 5
_STEP = 2000


def made_up(number: int, dimensions: int) -> tuple[Matrix, Matrix]:
    """Vectors in clusters whose sizes fall as 1/n, some of them tight and some loose, and questions near them."""
    random = np.random.default_rng(7)
    clusters = max(10, number // 50)
    middles = random.standard_normal((clusters, dimensions)).astype(np.float32)
    share = 1 / np.arange(1, clusters + 1)
    spread = random.uniform(0.3, 1.5, clusters).astype(np.float32)
    of = random.choice(clusters, size=number + QUESTIONS, p=share / share.sum())
    noise = random.standard_normal((number + QUESTIONS, dimensions)).astype(np.float32)
    every = unit(middles[of] + spread[of][:, None] * noise)
    return every[:number], every[number:]


def of_chat(path: Path, most: int) -> tuple[Matrix, Matrix]:
    """The built-in embedder's vectors of each few messages that follow each other, and of single ones as questions."""
    embedder = StaticEmbedder()
    texts = [str(row.get("text") or "") for row in messages_of(path)]
    stretches = ["\n".join(texts[start : start + _STRETCH]) for start in range(0, len(texts), _STRETCH)][:most]
    long = [text for text in texts[: most * _STRETCH] if 20 <= len(text) <= 300]
    parts = [embedder.embed(stretches[start : start + _STEP]) for start in range(0, len(stretches), _STEP)]
    return np.concatenate(parts), embedder.embed(long[:: max(1, len(long) // QUESTIONS)][:QUESTIONS])


def fill(store: Store, matrix: Matrix) -> None:
    """Write vectors of one group."""
    with store.write() as connection:
        community = communities.add(connection, "c", Profile(name="c"))
        group = groups.add(connection, community.id, "g", Platform.WECHAT)

    def some(start: int) -> Iterator[VectorRow]:
        for number, vector in enumerate(matrix[start : start + _STEP], start=start):
            yield VectorRow(
                scope="g1",
                key=f"history:{number}",
                group_id=group.id,
                community_id=community.id,
                stamp="s",
                embedder="e",
                vector=vector,
            )

    for start in range(0, len(matrix), _STEP):
        with store.write() as connection:
            rows.put(connection, some(start))


def timed(search: Callable[[Matrix], list[Near]], questions: Matrix) -> tuple[list[set[str]], float]:
    """What is found for each question, and the median of the milliseconds that it took."""
    found, times = [], []
    for question in questions:
        began = time.perf_counter()
        found.append({key for key, _ in search(question)})
        times.append((time.perf_counter() - began) * 1000)
    return found, float(np.median(times))


def resident_mb() -> float:
    """The memory of this process now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(matrix: Matrix, questions: Matrix) -> dict[str, float | int]:
    """Build and ask, in a folder that is thrown away."""
    number, dimensions = matrix.shape
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "a.sqlite3")
        upgrade(store, Path(folder) / "backups")
        fill(store, matrix)
        del matrix
        before_mb = resident_mb()
        exact, space = Matrices(store), Space("e", dimensions)
        began = time.perf_counter()
        exact.search("g1", space, questions[0], 10)
        load_seconds = time.perf_counter() - began
        true, exact_ms = timed(lambda one: exact.search("g1", space, one, 10), questions)
        exact.drop("g1")
        vectors = Vectors(store, Path(folder) / "vectors", large=1)
        vectors.open_owner()
        began = time.perf_counter()
        vectors.sync_all()
        build_seconds = time.perf_counter() - began
        assert vectors.health()[0].served_by is ServedBy.CHROMA
        found, ms = timed(lambda one: vectors.search(["g1"], one, 10, embedder="e"), questions)
        added_mb = resident_mb() - before_mb
        vectors.close()
        disk = sum(one.stat().st_size for one in (Path(folder) / "vectors").rglob("*") if one.is_file())
        store.close()
    shared = sum(len(one & other) for one, other in zip(true, found, strict=True))
    return {
        "recall_at_10": round(shared / sum(map(len, true)), 4),
        "build_seconds": round(build_seconds, 1),
        "rows": number,
        "dimensions": dimensions,
        "ms_per_query": round(ms, 2),
        "exact_ms_per_query": round(exact_ms, 2),
        "exact_load_seconds": round(load_seconds, 2),
        "rss_mb": round(before_mb + added_mb),
        "added_rss_mb": round(added_mb),
        "disk_mb": round(disk / 1e6),
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chat", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=256)
    given = parser.parse_args()
    matrix, questions = of_chat(given.chat, given.rows) if given.chat else made_up(given.rows, given.dimensions)
    print(json.dumps(measure(matrix, questions)))


if __name__ == "__main__":
    main()

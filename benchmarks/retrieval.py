"""How often the right passage is found, beside exact BM25 in the same run.

    python -m benchmarks.retrieval FILE.json

FILE.json holds `docs`, a list of texts, and `queries`, a list of `[question, [indices of right docs]]`. The last line
that is printed is one JSON object with `hit_at_1`, `hit_at_5`, `mrr_at_10` of the product's word index, the same
figures of exact BM25 (prefix `bm25_`), and the median time per question of both in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from copilot.records import SourceKind
from copilot.retrieval.words import WordIndex
from copilot.text.tokens import tokens

# The usual constants of BM25 (Robertson and Zaragoza, 2009), which tantivy has built in too.
K1 = 1.2
B = 0.75
DEPTH = 10
SCOPE = "c1"


class ExactBm25:
    """BM25 without any approximation: full-precision lengths, every term, every document."""

    def __init__(self, docs: Iterable[str]) -> None:
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths: list[int] = []
        for i, text in enumerate(docs):
            words = tokens(text)
            lengths.append(len(words))
            for word, count in Counter(words).items():
                postings[word].append((i, count))
        self._size = len(lengths)
        length = np.array(lengths, dtype=float)
        norm = K1 * (1 - B + B * length / max(1e-9, length.mean()))
        self._weights: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for word, rows in postings.items():
            ids = np.array([i for i, _ in rows])
            counts = np.array([count for _, count in rows], dtype=float)
            idf = math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))
            self._weights[word] = ids, idf * counts * (K1 + 1) / (counts + norm[ids])

    def search(self, question: str, limit: int) -> list[int]:
        """The indices of the best documents, best first; ties in the order of the documents."""
        scores = np.zeros(self._size)
        for word in dict.fromkeys(tokens(question)):
            if word in self._weights:
                ids, weights = self._weights[word]
                scores[ids] += weights
        best = np.argsort(-scores, kind="stable")[:limit]
        return [int(i) for i in best if scores[i] > 0]


def measure(
    search: Callable[[str], Sequence[int]], queries: Sequence[tuple[str, Sequence[int]]]
) -> tuple[dict[str, float], float]:
    """Ask every query.

    Returns:
        Hit rates (0 to 1) and the median time per query in milliseconds.
    """
    hits_1 = hits_5 = reciprocal = 0.0
    times: list[float] = []
    for question, right in queries:
        begin = time.perf_counter()
        found = search(question)
        times.append(time.perf_counter() - begin)
        wanted = set(right)
        rank = next((n for n, i in enumerate(found[:DEPTH], start=1) if i in wanted), None)
        if rank is not None:
            hits_1 += rank == 1
            hits_5 += rank <= 5
            reciprocal += 1 / rank
    many = max(1, len(queries))
    figures = {"hit_at_1": hits_1 / many, "hit_at_5": hits_5 / many, "mrr_at_10": reciprocal / many}
    return {name: round(value, 4) for name, value in figures.items()}, round(median(times or [0.0]) * 1000, 3)


def run(path: Path) -> dict[str, object]:
    """Measure one file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    docs: list[str] = content["docs"]
    if "queries" not in content:
        return {"file": path.name, "skipped": "it has no `queries` with right answers; see benchmarks.gate --near-miss"}
    queries = [(question, right) for question, right in content["queries"]]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        index = WordIndex.open_writer(Path(folder) / "words")
        for i, text in enumerate(docs):
            index.add(str(i), SourceKind.FAQ, SCOPE, text)
        index.commit("")
        seconds = time.perf_counter() - begin

        def search(question: str) -> list[int]:
            return [int(found.key) for found in index.search(question, [SourceKind.FAQ], [SCOPE], DEPTH)]

        ours, ours_ms = measure(search, queries)
        index.close()
    exact = ExactBm25(docs)
    theirs, theirs_ms = measure(lambda question: exact.search(question, DEPTH), queries)
    return {
        "file": path.name,
        "docs": len(docs),
        "queries": len(queries),
        **ours,
        **{f"bm25_{name}": value for name, value in theirs.items()},
        "ms_per_query": ours_ms,
        "bm25_ms_per_query": theirs_ms,
        "docs_per_second": round(len(docs) / seconds),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON with `docs` and `queries`")
    print(json.dumps(run(parser.parse_args(arguments).file), ensure_ascii=False))


if __name__ == "__main__":
    main()

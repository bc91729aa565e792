"""How often the right passage is found, beside exact BM25 in the same run.

    python -m benchmarks.retrieval FILE.json [--confirmed PAIRS.json] [--embedder static|MODEL]

FILE.json holds `docs`, a list of texts, and `queries`, a list of `[question, [indices of right docs]]`. PAIRS.json is a
list of `[question, entry]` that people confirmed: from the first 300, 1,000 and 4,000 of them the product learns, and
decides itself whether to use what it learned. MODEL is a model's name or folder, or a package that holds one in its
folder `model`.

The last line that is printed is one JSON object: `hit_at_1`, `hit_at_5`, `mrr_at_10` of what the product finds by
words and vectors together; the same of its words alone (prefix `words_`), of vectors alone (`vectors_`) and of exact
BM25 (`bm25_`); the mean `weight` of vectors; the median time a question in milliseconds; with PAIRS the `curve` of
`hit_at_5` by the number of pairs.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from copilot.models import aptitude
from copilot.models.embeddings import Embedder, embed_questions
from copilot.models.local import LocalEmbedder
from copilot.models.static import StaticEmbedder
from copilot.records import SourceKind
from copilot.retrieval import fusion
from copilot.retrieval.refit import Refit, refit, try_embedder
from copilot.retrieval.words import WordIndex
from copilot.text.tokens import tokens

# The usual constants of BM25 (Robertson and Zaragoza, 2009), which tantivy has built in too.
K1 = 1.2
B = 0.75
DEPTH = 10
SCOPE = "c1"
STEPS = (300, 1000, 4000)
BATCH = 2000


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


def open_embedder(name: str) -> Embedder:
    """`static`, a package that holds a model in its folder `model`, or a model's name or folder."""
    if name == "static":
        return StaticEmbedder()
    found = importlib.util.find_spec(name) if name.isidentifier() else None
    if found is not None and found.origin is not None:
        return LocalEmbedder(str(Path(found.origin).with_name("model")))
    return LocalEmbedder(name)


class ExactVectors:
    """Cosines with every document, by one product of matrices."""

    def __init__(self, embedder: Embedder | Refit, docs: list[str]) -> None:
        self._embedder = embedder
        embed = embedder.embed_entries if isinstance(embedder, Refit) else embedder.embed
        self._rows = np.concatenate([embed(docs[i : i + BATCH]) for i in range(0, len(docs), BATCH)])

    def search(self, question: str, limit: int) -> list[tuple[int, float]]:
        """(index, cosine) of the best documents, best first."""
        one = self._embedder
        asked = one.embed_questions([question]) if isinstance(one, Refit) else embed_questions(one, [question])
        cosines = self._rows @ asked[0]
        limit = min(limit, len(cosines))
        top = np.argpartition(-cosines, limit - 1)[:limit]
        best = top[np.argsort(-cosines[top], kind="stable")]
        return [(int(i), float(cosines[i])) for i in best if cosines[i] > 0]


def run(path: Path, confirmed: Path | None = None, embedder_name: str = "static") -> dict[str, object]:
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

        def by_words(question: str, limit: int = fusion.DEPTH) -> list[tuple[int, float]]:
            return [(int(one.key), one.score) for one in index.search(question, [SourceKind.FAQ], [SCOPE], limit)]

        words, words_ms = measure(lambda question: [i for i, _ in by_words(question, DEPTH)], queries)
        figures = compare(docs, queries, by_words, open_embedder(embedder_name), confirmed)
        index.close()
    exact = ExactBm25(docs)
    theirs, theirs_ms = measure(lambda question: exact.search(question, DEPTH), queries)
    return {
        "file": path.name,
        "docs": len(docs),
        "queries": len(queries),
        **figures,
        **{f"words_{name}": value for name, value in words.items()},
        **{f"bm25_{name}": value for name, value in theirs.items()},
        "words_ms_per_query": words_ms,
        "bm25_ms_per_query": theirs_ms,
        "docs_per_second": round(len(docs) / seconds),
    }


def compare(
    docs: list[str],
    queries: Sequence[tuple[str, Sequence[int]]],
    by_words: Callable[[str], list[tuple[int, float]]],
    embedder: Embedder,
    confirmed: Path | None,
) -> dict[str, object]:
    """Measure words and vectors together, and vectors alone; with confirmations after each step of them."""
    skill = aptitude.measure(embedder)
    begin = time.perf_counter()
    vectors = ExactVectors(embedder, docs)
    figures: dict[str, object] = {
        "embedder": embedder.identity,
        "aptitude": {name: one["hit_at_1"] for name, one in skill.to_plain().items()},
        "vectors_per_second": round(len(docs) / (time.perf_counter() - begin)),
    }
    if confirmed is None:
        return {**figures, **_fused(docs, queries, by_words, vectors, skill, None)}
    pairs = [(question, entry) for question, entry in json.loads(confirmed.read_text(encoding="utf-8"))]
    curve: dict[int, object] = {}
    weights: dict[int, object] = {}
    took: dict[int, float] = {}
    for step in [step for step in STEPS if step < len(pairs)] or [len(pairs)]:
        begin = time.perf_counter()
        if isinstance(embedder, StaticEmbedder):
            learned, trial = refit(pairs[:step], docs)
            used = ExactVectors(learned, docs) if learned else vectors
        else:
            trial, used = try_embedder(embedder, pairs[:step], docs), vectors
        took[step] = round(time.perf_counter() - begin, 2)
        print(f"# {step} pairs: {trial}", flush=True)
        found = _fused(docs, queries, by_words, used, skill, trial.benefit)
        curve[step], weights[step] = found["hit_at_5"], found["weight"]
        figures |= found
    return {**figures, "curve": curve, "curve_weights": weights, "refit_seconds": took}


def _fused(
    docs: list[str],
    queries: Sequence[tuple[str, Sequence[int]]],
    by_words: Callable[[str], list[tuple[int, float]]],
    vectors: ExactVectors,
    skill: aptitude.Aptitude,
    benefit: float | None,
) -> dict[str, object]:
    entries = fusion.script(docs[:BATCH])
    given: list[float] = []

    def search(question: str) -> list[int]:
        weight = fusion.weigh(fusion.script(question), entries, skill, benefit)
        given.append(weight.value)
        near = vectors.search(question, fusion.DEPTH) if weight.value else []
        return [i for i, _ in fusion.fuse(by_words(question), near, weight.value)]

    ours, ours_ms = measure(search, queries)
    alone, alone_ms = measure(lambda question: [i for i, _ in vectors.search(question, DEPTH)], queries)
    return {
        **ours,
        **{f"vectors_{name}": value for name, value in alone.items()},
        "weight": round(sum(given) / max(1, len(given)), 3),
        "ms_per_query": ours_ms,
        "vectors_ms_per_query": alone_ms,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON with `docs` and `queries`")
    parser.add_argument("--confirmed", type=Path, help="JSON: [[question, entry], …]")
    parser.add_argument("--embedder", default="static", help="static, or a model's name or folder or package")
    options = parser.parse_args(arguments)
    print(json.dumps(run(options.file, options.confirmed, options.embedder), ensure_ascii=False))


if __name__ == "__main__":
    main()

"""How well the gate tells messages that belong to what a knowledge base is about from other talk.

    python -m benchmarks.gate LABELLED.tsv KNOWLEDGE.jsonl [--fit OTHER.tsv] [--near-miss FILE.json ...]

LABELLED.tsv holds `1<tab>message` or `0<tab>message`; KNOWLEDGE.jsonl one document a line, `f` its name and `t` its
text. With `--fit` the gate learns from OTHER.tsv and is measured on LABELLED.tsv; without, five folds are measured,
each by a gate that learned from the others. Either way the threshold comes from inside the learning messages.
`--near-miss` takes FAQ files as benchmarks.retrieval does (or `docs`, `good`, `bad`), and reports how well the score
tells queries whose right entries are all removed from the same queries with their entries in place.

The last line that is printed is one JSON object with `f1`, `auc`, `precision`, `recall`, each with a 95 % bootstrap
interval (`_low`, `_high`), `length_auc`, the same by thirds of length (`auc_short`, `length_auc_short`, ...), what the
shipped weights reach untaught (`shipped_`), the time per decision, and by file `near_miss_auc` (of the gate's
probability) and `near_miss_share_auc` (of the best score as a share of the highest possible).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from copilot.answering.features import FEATURES, read_features
from copilot.answering.gate import Gate
from copilot.answering.lesson import FOLDS, Example, folds
from copilot.knowledge.sections import sections
from copilot.records import Document, SourceKind
from copilot.retrieval.evidence import gather
from copilot.retrieval.words import WordIndex

Vector = npt.NDArray[np.float64]

SCOPE = "c1"
RESAMPLES = 1000
THIRDS = ("short", "middle", "long")
NEAR_MISSES = 300


def area_under_curve(scores: Vector, labels: Vector) -> float:
    """How often a positive scores above a negative, ties counting half; NaN where one kind is missing."""
    _, place, many = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(many) - (many - 1) / 2)[place]
    yes = float(labels.sum())
    no = len(labels) - yes
    if not yes or not no:
        return float("nan")
    return float((ranks[labels == 1].sum() - yes * (yes + 1) / 2) / (yes * no))


def f1(passed: Vector, labels: Vector) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (passed * labels).sum() / max(1.0, passed.sum() + labels.sum()))


def precision(passed: Vector, labels: Vector) -> float:
    """The share of those passed that belong."""
    return float((passed * labels).sum() / max(1.0, passed.sum()))


def recall(passed: Vector, labels: Vector) -> float:
    """The share of those that belong that passed."""
    return float((passed * labels).sum() / max(1.0, labels.sum()))


def bootstrap(measure: Callable[[Vector, Vector], float], values: Vector, labels: Vector) -> tuple[float, float]:
    """The middle 95 % of a figure over resampled messages."""
    chance = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        picked = chance.integers(0, len(labels), len(labels))
        drawn.append(measure(values[picked], labels[picked]))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def read_labelled(path: Path) -> tuple[list[str], Vector]:
    """Messages and their labels."""
    rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [text for _, text in rows], np.array([float(label) for label, _ in rows])


def build(path: Path, folder: Path) -> WordIndex:
    """Index a knowledge base by its documents' sections, as the product does."""
    index = WordIndex.open_writer(folder)
    for i, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        for n, (headings, text) in enumerate(sections(Document(name=row["f"], text=row["t"]))):
            words = "\n".join((row["f"], *headings, text))
            index.add(f"document:{i}:{n}", SourceKind.DOCUMENT, SCOPE, words)
    index.commit("")
    return index


def examine(gate: Gate, examples: Sequence[Example]) -> tuple[Vector, Vector, list[float]]:
    """Probabilities, decisions (0 or 1), and the milliseconds that each decision took."""
    probabilities, passed, times = [], [], []
    for example in examples:
        begin = time.perf_counter()
        decision = gate.in_scope(example.question, example.evidence)
        times.append((time.perf_counter() - begin) * 1000)
        probabilities.append(decision.probability)
        passed.append(float(decision.passed))
    return np.array(probabilities), np.array(passed), times


def cross_examine(examples: Sequence[Example], labels: Vector) -> tuple[Vector, Vector, list[float]]:
    """`examine` each example by a gate that learned from the other folds."""
    probabilities, passed = np.zeros(len(labels)), np.zeros(len(labels))
    times: list[float] = []
    fold_of = folds(labels)
    for fold in range(FOLDS):
        gate = Gate.fit([example for example, n in zip(examples, fold_of, strict=True) if n != fold])
        own = np.flatnonzero(fold_of == fold)
        probabilities[own], passed[own], taken = examine(gate, [examples[int(i)] for i in own])
        times += taken
    return probabilities, passed, times


def figures(probabilities: Vector, passed: Vector, labels: Vector, lengths: Vector) -> dict[str, float]:
    """Every figure of one run."""
    told: dict[str, float] = {}
    for name, measure, values in (
        ("f1", f1, passed),
        ("auc", area_under_curve, probabilities),
        ("precision", precision, passed),
        ("recall", recall, passed),
    ):
        told[name] = measure(values, labels)
        told[f"{name}_low"], told[f"{name}_high"] = bootstrap(measure, values, labels)
    told["length_auc"] = area_under_curve(lengths, labels)
    third_of = np.digitize(lengths, np.quantile(lengths, [1 / 3, 2 / 3]), right=True)
    for third, name in enumerate(THIRDS):
        own = np.flatnonzero(third_of == third)
        told[f"auc_{name}"] = area_under_curve(probabilities[own], labels[own])
        told[f"auc_{name}_low"], told[f"auc_{name}_high"] = bootstrap(area_under_curve, probabilities[own], labels[own])
        told[f"length_auc_{name}"] = area_under_curve(lengths[own], labels[own])
    return {name: round(value, 4) for name, value in told.items()}


def near_miss(path: Path) -> tuple[float, float]:
    """How well a query whose right entries are gone is told from one whose entries are there.

    Half of the queries have their entries removed, at random; the other half keep theirs. A file with `good` and
    `bad` queries instead is taken as it is.

    Returns:
        The area under the curve of the shipped gate's probability, and of the best score as a share of the highest
        that the query's words allow.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    docs: list[str] = content["docs"]
    chance = np.random.default_rng(0)
    removed: set[int] = set()
    if "queries" in content:
        order = chance.permutation(len(content["queries"]))
        half = len(order) // 2
        for i in order[:half]:
            removed.update(content["queries"][i][1])
        present: list[str] = []
        absent: list[str] = []
        for i in order:
            question, right = content["queries"][i]
            (absent if removed.issuperset(right) else present).append(question)
    else:
        present, absent = content["good"], content["bad"]
    asked = [*present[:NEAR_MISSES], *absent[:NEAR_MISSES]]
    labels = np.array([1.0] * len(present[:NEAR_MISSES]) + [0.0] * len(absent[:NEAR_MISSES]))
    with tempfile.TemporaryDirectory() as folder:
        index = WordIndex.open_writer(Path(folder) / "words")
        for i, text in enumerate(docs):
            if i not in removed:
                index.add(str(i), SourceKind.FAQ, SCOPE, text)
        index.commit("")
        gate = Gate.load_default()
        found = [(text, gather(text, index, (SCOPE,))) for text in asked]
        index.close()
    probabilities = np.array([gate.in_scope(text, evidence).probability for text, evidence in found])
    shares = np.array([read_features(text, evidence)[FEATURES.index("best_share")] for text, evidence in found])
    return round(area_under_curve(probabilities, labels), 4), round(area_under_curve(shares, labels), 4)


def run(labelled: Path, knowledge: Path, fit: Path | None) -> dict[str, float]:
    """Measure one labelled set."""
    texts, labels = read_labelled(labelled)
    with tempfile.TemporaryDirectory() as folder:
        index = build(knowledge, Path(folder) / "words")
        times: list[float] = []

        def read(messages: Sequence[str], right: Vector) -> list[Example]:
            examples = []
            for text, label in zip(messages, right, strict=True):
                begin = time.perf_counter()
                evidence = gather(text, index, (SCOPE,))
                times.append((time.perf_counter() - begin) * 1000)
                examples.append(Example(question=text, evidence=evidence, in_scope=label == 1))
            return examples

        examples = read(texts, labels)
        if fit is None:
            probabilities, passed, taken = cross_examine(examples, labels)
        else:
            probabilities, passed, taken = examine(Gate.fit(read(*read_labelled(fit))), examples)
        index.close()
    lengths = np.array([float(len(text)) for text in texts])
    told = {"messages": float(len(texts)), **figures(probabilities, passed, labels, lengths)}
    shipped, shipped_passed, _ = examine(Gate.load_default(), examples)
    told["shipped_auc"] = round(area_under_curve(shipped, labels), 4)
    told["shipped_f1"] = round(f1(shipped_passed, labels), 4)
    told["ms_evidence"] = round(median(times), 3)
    told["ms_evidence_p95"] = round(float(np.percentile(times, 95)), 3)
    told["ms_decision"] = round(median(taken), 3)
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("labelled", type=Path, help="TSV: 1 or 0, then the message")
    parser.add_argument("knowledge", type=Path, help="JSON lines with f (name) and t (text)")
    parser.add_argument("--fit", type=Path, help="learn from this TSV instead of from folds")
    parser.add_argument("--near-miss", type=Path, nargs="*", default=[], help="FAQ files for near misses")
    chosen = parser.parse_args(arguments)
    told: dict[str, object] = dict(run(chosen.labelled, chosen.knowledge, chosen.fit))
    if chosen.near_miss:
        found = {path.stem: near_miss(path) for path in chosen.near_miss}
        told["near_miss_auc"] = {name: gate for name, (gate, _) in found.items()}
        told["near_miss_share_auc"] = {name: share for name, (_, share) in found.items()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()

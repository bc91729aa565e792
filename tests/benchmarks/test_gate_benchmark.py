"""The gate benchmark runs on any files of its shape, and its figures are what they are called."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fit_gate import SAMPLES, ask_sample, fit
from benchmarks.gate import area_under_curve, bootstrap, f1, figures, main, precision, recall
from copilot.answering.gate import Gate

HERE = Path(__file__).parent
LABELLED, KNOWLEDGE = HERE / "tiny_gate.tsv", HERE / "tiny_knowledge.jsonl"


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    figures: dict[str, float] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return figures


def test_measures_by_folds(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(LABELLED), str(KNOWLEDGE), "--near-miss", str(HERE / "tiny_retrieval.json")])
    told = last_line(capsys)
    assert told["messages"] == 54
    assert told["auc"] > 0.85
    assert told["f1"] > 0.75
    assert told["f1_low"] <= told["f1"] <= told["f1_high"]
    assert told["auc_low"] <= told["auc"] <= told["auc_high"]
    assert 0 < told["precision"] <= 1
    assert 0 < told["recall"] <= 1
    assert set(told["near_miss_auc"]) == {"tiny_retrieval"}  # type: ignore[call-overload]


def test_learns_from_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = LABELLED.read_text(encoding="utf-8").splitlines()
    other, own = tmp_path / "other.tsv", tmp_path / "own.tsv"
    other.write_text("\n".join(rows[0::2]), encoding="utf-8")
    own.write_text("\n".join(rows[1::2]), encoding="utf-8")
    main([str(own), str(KNOWLEDGE), "--fit", str(other)])
    told = last_line(capsys)
    assert told["messages"] == 27
    assert told["auc"] > 0.85


@pytest.mark.parametrize(
    ("scores", "labels", "area"),
    [
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], 1.0),
        ([0.4, 0.3, 0.2, 0.1], [0, 0, 1, 1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75),
    ],
)
def test_area_under_the_curve(scores: list[float], labels: list[float], area: float) -> None:
    assert area_under_curve(np.array(scores), np.array(labels, dtype=float)) == area


def test_counts_decisions_as_defined() -> None:
    passed, labels = np.array([1.0, 1, 1, 0, 0]), np.array([1.0, 1, 0, 1, 0])
    assert precision(passed, labels) == pytest.approx(2 / 3)
    assert recall(passed, labels) == pytest.approx(2 / 3)
    assert f1(passed, labels) == pytest.approx(2 / 3)
    low, high = bootstrap(recall, passed, labels)
    assert low <= 2 / 3 <= high


def test_thirds_are_cut_by_length() -> None:
    lengths = np.array([1.0, 1, 1, 5, 5, 5, 9, 9, 9])
    labels = np.array([1.0, 0, 0, 1, 0, 0, 1, 0, 0])
    probabilities = np.array([0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.5, 0.5, 0.5])
    told = figures(probabilities, probabilities, labels, lengths)
    assert (told["auc_short"], told["auc_middle"], told["auc_long"]) == (1.0, 0.0, 0.5)
    assert told["length_auc_short"] == 0.5


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_the_shipped_weights_judge_the_samples(language: str, tmp_path: Path) -> None:
    found = [(asked, example) for asked, example in ask_sample(language, tmp_path) if asked.split == "held_out"]
    gate = Gate.load_default()
    decisions = [gate.in_scope(asked.text, example.evidence) for asked, example in found]
    belongs = np.array([float(asked.belongs) for asked, _ in found])
    probabilities = np.array([decision.probability for decision in decisions])
    assert area_under_curve(probabilities, belongs) > 0.85
    passed = np.array([float(decision.passed) for decision in decisions])
    assert recall(passed, belongs) > 0.85
    assert passed[belongs == 0].mean() < 0.5


@pytest.mark.slow
def test_weights_can_be_fitted_anew_from_the_samples(tmp_path: Path) -> None:
    shipped, told = fit(ask_sample("zh", tmp_path))
    assert told["auc_unseen"] > 0.85
    assert 0 < shipped.threshold < 0.5
    assert not shipped.layer.letters

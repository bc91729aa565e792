"""The arithmetic of learning, checked against what it is defined to be."""

import numpy as np
import pytest

from copilot.answering.lesson import FOLDS, best_threshold, folds
from copilot.answering.logistic import fit_dual, fit_line, sigmoid


def test_finds_the_most_probable_weights() -> None:
    """At the optimum the gradient of the log posterior in the weights is zero."""
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(60, 5))
    labels = (rows @ np.array([2.0, -1, 0, 0, 0.5]) + chance.normal(size=60) > 0).astype(float)
    offset = chance.normal(size=60)
    dual = fit_dual(rows @ rows.T, labels, offset)
    weights = rows.T @ dual
    gradient = rows.T @ (labels - sigmoid(offset + rows @ weights)) - weights
    assert np.abs(gradient).max() < 1e-4


def test_survives_offsets_that_are_far_off() -> None:
    rows = np.random.default_rng(2).normal(size=(80, 3))
    labels = (rows[:, 0] > 0).astype(float)
    dual = fit_dual(rows @ rows.T * 25, labels, -8 * rows[:, 0] + 3)
    odds = -8 * rows[:, 0] + 3 + rows @ (rows.T @ dual) * 25
    assert ((odds > 0) == (labels == 1)).mean() > 0.9


def test_the_line_calibrates() -> None:
    chance = np.random.default_rng(3)
    truth = chance.normal(size=4000) * 2
    labels = (chance.random(4000) < sigmoid(truth)).astype(float)
    slope, constant = fit_line(truth * 3 + 4, labels)
    assert slope == pytest.approx(1 / 3, abs=0.03)
    assert constant == pytest.approx(-4 / 3, abs=0.15)
    assert fit_line(-truth, labels)[0] == 0.0


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(1.0, 0.65), (3.0, 0.25)],
)
def test_the_threshold_has_the_best_f_score(weight: float, expected: float) -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    labels = np.array([1.0, 1, 1, 0, 0, 0, 1, 0])
    assert best_threshold(probabilities, labels, recall_weight=weight) == pytest.approx(expected)


def test_folds_share_out_both_kinds() -> None:
    labels = np.array([1.0] * 12 + [0.0] * 33)
    dealt = folds(labels)
    for fold in range(FOLDS):
        assert 2 <= labels[dealt == fold].sum() <= 3
        assert (dealt == fold).sum() in (8, 9, 10)
    assert (dealt == folds(labels)).all()

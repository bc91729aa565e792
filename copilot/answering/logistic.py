"""Logistic regression with a normal prior, for more weights than examples: solved in the space of the examples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

_ROUNDS = 50
_CLOSE = 1e-6
# The prior of the constant is wide: how often the answer is yes differs from set to set.
CONSTANT_VARIANCE = 25.0


def sigmoid(values: Vector) -> Vector:
    """The logistic function, without overflow."""
    return np.where(
        values >= 0, 1 / (1 + np.exp(-np.abs(values))), np.exp(-np.abs(values)) / (1 + np.exp(-np.abs(values)))
    )


def fit_dual(kernel: Vector, labels: Vector, offset: Vector) -> Vector:
    """Find the most probable weights, as coefficients of the examples.

    Newton's method on the posterior of `labels ~ sigmoid(offset + kernel @ a)` (Rasmussen and Williams, Gaussian
    Processes for Machine Learning, 2006, algorithm 3.1).

    Args:
        kernel: shape (n, n): the examples' scalar products, weighed with the prior variances of the weights.
        labels: shape (n,), 0 or 1.
        offset: shape (n,): what the examples' log odds are without any weight.

    Returns:
        Shape (n,): `a`, so that an example with products k to these has the log odds `offset + k @ a`.
    """
    many = len(labels)
    a = np.zeros(many)
    inner = np.zeros(many)
    before = -np.inf
    for _ in range(_ROUNDS):
        p = sigmoid(offset + inner)
        spread = np.maximum(p * (1 - p), 1e-10)
        root = np.sqrt(spread)
        target = spread * inner + (labels - p)
        matrix = np.eye(many) + root[:, None] * kernel * root[None, :]
        a = target - root * np.linalg.solve(matrix, root * (kernel @ target))
        inner = kernel @ a
        odds = offset + inner
        reached = float(-0.5 * a @ inner + (labels * odds - np.logaddexp(0, odds)).sum())
        if abs(reached - before) < _CLOSE:
            break
        before = reached
    return a


def fit_line(odds: Vector, labels: Vector) -> tuple[float, float]:
    """Fit slope and constant that turn log odds into calibrated ones (Platt scaling, with a prior at 1 and 0).

    Args:
        odds, labels: shape (n,).

    Returns:
        Slope and constant; the slope is never negative.
    """
    slope, constant = 1.0, 0.0
    for _ in range(_ROUNDS):
        p = sigmoid(slope * odds + constant)
        wrong, spread = p - labels, p * (1 - p)
        gradient = np.array([wrong @ odds + (slope - 1), wrong.sum() + constant * 0.01])
        curve = np.array([[spread @ (odds * odds) + 1, spread @ odds], [spread @ odds, spread.sum() + 0.01]])
        step = np.linalg.solve(curve, gradient)
        slope, constant = slope - float(step[0]), constant - float(step[1])
        if float(np.abs(step).max()) < _CLOSE:
            break
    return max(0.0, slope), constant

"""Logistic regression with a normal prior, for more weights than examples: solved in the space of the examples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

_ROUNDS = 50
_HALVINGS = 30
_CLOSE = 1e-6
_LEAST_SPREAD = 1e-10
# The prior of the constant is wide: how often the answer is yes differs from set to set.
CONSTANT_VARIANCE = 4.0


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
    a, inner = np.zeros(many), np.zeros(many)

    def worth(a: Vector, inner: Vector) -> float:
        odds = offset + inner
        return float(-0.5 * a @ inner + (labels * odds - np.logaddexp(0, odds)).sum())

    reached = worth(a, inner)
    for _ in range(_ROUNDS):
        p = sigmoid(offset + inner)
        spread = np.maximum(p * (1 - p), _LEAST_SPREAD)
        root = np.sqrt(spread)
        target = spread * inner + (labels - p)
        matrix = np.eye(many) + root[:, None] * kernel * root[None, :]
        step = target - root * np.linalg.solve(matrix, root * (kernel @ target)) - a
        moved = kernel @ step
        before = reached
        for _ in range(_HALVINGS):
            reached = worth(a + step, inner + moved)
            if reached >= before:
                break
            step, moved = step / 2, moved / 2
        else:
            break
        a, inner = a + step, inner + moved
        if reached - before < _CLOSE:
            break
    return a


def fit_line(odds: Vector, labels: Vector) -> tuple[float, float]:
    """Fit slope and constant that turn log odds into calibrated ones (Platt scaling).

    A prior holds the slope near 1 and the constant near 0 where examples are few.

    Args:
        odds, labels: shape (n,).

    Returns:
        Slope and constant; the slope is never negative.
    """
    design = np.column_stack([odds, np.ones(len(odds))])
    start = np.array([1.0, 0.0])
    pull = np.array([1.0, 0.01])

    def cost(line: Vector) -> float:
        told = design @ line
        return float((np.logaddexp(0, told) - labels * told).sum() + 0.5 * (pull * (line - start) ** 2).sum())

    line = start.copy()
    for _ in range(_ROUNDS):
        p = sigmoid(design @ line)
        gradient = design.T @ (p - labels) + pull * (line - start)
        curve = (design * (p * (1 - p))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(curve, gradient)
        for _ in range(_HALVINGS):
            if cost(line - step) <= cost(line):
                break
            step = step / 2
        line = line - step
        if float(np.abs(step).max()) < _CLOSE:
            break
    return max(0.0, float(line[0])), float(line[1])

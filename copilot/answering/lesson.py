"""How a gate learns: from examples to weights on its signs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copilot.answering.features import letters, read_features
from copilot.answering.layer import FAR, Layer
from copilot.answering.logistic import CONSTANT_VARIANCE, Vector, fit_dual
from copilot.records import Evidence

# Standard deviations of the prior: of a feature's weight, and of a letter sequence's before it is multiplied with how
# unevenly the examples use it (NBSVM: Wang and Manning, ACL 2012). Results hardly change between half and twice these.
_FEATURE_PRIOR = 0.3
_LETTER_PRIOR = 0.4
FOLDS = 5
# A feature that varies less than this is the same everywhere.
_FLAT = 1e-9

Chosen = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message with its evidence, and what a person says: does it belong?"""

    question: str
    evidence: Evidence
    in_scope: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """A fitted layer, and the log odds that it gives all examples of the lesson, together with their offsets."""

    layer: Layer
    odds: Vector


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples in numbers: features (n, f), letter sequences (n, l) with their names, and labels (n,)."""

    features: Vector
    counts: np.ndarray[Any, np.dtype[np.float32]]
    names: tuple[str, ...]
    labels: Vector

    @classmethod
    def read(cls, examples: Sequence[Example], *, with_letters: bool = True) -> Lesson:
        """Read examples; without letters only their features count."""
        features = np.array([read_features(example.question, example.evidence) for example in examples])
        bags = [letters(example.question) if with_letters else Counter() for example in examples]
        spread = Counter(letter for bag in bags for letter in bag)
        names = tuple(letter for letter, many in spread.items() if many > 1)
        place = {letter: i for i, letter in enumerate(names)}
        counts = np.zeros((len(bags), len(names)), dtype=np.float32)
        for row, bag in zip(counts, bags, strict=True):
            for letter, many in bag.items():
                if letter in place:
                    row[place[letter]] = 1 + math.log(many)
        labels = np.array([example.in_scope for example in examples], dtype=np.float64)
        return cls(features, counts, names, labels)

    def learn(self, kept: Chosen, offsets: Vector, used: Chosen | None = None) -> Learned:
        """Fit a layer to some of the examples.

        Args:
            kept: shape (n,), the examples to learn from.
            offsets: shape (n,), the log odds on top of which the layer comes.
            used: shape (f,), the features that may have a weight; None for all.
        """
        labels = self.labels[kept]
        centre, scale = self.features[kept].mean(axis=0), self.features[kept].std(axis=0)
        scale[scale < _FLAT] = 1.0
        standard = np.clip((self.features - centre) / scale, -FAR, FAR) * _FEATURE_PRIOR
        if used is not None:
            standard = standard * used
        uneven = _unevenness(self.counts[kept], labels) * _LETTER_PRIOR
        spoken = self.counts * uneven.astype(np.float32)
        kernel = standard @ standard[kept].T + (spoken @ spoken[kept].T).astype(np.float64) + CONSTANT_VARIANCE
        dual = fit_dual(kernel[kept], labels, offsets[kept])
        weights = (spoken[kept].T @ dual.astype(np.float32)).astype(np.float64) * uneven
        layer = Layer(
            centre=tuple(centre.tolist()),
            scale=tuple(scale.tolist()),
            weights=tuple((standard[kept].T @ dual * _FEATURE_PRIOR).tolist()),
            constant=float(dual.sum()) * CONSTANT_VARIANCE,
            letters={name: float(weight) for name, weight in zip(self.names, weights, strict=True) if weight},
        )
        return Learned(layer, offsets + kernel @ dual)

    def unseen(self, offsets: Vector, used: Chosen | None = None) -> Vector:
        """The log odds of each example by a layer that was fitted without its fold; shape (n,)."""
        odds = offsets.copy()
        fold_of = folds(self.labels)
        for fold in range(FOLDS):
            kept = fold_of != fold
            if 0 < self.labels[kept].sum() < kept.sum():
                odds[~kept] = self.learn(kept, offsets, used).odds[~kept]
        return odds


def _unevenness(counts: np.ndarray[Any, np.dtype[np.float32]], labels: Vector) -> Vector:
    """How unevenly the two kinds of examples use each letter sequence: |log ratio| of their shares, add-one smoothed;
    0 for what one example alone uses."""
    yes = counts[labels == 1].sum(axis=0, dtype=np.float64) + 1
    no = counts[labels == 0].sum(axis=0, dtype=np.float64) + 1
    uneven: Vector = np.abs(np.log((yes / yes.sum()) / (no / no.sum())))
    uneven[(counts > 0).sum(axis=0) < 2] = 0.0
    return uneven


def folds(labels: Vector) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Deal examples out into `FOLDS` folds, each kind by itself, always in the same way; shape (n,)."""
    dealt = np.zeros(len(labels), dtype=np.int64)
    shuffled = np.random.default_rng(0)
    for kind in (0.0, 1.0):
        own = np.flatnonzero(labels == kind)
        shuffled.shuffle(own)
        dealt[own] = np.arange(len(own)) % FOLDS
    return dealt


def best_threshold(probabilities: Vector, labels: Vector, recall_weight: float = 1.0) -> float:
    """The probability from which on saying yes gives the highest F score, halfway to the next lower one.

    Args:
        probabilities, labels: shape (n,).
        recall_weight: how many times as much recall counts as precision (the beta of F-beta).
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.cumsum(labels[order])
    square = recall_weight**2
    scores = (1 + square) * hits / (np.arange(1, len(labels) + 1) + square * labels.sum())
    best = int(scores.argmax())
    after = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + after) / 2)

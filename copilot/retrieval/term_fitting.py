"""Learns vectors of pieces of text from pairs that belong together: the numerical part of a refit.

A question's vector is the weighted sum of its pieces' vectors, an entry's likewise with vectors of its own. They are
moved until each question is nearer to its own entry than to the others of its batch (the contrastive loss of van den
Oord et al., Representation learning with contrastive predictive coding, 2018, in both directions), with Adam (Kingma
and Ba, 2015) on the rows that a batch touches and a step that falls to nothing. Two halves of the dimensions are
learned apart, from different batches: their mean errs less than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copilot.models.grams import Grams, Keys, Numbers, Values, grams
from copilot.models.static import DIMENSIONS, entries, unit

Matrix = npt.NDArray[np.float32]

_HALVES = 2
_EPOCHS = 6
_BATCH = 256
_STEP = 0.03
# How much of what one side learns the other takes over: the same words stand in questions and entries.
_SHARED = 0.5
_TEMPERATURE = 0.05
_MOMENTUM, _SPREAD, _TINY = 0.9, 0.999, 1e-8
# How much rarity counts, as a power: what matters the fit finds out, rare pieces need no more than a start.
_RARITY_POWER = 0.25


@dataclass(frozen=True, slots=True)
class Terms:
    """Pieces with their weights and vectors on both sides, in the order of their keys."""

    keys: Keys
    weights: Values
    questions: Matrix
    entries: Matrix

    def embed(self, texts: Sequence[str], side: Matrix) -> Matrix:
        """Shape (len(texts), 256), rows of unit length in each half, or of zeros where no piece is known."""
        rows = _Rows.of(grams(texts), self.keys, self.weights)
        if not len(texts) or not len(rows.places):
            return np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        return halved(rows.sums(np.arange(len(texts)), side))


def halved(vectors: Matrix) -> Matrix:
    """Bring each half of each row to the same length, the whole to 1."""
    parts = [unit(part) for part in np.split(vectors, _HALVES, axis=1)]
    return np.concatenate(parts, axis=1) / np.float32(np.sqrt(_HALVES))


class _Rows:
    """Texts as rows of (place in the vocabulary, weight)."""

    def __init__(self, places: Numbers, weights: Values, starts: Numbers) -> None:
        self.places, self.weights, self.starts = places, weights, starts

    @classmethod
    def of(cls, cut: Grams, keys: Keys, weights: Values) -> _Rows:
        places = np.minimum(np.searchsorted(keys, cut.keys), max(0, len(keys) - 1))
        known = keys[places] == cut.keys if len(keys) else np.zeros(len(places), dtype=np.bool_)
        starts = np.concatenate([[0], np.cumsum(known)])[cut.starts]
        places = places[known]
        return cls(places, np.sqrt(cut.counts[known]) * weights[places], starts)

    def take(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Which entries belong to some rows, and the place of each in `rows`."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(sizes)
        return np.arange(ends[-1]) + np.repeat(self.starts[rows] - ends + sizes, sizes), np.repeat(
            np.arange(len(rows)), sizes
        )

    def sums(self, rows: Numbers, table: Matrix) -> Matrix:
        """The weighted sums of a table's rows, a text a row."""
        out = np.zeros((len(rows), table.shape[1]), dtype=np.float32)
        for begin in range(0, len(rows), _BATCH):
            some = rows[begin : begin + _BATCH]
            at, owners = self.take(some)
            if len(at):
                first = np.flatnonzero(np.diff(owners, prepend=-1))
                vectors = table[self.places[at]].astype(np.float32)
                vectors *= self.weights[at, None]
                out[begin + owners[first]] = np.add.reduceat(vectors, first, axis=0)
        return out


class _Adam:
    """Adam on the rows that are touched."""

    def __init__(self, table: Matrix) -> None:
        self.table = table
        self._mean = np.zeros_like(table)
        self._square = np.zeros_like(table)
        self._times = np.zeros(len(table), dtype=np.float32)

    def move(self, rows: Numbers, slope: Matrix, step: float) -> Matrix:
        """Move rows against their slope; returns by how much they moved."""
        self._times[rows] += 1
        times = self._times[rows, None]
        mean, square = self._mean[rows], self._square[rows]
        mean += (1 - _MOMENTUM) * (slope - mean)
        square += (1 - _SPREAD) * (slope * slope - square)
        self._mean[rows], self._square[rows] = mean, square
        mean *= np.float32(step) / (1 - np.float32(_MOMENTUM) ** times)
        np.sqrt(square / (1 - np.float32(_SPREAD) ** times), out=square)
        square += np.float32(_TINY)
        mean /= square
        self.table[rows] -= mean
        return mean


def fit(pairs: Sequence[tuple[str, str]], alike: dict[str, int], *, most: int, seed: int = 0) -> Terms:
    """Fit vectors to pairs.

    Args:
        pairs: (question, entry).
        alike: for each text of the pairs the number of its family: texts of one family say the same as far as known,
            and are never held against each other.
        most: how many pieces to keep, the most frequent first.
        seed: of the order in which pairs are seen.

    Returns:
        The fitted terms. The same arguments give the same ones.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    place = {text: i for i, text in enumerate(texts)}
    cut = grams(texts)
    keys, counts = np.unique(cut.keys, return_counts=True)
    if len(keys) > most:
        kept = np.sort(np.argsort(-counts, kind="stable")[:most])
        keys, counts = keys[kept], counts[kept]
    weights = (np.log((len(texts) + 1) / (counts + 0.5)) ** _RARITY_POWER).astype(np.float32)
    rows = _Rows.of(cut, keys, weights)
    family = np.array([alike[text] for text in texts])
    asked = np.array([place[question] for question, _ in pairs], dtype=np.int64)
    meant = np.array([place[entry] for _, entry in pairs], dtype=np.int64)
    seen = (np.diff(rows.starts)[asked] > 0) & (np.diff(rows.starts)[meant] > 0)
    asked, meant = asked[seen], meant[seen]
    start = entries(keys)
    found = [
        _fit_half(rows, asked, meant, family, half, np.random.default_rng([seed, i]))
        for i, half in enumerate(np.split(start, _HALVES, axis=1))
    ]
    return Terms(
        keys, weights, np.concatenate([q for q, _ in found], axis=1), np.concatenate([e for _, e in found], axis=1)
    )


def _fit_half(
    rows: _Rows, asked: Numbers, meant: Numbers, family: Numbers, start: Matrix, chance: np.random.Generator
) -> tuple[Matrix, Matrix]:
    """Fit one half of the dimensions: the vectors of questions' pieces and of entries' pieces."""
    sides = _Adam(np.array(start)), _Adam(np.array(start))
    by_family = np.argsort(family, kind="stable")
    first = np.searchsorted(family[by_family], family)
    size = np.searchsorted(family[by_family], family, side="right") - first
    begins = [(epoch, begin) for epoch in range(_EPOCHS) for begin in range(0, len(asked), _BATCH)]
    order = chance.permutation(len(asked))
    for n, (epoch, begin) in enumerate(begins):
        if begin == 0:
            order = chance.permutation(len(asked))
        some = order[begin : begin + _BATCH]
        questions, right = asked[some], meant[some]
        if epoch % 2:
            # Any text of the family is right too: what is confirmed for one wording holds for the others.
            others = by_family[first[questions] + chance.integers(0, size[questions])]
            right = np.where(others == questions, right, others)
        step = _STEP * (1 - n / len(begins))
        _move(rows, questions, right, family, sides, step)
    return sides[0].table, sides[1].table


def _move(
    rows: _Rows,
    questions: Numbers,
    right: Numbers,
    family: Numbers,
    sides: tuple[_Adam, _Adam],
    step: float,
) -> None:
    """One step: pull each question and its entry together, push it from the others of the batch."""
    sums = [rows.sums(some, side.table) for some, side in zip((questions, right), sides, strict=True)]
    lengths = [np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-6) for one in sums]
    a, b = (one / length for one, length in zip(sums, lengths, strict=True))
    odds = a @ b.T / _TEMPERATURE
    itself = np.eye(len(questions), dtype=np.bool_)
    odds[(family[questions][:, None] == family[right][None, :]) & ~itself] = -np.inf
    pull = (_softmax(odds, 1) + _softmax(odds, 0)) / 2 - itself
    pull /= len(questions) * _TEMPERATURE
    for some, side, other, unit_rows, length, slope in (
        (questions, *sides, a, lengths[0], pull @ b),
        (right, *sides[::-1], b, lengths[1], pull.T @ a),
    ):
        slope = (slope - unit_rows * (unit_rows * slope).sum(axis=1, keepdims=True)) / length
        at, owners = rows.take(some)
        order = np.argsort(rows.places[at], kind="stable")
        places = rows.places[at][order]
        begins = np.flatnonzero(np.diff(places, prepend=-1))
        weighed = slope[owners[order]] * rows.weights[at][order, None]
        gathered = np.add.reduceat(weighed.astype(np.float32), begins, axis=0)
        other.table[places[begins]] -= _SHARED * side.move(places[begins], gathered, step)


def _softmax(odds: Matrix, axis: int) -> Matrix:
    powers = np.exp(odds - odds.max(axis=axis, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=axis, keepdims=True)
    return shares

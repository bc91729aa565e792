"""Weights on the signs of a question, added up into log odds. In plain numbers: one question needs no arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from copilot.answering.features import FEATURES

# Features beyond so many standard deviations tell no more than at that point.
FAR = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Weights of features and of letter sequences. `centre` and `scale` standardise the features; each has
    len(FEATURES) numbers."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    constant: float
    letters: Mapping[str, float] = field(default_factory=dict)

    def parts(self, features: Sequence[float]) -> Iterator[float]:
        """What each feature adds to the log odds, in the order of `FEATURES`."""
        for value, centre, scale, weight in zip(features, self.centre, self.scale, self.weights, strict=True):
            yield weight * min(FAR, max(-FAR, (value - centre) / scale))

    def odds(self, features: Sequence[float], counts: Mapping[str, int]) -> float:
        """The log odds that this layer gives."""
        return sum(self.parts(features)) + self.constant + self.spoken(counts)

    def spoken(self, counts: Mapping[str, int]) -> float:
        """The part of the log odds that comes from letter sequences."""
        own = self.letters
        return sum(own[letter] * (1 + math.log(n)) for letter, n in counts.items() if letter in own) if own else 0.0

    def calibrated(self, slope: float, constant: float) -> Layer:
        """This layer with its log odds put through a line."""
        return replace(
            self,
            weights=tuple(weight * slope for weight in self.weights),
            constant=self.constant * slope + constant,
            letters={letter: weight * slope for letter, weight in self.letters.items()},
        )

    def to_plain(self) -> dict[str, Any]:
        """This layer as plain JSON values."""
        rows = zip(FEATURES, self.centre, self.scale, self.weights, strict=True)
        return {
            "constant": round(self.constant, 5),
            "features": {name: [round(value, 5) for value in values] for name, *values in rows},
            "letters": {letter: round(weight, 5) for letter, weight in sorted(self.letters.items())},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Layer:
        """The layer that `to_plain` wrote."""
        rows = [[float(value) for value in plain["features"][name]] for name in FEATURES]
        centre, scale, weights = zip(*rows, strict=True)
        return cls(
            centre=centre, scale=scale, weights=weights, constant=float(plain["constant"]), letters=plain["letters"]
        )


def chance(odds: float) -> float:
    """The probability that log odds stand for, without overflow."""
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))

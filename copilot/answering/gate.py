"""The gate: is a message a question about what this community's knowledge and history speak of?

It weighs what the word index knows of the message's words. A community's own confirmed messages teach it more: how
much each sign counts there, and which turns of phrase go with questions that belong.

It does not know whether the right answer exists: a question about something close to what is known passes too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING

from copilot.answering.features import FEATURES, letters, read_features
from copilot.answering.layer import Layer, chance
from copilot.errors import BadInput, BrokenFile
from copilot.records import Evidence
from copilot.text.language import language

if TYPE_CHECKING:
    from copilot.answering.lesson import Example

_WEIGHTS_FILE = "gate_weights.json"
# Below so many examples of either kind, a line and a threshold of one's own would be chance.
_ENOUGH = 20
# Fitting takes time with the cube of the number; the latest examples speak best of what is asked now.
_MOST_EXAMPLES = 2000
# A group of signs that moves the log odds by less is not worth telling.
_TELLING = 0.25


class Reason(StrEnum):
    """A sign that moved the decision, for or against."""

    KNOWN_WORDS = "known_words"
    UNKNOWN_WORDS = "unknown_words"
    GOOD_MATCH = "good_match"
    POOR_MATCH = "poor_match"
    HISTORY_MATCH = "history_match"
    NO_HISTORY_MATCH = "no_history_match"
    LONG = "long"
    SHORT = "short"
    LIKE_CONFIRMED = "like_confirmed"
    LIKE_REJECTED = "like_rejected"
    NOTHING_MATCHES = "nothing_matches"


_SIGNS = {
    "words": (Reason.KNOWN_WORDS, Reason.UNKNOWN_WORDS),
    "match": (Reason.GOOD_MATCH, Reason.POOR_MATCH),
    "history": (Reason.HISTORY_MATCH, Reason.NO_HISTORY_MATCH),
    "length": (Reason.LONG, Reason.SHORT),
    "letters": (Reason.LIKE_CONFIRMED, Reason.LIKE_REJECTED),
}


def _sign_of(feature: str) -> str:
    if "history" in feature:
        return "history"
    if feature in ("characters", "terms") or feature.endswith("_many"):
        return "length"
    return "words" if feature.split("_")[0] in ("pair", "word", "single", "telling") else "match"


_SIGN_OF = tuple(map(_sign_of, FEATURES))


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """Whether a question is in scope.

    Args:
        probability: 0 to 1, calibrated on what the gate was taught with.
        threshold: what the probability has to reach.
        reasons: the signs that counted most, the strongest first.
    """

    probability: float
    threshold: float
    passed: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """What the co-pilot knows before a community teaches it, for one language."""

    layer: Layer
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a community's examples add: a layer on top, the line that calibrates the sum, and a threshold, which is
    None where there were too few examples to choose one."""

    layer: Layer
    slope: float = 1.0
    constant: float = 0.0
    threshold: float | None = None


class Gate:
    """Decides whether a message is in scope. It is never changed: `fit` gives a new one."""

    def __init__(self, shipped: Mapping[str, Shipped], taught: Taught | None = None) -> None:
        """Use `load_default`, `fit` or `load`.

        Args:
            shipped: for each language that `language` tells.
            taught: what a community added.
        """
        self._shipped = shipped
        self._taught = taught

    @classmethod
    def load_default(cls) -> Gate:
        """The gate of a community that has confirmed nothing yet.

        Raises:
            BrokenFile: the weights that ship with the package are damaged.
        """
        text = resources.files("copilot.answering").joinpath(_WEIGHTS_FILE).read_text(encoding="utf-8")
        try:
            plain = json.loads(text)
            return cls(
                {
                    name: Shipped(layer=Layer.from_plain(one["layer"]), threshold=float(one["threshold"]))
                    for name, one in plain["languages"].items()
                }
            )
        except (KeyError, ValueError, TypeError) as error:
            raise BrokenFile(f"{_WEIGHTS_FILE} is damaged ({error}): install the package again.") from error

    def dump_shipped(self) -> str:
        """The weights that `load_default` reads, as JSON with one feature a line."""
        plain = {
            name: {"threshold": one.threshold, "layer": one.layer.to_plain()} for name, one in self._shipped.items()
        }
        return json.dumps({"languages": plain}, indent=1) + "\n"

    @classmethod
    def load(cls, saved: str) -> Gate:
        """The gate that `dump` saved, on top of the shipped weights.

        Raises:
            BrokenFile: the text is damaged or from another release; fit the gate again.
        """
        try:
            plain = json.loads(saved)
            taught = Taught(
                layer=Layer.from_plain(plain["layer"]),
                slope=float(plain["slope"]),
                constant=float(plain["constant"]),
                threshold=plain["threshold"],
            )
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise BrokenFile("The saved gate is damaged or from another release: teach it again.") from error
        return cls(cls.load_default()._shipped, taught)

    def dump(self) -> str:
        """What a community taught, as JSON for `load`.

        Raises:
            BadInput: nothing was taught yet.
        """
        taught = self._taught
        if taught is None:
            raise BadInput("The shipped gate need not be saved: teach it first.")
        return json.dumps(
            {
                "slope": taught.slope,
                "constant": taught.constant,
                "threshold": taught.threshold,
                "layer": taught.layer.to_plain(),
            },
            ensure_ascii=False,
        )

    @classmethod
    def fit(cls, examples: Sequence[Example], start: Gate | None = None) -> Gate:
        """Teach a gate with what people confirmed.

        What few examples say moves it little; many outweigh what it knew. The threshold is the one with the best F1
        on examples that the gate had not seen.

        Args:
            examples: oldest first; the latest 2,000 count.
            start: whose shipped weights to start from; by default those of `load_default`.

        Raises:
            BadInput: there are no examples, or all say the same.
        """
        # Only learning calculates with arrays: a question asked at the command line does not wait for them to load.
        import numpy as np

        from copilot.answering.lesson import Lesson, best_threshold
        from copilot.answering.logistic import fit_line, sigmoid

        examples = examples[-_MOST_EXAMPLES:]
        yes = sum(example.in_scope for example in examples)
        if not 0 < yes < len(examples):
            raise BadInput(
                f"{len(examples)} messages of one kind teach nothing: confirm some that belong and some that do not."
            )
        base = cls((start or cls.load_default())._shipped)
        lesson = Lesson.read(examples)
        offsets = np.array(
            [
                base._shipped[language(example.question)].layer.odds(row, {})
                for example, row in zip(examples, lesson.features.tolist(), strict=True)
            ]
        )
        slope, constant, threshold = 1.0, 0.0, None
        if min(yes, len(examples) - yes) >= _ENOUGH:
            unseen = lesson.unseen(offsets)
            slope, constant = fit_line(unseen, lesson.labels)
            threshold = best_threshold(sigmoid(slope * unseen + constant), lesson.labels)
        layer = lesson.learn(np.ones(len(examples), dtype=bool), offsets).layer
        return cls(base._shipped, Taught(layer=layer, slope=slope, constant=constant, threshold=threshold))

    def in_scope(self, question: str, evidence: Evidence) -> GateDecision:
        """Decide about one message.

        Args:
            question: the raw text.
            evidence: what `retrieval.evidence.gather` found for it.

        Returns:
            The decision with its reasons, whether it passed or not.
        """
        features, counts = read_features(question, evidence), letters(question)
        shipped = self._shipped[language(question)]
        taught = self._taught
        odds = shipped.layer.odds(features, counts)
        threshold = shipped.threshold
        layers = [shipped.layer]
        if taught is not None:
            odds = taught.slope * (odds + taught.layer.odds(features, counts)) + taught.constant
            threshold = taught.threshold if taught.threshold is not None else threshold
            layers.append(taught.layer)
        probability = chance(odds)
        nothing = not evidence.knowledge.scores and not evidence.history.scores
        return GateDecision(
            probability=probability,
            threshold=threshold,
            passed=probability >= threshold and not nothing,
            reasons=(Reason.NOTHING_MATCHES,)
            if nothing
            else _tell(layers, features, counts, with_history=bool(evidence.history.scores)),
        )


def _tell(
    layers: Sequence[Layer], features: Sequence[float], counts: Mapping[str, int], *, with_history: bool
) -> tuple[Reason, ...]:
    """Sum up by kind of sign what moved the log odds, away from an average message."""
    moved: dict[str, float] = dict.fromkeys(_SIGNS, 0.0)
    for layer in layers:
        for sign, part in zip(_SIGN_OF, layer.parts(features), strict=True):
            moved[sign] += part
        moved["letters"] += layer.spoken(counts)
    if not with_history:
        del moved["history"]
    strongest = sorted((sign for sign in moved if abs(moved[sign]) >= _TELLING), key=lambda sign: -abs(moved[sign]))
    return tuple(_SIGNS[sign][0 if moved[sign] > 0 else 1] for sign in strongest)

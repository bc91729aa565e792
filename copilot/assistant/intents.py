"""Which tool words ask for, by the examples that they are like.

Words are compared as ideas (`concepts`) and as pieces of characters (`models.static`). How much each example weighs is
solved for once, when the examples are read: kernel ridge regression, with a column for each tool (Rifkin, Yeo and
Poggio, "Regularized least-squares classification", 2003). A softmax makes probabilities of the sums.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from copilot.assistant.concepts import FILLER, FRAME, REST, Concepts, Word, read_yaml
from copilot.assistant.request import Tool
from copilot.models.static import StaticEmbedder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

PERIOD, NAME, TEXT, TOPIC = "period", "name", "text", "topic"
"""The ideas of slots; a topic in an example is whatever is unknown elsewhere."""

_SLOT = re.compile(r"\{(period|name|text|topic)\}")
_SILENT = (FILLER, FRAME, "measure")
# Chosen by leaving out examples and on the dialogues under tests/dialogues/router_dev.yaml.
_IDEAS_WEIGHT = 0.7
_RIDGE = 0.3
_STEEPNESS = 10.0
# What is unknown says less than what is known, and so do its neighbours.
_REST_WEIGHT = 0.6
_PAIR_WEIGHT, _REST_PAIR_WEIGHT = 0.5, 0.3


class Intents:
    """The examples, and how much each says for each tool. It is never changed."""

    def __init__(self, examples: Mapping[Tool, Sequence[str]], concepts: Concepts) -> None:
        """Read the examples and solve for their weights: about 0.2 seconds for a thousand.

        Args:
            examples: for each tool its phrasings, with {period}, {name}, {text}, {topic} for slots.
            concepts: what words mean.
        """
        # The command line starts without arrays.
        import numpy as np

        self._embedder = StaticEmbedder()
        self.tools = tuple(examples)
        read = [(tool, *read_example(text, concepts)) for tool, texts in examples.items() for text in texts]
        bags = [features(words) for _, words, _ in read]
        counts = Counter(feature for bag in bags for feature in bag)
        self._rarity = {feature: math.log(1 + len(bags) / count) for feature, count in counts.items()}
        self._column = {feature: i for i, feature in enumerate(counts)}
        self._unseen = math.log(1 + len(bags))
        self._ideas = np.stack([self._vector(bag) for bag in bags])
        self._pieces = self._embedder.embed([plain for _, _, plain in read]).astype(np.float64)
        self.labels = np.array([self.tools.index(tool) for tool, _, _ in read])
        wanted = np.eye(len(self.tools))[self.labels]
        self._kernel = self._alike(self._ideas, self._pieces)
        self._weights: Matrix = np.linalg.solve(self._kernel + _RIDGE * np.eye(len(read)), wanted)

    @classmethod
    def load(cls, concepts: Concepts) -> Intents:
        """The examples that ship with the package."""
        text = resources.files("copilot.assistant").joinpath("examples.yaml").read_text(encoding="utf-8")
        written: dict[str, list[str]] = read_yaml(text)
        return cls({Tool(tool): texts for tool, texts in written.items()}, concepts)

    def weigh(self, words: Sequence[Word], plain: str) -> dict[Tool, float]:
        """How probably each tool is asked for.

        Args:
            words: what `Concepts.read` made of it, slots included.
            plain: the folded text with slots blanked out.

        Returns:
            A probability for each tool; they add up to 1.
        """
        import numpy as np

        ideas = self._vector(features(words))[None]
        pieces = self._embedder.embed([plain]).astype(np.float64)
        sums = (self._alike(ideas, pieces) @ self._weights)[0]
        return dict(zip(self.tools, softmax(sums).tolist(), strict=True))

    def left_out(self) -> Matrix:
        """The probabilities of each example by all others, in closed form: shape (examples, tools)."""
        import numpy as np

        inverse = np.linalg.inv(self._kernel + _RIDGE * np.eye(len(self._kernel)))
        wanted = np.eye(len(self.tools))[self.labels]
        return softmax(wanted - self._weights / np.diag(inverse)[:, None])

    def _alike(self, ideas: Matrix, pieces: Matrix) -> Matrix:
        by_ideas = ideas @ self._ideas.T
        by_pieces = pieces @ self._pieces.T
        found: Matrix = _IDEAS_WEIGHT * (by_ideas + by_ideas**2) / 2 + (1 - _IDEAS_WEIGHT) * by_pieces
        return found

    def _vector(self, bag: Mapping[str, float]) -> Matrix:
        import numpy as np

        vector = np.zeros(len(self._column))
        unknown = 0.0
        for feature, count in bag.items():
            if feature in self._column:
                vector[self._column[feature]] = count * self._rarity[feature]
            elif " " not in feature:
                unknown += (count * self._unseen) ** 2
        length = math.sqrt(float(vector @ vector) + unknown)
        return vector / length if length else vector


def features(words: Sequence[Word]) -> dict[str, float]:
    """The ideas and the pairs of neighbouring ideas, with their weights."""
    ideas = ["^", *_collapsed(words), "$"]
    bag = {idea: _REST_WEIGHT if idea == REST else 1.0 for idea in ideas[1:-1]}
    for one, other in pairwise(ideas):
        bag[f"{one} {other}"] = _REST_PAIR_WEIGHT if REST in (one, other) else _PAIR_WEIGHT
    return bag


def _collapsed(words: Sequence[Word]) -> list[str]:
    ideas: list[str] = []
    for word in words:
        if word.idea not in _SILENT and not (ideas and ideas[-1] == word.idea):
            ideas.append(word.idea)
    return ideas


def read_example(text: str, concepts: Concepts) -> tuple[list[Word], str]:
    """Read a phrasing with slots: its words, and the text with the slots blanked out."""
    slots = [
        Word(match.start(), match.end(), REST if match.group(1) == TOPIC else match.group(1))
        for match in _SLOT.finditer(text)
    ]
    blanked = _SLOT.sub(lambda match: "_" * len(match.group()), text)
    marked = "".join(
        "x" if any(slot.start <= i < slot.end for slot in slots) else c for i, c in enumerate(text.lower())
    )
    return concepts.read(marked, slots), blanked


def softmax(sums: Matrix) -> Matrix:
    """Probabilities along the last axis."""
    import numpy as np

    lifted = np.exp(_STEEPNESS * (sums - sums.max(axis=-1, keepdims=True)))
    found: Matrix = lifted / lifted.sum(axis=-1, keepdims=True)
    return found

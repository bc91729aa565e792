"""What was learned of who answers whom: the weights that score a message's candidates, and how rare words are.

Every pair of a message and a candidate is described by plain features (who wrote, who is named, how far apart, which
rare words are shared: see `window`), and a small network that was fitted on hand-made reply links scores them.

This module does not know how features are read.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 1 << 14
_RARITY_STEP = 20.0

# What describes a candidate by itself, ...
OWN: tuple[str, ...] = (
    "asks",
    "answers",
    "thanks",
    "greets",
    "length",
    "addresses",
    "opens",
    "unanswered",
    "answered_once",
)
OWN += ("answered_often", "latest", "second", "tail")
# ... a candidate as seen from the message, ...
PAIR: tuple[str, ...] = (
    "near",
    "near_1",
    "near_2",
    "near_5",
    "gap",
    "gap_0",
    "gap_5",
    "gap_30",
    "gap_240",
    "gap_by_pace",
)
PAIR += ("same", "same_latest", "same_1", "named", "named_latest", "mentioned", "mentioned_latest", "names_me")
PAIR += ("names_me_latest", "names_me_named", "mentions_me", "other_named", "same_named", "names_other")
PAIR += ("same_names_same", "partner", "partner_latest", "my_thread", "my_thread_tail", "since_mine", "answers_me")
PAIR += ("answered_by_me", "asks_me_not", "asks_unanswered", "opens_unanswered", "words", "rarest_word", "word_share")
# ... and the message itself, which is what speaks for opening something new.
SELF: tuple[str, ...] = (
    "asks",
    "answers",
    "thanks",
    "greets",
    "length",
    "addresses",
    "names_someone",
    "new_here",
    "mine_gap",
)
SELF += ("mine_distance", "pace", "voices", "gap", "mine_opened", "same_before")

Floats = NDArray[np.float32]


class Rarity:
    """How rare words are in chats at large: a fixed table, hashed.

    Args:
        table: the natural logarithm of how many messages there are for each that holds the word, by bin.
    """

    def __init__(self, table: Floats) -> None:
        self.table = table
        self._known: dict[str, float] = {}

    def __call__(self, word: str) -> float:
        """The rarity of a token, from 0."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > 50_000:
                self._known.clear()
            found = self._known[word] = float(self.table[zlib.crc32(word.encode()) % _BINS])
        return found

    @classmethod
    def count(cls, counts: Mapping[str, int], total: int) -> Rarity:
        """A table from the numbers of messages that hold each word.

        Args:
            counts: by token; the rarest are left out, for they would crowd the bins.
            total: how many messages were counted.
        """
        table = np.zeros(_BINS)
        for word, count in counts.items():
            if count >= 4:
                table[zlib.crc32(word.encode()) % _BINS] += count
        steps = np.clip(np.round(np.log((total + 1) / (table + 3)) * _RARITY_STEP), 0, 255)
        return cls((steps / _RARITY_STEP).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: one layer of rectified units beside a line, and the table of rare words.

    Args:
        pair: weights of the features of a pair, [units + 1, OWN + PAIR]; the last row is the line.
        message: weights of the message's features, [units + 1, SELF].
        alone: what is added for "opens something new", [units + 1].
        bias: [units + 1].
        out: how units add up to a score, [units].
    """

    pair: Floats
    message: Floats
    alone: Floats
    bias: Floats
    out: Floats
    rarity: Rarity

    def scores(self, pairs: Floats, message: Floats) -> Floats:
        """Score the candidates and, last, the possibility that the message opens something new.

        Args:
            pairs: [OWN + PAIR, candidates].
            message: [SELF].
        """
        common = self.message @ message + self.bias
        units = np.empty((len(common), pairs.shape[1] + 1), np.float32)
        np.matmul(self.pair, pairs, out=units[:, :-1])
        units[:, -1] = self.alone
        units += common[:, None]
        line = units[-1]
        hidden = units[:-1]
        np.maximum(hidden, 0, out=hidden)
        found: Floats = self.out @ hidden + line
        return found

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a file."""
        numbers = {
            name: np.round(getattr(self, name), 4).tolist() for name in ("pair", "message", "alone", "bias", "out")
        }
        steps = np.round(self.rarity.table * _RARITY_STEP).astype(np.uint8).tobytes()
        return {**numbers, "rarity": base64.b85encode(zlib.compress(steps, 9)).decode()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Weights:
        """Read what `to_json` gives."""
        steps = np.frombuffer(zlib.decompress(base64.b85decode(kept["rarity"])), np.uint8)
        numbers = {name: np.array(kept[name], np.float32) for name in ("pair", "message", "alone", "bias", "out")}
        return cls(**numbers, rarity=Rarity((steps / _RARITY_STEP).astype(np.float32)))

    @classmethod
    @cache
    def shipped(cls) -> Weights:
        """The weights that come with the program; `benchmarks.reply_links --write` fits them."""
        path = files("copilot.retrieval") / "link_weights.json"
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))

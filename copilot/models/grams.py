"""Pieces of texts as numbers, for many texts at once: what the static embedder and its refit count.

A run of CJK characters gives its single characters, pairs and triples; a word of another script gives itself and its
pieces of three to five characters, with its two ends marked. A piece is known by a hash of 32 bits, so that no
vocabulary has to be kept. Everything is done on arrays of code points, a batch of texts at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from copilot.text.fold import folded
from copilot.text.tokens import CJK

Keys = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]

_CJK_LENGTHS = (1, 2, 3)
_WORD_LENGTHS = (3, 4, 5)
# A batch's arrays then fit a processor's cache.
_BATCH_CHARACTERS = 100_000
_LONGEST_WORD = 64

_NEITHER, _LETTER, _HAN = 0, 1, 2
_PLANES = 0x40000
# Odd constants of 64 bits without structure: the golden ratio, and those of Stafford's thirteenth mixer
# ("Better bit mixing", 2011), with which `mixed` spreads a sum of products over all bits.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Grams:
    """The pieces of some texts, each once a text, in the order of the texts.

    `keys[starts[i]:starts[i + 1]]` are the pieces of the i-th text, ascending, and `counts` how often each stands
    there. `han` tells pieces of CJK runs from those of words.
    """

    keys: Keys
    counts: Values
    han: npt.NDArray[np.bool_]
    starts: Numbers

    def owners(self) -> Numbers:
        """For each piece the number of its text."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def grams(texts: Sequence[str]) -> Grams:
    """Cut texts into their pieces.

    Args:
        texts: raw texts; they are folded here.

    Returns:
        The pieces of all texts; a text without letters has none.
    """
    parts = list(batches(texts))
    if not parts:
        nothing = np.zeros(1, dtype=np.int64)
        return Grams(np.zeros(0, np.uint32), np.zeros(0, np.float32), np.zeros(0, np.bool_), nothing)
    if len(parts) == 1:
        return parts[0]
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Grams(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.han for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]),
    )


def batches(texts: Sequence[str]) -> Iterator[Grams]:
    """`grams`, a batch of neighbouring texts at a time, so that memory stays small however many there are."""
    batch: list[str] = []
    size = 0
    for text in texts:
        plain = folded(text)
        if batch and size + len(plain) > _BATCH_CHARACTERS:
            yield _cut(batch)
            batch, size = [], 0
        batch.append(plain)
        size += len(plain)
    if batch:
        yield _cut(batch)


@lru_cache(maxsize=1)
def _kinds() -> npt.NDArray[np.uint8]:
    """For each code point whether it is a letter or digit of a word, a CJK character, or neither."""
    kinds = np.zeros(_PLANES, dtype=np.uint8)
    kinds[[code for code in range(_PLANES) if chr(code).isalnum()]] = _LETTER
    kinds[[code for code in range(_PLANES) if re.match(f"[{CJK}]", chr(code))]] = _HAN
    return kinds


@lru_cache(maxsize=1)
def _factors() -> npt.NDArray[np.uint64]:
    """An odd factor for each place in a word."""
    return mixed(np.arange(1, _LONGEST_WORD + 1, dtype=np.uint64) * _GOLDEN) | np.uint64(1)


def mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread numbers over all 64 bits, each to another."""
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))


def _cut(folded_texts: list[str]) -> Grams:
    lengths = np.fromiter(map(len, folded_texts), dtype=np.int64, count=len(folded_texts))
    # A space before, between and after: no piece reaches from one text into the next.
    whole = " " + " ".join(folded_texts) + " "
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = _kinds()[np.minimum(codes, _PLANES - 1)]
    spans = lengths + 1
    spans[0] += 1
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint64), spans)
    found: list[npt.NDArray[np.uint64]] = []
    if (kinds == _HAN).any():
        found += _runs(codes, kinds == _HAN, owners)
    if (kinds == _LETTER).any():
        found += _words(codes, kinds == _LETTER, owners)
    if not found:
        return Grams(
            np.zeros(0, np.uint32),
            np.zeros(0, np.float32),
            np.zeros(0, np.bool_),
            np.zeros(len(lengths) + 1, dtype=np.int64),
        )
    tagged = np.sort(np.concatenate(found))
    first = np.flatnonzero(np.concatenate([[True], tagged[1:] != tagged[:-1]]))
    counts = np.diff(np.concatenate([first, [len(tagged)]])).astype(np.float32)
    tagged = tagged[first]
    starts = np.searchsorted(tagged >> np.uint64(32), np.arange(len(lengths) + 1, dtype=np.uint64))
    keys = tagged.astype(np.uint32)
    return Grams(keys, counts, (keys & np.uint32(1)).astype(np.bool_), starts.astype(np.int64))


def _tag(hashes: npt.NDArray[np.uint64], owners: npt.NDArray[np.uint64], han: int) -> npt.NDArray[np.uint64]:
    """The text's number above, the piece's hash below, and in the last bit which kind it is."""
    return (owners << np.uint64(32)) | (mixed(hashes) >> np.uint64(33) << np.uint64(1)) | np.uint64(han)


def _runs(
    codes: npt.NDArray[np.uint32], is_han: npt.NDArray[np.bool_], owners: npt.NDArray[np.uint64]
) -> list[npt.NDArray[np.uint64]]:
    found = []
    wide = codes.astype(np.uint64)
    hashes = np.zeros(len(codes), dtype=np.uint64)
    whole = np.ones(len(codes), dtype=np.bool_)
    for n in _CJK_LENGTHS:
        # A piece of n characters is one of n - 1 and the character after it.
        hashes = hashes[: len(codes) - n + 1] * _GOLDEN + wide[n - 1 :]
        whole = whole[: len(codes) - n + 1] & is_han[n - 1 :]
        at = np.flatnonzero(whole)
        found.append(_tag(hashes[at] + np.uint64(n), owners[at], 1))
    return found


def _words(
    codes: npt.NDArray[np.uint32], is_letter: npt.NDArray[np.bool_], owners: npt.NDArray[np.uint64]
) -> list[npt.NDArray[np.uint64]]:
    wide = np.where(is_letter, codes, 0).astype(np.uint64)
    first = np.flatnonzero(is_letter & ~np.concatenate([[False], is_letter[:-1]]))
    spans = np.diff(np.concatenate([first, [len(codes)]]))
    place = np.arange(first[0], len(codes)) - np.repeat(first, spans)
    sums = np.add.reduceat(wide[first[0] :] * _factors()[np.minimum(place, _LONGEST_WORD - 1)], first - first[0])
    found = [_tag(sums, owners[first], 0)]
    size = len(codes)
    for n in _WORD_LENGTHS:
        # Letters inside; the first and the last place may be a word's edge, which is 0.
        inside = is_letter[1 : size - n + 2]
        for i in range(2, n - 1):
            inside = inside & is_letter[i : size - n + 1 + i]
        at = np.flatnonzero(inside)
        hashes = wide[at]
        for i in range(1, n):
            hashes = hashes * _GOLDEN + wide[at + i]
        found.append(_tag(hashes + np.uint64(n), owners[at + 1], 0))
    return found

"""Reads words as ideas: 啥, 哪些 and "which" are one idea, whatever the language. The ideas stand in concepts.yaml.

The longest known phrase counts; what is unknown is `REST`, which is mostly what somebody talks about. A word of five
letters or more is known with one wrong, missing, additional or swapped letter too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from copilot.text.fold import folded
from copilot.text.tokens import CJK

REST, FILLER, FRAME, PLAIN = "rest", "filler", "frame", "plain"
_UNIT = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:'[a-z]+)?")
_BRACES = re.compile(r"\{([^{}]*)\}")
_FUZZY_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase at a place of the folded text, and the idea that it stands for."""

    start: int
    end: int
    idea: str


@dataclass(slots=True)
class _Node:
    """What phrases begin alike: the units that can follow, and the idea of the phrase that ends here."""

    below: dict[str, _Node] = field(default_factory=dict)
    idea: str = ""


class Concepts:
    """The phrases of all ideas."""

    def __init__(self, ideas: Mapping[str, Iterable[str]]) -> None:
        """Build the index.

        Args:
            ideas: for each idea its phrases, folded; of a phrase that stands twice, the first idea counts.
        """
        self._root = _Node()
        self._near: dict[str, str] = {}
        for idea, phrases in ideas.items():
            for phrase in phrases:
                self._add(idea, [unit for unit, _, _ in _units(phrase)])

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Concepts:
        """The ideas that ship with the package."""
        text = resources.files("copilot.assistant").joinpath("concepts.yaml").read_text(encoding="utf-8")
        ideas: dict[str, dict[str, str]] = read_yaml(text)
        return cls({idea: list(_phrases(by_language)) for idea, by_language in ideas.items()})

    def _add(self, idea: str, units: Sequence[str]) -> None:
        at = self._root
        for unit in units:
            at = at.below.setdefault(unit, _Node())
        at.idea = at.idea or idea
        if len(units) == 1 and len(units[0]) >= _FUZZY_LETTERS and units[0].isascii():
            for shape in _shapes(units[0]):
                self._near.setdefault(shape, units[0])

    def read(self, plain: str, slots: Sequence[Word] = ()) -> list[Word]:
        """Read a text.

        Args:
            plain: folded text.
            slots: what was recognised before, with ideas of its own; in order, without overlaps.

        Returns:
            Words in order; neighbouring unknown ones are one, from its first letter to its last.
        """
        units = list(_units(plain))
        found: list[Word] = []
        coming = list(slots)
        i = 0
        while i < len(units):
            _, start, end = units[i]
            if coming and end > coming[0].start:
                slot = coming.pop(0)
                found.append(slot)
                while i < len(units) and units[i][1] < slot.end:
                    i += 1
                continue
            until = coming[0].start if coming else len(plain)
            idea, length = self._longest(units, i, until)
            end = units[i + length - 1][2]
            last = found[-1] if found else None
            if idea == REST and last and last.idea == REST and not re.search(r"[,;。!?\n]", plain[last.end : start]):
                found[-1] = Word(last.start, end, REST)
            else:
                found.append(Word(start, end, idea))
            i += length
        return found + coming

    def _longest(self, units: Sequence[tuple[str, int, int]], first: int, until: int) -> tuple[str, int]:
        at = self._root
        best, length = REST, 1
        for i in range(first, len(units)):
            unit, _, end = units[i]
            below = at.below.get(unit) if end <= until else None
            if below is None and end <= until and unit.isascii() and len(unit) >= _FUZZY_LETTERS - 1:
                below = at.below.get(self._alike(unit))
            if below is None:
                break
            at = below
            if at.idea:
                best, length = at.idea, i - first + 1
        return (REST if best == PLAIN else best), length

    def _alike(self, unit: str) -> str:
        """The known word that a slip of the pen may have made this of; another ending is no slip."""
        near = (self._near[shape] for shape in _shapes(unit) if shape in self._near)
        return next((word for word in near if word[:-1] not in (unit, unit[:-1]) and word != unit[:-1]), unit)


def read_yaml(text: str) -> Any:
    """Read what ships with the package, with libyaml's parser where PyYAML was built with it."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both load plain values only


def _units(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _UNIT.finditer(plain.replace("’", "'")):
        yield match.group(), match.start(), match.end()


def _shapes(word: str) -> list[str]:
    """A word and what is left of it without any one letter: words that differ by one letter share one of these."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _phrases(by_language: Mapping[str, str]) -> Iterator[str]:
    chinese = folded(by_language.get("zh", ""))
    # Within braces a comma parts, outside a space.
    yield from (phrase for word in chinese.split() for phrase in _spread(word))
    english = _BRACES.sub(lambda match: "{" + match.group(1).replace(",", "|") + "}", folded(by_language.get("en", "")))
    yield from (phrase for words in english.split(",") for phrase in _spread(words.strip().replace("|", ",")))


def _spread(phrase: str) -> Iterator[str]:
    """没人{回,理} is 没人回 and 没人理."""
    match = _BRACES.search(phrase)
    if not match:
        yield phrase
        return
    for one in match.group(1).split(","):
        yield from _spread(phrase[: match.start()] + one.strip() + phrase[match.end() :])

"""What a question is about: its words without those that only ask, and how much of them a text holds.

It compares written words. Two sentences that mean the same in other words look unlike each other here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from copilot.answering import alike
from copilot.answering.lexicon import ASKING_WORDS, FACTS, GLUE, STOP_WORDS
from copilot.answering.question import Asks
from copilot.text.fold import folded
from copilot.text.tokens import CJK

_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_HAN_FIRST = re.compile(f"[{CJK}]")

# A word that only asks or points still tells a little: "how long" is not "how".
_ASKING_WEIGHT = 0.25
# A pair of Chinese characters outweighs a single one; a whole Latin word is worth a Chinese word with its characters.
_SINGLE_WEIGHT = 0.5
_WORD_WEIGHT = 2.0
_NUMBERED_ZH = re.compile(r"第 ?([0-9]+|[一二三四五六七八九十]+) ?([期届次周章课季轮册集部])")
_NUMBERED_EN = re.compile(r"\b(week|chapter|part|season|session|lesson|round|volume|level) ?#?([0-9]+)\b")
_DIGITS = "〇一二三四五六七八九"
# Stems differ from their words behind the first letters only.
_OPENING = 4


Rarity = Callable[[str], float]
"""How rare a term is among all that is known, from 0 (in every text) to 1 (in none)."""


def equally_rare(term: str) -> float:
    """The rarity of each term where nothing is known of how common it is."""
    return 1.0


_SAME = {word: words[0] for words in alike.ZH for word in words[1:]}
_SAME_WORD = re.compile("|".join(sorted(_SAME, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Content:
    """The terms of a question, each with its weight: the rarer, the more it tells. The weights add up to 1.

    `han` are Chinese characters and pairs, looked for anywhere. `words` are stems of Latin words and numbers, and
    `openings` the letters with which a word of such a stem may begin. `names` are the terms that do not merely ask, and
    `runs` the stretches of Chinese that they stand in. `rarities` are those of all terms that do not merely ask.
    `tells` is the sum of the weights before they were scaled: how much the question says.
    """

    han: dict[str, float]
    words: dict[str, float]
    openings: dict[str, tuple[str, ...]]
    names: frozenset[str]
    runs: tuple[str, ...]
    rarities: dict[str, float]
    tells: float

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look for."""
        return not self.han and not self.words


def content(question: str, rarity: Rarity = equally_rare) -> Content:
    """Find what a question is about.

    Args:
        question: raw text.
        rarity: how rare a folded word, character or pair of characters is.

    Returns:
        The terms; empty for a text without letters.
    """
    plain = comparable(question)
    told = GLUE.sub(" ", ASKING_WORDS.sub(" ", plain))
    han: dict[str, float] = {}
    words: dict[str, float] = {}
    rarities: dict[str, float] = {}
    runs: list[str] = []
    # What asks comes first, so that a term that also tells gets the full weight.
    for part, share in ((plain, _ASKING_WEIGHT), (told, 1.0)):
        for run in _RUN.findall(part):
            if not _HAN_FIRST.match(run):
                if run not in STOP_WORDS:
                    rarities[stem(run)] = rare = rarity(run)
                    words[stem(run)] = _WORD_WEIGHT * rare
                continue
            chars = [rarity(char) for char in run]
            for char, rare in zip(run, chars, strict=True):
                han[char] = share * _SINGLE_WEIGHT * rare
            for i in range(len(run) - 1):
                # Two common characters that happen to stand side by side make no rare word.
                rare = min(rarity(run[i : i + 2]), chars[i] + chars[i + 1])
                han[run[i : i + 2]] = share * rare
                rarities[run[i : i + 2]] = rare
            if share == 1.0:
                runs.append(run)
                rarities.update(zip(run, chars, strict=True))
    tells = sum(han.values()) + sum(words.values())
    whole = tells or 1.0
    names = frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    return Content(
        han={term: value / whole for term, value in han.items()},
        words={word: value / whole for word, value in words.items()},
        openings={word: tuple(name[:_OPENING] for name in (word, *_LIKE_STEM.get(word, ()))) for word in words},
        names=names | frozenset(word for word in words if not word.isdigit()),
        runs=tuple(runs),
        rarities=rarities,
        tells=tells,
    )


def comparable(text: str) -> str:
    """Bring a raw text into the form in which texts are compared: folded, with one of like words put for all."""
    plain = folded(text)
    return plain if plain.isascii() else _SAME_WORD.sub(_same, plain)


def coverage(asked: Content, plain: str) -> float:
    """The share of a question's content that a comparable text holds, 0 to 1."""
    return sum([weight for term, weight in asked.han.items() if term in plain]) + sum(
        [weight for word, weight in asked.words.items() if _holds(plain, word, asked.openings[word])]
    )


def telling(asked: Content, plain: str) -> frozenset[str]:
    """The terms that a comparable text holds of those that do not merely ask."""
    return frozenset(
        term
        for term in asked.names
        if (_holds(plain, term, asked.openings[term]) if term in asked.words else term in plain)
    )


def lacking(asked: Content, plain: str) -> float:
    """How rare the rarest thing is that a question names and a comparable text does not, 0 to 1.

    A name whose characters stand in the text in another order or apart counts as half missing.
    """
    most = 0.0
    for word in asked.words:
        if not _holds(plain, word, asked.openings[word]):
            most = max(most, asked.rarities[word])
    for run in asked.runs:
        if len(run) == 1:
            if run not in plain:
                most = max(most, _SINGLE_WEIGHT * asked.rarities[run])
            continue
        held = [False] * len(run)
        for i in range(len(run) - 1):
            if run[i : i + 2] in plain:
                held[i] = held[i + 1] = True
        for i in range(len(run)):
            if held[i]:
                continue
            if i + 1 < len(run) and not held[i + 1]:
                apart = run[i] in plain and run[i + 1] in plain
                most = max(most, asked.rarities[run[i : i + 2]] * (0.5 if apart else 1.0))
            elif run[i] not in plain:
                most = max(most, _SINGLE_WEIGHT * asked.rarities[run[i]])
    return most


def other_number(asking: str, plain: str) -> bool:
    """Whether a folded question asks for one of a series ("第六期") and a text speaks only of others of it."""
    for number, unit in _NUMBERED_ZH.findall(asking):
        numbers = {_arabic(one) for one, kind in _NUMBERED_ZH.findall(plain) if kind == unit}
        if numbers and _arabic(number) not in numbers:
            return True
    for unit, number in _NUMBERED_EN.findall(asking):
        numbers = {one for kind, one in _NUMBERED_EN.findall(plain) if kind == unit}
        if numbers and number not in numbers:
            return True
    return False


def _arabic(number: str) -> str:
    return "".join(str(_DIGITS.index(char)) if char in _DIGITS else char for char in number)


def has_fact(kind: Asks, plain: str) -> bool:
    """Whether a comparable text holds a fact of the kind that is asked for; true for kinds that no fact marks."""
    pattern = FACTS.get(kind)
    return pattern is None or bool(pattern.search(plain))


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Cut the commonest English endings off, so that `resetting` finds `reset`, and put one of like words for all.

    Args:
        word: folded.
    """
    return _SAME_STEM.get(cut := _cut(word), cut)


def _cut(word: str) -> str:
    if not word.isascii() or len(word) < 4 or word[-1].isdigit():
        return word
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            base = word[: -len(ending)]
            return base[:-1] if base[-1] == base[-2] and base[-1] not in "sl" else base.removesuffix("e")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def _holds(plain: str, word: str, openings: tuple[str, ...]) -> bool:
    """Whether a comparable text has a Latin word with this stem. Looking for its first letters is quicker than
    taking the stem of every word."""
    for opening in openings:
        at = plain.find(opening)
        while at >= 0:
            if at == 0 or not _is_latin(plain[at - 1]):
                end = at + len(opening)
                while end < len(plain) and _is_latin(plain[end]):
                    end += 1
                if stem(plain[at:end]) == word:
                    return True
            at = plain.find(opening, at + 1)
    return False


def _is_latin(char: str) -> bool:
    return char.isalnum() and (char < "\u3005" or not _HAN_FIRST.match(char))


def _same(match: re.Match[str]) -> str:
    return _SAME[match.group()]


_SAME_STEM = {_cut(word): _cut(words[0]) for words in alike.EN for word in words[1:]}
_LIKE_STEM = {_cut(words[0]): tuple(_cut(word) for word in words[1:]) for words in alike.EN}

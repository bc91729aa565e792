"""What a question is about: its words without those that only ask, and how much of them a text holds.

It compares written words. Two sentences that mean the same in other words look unlike each other here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from copilot.answering.lexicon import ALIKE_EN, ASKING_WORDS, FACTS, GLUE, SAME, SAME_WORD, STOP_WORDS
from copilot.answering.question import Asks
from copilot.text.fold import folded
from copilot.text.tokens import CJK

_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_LATIN = re.compile(rf"[^\W_{CJK}]+")
_HAN_FIRST = re.compile(f"[{CJK}]")

# A word that only asks or points still tells a little: "how long" is not "how".
_ASKING_WEIGHT = 0.25
# A pair of Chinese characters outweighs a single one; a whole Latin word is worth a Chinese word with its characters.
_SINGLE_WEIGHT = 0.5
_WORD_WEIGHT = 2.0
# Stems differ from their words behind the first letters only.
_OPENING = 4


@dataclass(frozen=True, slots=True)
class Content:
    """The terms of a question, each with its weight; the weights add up to 1.

    `han` are Chinese characters and pairs, looked for anywhere; `words` are stems of Latin words and numbers.
    `names` are the pairs and words that do not merely ask; `openings` are what a Latin word that has one of the stems
    begins with, for a quick look.
    """

    han: dict[str, float]
    words: dict[str, float]
    names: frozenset[str] = frozenset()
    openings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look for."""
        return not self.han and not self.words


@dataclass(frozen=True, slots=True)
class Wording:
    """A text, brought into one form once so that comparing it is cheap."""

    plain: str
    stems: frozenset[str]


def wording(text: str) -> Wording:
    """Prepare a text for `coverage`.

    Args:
        text: raw text.
    """
    plain = plain_form(text)
    return Wording(plain, stems_of(plain))


def content(question: str) -> Content:
    """Find what a question is about.

    Args:
        question: raw text.

    Returns:
        The terms; empty for a text without letters.
    """
    plain = SAME_WORD.sub(_same, folded(question))
    told = GLUE.sub(" ", ASKING_WORDS.sub(" ", plain))
    han: dict[str, float] = {}
    words: dict[str, float] = {}
    # What asks comes first, so that a term that also tells gets the full weight.
    for part, share in ((plain, _ASKING_WEIGHT), (told, 1.0)):
        for run in _RUN.findall(part):
            if not _HAN_FIRST.match(run):
                if run not in STOP_WORDS:
                    words[stem(run)] = _WORD_WEIGHT
                continue
            for char in run:
                han[char] = share * _SINGLE_WEIGHT
            for i in range(len(run) - 1):
                han[run[i : i + 2]] = share
    whole = sum(han.values()) + sum(words.values())
    names = frozenset(
        run[i : i + 2] for run in _RUN.findall(told) for i in range(len(run) - 1) if _HAN_FIRST.match(run)
    )
    return Content(
        {term: value / whole for term, value in han.items()},
        {word: value / whole for word, value in words.items()},
        names | frozenset(word for word in words if not word.isdigit()),
        {word: tuple(name[:_OPENING] for name in (word, *_LIKE_STEM.get(word, ()))) for word in words},
    )


def at_most(asked: Content, plain: str) -> float:
    """A quick upper bound of `coverage` for a text that is folded already."""
    return sum([w for term, w in asked.han.items() if term in plain]) + sum(
        [w for word, w in asked.words.items() if any(opening in plain for opening in asked.openings[word])]
    )


def plain_form(text: str) -> str:
    """A raw text folded, with one of like words put for all."""
    plain = folded(text)
    return plain if plain.isascii() else SAME_WORD.sub(_same, plain)


def stems_of(plain: str) -> frozenset[str]:
    """The stems of the Latin words and numbers of a folded text."""
    return frozenset([stem(word) for word in _LATIN.findall(plain)])


def coverage(asked: Content, text: Wording) -> float:
    """The share of a question's content that a text holds, 0 to 1."""
    plain, stems = text.plain, text.stems
    return sum([w for term, w in asked.han.items() if term in plain]) + sum(
        [w for word, w in asked.words.items() if word in stems]
    )


def telling(asked: Content, text: Wording) -> frozenset[str]:
    """The pairs and words of full weight that a text holds: what the question names, not how it asks."""
    return frozenset(term for term in asked.names if term in text.plain or term in text.stems)


def joined(texts: Iterable[Wording]) -> Wording:
    """Several texts as one."""
    parts = list(texts)
    return Wording("\n".join(part.plain for part in parts), frozenset().union(*[part.stems for part in parts]))


def has_fact(kind: Asks, plain: str) -> bool:
    """Whether a folded text holds a fact of the kind that is asked for; true for kinds that no fact marks."""
    pattern = FACTS.get(kind)
    return pattern is None or bool(pattern.search(plain))


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


def _same(match: re.Match[str]) -> str:
    return SAME[match.group()]


_SAME_STEM = {_cut(word): _cut(words.split()[0]) for words in ALIKE_EN for word in words.split()[1:]}
_LIKE_STEM = {_cut(words.split()[0]): tuple(_cut(word) for word in words.split()[1:]) for words in ALIKE_EN}

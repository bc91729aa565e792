"""What a question is about: its words without those that only ask, and how much of them a text holds.

It compares written words. Two sentences that mean the same in other words look unlike each other here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
# Stems differ from their words behind the first letters only.
_OPENING = 4


_SAME = {word: words[0] for words in alike.ZH for word in words[1:]}
_SAME_WORD = re.compile("|".join(sorted(_SAME, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Content:
    """The terms of a question, each with its weight; the weights add up to 1.

    `han` are Chinese characters and pairs, looked for anywhere. `words` are stems of Latin words and numbers, and
    `openings` the letters with which a word of such a stem may begin. `names` are the terms that do not merely ask.
    """

    han: dict[str, float]
    words: dict[str, float]
    openings: dict[str, tuple[str, ...]]
    names: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look for."""
        return not self.han and not self.words


def content(question: str) -> Content:
    """Find what a question is about.

    Args:
        question: raw text.

    Returns:
        The terms; empty for a text without letters.
    """
    plain = comparable(question)
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
        han={term: value / whole for term, value in han.items()},
        words={word: value / whole for word, value in words.items()},
        openings={word: tuple(name[:_OPENING] for name in (word, *_LIKE_STEM.get(word, ()))) for word in words},
        names=names | frozenset(word for word in words if not word.isdigit()),
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


def has_fact(kind: Asks, plain: str) -> bool:
    """Whether a comparable text holds a fact of the kind that is asked for; true for kinds that no fact marks."""
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

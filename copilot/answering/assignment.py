"""Whether numbers of a claim belong to the same things as in its source: no price in the place of another.

In one language the words in front of a number tell whose it is, in two only the order of the numbers. It does not see
that a claim gives one number to another thing where the source has just that number.
"""

from __future__ import annotations

import re
from datetime import date

from copilot.answering.content import content
from copilot.answering.quantities import Kind, Quantity, covers, quantities
from copilot.text.fold import folded

# More of a claim's words stand in front of another number than in front of its own, by this much of them.
_CLEARLY = 0.2
# Numbers that could be taken for one another.
_ALIKE = frozenset(
    (
        Kind.YUAN, Kind.DOLLAR, Kind.EURO, Kind.POUND, Kind.TIME, Kind.COUNT, Kind.PLAIN, Kind.RATIO, Kind.AGE,
        Kind.MINUTES, Kind.MONTHS, Kind.DATE, Kind.CODE,
    )
)  # fmt: skip
_BOUND = re.compile(r"[。!?;\n]+|,(?!\d{3}(?!\d))|\.(?=\s|$)")


def swapped(text: str, evidence: str) -> bool:
    """Whether a number of a claim stands in its source with other words, whose own number is another one."""
    there = [(one, words) for one, words in _with_words(evidence) if words]
    for number, words in _with_words(text):
        if not words:
            continue
        like = [(one, _share(words, others)) for one, others in there if one.kind is number.kind]
        own = max((share for one, share in like if covers([one], number)), default=None)
        other = max((share for one, share in like if not covers([one], number)), default=0.0)
        if own is not None and other - own > _CLEARLY:
            return True
    return False


def _with_words(text: str) -> list[tuple[Quantity, frozenset[str]]]:
    """The numbers of a text, each with the words of its clause that stand before it and behind any like it."""
    plain = folded(text)
    found: list[tuple[Quantity, frozenset[str]]] = []
    last: dict[Kind, int] = {}
    for one in quantities(text):
        if one.kind in _ALIKE and not one.implied:
            words = _BOUND.split(plain[last.get(one.kind, 0) : one.at])[-1]
            found.append((one, content(words).names if words.strip() else frozenset()))
            last[one.kind] = one.at + 1
    return found


def _share(words: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(words & others) / (len(words) + len(others))


def reordered(text: str, evidence: str, written_on: date | None) -> bool:
    """Whether numbers of a kind come in another order than in their source: where the words are of another language,
    the order is all that tells which number is whose."""
    there = quantities(evidence, written_on)
    last: dict[Kind, int] = {}
    for one in quantities(text):
        places = [place for place, other in enumerate(there) if other.kind is one.kind and covers([other], one)]
        if one.kind not in _ALIKE or one.implied or not places:
            continue
        place = min((place for place in places if place >= last.get(one.kind, -1)), default=-1)
        if place < 0:
            return True
        last[one.kind] = place
    return False

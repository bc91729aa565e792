"""Numbers in folded text that lead to a person: phones, ids of messengers, identity papers, bank cards.

A number is read as the groups of digits in which it is written; `number_kinds` tells which groups are a contact. Digits
that are written as other characters (一三八, l38oo) or words are read in a second pass, so that a count before a number
(第一138…) is not taken for a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copilot.models.number_kinds import Number, kind_of, said_before, spoken_kind
from copilot.models.spans import CHAT, ID, PHONE, Span, word_set
from copilot.models.written_digits import as_digits, spoken

# Signs of money and shares stand at numbers of their own.
_SEPARATOR = r"(?:[^\w%$¥€£￥]|[_丨丶ˉ])"
_RUN = re.compile(rf"\d(?:{_SEPARATOR}{{0,8}}\d)*")
_GROUP = re.compile(r"\d+")
_TIGHT = re.compile(r"[-_.·*/~‐-―]")
_MOST_DIGITS = 19
_LEAST_DIGITS = 5
_LETTERS_BEFORE = re.compile(r"[a-z]+\Z")
_TELLING_LETTERS = word_set("v vx wx q qq tel t m p d phone call mobile wechat weixin id no at is x e")
_URL = re.compile(r"https?://[!-~]+|www\.[!-~]+")
_SOME_DIGITS = re.compile(r"\d(?:\D{0,8}\d){4}")
_X = re.compile(r"[ .·\n-]?(?:x(?![a-z0-9])|[×✕✖╳❌叉])")
# Some call the extension of a landline by name.
_EXTENSION = re.compile(r" ?(?:转|分机号?|ext(?:ension)?\.?|x|#)[ :]?\d{1,6}(?!\d)")
_STRONG = 3


class _Reading(NamedTuple):
    """A way to read some of a run's groups."""

    strength: int
    many: int
    first: int
    last: int
    kind: str
    ends_with_x: bool


def find(text: str) -> Iterator[Span]:
    """Find numbers that lead to a person. They may overlap; the first then holds.

    Args:
        text: folded.
    """
    plain = list(_numbers(text, text)) if _SOME_DIGITS.search(text) else []
    other = as_digits(text)
    odd = list(_numbers(text, other)) if other != text and _SOME_DIGITS.search(other) else []
    yield from (span for span, strength in odd if strength == _STRONG)
    yield from (span for span, _ in plain)
    yield from (span for span, strength in odd if strength < _STRONG)
    for one in spoken(text):
        if kind := spoken_kind(one.digits, said_before(text[max(0, one.start - 40) : one.start])):
            yield Span(one.start, one.end, kind)


def _numbers(text: str, digits: str) -> Iterator[tuple[Span, int]]:
    """The numbers in `digits`, which is `text` with other digits written as plain ones, and what speaks for each."""
    is_odd = digits != text
    urls = [found.span() for found in _URL.finditer(text)]
    for run in _RUN.finditer(digits):
        start, end = run.span()
        if end - start < _LEAST_DIGITS or (is_odd and text[start:end] == digits[start:end]):
            continue
        groups = [found.span() for found in _GROUP.finditer(digits, start, end)]
        if sum(end - start for start, end in groups) < _LEAST_DIGITS:
            continue
        found = [one for first in range(len(groups)) for one in _readings(text, digits, groups, first, urls)]
        taken: set[int] = set()
        for one in sorted(found, key=lambda one: (-one.strength, -one.many, one.first)):
            places = range(one.first, one.last + 1)
            if taken.isdisjoint(places):
                taken.update(places)
                end = groups[one.last][1]
                # A key's frame is a character of its own.
                end += text[end : end + 1] == "\u20e3"
                if one.kind == ID and one.ends_with_x and (x := _X.match(text, end)):
                    end = x.end()
                elif one.kind == PHONE and (extension := _EXTENSION.match(text, end)):
                    end = extension.end()
                yield Span(groups[one.first][0], end, one.kind), one.strength


def _readings(
    text: str, digits: str, groups: list[tuple[int, int]], first: int, urls: list[tuple[int, int]]
) -> Iterator[_Reading]:
    """The numbers of contacts that begin with a group."""
    start = groups[first][0]
    lead = text[groups[first - 1][1] : start] if first else ""
    if lead and _TIGHT.fullmatch(lead):
        return
    before = text[max(0, start - 40) : start]
    letters = _LETTERS_BEFORE.search(before)
    said: frozenset[str] | None = None
    in_url = any(begin <= start < stop for begin, stop in urls)
    # Single digits before which stands one more, set apart alike, are none but where words say so.
    is_inside = 0 < first < len(groups) - 1 and all(_is_single(groups, first + step) for step in (-1, 0, 1))
    is_inside = is_inside and lead == text[groups[first][1] : groups[first + 1][0]]
    total = 0
    for last in range(first, len(groups)):
        begin, end = groups[last]
        total += end - begin
        is_inside = is_inside and end - begin == 1
        if total > _MOST_DIGITS:
            return
        if total < _LEAST_DIGITS:
            continue
        trail = text[end : groups[last + 1][0]] if last + 1 < len(groups) else ""
        after = text[end : end + 16]
        ends_with_x = _X.match(after) is not None
        is_cut = after[:1].isascii() and after[:1].isalpha() and not ends_with_x
        if is_cut or (trail and _TIGHT.fullmatch(trail)):
            continue
        if said is None:
            said = said_before(before)
            if letters and letters[0] not in _TELLING_LETTERS and CHAT not in said:
                return
        if is_inside and not said:
            continue
        signs = [text[groups[at][1] : groups[at + 1][0]] for at in range(first, last)]
        singles = first < last and all(stop - begin == 1 for begin, stop in groups[first : last + 1])
        goes_on = singles and (_goes_on(groups, first - 1, lead, signs) or _goes_on(groups, last + 1, trail, signs))
        if goes_on and not said:
            continue
        number = Number(
            digits="".join(digits[begin:stop] for begin, stop in groups[first : last + 1]),
            sizes=tuple(stop - begin for begin, stop in groups[first : last + 1]),
            signs="".join(signs),
            said=said,
            before=before,
            after=after,
            ends_with_x=ends_with_x,
            goes_on=goes_on,
            is_odd=any(text[begin:stop] != digits[begin:stop] for begin, stop in groups[first : last + 1]),
            is_in_url=in_url,
        )
        kind, strength = kind_of(number)
        if kind:
            yield _Reading(strength, total, first, last, kind, ends_with_x)


def _goes_on(groups: list[tuple[int, int]], place: int, sign: str, signs: list[str]) -> bool:
    """Whether a neighbour of single digits is one more, set apart by the same sign."""
    return 0 <= place < len(groups) and _is_single(groups, place) and sign in signs


def _is_single(groups: list[tuple[int, int]], place: int) -> bool:
    """Whether a group is of one digit."""
    return groups[place][1] - groups[place][0] == 1

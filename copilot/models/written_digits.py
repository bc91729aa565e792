"""Digits that are written as something else: 一三八, l38oo, 13空格8, one three eight, yao san ba.

The first three keep their length, so that places in the text and in its plain digits are the same; words in Latin
letters do not and are read apart.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_OTHERS = "零一二三四五六七八九壹贰叁肆伍陆柒捌玖参幺洞拐○◯🄋٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९"
_TO_DIGITS = str.maketrans(_OTHERS, "0123456789" + "1234567893" + "107000" + "0123456789" * 3)
# 么 for 幺, where it is no part of a word.
_YAO = re.compile(r"(?<![什怎那这多要])么")
# What sounds like a digit; only among many digits.
_SOUNDS = {
    sound: digit
    for digit, sounds in {
        "0": "玲铃灵凌令",
        "1": "依衣伊医腰妖",
        "2": "两尔耳儿饵",
        "3": "散伞叄删",
        "4": "思司死寺",
        "5": "舞午武吾屋",
        "6": "溜刘留流柳",
        "7": "妻期漆骑齐拐",
        "8": "扒巴吧叭爸芭",
        "9": "酒久韭救舅勾钩沟",
    }.items()
    for sound in sounds
}
_SOUNDING = str.maketrans(_SOUNDS)
_SOUNDED = re.compile(rf"[\d{''.join(_SOUNDS)}]{{7,19}}")
_ANY_SOUND = re.compile(rf"\d[{''.join(_SOUNDS)}]|[{''.join(_SOUNDS)}]\d")

_LETTERS = str.maketrans("oli|", "0111")
_LETTERED = re.compile(
    r"(?<![a-z\d])[\doli|]{1,19}(?:[ .·_/\n-]{1,3}[\doli|]{1,19}){0,6}(?![a-wyz\d]|x[a-z])"
    r"|(?<![a-z])[\doli]{7,19}(?![a-z])"
)
_ANY_LETTER = re.compile(r"[\d|][oli|]|[oli|]\d|\boo|ol")
_LOOKING = str.maketrans("olisbz", "011582")
_LOOKED = re.compile(r"1(?<![a-z\d].)[\dolisbz]{10}(?![a-z\d])")

_SIGN_WORDS = (
    "空格|然后|接着|后面|中间|最后|开头|打头|前面|尾号|再|横杠|横线|短横线?|中划线|下划线|斜杠|减号?|杠|逗号|加|点|个?空"
    "|dash|space|dot|slash|then"
)
_SAID_SIGN = re.compile(rf"([\dol]) ?[(\[【]?(?:{_SIGN_WORDS})(?:是|为)?[)\]】]? ?(?=[\dol])")
SIGN_WORD = "空格|然后|接着|[后前]面|中间|最后|[开打]头|尾号|杠|横线|短横|划线|减|逗号|dash|space|slash|then"
"""A sign that is written as a word, as a pattern; nobody puts such words between the numbers of a list."""

_WORDS = {
    word: digit
    for digit, words in enumerate(
        (
            "zero ling oh o nought dong",
            "one yi yao",
            "two er liang",
            "three san",
            "four si",
            "five wu",
            "six liu",
            "seven qi guai",
            "eight ba",
            "nine jiu niner",
        )
    )
    for word in words.split()
}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"(?<![a-z0-9])(?:(?:double|triple) ?)?(?:{_WORD}|\d{{1,4}})"
    rf"(?:[ ,.*\n-]{{0,2}}(?:(?:double|triple) ?)?(?:{_WORD}|\d{{1,4}})){{4,24}}(?![a-z0-9])"
)
_ANY_WORDS = re.compile(rf"(?:{_WORD})[ ,.*\n-]{{0,2}}(?:double |triple )?(?:\d|{_WORD})")
_TOKEN = re.compile(rf"(double|triple)|({_WORD})|(\d+)")
_TIMES = {"double": 2, "triple": 3}
_LEAST_WORDS = 3


class Spoken(NamedTuple):
    """Digits in words, and where they stand."""

    start: int
    end: int
    digits: str


def as_digits(text: str) -> str:
    """A text whose digits and the signs between them are plain, each in its place.

    Args:
        text: folded.
    """
    plain = text.translate(_TO_DIGITS)
    if "么" in plain:
        plain = _YAO.sub("1", plain)
    if _ANY_SOUND.search(plain):
        plain = _SOUNDED.sub(_heard, plain)
    plain = _SAID_SIGN.sub(lambda found: found[1] + " " * (len(found[0]) - 1), plain)
    if _ANY_LETTER.search(plain):
        plain = _LETTERED.sub(_spelt, plain)
    return _LOOKED.sub(_seen, plain)


def _heard(found: re.Match[str]) -> str:
    """Digits among which characters stand that sound like some, when most of them are digits."""
    return found[0].translate(_SOUNDING) if 5 * sum(map(str.isdigit, found[0])) >= 3 * len(found[0]) else found[0]


def _spelt(found: re.Match[str]) -> str:
    """Digits among which letters stand that look like some, when enough of them are digits."""
    groups = re.findall(r"[\doli|]+", found[0])
    size, many = sum(map(len, groups)), sum(map(str.isdigit, found[0]))
    is_number = size >= 7 and 3 * many > size and not any(group in ("o", "l", "i", "|") for group in groups)
    return found[0].translate(_LETTERS) if is_number else found[0]


def _seen(found: re.Match[str]) -> str:
    """A mobile number in which a few letters stand that look like digits."""
    return found[0].translate(_LOOKING) if sum(map(str.isdigit, found[0])) > 6 else found[0]


def spoken(text: str) -> list[Spoken]:
    """Runs of digits of which some are words in Latin letters; counting (one two three) is none.

    Args:
        text: folded.
    """
    if not _ANY_WORDS.search(text):
        return []
    made = []
    for found in _SPOKEN.finditer(text):
        digits, times, words = "", 1, 0
        for said, word, number in _TOKEN.findall(found[0]):
            if said:
                times = _TIMES[said]
                continue
            words += len(word) > 1
            digits += (str(_WORDS[word]) if word else number) * times
            times = 1
        steps = {int(after) - int(before) for before, after in pairwise(digits)}
        if words >= _LEAST_WORDS and len(steps) > 1 and len(digits) >= 5:
            made.append(Spoken(*found.span(), digits))
    return made

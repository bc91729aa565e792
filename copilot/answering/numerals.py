"""Numbers as they are written in digits, in Chinese characters and in English words; folded text only."""

from __future__ import annotations

_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_WORDS = {word: value for value, word in enumerate(_COUNTED.split())} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
    "dozen": 12,
}

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN = r"[零一二两俩三四五六七八九十百千万]+"
EN_WORDS = "|".join(sorted(_WORDS, key=len, reverse=True))
NUM = rf"(?:(?:{DIGITS}) ?[万千k]?|{HAN}|\b(?:{EN_WORDS})\b)"
SPAN = r"\s*(?:[-–—~至到]|to|through|and)\s*"


def number_of(written: str) -> float:
    """The value of a number in digits, Chinese characters or an English word, folded."""
    plain = written.strip().replace(",", "").replace(" ", "")
    if plain in _WORDS:
        return float(_WORDS[plain])
    scale = 1.0
    if plain and plain[0].isdigit():
        if plain[-1] in "万千k":
            scale = 10_000.0 if plain[-1] == "万" else 1000.0
            plain = plain[:-1]
        return float(plain) * scale
    if not any(char in _UNITS or char == "万" for char in plain):
        return float("".join(str(_DIGITS[char]) for char in plain) or 0)
    total = section = digit = 0
    last = 1
    for char in plain:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "万":
            total, section, digit, last = total + (section + digit) * 10_000, 0, 0, 10_000
        else:
            section += (digit or 1) * _UNITS[char]
            digit, last = 0, _UNITS[char]
    # 一百二 is 120, 一百零二 is 102.
    tail = digit * last // 10 if digit and last >= 100 and plain[-2] != "零" else digit
    return float(total + section + tail)

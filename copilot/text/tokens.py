"""The only tokeniser for search: CJK characters and their pairs, and whole words of every other script."""

from __future__ import annotations

import re

from copilot.text.fold import folded

# Han with its extensions, 々 and 〆, kana, and Hangul syllables: scripts in which a character is a unit of meaning or
# words are not set apart reliably. Folding has already replaced compatibility forms.
CJK = "\u3005-\u3006\u3041-\u3096\u309d-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Longer runs are keys and encoded data that nobody types again.
_LONGEST = 64


def tokens(text: str) -> list[str]:
    """Split a text into the tokens by which it is found.

    Args:
        text: raw text; it is folded here.

    Returns:
        In order: each word in lower case (cut after 64 characters), and for each run of CJK characters the single
        characters followed by the pairs of neighbours. A token holds no white space.
    """
    plain = folded(text)
    if plain.isascii():
        return [word[:_LONGEST] for word in _ASCII_WORD.findall(plain)]
    found: list[str] = []
    for run in _RUN.findall(plain):
        if run[0] < "\u3005" or not _is_cjk(run[0]):
            found.append(run[:_LONGEST])
            continue
        found.extend(run)
        found.extend(map(str.__add__, run, run[1:]))
    return found


_is_cjk = re.compile(f"[{CJK}]").match

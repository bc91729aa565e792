"""Private marks by which whoever writes material for a model says where it names somebody.

Many names are words (阳光, 群主, May), and no reader of a text can tell for certain which of them are meant. Whoever
writes a line knows, and puts the name between marks. On the way to a model that is not local, masking makes a
placeholder of what stands between them, a known name or not; on every other way the marks are taken off.

A text that was told before, by a model or as a reply, has lost its marks. It goes between marks of another kind, in
which each name that is known counts wherever it stands.

The marks are characters for private use, without a meaning anywhere else. Members who write them themselves have no
more of it than that their own words are masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_NAME: Final = "\uf8d0"
_NAME_END: Final = "\uf8d1"
_TOLD: Final = "\uf8d2"
_TOLD_END: Final = "\uf8d3"
_ALL: Final = dict.fromkeys(map(ord, (_NAME, _NAME_END, _TOLD, _TOLD_END)))
# A text may be cut within a name, or within what was told; a name ends with its line.
_NAMES: Final = re.compile(rf"{_NAME}([^{_NAME}{_NAME_END}\n]+){_NAME_END}?")
_TOLDS: Final = re.compile(rf"{_TOLD}([^{_TOLD}{_TOLD_END}]+){_TOLD_END}?")


def marked(name: str) -> str:
    """A name as it is written into material; "" where there is none."""
    plain = " ".join(unmarked(name).split())
    return f"{_NAME}{plain}{_NAME_END}" if plain else ""


def retold(text: str) -> str:
    """A text that may name anybody anywhere, as replies of before do; the names that are marked in it stay so."""
    plain = text.replace(_TOLD, "").replace(_TOLD_END, "")
    return f"{_TOLD}{plain}{_TOLD_END}" if plain.strip() else plain


def unmarked(text: str) -> str:
    """A text without marks, as people and local models read it."""
    return text.translate(_ALL) if _has_marks(text) else text


def resolved(text: str, named: Callable[[str], str], before: Callable[[str], str]) -> str:
    """A text with something else in the place of what is marked.

    Args:
        named: what stands for a name.
        before: what stands for a text that was told before, in which names were replaced already.
    """
    if not _has_marks(text):
        return text
    text = _NAMES.sub(lambda found: named(unmarked(found[1])), text)
    return unmarked(_TOLDS.sub(lambda found: before(unmarked(found[1])), text))


def _has_marks(text: str) -> bool:
    return not text.isascii() and any(chr(code) in text for code in _ALL)

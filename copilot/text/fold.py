"""Folding: one form for texts that look or mean the same to a reader, with a way back to the raw text.

Folding is NFKC, case folding, traditional to simplified Chinese, look-alike letters and digits of other scripts to
Latin, and the removal of characters that nobody sees. It serves matching only: what people read is the raw text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

# Letters that most fonts draw like a Latin letter. Case folding comes first, so the lower-case forms suffice,
# save for capitals whose lower-case form looks different (Cyrillic В, Н; Greek Η, Ρ): those stand here as capitals.
_LOOK_ALIKES = {
    **dict(zip("авекмнорстухіјѕԁԛԝһӏҽ", "abekmhopctyxijsdqwhie", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
    **dict(zip("αικνορτυχϲϳ", "aikvoptuxcj", strict=True)),
    **dict(zip("ɑɡɩıʟʀɴᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "agiilrnacdejkmoptuvwz", strict=True)),
}
# Simplified Chinese has these forms of radicals that NFKC leaves alone; each is drawn like the character it maps to.
_RADICALS = dict(
    zip("⺁⺟⺠⻅⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻥⻦⻩⻬⻰⺼", "厂母民见贝车长门青韦页风飞食马鱼鸟黄齐龙月", strict=True)
)
# Runs of letters or digits in discs and squares without a compatibility mapping: (first character, what it stands for).
_ENCLOSED_RUNS = (
    ("🅐", "abcdefghijklmnopqrstuvwxyz"),
    ("🅰", "abcdefghijklmnopqrstuvwxyz"),
    ("❶", "123456789"),
    ("➀", "123456789"),
    ("➊", "123456789"),
    ("⓵", "123456789"),
)
_ENCLOSED = {chr(ord(first) + i): as_plain for first, plain in _ENCLOSED_RUNS for i, as_plain in enumerate(plain)}
_ENCLOSED |= {"❿": "10", "➉": "10", "➓": "10", "⓾": "10", "⓿": "0", "🄌": "0", "〇": "零"}
_PLAIN = _LOOK_ALIKES | _RADICALS | _ENCLOSED

# Characters without ink that Unicode does not put into the category Cf: fillers, joiners and variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
# Half-width kana marks, which NFKC makes combining marks, and the second and third letters of a Hangul syllable.
_JOINS_BEFORE = frozenset("\uff9e\uff9f") | frozenset(map(chr, range(0x1161, 0x1200)))
# Folding is repeated until nothing changes; no character needs more rounds than this.
_MOST_ROUNDS = 6


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    """OpenCC's traditional-to-simplified converter, loaded at the first character that needs it."""
    return OpenCC("t2s")


def _is_dropped(char: str) -> bool:
    """Whether a character leaves nothing behind: format characters, lone surrogates and those without ink."""
    return char in _INVISIBLE or unicodedata.category(char) in ("Cf", "Cs")


def _joins(char: str) -> bool:
    """Whether a character belongs to the one before it."""
    return unicodedata.combining(char) != 0 or char in _JOINS_BEFORE or _is_dropped(char)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    """Fold a character together with the marks that belong to it."""
    kept = "".join(char for char in cluster if not _is_dropped(char))
    for _ in range(_MOST_ROUNDS):
        before = kept
        kept = unicodedata.normalize("NFKC", kept)
        kept = "".join(_PLAIN[char] if char in _PLAIN else char.casefold() for char in kept)
        kept = "".join(_PLAIN.get(char, char) for char in kept if not _is_dropped(char))
        kept = "".join(_simplifier().convert(char) if _is_han(char) else char for char in kept)
        if kept == before:
            break
    return kept


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met. `marked` are those that join the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if _joins(char):
            self.marked.add(char)
        plain = _fold_cluster(char)
        self[code] = plain
        return plain


_TABLE = _Table()


def folded(text: str) -> str:
    """Fold a text without keeping track of where its characters came from.

    Args:
        text: any string, lone surrogates included.

    Returns:
        The same as `fold(text).text`.
    """
    if text.isascii():
        return text.lower()
    plain = text.translate(_TABLE)
    if _TABLE.marked.isdisjoint(text):
        return plain
    return "".join(_TABLE[ord(cluster)] if len(cluster) == 1 else _fold_cluster(cluster) for cluster in _clusters(text))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where it came from.

    `starts[i]` is the place in `text` where the i-th cluster of the raw text begins, `raw_starts[i]` its place in the
    raw text; both end with the full length. They are empty where folding moved nothing.
    """

    text: str
    starts: tuple[int, ...] = ()
    raw_starts: tuple[int, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw text's span from which a span of the folded text came.

        Args:
            start, end: places in `text`, with 0 <= start <= end <= len(text).

        Returns:
            Start and end in the raw text; it covers whole characters with their marks. An empty span stays empty.

        Raises:
            ValueError: the span is not inside the folded text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"The span {start}:{end} is not inside a text of {len(self.text)} characters.")
        if not self.starts:
            return start, end
        first = bisect_right(self.starts, start) - 1
        if start == end:
            return self.raw_starts[first], self.raw_starts[first]
        last = bisect_right(self.starts, end - 1) - 1
        return self.raw_starts[first], self.raw_starts[last + 1]


def fold(text: str) -> Folded:
    """Fold a text so that spans of the result can be mapped back.

    Args:
        text: any string.

    Returns:
        The folded text with its offset map.
    """
    if text.isascii():
        return Folded(text.lower())
    parts: list[str] = []
    starts: list[int] = []
    raw_starts: list[int] = []
    at = raw_at = 0
    for cluster in _clusters(text):
        plain = _TABLE[ord(cluster)] if len(cluster) == 1 else _fold_cluster(cluster)
        starts.append(at)
        raw_starts.append(raw_at)
        parts.append(plain)
        at += len(plain)
        raw_at += len(cluster)
    return Folded("".join(parts), (*starts, at), (*raw_starts, raw_at))


def _clusters(text: str) -> Iterator[str]:
    """Split a text into characters, each with the marks and invisible characters that follow it."""
    begin = 0
    for i in range(1, len(text)):
        if text[i].isascii() or not _joins(text[i]):
            yield text[begin:i]
            begin = i
    if text:
        yield text[begin:]

"""Names of members in folded text: whole, with look-alike letters, wherever they stand — or only where one is named.

Many names are words: 阳光, 开心就好, Will, 群主. Taking them out of every sentence would leave little of it, so a name
that reads as a word, or is a single character, counts only where somebody is named: after an @, as the speaker of a
line, between quotation marks, or before a form of address (阳光姐) — or where the writer of a text marks it as a name
(`copilot.text.marks`). Two Chinese characters read as a word unless they
have the shape of a name (a surname with another character, 阿 with one, characters of given names); longer names and
other scripts read as a name unless they stand in a list of words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from copilot.models.ordinary import COMPOUND, GIVEN, RARE_AS_SURNAMES, SURNAMES, WORDS_EN, WORDS_ZH
from copilot.models.spans import NAME, Span
from copilot.text.fold import folded

_LONGEST = 60
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_HAN = re.compile(r"[\u3400-\u9fff]+")

_SPEAKER_START = re.compile(r"(?:^|\n|<data-[0-9a-f]+ )[\s\d\-/:.,()\[\]年月日周一二三四五六点分|>·#*]{0,40}\Z")
_QUOTED = {"「": "」", "『": "』", "“": "”", "‘": "’", '"': '"', "'": "'", "·": "·>\n", "|": "|>\n"}
# A quotation opens with whoever is quoted: 「阳光：好的」.
_QUOTES = "「『“‘"
_SPEAKS = re.compile(r" ?(?:[(\[][^\n()\[\]]{1,24}[)\]])? ?(?::|>)|,? (?:says|said|wrote)\b| ?\d{1,2}:\d\d")
_ADDRESSED = re.compile(
    r"(?:姐|哥|妈妈|爸爸|宝妈|宝爸|奶奶|爷爷|叔|阿姨|先生|女士|师傅|老师|总|大佬|同学|学姐|学长)(?![们家])"
)
# An @ with a word behind it that ends where clients end a mention. Such a one may be of somebody of long ago.
_MENTION = re.compile(
    r"(?<![\w.@/])@(?!(?:all|everyone|here|channel|所有人|全体成员|全体|大家)(?!\w))([^\W_][^\s@:,，。!?]{0,11})(?=[\s:]|\Z)"
)
_LATIN = re.compile(r"[^\W_]")


class Names:
    """The names of a member table, to be found in texts.

    Args:
        names: as members write them; a name that is framed by signs or emoji is known without them as well.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._reads_as_word: dict[str, bool] = {}
        for name in names:
            whole = " ".join(folded(name).split())[:_LONGEST]
            for plain in (whole, _EDGES.sub("", whole)):
                if plain and plain not in self._reads_as_word:
                    self._reads_as_word[plain] = _reads_as_word(plain)
        # How long the names are that begin with two characters, or are one; the longest first.
        sizes: dict[str, set[int]] = {}
        for plain in self._reads_as_word:
            sizes.setdefault(plain[:2], set()).add(len(plain))
        self._sizes = {start: sorted(found, reverse=True) for start, found in sizes.items()}
        self._singles = any(len(start) == 1 for start in sizes)

    def find(self, text: str, *, anywhere: bool = False) -> Iterator[Span]:
        """Find names, the longest at each place.

        Args:
            text: folded.
            anywhere: whether names that read as words count where nobody need be named; single characters do not,
                unless they are the whole text.
        """
        if not text:
            return
        pairs = {*map(str.__add__, text, text[1:]), text[-1]}
        starts = self._sizes.keys() & (pairs | set(text) if self._singles else pairs)
        at = 0
        for start in sorted(place for one in starts for place in _places(text, one)):
            if start >= at and (end := self._match(text, start, anywhere)):
                yield Span(start, end, NAME)
                at = end
        if "@" in text:
            # Those that are known come first, and of what overlaps them nothing is taken.
            yield from (Span(*found.span(1), NAME) for found in _MENTION.finditer(text))

    def _match(self, text: str, start: int, anywhere: bool) -> int:
        """The end of the longest name at a place, 0 where there is none."""
        sizes: tuple[int, ...] = (*self._sizes.get(text[start : start + 2], ()), *self._sizes.get(text[start], ()))
        for end in (start + size for size in sizes):
            is_word = self._reads_as_word.get(text[start:end])
            if is_word is None or end > len(text) or not _stands_alone(text, start, end):
                continue
            if not is_word or _is_named(text, start, end) or (anywhere and (end - start > 1 or len(text) == 1)):
                return end
        return 0


def _places(text: str, piece: str) -> Iterator[int]:
    """Everywhere that a piece stands in a text."""
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a name is no part of a longer word or number; Chinese has no such edges, but 哈 in 哈哈哈 is no name."""
    name = text[start:end]
    if len(set(name)) == 1 and (text[start - 1 : start] == name[0] or text[end : end + 1] == name[0]):
        return False
    return not (
        (start and _joins(text[start - 1], text[start])) or (end < len(text) and _joins(text[end - 1], text[end]))
    )


def _joins(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and left < "\u2e80" and right < "\u2e80"


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether somebody is named at a place."""
    left = text[start - 1] if start else "\n"
    if left == "@":
        return True
    right = text[end : end + 1]
    if left in _QUOTED and right and (right in _QUOTED[left] or (left in _QUOTES and _SPEAKS.match(text, end))):
        return True
    if left == " " and start > 1 and text[start - 2] in "·|" and text[end : end + 2].strip() in ("·", "|", ">", ""):
        return True
    if _SPEAKER_START.search(text, max(0, start - 60), start) and _SPEAKS.match(text, end):
        return True
    return text[start] >= "\u2e80" and _ADDRESSED.match(text, end) is not None


def _reads_as_word(name: str) -> bool:
    """Whether a name, folded, may stand in a sentence without anybody being meant."""
    letters = "".join(_LATIN.findall(name))
    if len(letters) < 2 or letters.isdigit():
        return True
    if not _HAN.search(name):
        return len(letters) < 3 or all(word in WORDS_EN for word in re.findall(r"[^\W\d_]+", name))
    if not _HAN.fullmatch(name):
        return False
    if name in WORDS_ZH:
        return True
    if name.startswith(COMPOUND) and len(name) in (3, 4):
        return False
    if len(name) == 2:
        is_personal = name[0] in SURNAMES and name[0] not in RARE_AS_SURNAMES
        return not (is_personal or name[0] == "阿" or (name[0] in "小老" and name[1] in SURNAMES) or _is_given(name))
    return len(name) == 3 and name[:2] in WORDS_ZH and name[0] not in SURNAMES - RARE_AS_SURNAMES


def _is_given(name: str) -> bool:
    """Whether two characters are the given name of somebody, a doubled one included."""
    return all(char in GIVEN for char in name) or name[0] == name[1]

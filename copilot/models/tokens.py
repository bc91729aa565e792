"""How many tokens a text has, and what of several texts fits into a budget of them.

Counted by the ranks of o200k where their file is at hand: in the folder that `TIKTOKEN_CACHE_DIR` names, under the name
that tiktoken gives it. Nothing is ever fetched. Otherwise it is an estimate that is rather too high for Chinese: one
token a CJK character, one for three others. It does not know the ranks of each vendor: what a server counted itself is
what is recorded and paid.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

RANKS_FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""How tiktoken names the file of o200k in its cache: the SHA-1 of where it is published."""
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""What the file must be, as tiktoken itself checks it; with anything else tiktoken would go and fetch it anew."""

# Han, kana, Hangul, full-width marks and emoji: all that stands from here on.
_WIDE = re.compile("[\u2e80-\U0010ffff]")
_OTHERS_A_TOKEN = 3
# Counting costs more than linearly with the length of a run without spaces; a text is counted in pieces of this length.
_PIECE = 2000
# A text that is cut ends at the end of a line or a sentence, if one is among so much of its end.
_TAIL = 0.25
_ENDS = re.compile(r"\n|[。！？；]|[.!?;](?=\s)")


def is_exact() -> bool:
    """Whether texts are counted by ranks; otherwise they are estimated."""
    return _ranks() is not None


def count(text: str) -> int:
    """Count or estimate the tokens of a text; see `is_exact`."""
    by_ranks = _ranks()
    if by_ranks is None:
        return estimate(text)
    return sum(by_ranks(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))


def estimate(text: str) -> int:
    """Estimate the tokens of a text: one a CJK character, one for three others."""
    wide = sum(1 for _ in _WIDE.finditer(text))
    return wide + -(-(len(text) - wide) // _OTHERS_A_TOKEN)


def cut(text: str, budget: int) -> str:
    """The beginning of a text that fits into a budget, up to the end of a line or sentence where one is near.

    Args:
        text: raw text.
        budget: tokens, 0 or more.

    Returns:
        The text itself where it fits; "" where nothing does.
    """
    # Tokens of written text are hardly ever longer; beyond this nothing is looked at.
    kept = text[: max(0, budget) * 16]
    if count(kept) <= budget:
        if len(kept) == len(text):
            return text
    else:
        fits, too_long = 0, len(kept)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if count(kept[:middle]) <= budget:
                fits = middle
            else:
                too_long = middle
        kept = kept[:fits]
    ends = [match.end() for match in _ENDS.finditer(kept, int(len(kept) * (1 - _TAIL)))]
    return kept[: ends[-1]].rstrip() if ends else kept.rstrip()


def pack(texts: Sequence[str], budget: int, *, longest: int | None = None) -> list[str]:
    """Choose what is told of several texts.

    Args:
        texts: the most relevant first.
        budget: tokens for all together.
        longest: the most tokens of one text; longer ones are cut.

    Returns:
        The first so many of the texts that fit, in their order; the last of them may be cut.
    """
    packed: list[str] = []
    left = budget
    for text in texts:
        most = left if longest is None else min(left, longest)
        fitting = cut(text, most)
        if text and not fitting:
            break
        packed.append(fitting)
        left -= count(fitting)
        if len(fitting) < len(text) and most < (longest or most + 1):
            # It was the budget that cut it.
            break
    return packed


@lru_cache(maxsize=1)
def _ranks() -> Callable[[str], int] | None:
    """Counts by ranks, where their file is at hand and whole."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", "")
    if not folder:
        return None
    try:
        there = hashlib.sha256((Path(folder) / RANKS_FILE).read_bytes()).hexdigest()
    except OSError:
        return None
    if there != RANKS_SHA256:
        return None
    # Takes a tenth of a second, and only those who count pay for it.
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")
    # Members may write what looks like a mark of the model's own: it is counted as the text that it is.
    return lambda text: len(encoding.encode_ordinary(text))

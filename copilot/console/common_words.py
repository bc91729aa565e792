"""The words that two texts share, as people read them: whole stretches, not the pieces that search works with."""

from __future__ import annotations

from collections.abc import Iterable

from copilot.text.fold import folded


def common_words(pieces: Iterable[str], text: str, others: Iterable[str]) -> list[str]:
    """Join the pieces that search compares into the words that stand in both texts.

    Search cuts Chinese into single characters and overlapping pairs. Pairs that overlap in `text` are joined where
    the longer word stands in one of the `others` too; single characters are left out, for they say nothing.

    Args:
        pieces: what search found in common (`Hit.matched`, `Link.shared`).
        text: the question, or the message.
        others: the wordings of the passage, or the message that is answered.

    Returns:
        The words in the order of the text, folded (lower case, simplified), each once and none inside another.
    """
    line = folded(text)
    there = [folded(other) for other in others]
    spans = sorted(
        (start, start + len(piece))
        for piece in {piece for piece in pieces if len(piece) > 1}
        for start in _places(line, piece)
    )
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            whole = (joined[-1][0], max(end, joined[-1][1]))
            if any(line[whole[0] : whole[1]] in other for other in there):
                joined[-1] = whole
                continue
        joined.append((start, end))
    words = list(dict.fromkeys(line[start:end] for start, end in joined))
    return [word for word in words if not any(word != other and word in other for other in words)]


def _places(line: str, piece: str) -> Iterable[int]:
    at = line.find(piece)
    while at >= 0:
        yield at
        at = line.find(piece, at + 1)

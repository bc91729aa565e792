"""Passes over what a model thinks aloud before it replies, where a server leaves it in the reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from copilot.models.characters import whole_pieces

THINKING_TOKENS = 2_000
"""Added to what may be said where a model's thinking aloud could not be switched off: it counts as said."""
_OPENING, _CLOSING = "<think>", "</think>"


def without_thinking(pieces: Iterable[str]) -> Iterator[str]:
    """A reply without `<think>…</think>` at its beginning, in pieces as they come.

    Args:
        pieces: parts of the text, cut anywhere.
    """
    rest = whole_pieces(pieces)
    held = ""
    for piece in rest:
        held += piece
        said = _after_thinking(held)
        if said:
            yield said
            yield from rest
            return
    if held and not held.lstrip().startswith(_OPENING):
        yield held


def _after_thinking(text: str) -> str:
    """What is said in a text that may begin with thoughts; "" while that cannot be told."""
    begun = text.lstrip()
    if begun.startswith(_OPENING):
        return begun.partition(_CLOSING)[2].lstrip()
    return "" if _OPENING.startswith(begun) else text

"""Characters that a server sends in two pieces: an emoji in JSON may be two halves, neither of which is text alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """A text with halves joined where both are there, and replaced by U+FFFD where one is missing."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """The same for a text in pieces: a first half at the end of one waits for the next."""
    held = ""
    for piece in pieces:
        text = held + piece
        held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        if said := whole(text.removesuffix(held)):
            yield said
    if held:
        yield whole(held)

"""Text exports that write a header line and the message's lines below it.

A member may post a line that looks like a header. Three habits of the exporters tell the two apart: where an export
puts a blank line before every header, a line without one is text; a line right below a header is text, because no
message is empty; and a format may know more (see each format's own rule).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from copilot.importers.export import MAX_TEXT

MAX_HEADER = 300
"""The most characters of a header line: names are far shorter, and a pattern costs the square of it at worst."""

H = TypeVar("H")


class Mark:
    """A line that stands between messages and belongs to none: a date, a divider, a title."""


@dataclass(frozen=True, slots=True)
class Block(Generic[H]):
    """A header with the text below it.

    Args:
        line: the number of the header's line, from 1; without a header that of the first line that is not blank.
        header: what the format read from the line; None for text before the first header.
        text: the lines below, without the blank lines at both ends.
    """

    line: int
    header: H | None
    text: str


def read_blocks(lines: Iterable[str], header_of: Callable[[str], H | None], *, spaced: bool) -> Iterator[Block[H]]:
    """Cut lines into blocks, holding one block at a time; what a block has beyond `MAX_TEXT` characters is dropped, and
    enough of it stays to tell that it was longer.

    Args:
        header_of: what a line is the header of; None for text. It may keep state: it is asked once for each line that
            can be a header, in order.
        spaced: whether headers have a blank line before them; see `is_spaced`.
    """
    start, header, kept, size = 1, None, list[str](), 0
    # The line before: whether it was blank, and whether it was a header (of a message, not a mark).
    after_blank, after_header = True, False
    for number, raw in enumerate(lines, 1):
        line = raw.removesuffix("\r")
        may_be_header = not after_header and (after_blank or not spaced) and len(line) <= MAX_HEADER
        found = header_of(line) if may_be_header else None
        if found is None:
            if size <= MAX_TEXT:
                kept.append(line)
                size += len(line) + 1
            after_blank, after_header = not line.strip(), False
            continue
        yield from _block(start, header, kept)
        start, header, kept, size = number, found, [], 0
        after_header = not isinstance(found, Mark)
        after_blank = not after_header
    yield from _block(start, header, kept)


def header_lines(head: str) -> list[str]:
    """The lines at the start of an export as `header_of` would see them; "-" stands for one too long to be a header, so
    that a pattern is never tried on it."""
    lines = (line.removesuffix("\r") for line in head.split("\n"))
    return [line if len(line) <= MAX_HEADER else "-" for line in lines]


def is_spaced(head: str, is_header: Callable[[str], bool]) -> bool:
    """Whether most of the headers at the start of an export have blank lines before them."""
    blank_before, spaced, total = True, 0, 0
    for position, line in enumerate(header_lines(head)):
        if position and is_header(line):
            spaced += blank_before
            total += 1
        blank_before = not line.strip()
    return spaced > total / 2


def _block(start: int, header: H | None, lines: list[str]) -> Iterator[Block[H]]:
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while first < last and not lines[last - 1].strip():
        last -= 1
    if header is not None or first < last:
        line = start if header is not None else start + first
        yield Block(line, header, "\n".join(lines[first:last]))

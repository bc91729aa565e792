"""CSV read row by row in constant memory. A row with a stray quote costs that row, not the rest of the file."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ROW = 2_000_000
"""The most characters of one row; a quote that is never closed would otherwise swallow the rest of the file."""

_MAX_ROW_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `line` is where it begins; `problem` says why there are no cells."""

    line: int
    cells: list[str]
    text: str
    problem: str | None = None


def read_rows(lines: Iterable[str], *, first_line: int) -> Iterator[Row]:
    """Rows of comma-separated cells in which a quoted cell may span lines. Blank lines between rows are no rows.

    A row ends where its quotes are balanced. One that never does is given up at its first line, and reading goes on
    with the line after it.
    """
    numbered = enumerate(lines, first_line)
    # Lines that were read ahead for a row that turned out to have no end.
    ahead: deque[tuple[int, str]] = deque()
    while (first := ahead.popleft() if ahead else next(numbered, None)) is not None:
        number, text = first
        if not text.strip():
            continue
        taken, length, quotes = [text], len(text), text.count('"')
        while quotes % 2 and length <= MAX_ROW and len(taken) <= _MAX_ROW_LINES:
            if len(taken) > len(ahead):
                following = next(numbered, None)
                if following is None:
                    break
                ahead.append(following)
            line = ahead[len(taken) - 1][1]
            taken.append(line)
            length += len(line) + 1
            quotes += line.count('"')
        if quotes % 2:
            yield Row(number, [], text, "the row is too long" if length > MAX_ROW else "a quotation mark is not closed")
            continue
        for _ in taken[1:]:
            ahead.popleft()
        yield _row(number, "\n".join(taken).removesuffix("\r"))


def _row(line: int, text: str) -> Row:
    try:
        [cells] = csv.reader([text])
    except csv.Error as error:
        return Row(line, [], text, f"the row is not CSV ({error})")
    return Row(line, cells, text)

"""Cutting a document into sections that are short enough to be found and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from copilot.records import Document

if TYPE_CHECKING:
    from markdown_it.token import Token

# About what one can read at a glance in a chat, and what a word index ranks well.
LONGEST_SECTION: Final = 800
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’」』）)]*|\n|$)|[^\n]+")


class Section(NamedTuple):
    """A piece of a document: the headings above it, outermost first, and its Markdown without them."""

    path: tuple[str, ...]
    text: str


def sections(document: Document, longest: int = LONGEST_SECTION) -> list[Section]:
    """Cut a document's Markdown at its headings, and what is longer than that between its blocks.

    Tables, code and lists stay whole where they fit; a table that is cut repeats its head. The same text always gives
    the same sections.

    Args:
        longest: characters that a section may have.
    """
    lines = document.text.split("\n")
    path: list[tuple[int, str]] = []
    found: list[Section] = []
    pending: list[str] = []
    is_bare = False

    def close(next_level: int) -> None:
        nonlocal pending, is_bare
        titles = tuple(title for _, title in path if title)
        if pending:
            found.extend(Section(titles, text) for text in _packed(pending, longest))
        elif is_bare and titles and next_level <= path[-1][0]:
            # A heading that holds nothing is still something that is said.
            found.append(Section(titles[:-1], titles[-1]))
        pending, is_bare = [], False

    for token in _blocks(document.text):
        if token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open":
            level = int(token.tag[1:])
            close(level)
            path = [(above, title) for above, title in path if above < level]
            path.append((level, _heading_text(lines[start:end])))
            is_bare = True
        elif text := "\n".join(lines[start:end]).strip("\n").rstrip():
            pending += _pieces(token.type, text, longest)
    close(0)
    return found


def _blocks(text: str) -> Iterator[Token]:
    """The outermost blocks of a Markdown text, in order.

    What stands inside a line is not looked at, and `[注意]: 明天休息` is a paragraph, not the target of a link.
    """
    # Slow to load, and most questions at the command line are answered without a document.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").disable(["inline", "reference"])
    return (token for token in parser.parse(text) if token.level == 0 and token.nesting >= 0)


def _heading_text(lines: list[str]) -> str:
    text = " ".join(line.strip() for line in lines if not re.fullmatch(r"\s{0,3}(=+|-+)\s*", line))
    return re.sub(r"\s+#+\s*$", "", re.sub(r"^#{1,6}\s*", "", text)).strip(" *`")


def _packed(pieces: list[str], longest: int) -> Iterator[str]:
    """Join neighbouring pieces as long as they fit."""
    held = ""
    for piece in pieces:
        if held and len(held) + 2 + len(piece) > longest:
            yield held
            held = piece
        else:
            held = f"{held}\n\n{piece}" if held else piece
    if held:
        yield held


def _pieces(kind: str, text: str, longest: int) -> list[str]:
    """A block whole if it fits; else a table by rows under its head, code and lists by lines, prose by sentences."""
    if len(text) <= longest:
        return [text]
    if kind not in ("table_open", "fence", "code_block"):
        return _runs(_SENTENCE.findall(text), longest)
    lines = text.splitlines(keepends=True)
    head = "".join(lines[:2]) if kind == "table_open" else ""
    # A head that leaves no room for rows is a row like the others.
    return _runs(lines, longest) if len(head) * 2 > longest else _runs(lines[2 if head else 0 :], longest, head)


def _runs(parts: list[str], longest: int, head: str = "") -> list[str]:
    """Join neighbouring parts up to a length, each run under `head`; a part that is too long is cut."""
    room = longest - len(head)
    found: list[str] = []
    held = ""
    for piece in (part[at : at + room] for part in parts for at in range(0, len(part), room)):
        if len(held) + len(piece) > room:
            found.append(held)
            held = ""
        held += piece
    found.append(held)
    return [head + text.strip("\n") for text in found if text.strip()]

"""Bytes of a text file as text."""

from __future__ import annotations


def decoded(content: bytes) -> str | None:
    """Read text in UTF-8, UTF-16 with a mark, or GB18030, which Chinese programs write without one.

    Args:
        content: the whole file.

    Returns:
        The text without its mark; None where it is in none of these encodings, or holds NUL and so is no text.
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None

"""JSON read value by value from a stream, in constant memory.

A value (one message) is decoded by the standard library's decoder; only what surrounds the values is walked here. So a
file in any of our encodings can be read, a byte that cannot be decoded costs one message and not the file, and the
position of a break is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from copilot.errors import BrokenFile

MAX_VALUE = 16_000_000
"""The most characters of one value. Messages are far shorter; more is a file that was made to fill the memory."""

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_DECODER = json.JSONDecoder(strict=False)
_WALKED_LEVELS = 3
_NEAR_END = 32
"""A syntax error so close to the end of what is read may come from the cut; a \\uXXXX\\uXXXX pair is 12 characters."""


class JsonWalk:
    """A walk through one JSON document.

    After `members()` or `elements()` has yielded, exactly one of `value()`, `skip()`, `members()` or `elements()` must
    consume the member before the next is asked for.
    """

    def __init__(self, chunks: Iterator[str], name: str) -> None:
        self._chunks = chunks
        self._name = name
        self._buffer = ""
        self._at = 0
        self._before = 0
        self._ended = False

    @property
    def position(self) -> int:
        """Characters walked so far."""
        return self._before + self._at

    def peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def members(self) -> Iterator[str]:
        """The keys of an object; the value of each must be consumed before the next."""
        self._take("{")
        if self.peek() == "}":
            self._take("}")
            return
        while True:
            if self.peek() != '"':
                raise self.broken("a key is missing")
            key = str(self.value())
            self._take(":")
            yield key
            if self.peek() == ",":
                self._take(",")
                continue
            self._take("}")
            return

    def elements(self) -> Iterator[int]:
        """The positions (from 0) of an array's values; each value must be consumed before the next."""
        self._take("[")
        if self.peek() == "]":
            self._take("]")
            return
        index = 0
        while True:
            yield index
            index += 1
            if self.peek() == ",":
                self._take(",")
                continue
            self._take("]")
            return

    def value(self) -> object:
        """Decode the next value whole.

        Raises:
            BrokenFile: it is damaged, breaks off, or is longer than `MAX_VALUE` characters.
        """
        if not self.peek():
            raise self.broken("it breaks off")
        while True:
            try:
                decoded, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                unterminated = error.msg.startswith("Unterminated string")
                at_end = error.pos >= len(self._buffer)
                broken = self.broken("it breaks off" if unterminated or at_end else error.msg, at=error.pos)
                if (unterminated or error.pos >= len(self._buffer) - _NEAR_END) and self._grow():
                    continue
                raise broken from error
            except RecursionError as error:
                raise self.broken("its values are nested too deeply") from error
            except ValueError as error:
                # Whole numbers of thousands of digits, which Python refuses to convert.
                raise self.broken("a number is too long") from error
            # A number that ends where the buffer ends may go on.
            if end == len(self._buffer) and self._grow():
                continue
            self._at = end
            value: object = decoded
            return value

    def skip(self, level: int = 0) -> None:
        """Consume the next value without keeping it: outer containers are walked, what is inside is decoded."""
        opening = self.peek() if level < _WALKED_LEVELS else ""
        if opening == "{":
            for _ in self.members():
                self.skip(level + 1)
        elif opening == "[":
            for _ in self.elements():
                self.skip(level + 1)
        else:
            self.value()

    def finish(self) -> None:
        """Check that nothing follows the document.

        Raises:
            BrokenFile: something does.
        """
        if self.peek().strip("\0"):
            raise self.broken("something follows after the end of the JSON")

    def broken(self, reason: str, *, at: int | None = None) -> BrokenFile:
        """The error for a break at a place in the buffer (here by default)."""
        position = self._before + (self._at if at is None else at)
        return BrokenFile(
            f"{self._name} is damaged near character {position} ({reason}); nothing was imported, export it again"
        )

    def _take(self, character: str) -> None:
        found = self.peek()
        if found != character:
            raise self.broken("it breaks off" if not found else f"{character!r} is missing")
        self._at += 1

    def _more(self) -> bool:
        """Drop what was walked and read one more chunk."""
        if self._ended:
            return False
        self._before += self._at
        self._buffer = self._buffer[self._at :]
        self._at = 0
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
            return False
        self._buffer += chunk
        return True

    def _grow(self) -> bool:
        """Double what is unread, so that a long value is decoded again only a few times."""
        unread = len(self._buffer) - self._at
        if unread > MAX_VALUE:
            raise self.broken(f"one value is longer than {MAX_VALUE:,} characters")
        grown = False
        while len(self._buffer) - self._at < unread * 2 and self._more():
            grown = True
        return grown

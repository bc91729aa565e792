"""A file or a pasted text as a stream of decoded pieces and lines, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from copilot.errors import BadInput, UnknownFormat
from copilot.importers.reading.encoding import UTF8, decoder_of, detect, mark_length, refuse_binary

CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 64 * 1024

MAX_LINE = 8_000_000
"""The most characters of a line that are kept; a longer one comes out cut to one more, which tells that it was cut."""


class Source:
    """Where an export is read from. Nothing stays open between two readings.

    Attributes:
        name: the file's name, or what a pasted text is called.
        encoding: see `reading.encoding.detect`.
        size_bytes: how long it is.
        changed_at: when the file was last written (aware UTC); None for a pasted text.
        head: the first `HEAD_BYTES` decoded, for sniffing.
        is_file: whether it is a file (its name may then name the chat).
    """

    def __init__(
        self, opener: Callable[[], BinaryIO], *, name: str, size_bytes: int, changed_at: datetime | None
    ) -> None:
        self._opener = opener
        self.name = name
        self.size_bytes = size_bytes
        self.changed_at = changed_at
        self.is_file = changed_at is not None
        first = self._first_bytes()
        refuse_binary(first, name)
        self.encoding = detect(self._telling_bytes(first), name)
        self._mark = mark_length(self.encoding, first)
        self.head = decoder_of(self.encoding).decode(first[self._mark :])

    @classmethod
    def of_file(cls, path: Path) -> Source:
        """A file.

        Raises:
            BadInput: it is missing, not a file, or not readable.
            UnknownFormat: it is empty or not text.
        """
        try:
            stat = path.stat()
        except OSError as error:
            raise BadInput(f"{path.name} cannot be read ({error.strerror}); check the path") from error
        if not path.is_file():
            raise BadInput(f"{path.name} is not a file; choose the exported file itself")
        changed_at = datetime.fromtimestamp(stat.st_mtime, UTC)
        return cls(lambda: path.open("rb"), name=path.name, size_bytes=stat.st_size, changed_at=changed_at)

    @classmethod
    def of_text(cls, text: str, name: str = "the pasted text") -> Source:
        """A text that somebody pasted.

        Raises:
            UnknownFormat: it is empty.
        """
        raw = text.encode(UTF8, "surrogatepass")
        return cls(lambda: BytesIO(raw), name=name, size_bytes=len(raw), changed_at=None)

    def stream(self) -> Stream:
        """A new reading from the start."""
        return Stream(self._open, self.encoding, self._mark)

    def _open(self) -> BinaryIO:
        try:
            return self._opener()
        except OSError as error:
            raise BadInput(f"{self.name} cannot be read ({error.strerror}); check the file and its rights") from error

    def _first_bytes(self) -> bytes:
        with self._open() as file:
            first = file.read(HEAD_BYTES)
        if not first:
            raise UnknownFormat(f"{self.name} is empty; export the chat again")
        return first

    def _telling_bytes(self, first: bytes) -> bytes:
        """The head, or where that is pure ASCII the first stretch of the file that is not."""
        if not first.isascii():
            return first
        with self._open() as file:
            while chunk := file.read(CHUNK_BYTES):
                if not chunk.isascii():
                    start = next(index for index, byte in enumerate(chunk) if byte > 127)
                    return (chunk[start:] + file.read(HEAD_BYTES))[:HEAD_BYTES]
        return first


class Stream:
    """One reading of a source. `position` is the number of bytes read so far."""

    def __init__(self, opener: Callable[[], BinaryIO], encoding: str, mark: int) -> None:
        self._opener = opener
        self._encoding = encoding
        self._mark = mark
        self.position = 0

    def chunks(self) -> Iterator[str]:
        """The text in pieces of about `CHUNK_BYTES`; what cannot be decoded is marked with lone surrogates."""
        decoder = decoder_of(self._encoding)
        with self._opener() as file:
            file.seek(self._mark)
            self.position = self._mark
            while raw := file.read(CHUNK_BYTES):
                self.position += len(raw)
                yield decoder.decode(raw)
            try:
                rest = decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                # UTF-16 that ends in the middle of a character: the codec cannot mark half a unit itself.
                rest = "\udcff"
            if rest:
                yield rest

    def lines(self) -> Iterator[str]:
        """The lines without their `\\n`; only `\\n` ends a line, a `\\r` before it is the caller's.

        A last line break does not start another line.
        """
        pending: list[str] = []
        room = MAX_LINE + 1
        for chunk in self.chunks():
            first, *rest = chunk.split("\n")
            if room > 0:
                pending.append(first[:room])
                room -= len(first)
            if rest:
                yield "".join(pending)
                yield from rest[:-1]
                pending = [rest[-1]]
                room = MAX_LINE + 1 - len(rest[-1])
        last = "".join(pending)
        if last:
            yield last

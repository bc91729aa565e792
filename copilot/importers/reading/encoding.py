"""Which encoding a file is in, told from its bytes.

Knows UTF-8, UTF-16 (both byte orders) and GB18030, each with or without a byte order mark. Anything else is an error:
a wrong guess would turn every message into other characters without anybody noticing.
"""

from __future__ import annotations

import codecs

from copilot.errors import UnknownFormat

UTF8 = "utf-8"
UTF8_BOM = "utf-8-sig"
UTF16_LE = "utf-16-le"
UTF16_BE = "utf-16-be"
GB18030 = "gb18030"

# Marks are skipped by the reader and not by the codec: "utf-16" would not say which byte order it found.
_MARKS = ((codecs.BOM_UTF8, UTF8_BOM), (codecs.BOM_UTF16_LE, UTF16_LE), (codecs.BOM_UTF16_BE, UTF16_BE))

# First bytes of files that are no text, with what to do about each.
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive (or a .docx or .xlsx file): unpack it and choose the chat file inside"),
    (b"PK\x05\x06", "an empty ZIP archive: export the chat again"),
    (b"\x1f\x8b", "compressed with gzip: unpack it and choose the file inside"),
    (b"BZh91AY&SY", "compressed with bzip2: unpack it and choose the file inside"),
    (b"\xfd7zXZ\x00", "compressed with xz: unpack it and choose the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it and choose the chat file inside"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it and choose the chat file inside"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it and choose the file inside"),
    (b"SQLite format 3\x00", "a database: export the chat as text, CSV or JSON instead"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file: save it as CSV or text"),
    (b"%PDF-", "a PDF: export the chat as text, CSV or JSON instead"),
    (b"\x89PNG\r\n", "a picture: export the chat as text, CSV or JSON instead"),
    (b"\xff\xd8\xff", "a picture: export the chat as text, CSV or JSON instead"),
    (b"GIF89a", "a picture: export the chat as text, CSV or JSON instead"),
)

_BAD_SHARE = 0.1
"""Undecodable bytes per non-ASCII character from which on an encoding is ruled out; single damaged bytes stay below."""

_FEW_PER = 100
"""Text of which less than one byte in so many cannot be decoded is damaged UTF-8: its damaged messages are skipped."""

_COMMON_SHARE = 0.5
"""Least share of the non-ASCII characters that simplified Chinese text has in GB 2312 and CJK punctuation.

Chinese text decoded rightly is above .9; Big5, Latin-1 or random bytes read as GB18030 give rare characters (< .4)."""


def refuse_binary(head: bytes, name: str) -> None:
    """Refuse a file whose first bytes say that it is an archive, a database or a picture; nothing is ever unpacked.

    Raises:
        UnknownFormat: with what the file is and what to do.
    """
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise UnknownFormat(f"{name} is {what}")


def mark_length(encoding: str, head: bytes) -> int:
    """The number of bytes of the byte order mark at the start of `head`, 0 where there is none."""
    return next((len(mark) for mark, its in _MARKS if its == encoding and head.startswith(mark)), 0)


def decoder_of(encoding: str) -> codecs.IncrementalDecoder:
    """A decoder that puts lone surrogates for what it cannot decode, so that a damaged message can be told."""
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    name = UTF8 if encoding == UTF8_BOM else encoding
    return codecs.getincrementaldecoder(name)(errors)


def is_sound(text: str) -> bool:
    """Whether all of a text was decoded; lone surrogates stand for what was not (and for half characters in JSON)."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def detect(sample: bytes, name: str) -> str:
    """The encoding of a file.

    Args:
        sample: the first bytes that tell (from the start of the file, or from a later stretch with non-ASCII bytes);
            it may end in the middle of a character.
        name: what the file is called in an error.

    Returns:
        One of utf-8, utf-8-sig, utf-16-le, utf-16-be, gb18030.

    Raises:
        UnknownFormat: it is none of these.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    wide = _utf16_without_mark(sample)
    if wide:
        return wide
    if sample.isascii() or _bad_share(sample, UTF8) < _BAD_SHARE:
        return UTF8
    if _bad_share(sample, GB18030) < _BAD_SHARE and _common_share(sample) >= _COMMON_SHARE:
        return GB18030
    if len(sample) > _FEW_PER * _bad_bytes(sample):
        return UTF8
    raise UnknownFormat(f"{name} is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8 and try again")


def _utf16_without_mark(sample: bytes) -> str | None:
    """Line ends, spaces and digits have a zero byte in UTF-16, always on the same side of the pair."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[: pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    low, high = sorted((even, odd))
    # Text without any line end or digit would be below 2 %; stray NULs in UTF-8 fall on both sides, and so do, now and
    # then, those of characters such as 一 (U+4E00).
    if high / pairs < 0.02 or low > high / 3:
        return None
    encoding = UTF16_LE if odd > even else UTF16_BE
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(sample[: pairs * 2])
    except UnicodeDecodeError:
        return None
    # A few NULs in ASCII text read as UTF-16 give Han characters made of letter pairs.
    looks_utf8 = _bad_share(sample, UTF8) == 0.0
    return encoding if not looks_utf8 or sum(character.isascii() for character in text) > len(text) / 2 else None


def _bad_bytes(sample: bytes) -> int:
    text = codecs.getincrementaldecoder(UTF8)("surrogateescape").decode(sample)
    return sum("\udc80" <= character <= "\udcff" for character in text)


def _bad_share(sample: bytes, encoding: str) -> float:
    text = codecs.getincrementaldecoder(encoding)("surrogateescape").decode(sample)
    bad = sum("\udc80" <= character <= "\udcff" for character in text)
    wide = sum(character > "\x7f" for character in text)
    return bad / wide if wide else 0.0


def _common_share(sample: bytes) -> float:
    text = codecs.getincrementaldecoder(GB18030)("surrogateescape").decode(sample)
    wide = [character for character in text if character > "\x7f"]
    common = sum("\u3000" <= character <= "\u303f" or _in_gb2312(character) for character in wide)
    # Characters outside the Basic Multilingual Plane are emoji, which GB18030 writes in four bytes.
    common += sum(character > "\uffff" for character in wide)
    return common / len(wide) if wide else 0.0


def _in_gb2312(character: str) -> bool:
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    # Rows 4 to 9 are kana, Greek, Cyrillic and frames; rows above 87 are not assigned. Other encodings land there.
    return len(encoded) == 2 and (encoded[0] <= 0xA3 or 0xB0 <= encoded[0] <= 0xF7)

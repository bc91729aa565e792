"""Checking tantivy's files: it writes a checksum at the end of each one and never looks at it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

_CHUNK_BYTES = 1 << 20
# The number with which tantivy ends each file, after a footer that holds the checksum of what stands before it.
_FOOTER_MAGIC = 1337


def verify(folder: Path) -> None:
    """Check each file of a shelf against the checksum that tantivy wrote at its end: tantivy itself does not.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is cut short or changed.
    """
    for segment in json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]:
        name = segment["segment_id"].replace("-", "")
        needed = [f"{name}.{ending}" for ending in ("term", "idx", "pos", "store", "fieldnorm", "fast")]
        if segment.get("deletes"):
            needed.append(f"{name}.{segment['deletes']['opstamp']}.del")
        for file in needed:
            _verify_file(folder / file)


def _verify_file(path: Path) -> None:
    """Check one file: body, footer (JSON with the body's CRC-32), the footer's length, a magic number."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 8))
        ending = stream.read()
        length, magic = int.from_bytes(ending[:4], "little"), int.from_bytes(ending[4:], "little")
        if magic != _FOOTER_MAGIC or length + 8 > size:
            raise ValueError(f"{path.name} is cut short")
        stream.seek(size - 8 - length)
        expected = json.loads(stream.read(length))["crc"]
        stream.seek(0)
        left, checksum = size - 8 - length, 0
        while left > 0:
            chunk = stream.read(min(left, _CHUNK_BYTES))
            checksum = zlib.crc32(chunk, checksum)
            left -= len(chunk)
    if checksum != expected:
        raise ValueError(f"{path.name} was changed")

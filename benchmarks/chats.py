"""Real chats as ChatLab JSONL, and a child process whose memory is its own."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a chat in JSON lines (`id, ts, user, text`, optionally `quotes_id`), gzipped or not."""
    with path.open("rb") as head:
        is_packed = head.read(2) == b"\x1f\x8b"
    with (gzip.open if is_packed else open)(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def write_as_chatlab(source: Path, target: Path) -> int:
    """Turn such a chat into one group's ChatLab JSONL; a file that is ChatLab already is copied.

    Returns:
        The number of messages.
    """
    number = 0
    with target.open("w", encoding="utf-8") as stream:
        for row in rows(source):
            if "_type" in row:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                number += row["_type"] == "message"
                continue
            if number == 0:
                header = {"_type": "header", "chatlab": {"version": "0.0.1", "exportedAt": 0}}
                header["meta"] = {"name": "benchmark", "platform": "unknown", "type": "group"}
                stream.write(json.dumps(header) + "\n")
            message = {
                "_type": "message",
                "platformMessageId": str(row["id"]),
                "sender": str(row["user"]),
                "accountName": str(row["user"]),
                "timestamp": row["ts"],
                "type": 0,
                "content": row.get("text") or "",
                "replyToMessageId": str(row["quotes_id"]) if row.get("quotes_id") else None,
            }
            stream.write(json.dumps(message, ensure_ascii=False) + "\n")
            number += 1
    return number


def in_child(module: str, *arguments: object) -> dict[str, Any]:
    """Run `python -m module arguments` and read the JSON object that is its last line.

    Raises:
        RuntimeError: it failed; with what it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found

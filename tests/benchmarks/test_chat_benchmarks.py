"""The benchmarks of importing and asking run on a tiny chat and give the figures that they promise."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.chats import rows, write_as_chatlab


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """Sixty messages in the shape that the benchmarks take."""
    path = tmp_path / "chat.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        for n in range(60):
            text = f"how do I prove lemma number {n}?" if n % 3 == 0 else f"use the tactic number {n}"
            row = {"id": n, "ts": 1519660926 + 60 * n, "user": f"u{n % 7}", "stream": "s", "topic": "t", "text": text}
            stream.write(json.dumps(row | ({"quotes_id": n - 1} if n % 5 == 4 else {})) + "\n")
    return path


def last_object(*arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], capture_output=True, text=True, check=True, timeout=300
    )
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_a_chat_becomes_chatlab(chat: Path, tmp_path: Path) -> None:
    assert write_as_chatlab(chat, tmp_path / "out.jsonl") == 60
    header, first, *_ = rows(tmp_path / "out.jsonl")
    assert header["_type"] == "header"
    assert (first["platformMessageId"], first["sender"]) == ("0", "u0")
    assert write_as_chatlab(tmp_path / "out.jsonl", tmp_path / "again.jsonl") == 60


@pytest.mark.slow
def test_importing(chat: Path) -> None:
    found = last_object("benchmarks.importing", chat)
    assert found["messages"] == 60
    assert found["messages_per_second"] > 0
    assert found["peak_rss_mb"] > 0


@pytest.mark.slow
def test_asking(chat: Path) -> None:
    found = last_object("benchmarks.asking", chat)
    assert {"p50_ms", "p95_ms", "zh_p50_ms", "zh_p95_ms", "shell_seconds", "console_seconds"} <= found.keys()
    assert found["questions"] == 20

"""What conversations and vectors cost in a large group: cutting, embedding, asking, memory.

`python -m benchmarks.meaning CHAT.jsonl.gz` imports the chat as the product does, lets the background work of a server
run to its end, and asks with vectors that count. It prints one JSON object as its last line: `threads`,
`cut_messages_per_second` (reading who answers whom, and writing it), `refine_seconds` (that, and indexing the threads
anew), `vector_seconds` (the vectors of all threads, with Chroma's index of them), `p50_ms, p95_ms` (with vectors of the
built-in embedder, whose weight is set by hand here so that they are searched), `words_p50_ms` (the same questions
without), and `peak_rss_mb`.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.asking import QUESTIONS, ask_all, questions_of
from benchmarks.chats import in_child, rows, write_as_chatlab
from benchmarks.importing import import_into
from copilot.bootstrap import build
from copilot.retrieval import meaning as meaning_module
from copilot.retrieval.fusion import Reason, Weight
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings
from copilot.store import threads

WEIGHT = 0.3


def measure(chat: Path) -> dict[str, Any]:
    """Import a chat into a new data folder, and measure what comes after, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "chat.jsonl"
        write_as_chatlab(chat, export)
        import_into(export, Path(folder) / "data")
        return in_child("benchmarks.meaning", chat, "--child", Path(folder) / "data")


def work_off(chat: Path, data_dir: Path) -> dict[str, Any]:
    """Do what a server does after a large import, and ask."""
    app = build(load_settings(data_dir=data_dir, log_level="error"))
    assert app.meaning is not None
    group = app.groups.groups(SYSTEM)[0]
    app.indexer.acquire()
    app.meaning.open_owner()
    began = time.monotonic()
    while app.indexer.cutter.refine(_quiet):
        pass
    cut_seconds = time.monotonic() - began
    app.indexer.catch_up()
    refined = time.monotonic()
    app.meaning.follow(_quiet)
    embedded = time.monotonic()
    questions = questions_of((str(row.get("text") or row.get("content") or "") for row in rows(chat)), QUESTIONS)
    plain = ask_all(app, questions)
    weigh = meaning_module.weigh

    def counted(*given: Any, **named: Any) -> Weight:
        return replace(weigh(*given, **named), value=WEIGHT, why=Reason.MEASURED)

    with mock.patch.object(meaning_module, "weigh", counted):
        with_vectors = ask_all(app, questions)
    with app.store.read() as connection:
        number = threads.count(connection, group.group.id)
    found = {
        "messages": group.messages,
        "threads": number,
        "cut_messages_per_second": round(group.messages / max(1e-9, cut_seconds)),
        "refine_seconds": round(refined - began, 1),
        "vector_seconds": round(embedded - refined, 1),
        "served_by": [one.served_by.value for one in app.meaning.health()],
        "p50_ms": with_vectors["p50_ms"],
        "p95_ms": with_vectors["p95_ms"],
        "words_p50_ms": plain["p50_ms"],
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    app.meaning.close()
    app.indexer.release()
    app.store.close()
    return found


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chat", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    print(json.dumps(work_off(given.chat, given.child) if given.child else measure(given.chat)))


if __name__ == "__main__":
    main()

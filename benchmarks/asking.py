"""How long an answer takes in a large group, warm and in process, from the shell, and how soon the console is ready.

`python -m benchmarks.asking CHAT.jsonl.gz` imports the chat, asks questions that its members asked, then does the same
on a generated Chinese chat of the same size. It prints one JSON object as its last line: `p50_ms`, `p95_ms` (the given
chat), `zh_p50_ms`, `zh_p95_ms`, `shell_seconds` (a fresh process, warm file cache) and `console_seconds`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.chats import rows, write_as_chatlab
from benchmarks.generate_chat import generate, write
from benchmarks.importing import import_into
from copilot.bootstrap import App, build
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings

QUESTIONS = 300
WARM_UP = 30
_ASKS = re.compile(r"[?？]\s*$")


def questions_of(texts: Iterator[str], number: int) -> list[str]:
    """Messages that end with a question mark, of 6 to 300 characters, spread over the whole chat; any, if none does."""
    written = [text for text in texts if 6 <= len(text) <= 300]
    found = [text for text in written if _ASKS.search(text)] or written
    step = max(1, len(found) // number)
    return found[::step][:number]


def ask_all(app: App, questions: list[str]) -> dict[str, float]:
    """Ask in the only group of an application, and time each."""
    group = app.groups.groups(SYSTEM)[0].group.id
    times = []
    for number, question in enumerate([*questions[:WARM_UP], *questions]):
        began = time.perf_counter()
        app.asking.ask(SYSTEM, question, group_id=group)
        if number >= min(WARM_UP, len(questions)):
            times.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
        "questions": len(times),
    }


def from_the_shell(data_dir: Path, question: str) -> float:
    """The seconds that `copilot ask` takes in a fresh process; the best of five."""
    environment = os.environ | {"COPILOT_DATA_DIR": str(data_dir)}
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "copilot", "ask", question, "--json"],
            env=environment,
            check=True,
            capture_output=True,
        )
        times.append(time.perf_counter() - began)
    return round(min(times), 2)


def console_ready(data_dir: Path) -> float:
    """The seconds from starting `copilot serve` until its first page is served."""
    environment = os.environ | {"COPILOT_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    times = []
    for _ in range(2):
        began = time.perf_counter()
        command = [sys.executable, "-m", "copilot", "serve", "--no-browser", "--port", "0"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            server.stdout.readline()
            url = server.stdout.readline().strip()
            with urllib.request.urlopen(url) as page:
                page.read()
            times.append(time.perf_counter() - began)
            server.terminate()
            server.wait(timeout=30)
    return round(min(times), 2)


def measure(chat: Path) -> dict[str, float]:
    """All figures of one chat."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        number = write_as_chatlab(chat, folder / "given.jsonl")
        import_into(folder / "given.jsonl", folder / "given")
        texts = (str(row.get("text") or row.get("content") or "") for row in rows(chat))
        questions = questions_of(texts, QUESTIONS)
        app = build(load_settings(data_dir=folder / "given", log_level="error"))
        found = {"messages": number, **ask_all(app, questions)}
        app.store.close()
        found["shell_seconds"] = from_the_shell(folder / "given", questions[len(questions) // 2])
        found["console_seconds"] = console_ready(folder / "given")
        write(folder / "zh.jsonl", number, "zh", 1)
        import_into(folder / "zh.jsonl", folder / "zh")
        app = build(load_settings(data_dir=folder / "zh", log_level="error"))
        chinese = ask_all(app, questions_of((one.text for one in generate(number, "zh", 1)), QUESTIONS))
        app.store.close()
    return found | {f"zh_{key}": value for key, value in chinese.items()}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chat", type=Path)
    given = parser.parse_args()
    print(json.dumps(measure(given.chat)))


if __name__ == "__main__":
    main()

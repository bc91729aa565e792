"""How fast a large chat is imported, until all of it can be found, and how much memory that takes.

`python -m benchmarks.importing CHAT.jsonl.gz` prints one JSON object as its last line: `messages`,
`messages_per_second`, `peak_rss_mb`, and the seconds of each step.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.chats import in_child, write_as_chatlab
from copilot.bootstrap import build
from copilot.records import JobState
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings


def measure(chat: Path) -> dict[str, float]:
    """Import a chat into a new data folder, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "chat.jsonl"
        write_as_chatlab(chat, export)
        return in_child("benchmarks.importing", "--child", export, Path(folder) / "data")


def import_into(export: Path, data_dir: Path) -> dict[str, float]:
    """Import an export into a data folder, in this process, until it can be found."""
    app = build(load_settings(data_dir=data_dir, log_level="error"))
    steps: dict[str, float] = {}
    began = last = time.monotonic()
    current = "reading"

    def listen(step: str, _done: int, _total: int) -> None:
        nonlocal last, current
        now = time.monotonic()
        steps[current] = steps.get(current, 0.0) + now - last
        last, current = now, step

    _, community_id = app.importing.default_target(SYSTEM, "benchmark", "en")
    job = app.importing.start_file(SYSTEM, export, new_group_name="benchmark", community_id=community_id, run=False)
    job = app.jobs.run_now(job.id, listen)
    if job.state is not JobState.DONE or app.indexing.is_behind():
        raise SystemExit(f"the import ended as {job.state.value}: {job.error}")
    seconds = time.monotonic() - began
    steps[current] = steps.get(current, 0.0) + time.monotonic() - last
    messages = job.result["report"]["new"]
    return {
        "messages": messages,
        "seconds": round(seconds, 2),
        "messages_per_second": round(messages / seconds),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        **{f"{name}_seconds": round(value, 2) for name, value in steps.items()},
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chat", type=Path)
    parser.add_argument("data_dir", type=Path, nargs="?")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = import_into(given.chat, given.data_dir) if given.child else measure(given.chat)
    print(json.dumps(found))


if __name__ == "__main__":
    main()

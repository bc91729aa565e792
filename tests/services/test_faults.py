"""Killed, out of disk, damaged, doubled: what is left is whole, and the next start goes on."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

MESSAGES = 30_000


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A large export; every thousandth message holds a word of its own."""
    path = tmp_path_factory.mktemp("export") / "big.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        header = {"_type": "header", "chatlab": {"version": "0.0.1"}, "meta": {"name": "大群", "platform": "wechat"}}
        stream.write(json.dumps(header, ensure_ascii=False) + "\n")
        for number in range(MESSAGES):
            marker = f" 标记m{number}x" if number % 1000 == 0 else ""
            row = {
                "_type": "message",
                "platformMessageId": f"m{number}",
                "sender": f"u{number % 50}",
                "accountName": f"成员{number % 50}",
                "timestamp": 1_700_000_000 + number * 20,
                "type": 0,
                "content": f"今天第{number}次说到绘本和借书的事{marker}",
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


class Shell:
    """The command line on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        own = {"COPILOT_DATA_DIR": str(data), "COPILOT_SAMPLE": "false", "PYTHONUNBUFFERED": "1"}
        self.environment = os.environ | own

    def start(self, *arguments: object, preexec: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "copilot", *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=preexec,
        )

    def run(self, *arguments: object, preexec: Callable[[], None] | None = None) -> tuple[int, str, str]:
        with self.start(*arguments, preexec=preexec) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def query(self, sql: str) -> list[tuple[object, ...]]:
        try:
            connection = sqlite3.connect(f"file:{self.data / 'copilot.sqlite3'}?mode=ro", uri=True, timeout=10)
        except sqlite3.OperationalError:
            return []
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def number(self, sql: str) -> int:
        rows = self.query(sql)
        return int(str(rows[0][0])) if rows else 0


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A data folder of its own."""
    return Shell(tmp_path / "data")


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Watch the store until something is so, while the process lives."""
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def assert_whole(shell: Shell, export: Path) -> None:
    """Everything is in once and can be found; importing again adds nothing."""
    assert shell.number("SELECT count(*) FROM message") == MESSAGES
    assert shell.number("SELECT count(DISTINCT platform_id) FROM message") == MESSAGES
    assert shell.number("SELECT count(*) FROM staged_message") == 0
    assert shell.number("SELECT count(*) FROM thread") >= MESSAGES // 20
    assert shell.number("SELECT sum(size) FROM thread") == shell.number("SELECT count(*) FROM thread_message")
    for number in (1000, 14_000, MESSAGES - 1000):
        code, out, err = shell.run("ask", f"标记m{number}x", "--json")
        assert code == 0, err
        assert f"标记m{number}x" in out
    code, out, err = shell.run("import", export, "--json")
    assert code == 0, err
    report = json.loads(out)
    assert (report["new"], report["known"]) == (0, MESSAGES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "SELECT count(*) > 9000 FROM staged_message",
        "SELECT count(*) >= 30000 FROM staged_message",
        "SELECT count(*) > 0 FROM message",
        "SELECT count(*) > 600 FROM thread",
    ],
    ids=["while reading", "before publishing", "once published", "while indexing"],
)
def test_killed_it_goes_on_where_it_was(shell: Shell, export: Path, moment: str) -> None:
    process = shell.start("import", export)
    wait_for(lambda: bool(shell.number(moment)), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    visible = shell.number("SELECT count(*) FROM message")
    assert visible in (0, MESSAGES), "an import is seen whole or not at all"
    staged = shell.number("SELECT count(*) FROM staged_message")
    code, out, err = shell.run("import", export)
    assert code == 0, err
    assert f"new {MESSAGES}" in out, f"{staged} were staged"
    assert_whole(shell, export)


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [3, 9, 16], ids=["reading", "publishing", "later"])
def test_a_full_disk_stops_it_and_room_lets_it_go_on(shell: Shell, export: Path, megabytes: int) -> None:
    shell.run("groups")

    def limit() -> None:
        # No file may grow beyond this: writes fail as they do on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes << 20, megabytes << 20))

    code, _, err = shell.run("import", export, preexec=limit)
    if code:
        assert code == 2, err
        assert err.startswith("copilot: "), err
        assert "Traceback" not in err
        assert shell.number("SELECT count(*) FROM message") in (0, MESSAGES)
    else:
        assert megabytes == 16, "smaller limits must have been met"
    code, _, err = shell.run("import", export)
    assert code == 0, err
    assert_whole(shell, export)


@pytest.mark.slow
def test_a_damaged_index_is_made_again(shell: Shell, export: Path) -> None:
    assert shell.run("import", export)[0] == 0
    segments = [path for path in (shell.data / "index").rglob("*") if path.suffix in (".store", ".term", ".idx")]
    assert segments
    for path in segments:
        path.chmod(0o600)
        path.write_bytes(os.urandom(path.stat().st_size))
    assert_whole(shell, export)
    for path in (shell.data / "index").rglob("*"):
        if path.is_file() and path.name != "owner.lock":
            path.unlink()
    assert_whole(shell, export)


@pytest.mark.slow
def test_a_second_server_refuses_and_a_second_shell_works(shell: Shell, export: Path) -> None:
    server = shell.start("serve", "--no-browser", "--port", "0")
    try:
        assert server.stdout is not None
        assert "once" in server.stdout.readline()
        code, _, err = shell.run("serve", "--no-browser", "--port", "0")
        assert code == 2
        assert "is running at http://127.0.0.1:" in err
        code, _, err = shell.run("import", export)
        assert code == 0, err
        # While the server cuts well what was first cut roughly, a thread that is replaced is found a moment later.
        rough = "SELECT max(id) FROM change WHERE kind = 'roughly_cut'"
        cut = "SELECT value FROM fact WHERE name = 'threads.refined'"
        due = "SELECT sum(words_due) FROM thread"
        wait_for(lambda: shell.number(cut) >= shell.number(rough) and not shell.number(due), server)
        assert_whole(shell, export)
        code, _, err = shell.run("restore", export)
        assert code == 2
        code, _, err = shell.run("reindex")
        assert code == 2
        assert "another process" in err
    finally:
        server.terminate()
        _, err = server.communicate(timeout=30)
    assert "Traceback" not in err, err

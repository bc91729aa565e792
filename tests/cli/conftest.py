"""The command line on a data folder of its own: run in this process, or in one of its own."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copilot import cli


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


class Refusals:
    """Asserts that a refusal is one sentence on standard error, with exit code 2."""

    def __call__(self, said: Said, *parts: str) -> None:
        assert said.code == 2, said
        lines = said.err.strip().splitlines()
        assert len(lines) == 1, said.err
        assert lines[0].startswith("copilot: ")
        assert "Traceback" not in said.err
        for part in parts:
            assert part in lines[0]


@pytest.fixture
def refused() -> Refusals:
    """Asserts a refusal."""
    return Refusals()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "data"


@pytest.fixture
def copilot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path, empty_store: Path
) -> Run:
    """Runs the command line in this process, in an empty folder; `stdin` is what is piped into it."""
    # These speed up a process that runs one command; this one runs many.
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    data.mkdir(mode=0o700)
    (data / "copilot.sqlite3").write_bytes(empty_store.read_bytes())

    def run(*arguments: Any, stdin: str | bytes = b"") -> Said:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["copilot", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, printed.out, printed.err)

    return run


@pytest.fixture
def shell(tmp_path: Path, data: Path) -> Run:
    """Runs the command line in a process of its own, as a shell does."""

    def run(*arguments: Any, stdin: bytes = b"", cwd: Path = tmp_path, **environment: str) -> Said:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
        done = subprocess.run(
            [sys.executable, "-m", "copilot", *map(str, arguments)],
            env={**kept, "COPILOT_DATA_DIR": str(data), **environment},
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Said(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return run


SHARE = """—————  2026-04-06  —————
小红  16:21
周六几点集合？

老王  16:22
周六早上九点在东门集合

小明  16:22
收到
"""

MORE = """—————  2026-04-06  —————
小明  16:22
收到

小红  16:23
周六要带伞吗？

老王  16:24
要带伞，预报有雨
"""


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A chat as WeChat shares it."""
    path = tmp_path / "聊天.txt"
    path.write_text(SHARE, encoding="utf-8")
    return path


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """The same chat a little later."""
    path = tmp_path / "later.txt"
    path.write_text(MORE, encoding="utf-8")
    return path

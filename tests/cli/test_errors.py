"""What goes wrong at the command line is one sentence on standard error and exit code 2, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.store.schema import HEAD
from tests.cli.conftest import Refusals, Run

# arguments ({share}: a good export; {tmp}: a folder), what is piped in, what the sentence says
WRONG: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("import {tmp}/none.txt", b"", ("none.txt does not exist", "name a chat export")),
    ("import {tmp}", b"", ("is a folder", "copilot learn")),
    ("import {tmp}/empty.txt", b"", ("empty.txt is empty",)),
    ("import {tmp}/strange.txt", b"", ("strange.txt", "format")),
    ("import {tmp}/binary.bin", b"", ("binary.bin",)),
    ("import /dev/null", b"", ("null is not a file",)),
    ("import {share} --timezone Mars/Base", b"", ("Mars/Base", "Asia/Shanghai")),
    ("import {share} --timezone ../../etc/passwd", b"", ("../../etc/passwd",)),
    ("import {share} --group 别处", b"", ("'别处' is no group",)),
    ("import {share} --community 别处", b"", ("'别处' is no community",)),
    ("import {share} --chat 别的", b"", ("别的",)),
    ("import {share} --new-group " + "长" * 101, b"", ("longer than 100 characters",)),
    ("import -", b"", ("standard input is empty",)),
    ("import -", b" \n\n ", ("standard input is empty",)),
    ("import -", b"hello world\n", ("format",)),
    ("import -", bytes(range(256)) * 4, ("format",)),
    ("undo 99", b"", ("there is no job 99",)),
    ("undo x", b"", ("import_id", "valid integer", "copilot --help")),
    ("ask 几点？", b"", ("there is no community yet", "copilot import FILE")),
    ("ask 几点？ --group 别处", b"", ("'别处' is no group",)),
    ("ask " + "问" * 2001, b"", ()),
    ("ask", b"", ("question", "copilot --help")),
    ("export chat {tmp}/out.jsonl", b"", ("there is no group yet",)),
    ("export chat {share}", b"", ()),
    ("export knowledge {tmp}/k", b"", ("there is no community yet",)),
    ("learn {tmp}/none", b"", ("there is no community yet",)),
    ("backup {share}", b"", ("exists already", "name a new file")),
    ("backup {tmp}/no/such/folder/b.sqlite3", b"", ("could not be written",)),
    ("restore {tmp}/none.sqlite3", b"", ("does not exist", "copilot backup")),
    ("restore {share}", b"", ("is no backup",)),
    ("restore {tmp}/empty.txt --yes", b"", ("is no backup",)),
    ("restore {tmp}", b"", ("does not exist",)),
    ("accounts role 谁 admin", b"", ("'谁' is no account; there are: none",)),
    ("serve --port 99999", b"", ("COPILOT_PORT=99999", "65535")),
    ("serve --host 0.0.0.0", b"", ("COPILOT_ALLOWED_HOSTS",)),
    ("fly", b"", ("fly", "copilot --help")),
    ("ask 几点 --fast", b"", ("--fast", "copilot --help")),
    ("export", b"", ()),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with files that cannot be imported."""
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "strange.txt").write_text("dies und das\n", encoding="utf-8")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 64)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "stdin", "parts"), WRONG, ids=[f"{n} {line[:40]}" for n, (line, *_) in enumerate(WRONG)]
)
def test_a_mistake_is_one_sentence(
    copilot: Run, share: Path, files: Path, refused: Refusals, line: str, stdin: bytes, parts: tuple[str, ...]
) -> None:
    said = copilot(*line.format(tmp=files, share=share).split(), stdin=stdin)
    if line == "export":  # a group of commands shows what there is
        assert (said.code, "chat" in said.out + said.err) == (2, True)
        assert "Traceback" not in said.err
        return
    refused(said, *parts)
    assert said.out == ""


def test_nothing_half_done_stays(copilot: Run, share: Path, files: Path, data: Path, tmp_path: Path) -> None:
    copilot("import", share)
    before = copilot("groups").out
    target = tmp_path / "there.jsonl"
    target.write_text("mine", encoding="utf-8")
    for line in (f"import {files}/strange.txt", f"export chat {target}", f"export chat {tmp_path}/no/x.jsonl"):
        assert copilot(*line.split()).code == 2
    assert copilot("groups").out == before
    assert target.read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.rglob("*.partial"))


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("COPILOT_PROT", "1", ("COPILOT_PROT is no setting", "did you mean COPILOT_PORT?")),
        ("COPILOT_PORT", "x", ("COPILOT_PORT='x'",)),
        ("COPILOT_TIMEZONE", "Mars/Base", ("Mars/Base",)),
        ("COPILOT_DATA_DIR", "/dev/null/x", ("/dev/null/x", "COPILOT_DATA_DIR")),
    ],
)
@pytest.mark.parametrize("command", ["groups", "doctor", "serve", "restore x"])
def test_a_wrong_setting_is_named(
    copilot: Run,
    monkeypatch: pytest.MonkeyPatch,
    refused: Refusals,
    command: str,
    name: str,
    value: str,
    parts: tuple[str, ...],
) -> None:
    monkeypatch.setenv(name, value)
    said = copilot(*command.split())
    if name == "COPILOT_DATA_DIR" and command == "doctor":
        assert (said.code, "BAD  store: " in said.out) == (1, True)
        return
    if command == "restore x" and name == "COPILOT_DATA_DIR":
        parts = ("x does not exist",)
    refused(said, *parts)


STORES: list[tuple[str, Callable[[Path], object], tuple[str, ...]]] = [
    ("garbage", lambda path: path.write_bytes(b"\0garbage" * 4096), ("damaged", "copilot restore FILE")),
    ("folder", lambda path: (path.unlink(), path.mkdir()), ("cannot be", "data folder")),
    (
        "newer",
        lambda path: sql(path, "UPDATE alembic_version SET version_num = '9999'"),
        ("9999", HEAD, "newer version"),
    ),
    ("gutted", lambda path: sql(path, "DROP TABLE message"), ("damaged", "copilot restore FILE")),
]


def sql(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(("name", "spoil", "parts"), STORES, ids=[name for name, *_ in STORES])
def test_a_store_that_cannot_be_used(
    copilot: Run, data: Path, refused: Refusals, name: str, spoil: Callable[[Path], object], parts: tuple[str, ...]
) -> None:
    spoil(data / "copilot.sqlite3")
    refused(copilot("accounts", "list") if name != "gutted" else copilot("reindex"), *parts)


def test_a_store_that_somebody_writes_is_waited_for_and_then_named(
    copilot: Run, data: Path, share: Path, refused: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.store.engine.BUSY_SECONDS", 0.05)
    connection = sqlite3.connect(data / "copilot.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    refused(copilot("import", share), "another process", "try again")
    connection.execute("ROLLBACK")
    connection.close()
    assert copilot("import", share).code == 0


def test_knowledge_with_mistakes_names_each(copilot: Run, share: Path, tmp_path: Path) -> None:
    copilot("import", share)
    folder = tmp_path / "k"
    folder.mkdir()
    (folder / "faq.yaml").write_text("- frage: x\n", encoding="utf-8")
    (folder / "rules.yaml").write_text("- number: x\n  text: y\n", encoding="utf-8")
    said = copilot("learn", folder, "--yes")
    assert said.code == 2
    assert "faq.yaml" in said.err
    assert "rules.yaml" in said.err
    assert "Traceback" not in said.err


# What only a process of its own shows: exit codes, pipes, encodings, signals, rights.


def test_every_refusal_ends_a_process_with_two(shell: Run, refused: Refusals, tmp_path: Path) -> None:
    refused(shell("import", tmp_path / "none.txt"), "does not exist")
    assert shell("version").code == 0
    assert shell().code == 2


@pytest.mark.parametrize("number", [3, 3000], ids=["less than a buffer", "more than a buffer"])
def test_a_closed_pipe_is_no_error(shell: Run, share: Path, data: Path, tmp_path: Path, number: int) -> None:
    lines = ["—————  2026-04-06  —————\n", *(f"甲  10:{n // 60:02}\n第{n}条\n\n" for n in range(number))]
    share.write_text("".join(lines), encoding="utf-8")
    assert shell("import", share).code == 0
    for arguments in (("export", "chat", "-"), ("groups",)):
        with subprocess.Popen(
            [sys.executable, "-m", "copilot", *arguments],
            env={**os.environ, "COPILOT_DATA_DIR": str(data)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.close()
            process.stdout = None
            _, err = process.communicate(timeout=60)
        # Typer ends a command with 1 whose reader has gone while it was still writing.
        assert process.returncode in (0, 1)
        assert err == b"" or err.endswith(b"written.\n"), err


@pytest.mark.parametrize("encoding", ["ascii", "gb18030"])
def test_a_terminal_that_cannot_show_chinese_is_no_error(
    shell: Run, share: Path, tmp_path: Path, encoding: str
) -> None:
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for arguments in (("import", share), ("groups",), ("ask", "周六几点集合？"), ("import", tmp_path / "没有.txt")):
        said = shell(*arguments, **environment)
        assert said.code == (2 if "没有" in str(arguments[-1]) else 0), said
        assert "Traceback" not in said.err
    # An export is UTF-8 in any case.
    done = shell("export", "chat", "-", **environment)
    assert [json.loads(line) for line in done.out.splitlines()]
    assert "东门" in done.out


def test_names_and_words_that_are_no_text(shell: Run, share: Path, tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"\xc8\xba\xc1\xc4.txt")
    try:
        strange.write_bytes(share.read_bytes())
    except OSError:
        pytest.skip("this file system knows only names that are text")
    said = shell("import", strange)
    assert said.code == 0, said.err
    said = shell("ask", os.fsdecode(b"\xc8\xba"), "--json")
    assert said.code == 0, said.err
    said = shell("import", share, "--new-group", os.fsdecode(b"\xc8\xba\xff"))
    assert (said.code, "is no text" in said.err) == (2, True), said
    assert shell("groups").code == 0


def test_a_stopped_command_says_so(shell: Run, share: Path, data: Path, tmp_path: Path) -> None:
    assert shell("groups").code == 0
    with subprocess.Popen(
        [sys.executable, "-m", "copilot", "import", "-"],
        env={**os.environ, "COPILOT_DATA_DIR": str(data)},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, they and their children would ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 30
        # It waits for its standard input once it has opened the store.
        while not (data / "copilot.sqlite3-wal").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "copilot: stopped; an import goes on where it was when it is started again\n"


# Everything is permitted to root, for whom there is nothing to test here.
if os.name == "posix" and os.geteuid() != 0:

    def test_what_is_not_permitted_is_named(
        shell: Run, share: Path, data: Path, tmp_path: Path, refused: Refusals
    ) -> None:
        assert shell("import", share).code == 0
        share.chmod(0)
        refused(shell("import", share), "聊天.txt", "not readable")
        data.chmod(stat.S_IRUSR | stat.S_IXUSR)
        try:
            refused(shell("accounts", "add", "新人", stdin=b"correct horse\n"), "data folder")
        finally:
            data.chmod(stat.S_IRWXU)


@pytest.mark.slow
def test_ask_is_there_soon(shell: Run, share: Path) -> None:
    shell("import", share)
    shell("ask", "周六几点集合？")
    took = []
    for _ in range(3):
        started = time.monotonic()
        assert "东门" in shell("ask", "周六几点集合？").out
        took.append(time.monotonic() - started)
    # 1.5 s are promised on an idle machine; a test machine may be busy.
    assert min(took) < 4.5

"""Killed at ten points of indexing, cutting and embedding: what comes after answers as if nothing had happened."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from copilot.retrieval.cutting import LONG
from tests.services.test_faults import Shell, wait_for

MESSAGES = LONG + 1000
QUESTIONS = ("陶艺课几点开始？", "暗号7要带什么？", "暗号41的场地在哪？")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A talk of questions and answers, long enough to be cut roughly first."""
    pick = random.Random(3)
    path = tmp_path_factory.mktemp("talk") / "talk.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        header = {"_type": "header", "chatlab": {"version": "0.0.1"}, "meta": {"name": "陶艺群", "platform": "wechat"}}
        stream.write(json.dumps(header, ensure_ascii=False) + "\n")
        at = 1_700_000_000
        for number in range(MESSAGES):
            at += pick.choice((10, 40, 90, 4000))
            code = number // 40
            text = pick.choice(
                (
                    f"暗号{code}要带什么？",
                    f"暗号{code}带围裙就行",
                    f"暗号{code}的场地在哪？",
                    "在二号教室",
                    "好的谢谢",
                    "收到",
                )
            )
            row = {
                "_type": "message",
                "platformMessageId": f"m{number}",
                "sender": f"u{pick.randrange(9)}",
                "accountName": f"学员{pick.randrange(9)}",
                "timestamp": at,
                "type": 0,
                "content": text if number != 77 else "陶艺课几点开始？",
                "replyToMessageId": f"m{number - pick.randint(1, 30)}" if number > 40 and pick.random() < 0.1 else None,
            }
            if number == 78:
                row |= {"content": "陶艺课下午两点开始", "replyToMessageId": "m77"}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def state(shell: Shell) -> dict[str, object]:
    """What a data folder says once everything is worked off: threads, vectors, answers."""
    code, _, err = shell.run("reindex", "--update")
    assert code == 0, err
    answers = []
    for question in QUESTIONS:
        code, out, err = shell.run("ask", question, "--json")
        assert code == 0, err
        said = json.loads(out)
        # How common a word is is counted with what the index will forget: figures differ in their last digits.
        answers.append((said["answer"], said["silence"], said["citations"] if said["answer"] else None))
    threads = shell.query("SELECT message_id, thread_id, answers_id, why FROM thread_message ORDER BY message_id")
    assert len(threads) == MESSAGES
    assert shell.number("SELECT count(*) FROM thread WHERE words_due OR vector_due OR size = 0") == 0
    vectors = shell.query("SELECT key, stamp FROM vector WHERE scope = 'g1' AND embedder != '' ORDER BY key")
    assert len(vectors) == shell.number("SELECT count(*) FROM thread")
    return {"answers": answers, "threads": threads, "vectors": vectors}


@pytest.fixture(scope="module")
def imported(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A data folder into which nothing broke."""
    shell = Shell(tmp_path_factory.mktemp("calm") / "data")
    code, _, err = shell.run("import", export)
    assert code == 0, err
    return shell


@pytest.fixture(scope="module")
def calm(imported: Shell) -> dict[str, object]:
    """What it says."""
    assert "下午两点" in str(state(imported)["answers"])
    return state(imported)


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "SELECT count(*) > 0 FROM message",
        "SELECT count(*) > 0 FROM thread_message",
        f"SELECT count(*) >= {MESSAGES} FROM thread_message",
        "SELECT count(*) > 0 FROM fact WHERE name = 'threads.cut'",
        "SELECT count(*) > 0 FROM thread WHERE NOT words_due",
        "SELECT count(*) > 0 FROM thread_message WHERE why = 'answers'",
        "SELECT count(*) > 0 FROM fact WHERE name = 'threads.refined'",
    ],
    ids=["published", "cut a little", "cut roughly", "cutting noted", "words in", "cut well a little", "cut well"],
)
def test_killed_while_it_cuts_and_indexes(export: Path, calm: dict[str, object], tmp_path: Path, moment: str) -> None:
    shell = Shell(tmp_path / "data")
    process = shell.start("import", export)
    wait_for(lambda: bool(shell.number(moment)), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    code, _, err = shell.run("import", export)
    assert code == 0, err
    assert state(shell) == calm


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "SELECT count(*) > 0 FROM thread WHERE words_due",
        "SELECT count(*) > 0 FROM vector",
        "SELECT count(*) > 0 FROM thread WHERE NOT vector_due",
    ],
    ids=["index thrown away", "first vectors", "first threads followed"],
)
def test_killed_while_it_makes_everything_again(
    imported: Shell, calm: dict[str, object], tmp_path: Path, moment: str
) -> None:
    shutil.copytree(imported.data, tmp_path / "data")
    shell = Shell(tmp_path / "data")
    with sqlite3.connect(shell.data / "copilot.sqlite3") as connection:
        connection.execute("DELETE FROM vector")
        connection.execute("UPDATE thread SET vector_due = 1")
    process = shell.start("reindex")
    wait_for(lambda: bool(shell.number(moment)), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert state(shell) == calm

"""The benchmark of history looks only back, and its figures are what they are called."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.history import MessageBm25, Query, by_messages, main, read, split_quote, spread

SUBJECTS = ("tomatoes", "violins", "bicycles", "passports", "glaciers", "beehives")


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """Two groups that talk about one subject an hour, and come back to it a day later; the file is out of order."""
    rows = []
    for day in (0, 1):
        for hour, subject in enumerate(SUBJECTS):
            for minute, text in enumerate(
                (f"who knows about {subject}?", f"{subject} need water", "good to know, thanks")
            ):
                id = 1000 * day + 10 * hour + minute + 1
                row = {"id": id, "ts": 10**9 + 86400 * day + 3600 * hour + 60 * minute, "user": f"u{minute}"}
                row |= {"stream": f"s{hour % 2}", "topic": "t", "text": text}
                if day and minute == 1:
                    quote = f"who knows about {subject}?"
                    row |= {
                        "text": f"u0 said:\n\n{quote}\n\nmy {subject} never needed that much water",
                        "quotes_id": id - 1001,
                    }
                rows.append(row)
    path = tmp_path / "chat.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in reversed(rows))
    return path


@pytest.mark.parametrize(
    ("text", "quoted", "expected"),
    [
        ("u1 said:\n\nDoes it work?\n\nLike so", "Does it work?", ("Does it work", "Like so")),
        ("u2 u1 said:\nit works\nfine", "I think it works, mostly", ("it works", "fine")),
        ("u1 said:\n\nIt **works**!\nno", "it works", ("It **works", "no")),
        ("u1 said:\n\nsomething else", "Does it work?", None),
        ("I said so", "I said so", None),
        ("u1 said: ", "Does it work?", None),
        ("plain", "plain", None),
    ],
)
def test_parts_the_quote_from_the_own_words(text: str, quoted: str, expected: tuple[str, str] | None) -> None:
    assert split_quote(text, quoted) == expected


def test_reads_replies_in_the_order_of_time(chat: Path) -> None:
    messages, written, queries = read(chat)
    assert [one.id for one in messages] == sorted(one.id for one in messages)
    assert len(queries) == len(SUBJECTS)
    first = queries[0]
    assert first.text == "my tomatoes never needed that much water"
    assert (messages[first.at].id, messages[first.quoted_at].id) == (1002, 1)
    assert messages[first.at].quoted_text == "who knows about tomatoes"
    assert messages[first.at].reply_to_id == 1
    assert written[first.at].startswith("u0 said:")


def test_gives_its_figures(chat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(chat)])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["queries"] == len(SUBJECTS)
    assert told["hit_at_5"] == told["threads_hit_at_5"] == told["bm25_hit_at_5"] == 1
    assert 0 < told["hit_at_1"] < 1
    assert told["ratio"] == 1
    # The last reply has nothing after it in the indexes, itself included.
    assert told["messages"] == 6 * 3 + 5 * 3 + 1


def test_bm25_of_the_past() -> None:
    plain = MessageBm25(["red fish", "blue fish", "red red car", "red"], [1, 1, 1, 2])
    early = plain.scores("red car", 1, 2)
    assert early[0] > 0
    assert early[1] == 0
    assert np.argmax(plain.scores("red car", 1, 4)) == 2
    assert plain.scores("red car", 1, 4)[3] == 0
    assert plain.scores("green", 1, 4).tolist() == [0, 0, 0, 0]


def test_messages_stand_for_their_threads() -> None:
    assert by_messages(np.array([0.5, 0.0, 2.0, 1.0, 0.7]), [7, 8, 9, 9, None], 5) == [9, 7]
    assert by_messages(np.array([1.0, 1.0, 1.0]), [3, 4, 5], 2) == [3, 4]


def test_the_selection_is_even() -> None:
    queries = [Query(i, 0, "") for i in range(10)]
    assert [one.at for one in spread(queries, 4)] == [0, 2, 5, 7]
    assert spread(queries, 20) == queries

"""The benchmark of vector search runs, and finds what exact search finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.vectors import made_up, measure, of_chat


@pytest.mark.slow
def test_recall_is_measured_against_exact_search() -> None:
    found = measure(*made_up(400, 16))
    assert found["rows"] == 400
    assert found["recall_at_10"] > 0.97


def test_a_chat_gives_vectors_and_questions(tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    chat.write_text(
        "".join(
            f'{{"id": {n}, "ts": {n}, "text": "图书馆周六几点开门，还书要不要先在网上预约？{n}"}}\n' for n in range(23)
        )
    )
    matrix, questions = of_chat(chat, 4)
    assert matrix.shape == (4, 256)
    assert questions.shape == (20, 256)

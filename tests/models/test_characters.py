"""Halves of characters: joined where both come, however the pieces are cut."""

from __future__ import annotations

import pytest

from copilot.models.characters import whole, whole_pieces
from copilot.models.thinking import without_thinking

PIECES = [
    (["大家好"], "大家好"),
    (["大家好\ud83d", "\ude00呀"], "大家好😀呀"),
    (["\ud83d", "", "\ude00"], "😀"),
    (["好\ud83d"], "好\ufffd"),
    (["\ude00好"], "\ufffd好"),
    (["a\ud83d", "b"], "a\ufffdb"),
    ([], ""),
]


@pytest.mark.parametrize(("pieces", "expected"), PIECES)
def test_pieces(pieces: list[str], expected: str) -> None:
    assert "".join(whole_pieces(pieces)) == expected
    assert "".join(without_thinking(pieces)) == expected
    assert whole("".join(pieces)) == expected
    "".join(whole_pieces(pieces)).encode()

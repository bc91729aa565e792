"""Cues of what a line of chat does."""

from __future__ import annotations

import pytest

from copilot.text import cues
from copilot.text.fold import folded
from copilot.text.tokens import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How does one mount it", {"asks"}),
        ("bob: can you see it", {"asks", "answers"}),
        ("it works?", {"asks", "answers", "thanks"}),
        ("Anyone here with a radeon", {"asks", "greets"}),
        ("bob: try sudo", {"answers"}),
        ("thanks a lot", {"thanks"}),
        ("hello all", {"greets"}),
        ("mount the disk", set()),
        ("请问几点开始", {"asks"}),
        ("谁有钥匙", {"asks", "greets"}),
        ("能退吗，买错了", {"asks", "answers"}),
        ("@小林 可以的", {"answers"}),
        ("小林，直接去前台", {"answers"}),
        ("好的谢谢", {"thanks"}),
        ("大家早", {"greets"}),
        ("书在二楼", set()),
        ("", set()),
    ],
)
def test_cues(text: str, expected: set[str]) -> None:
    plain = folded(text)
    words = tokens(plain)
    every = {"asks": cues.asks, "answers": cues.answers, "thanks": cues.thanks, "greets": cues.greets}
    assert {name for name, holds in every.items() if holds(plain, words)} == expected

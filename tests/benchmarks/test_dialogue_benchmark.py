"""A conversation of twenty turns stays within its budget of tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.dialogue import TURNS, measure


@pytest.mark.slow
def test_twenty_turns_stay_within_their_budget(tmp_path: Path) -> None:
    f = measure(tmp_path)
    assert len(f["prompt_tokens"]) == TURNS
    assert 0 < f["history_most"] <= f["history_budget"]
    assert f["turn_most"] <= f["turn_budget"]
    assert f["summaries"] > 0
    # The second half tells no more than the first: what is older is summed up.
    assert max(f["prompt_tokens"][10:]) <= max(f["prompt_tokens"][:10]) * 1.15

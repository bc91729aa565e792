"""The benchmark of the door to chat models runs, and measures what it says."""

from __future__ import annotations

import pytest

from benchmarks.chat import measure


@pytest.mark.slow
def test_all_three_kinds_are_measured() -> None:
    found = measure(rounds=3, warm_up=1)
    for kind in ("bare", "door", "masked"):
        assert 0 < found[f"{kind}_p50_ms"] <= found[f"{kind}_p95_ms"]
    assert found["overhead_p50_ms"] == pytest.approx(found["door_p50_ms"] - found["bare_p50_ms"], abs=0.02)

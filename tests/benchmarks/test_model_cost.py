"""What is measured of calls to a model: the promise that there are at most two, on labelled questions."""

from __future__ import annotations

import pytest

from benchmarks.model_cost import SAMPLES, samples


@pytest.mark.slow
def test_no_answer_takes_more_than_two_calls() -> None:
    found = samples(12)
    for language in SAMPLES:
        figures = found[language]
        assert figures["questions"] == 12
        assert figures["answered"] > 8
        assert 1 <= figures["calls"] <= figures["most_calls"] <= 2
        assert 200 < figures["prompt_tokens"] < 2500

"""What is read off the evidence of a question."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.answering.features import FEATURES, letters, read_features
from copilot.records import Evidence, Side
from copilot.text.tokens import tokens


def evidence(question: str, counts: dict[str, int], scores: tuple[float, ...] = (), size: int = 100) -> Evidence:
    terms = tuple(dict.fromkeys(tokens(question)))
    side = Side(size=size, counts=tuple(counts.get(term, 0) for term in terms), scores=scores)
    return Evidence(terms=terms, knowledge=side)


@pytest.mark.parametrize(
    ("question", "counts", "name", "value"),
    [
        ("退货", {"退货": 3}, "pair_known", 1.0),
        ("退货", {}, "pair_known", 0.0),
        ("退货吗", {"退货": 3}, "pair_known", 0.5),
        ("mmpose 2024", {"mmpose": 9}, "word_known", 1.0),
        ("mmpose 2024", {"mmpose": 9}, "word_many", math.log1p(1)),
        ("怎么退货", {"退货": 3}, "telling_known", 1.0),
        ("怎么退货", {"怎么": 3}, "telling_known", 0.0),
        ("how do I return it", {"return": 3}, "telling_known", 1.0),
        ("how do I return it", {"how": 3, "do": 5}, "telling_nowhere", 1.0),
        ("好的", {}, "history", 0.0),
    ],
)
def test_reads(question: str, counts: dict[str, int], name: str, value: float) -> None:
    features = read_features(question, evidence(question, counts))
    assert features[FEATURES.index(name)] == pytest.approx(value)


def test_scores_are_read_as_shares_of_what_is_possible() -> None:
    weak = read_features("退货", evidence("退货", {"退货": 1}, (1.0, 0.5)))
    strong = read_features("退货", evidence("退货", {"退货": 1}, (4.0, 2.0)))
    place = FEATURES.index("best_share")
    assert strong[place] == pytest.approx(weak[place] * 4)


def test_history_counts_for_itself() -> None:
    terms = tuple(dict.fromkeys(tokens("野餐")))
    side = Side(size=10, counts=(1,) * len(terms), scores=(3.0,))
    features = read_features(
        "野餐", Evidence(terms=terms, knowledge=Side(size=5, counts=(0,) * len(terms)), history=side)
    )
    told = dict(zip(FEATURES, features, strict=True))
    assert told["history"] == told["telling_in_history"] == told["history_only_known"] == 1.0
    assert told["telling_known"] == told["telling_nowhere"] == 0.0


@given(st.text(max_size=40), st.lists(st.floats(0, 50), max_size=25), st.integers(0, 1000), st.data())
def test_features_are_finite(question: str, scores: list[float], size: int, data: st.DataObject) -> None:
    terms = tuple(dict.fromkeys(tokens(question)))
    counts = tuple(data.draw(st.integers(0, max(0, size))) for _ in terms)
    side = Side(size=size, counts=counts, scores=tuple(sorted(scores, reverse=True)))
    features = read_features(question, Evidence(terms=terms, knowledge=side, history=side))
    assert len(features) == len(FEATURES)
    assert all(map(math.isfinite, features))


def test_letters_are_folded_sequences_of_one_to_three() -> None:
    assert letters("退貨  OK") == dict.fromkeys(
        ("退", "货", " ", "o", "k", "退货", "货 ", " o", "ok", "退货 ", "货 o", " ok"), 1
    )

"""Tokens: what can be searched for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.text.tokens import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I reset my ORDER?", ["how", "do", "i", "reset", "my", "order"]),
        ("怎么退货", ["怎", "么", "退", "货", "怎么", "么退", "退货"]),
        ("退貨", ["退", "货", "退货"]),
        ("mmdeploy怎么装", ["mmdeploy", "怎", "么", "装", "怎么", "么装"]),
        ("grid_sample v1.2", ["grid", "sample", "v1", "2"]),
        ("ＶＸ①②", ["vx12"]),
        ("加\u200b微", ["加", "微", "加微"]),
        ("好,的", ["好", "的"]),
        ("Привет naïve", ["пpиbet", "naïve"]),
        ("한국어 かな", ["한", "국", "어", "한국", "국어", "か", "な", "かな"]),
        ("x" * 100, ["x" * 64]),
        ("？！…", []),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_a_token_is_never_empty_nor_broken_by_white_space(text: str) -> None:
    for token in tokens(text):
        assert token
        assert token == "".join(token.split())
        token.encode()


@pytest.mark.slow
def test_tokenising_keeps_up_with_an_import() -> None:
    messages = [
        "请问上次线下活动定在哪天呀，我想带朋友一起来，mmdeploy 也会讲吗？",
        "How do I reset my order? It says 404.",
    ] * 5000
    begin = time.perf_counter()
    for message in messages:
        tokens(message)
    assert len(messages) / (time.perf_counter() - begin) > 20_000

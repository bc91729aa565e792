"""Which language a text is in."""

import pytest

from copilot.text.language import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上次线下活动定在哪天?", "zh"),
        ("How do I reset my order?", "en"),
        ("mmdeploy 怎么安装", "zh"),
        ("gpt4 api key 有吗", "zh"),
        ("what does 微信 mean in English", "en"),
        ("看这个 https://example.org/open/the/long/path/of/words", "zh"),
        ("@Anna Smith thanks a lot", "en"),
        ("12345？", "zh"),
        ("", "zh"),
        ("退貨要幾天", "zh"),
    ],
)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected

"""Folding: what becomes the same, and the way back to the raw text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.text.fold import fold, folded

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
# Characters that meet rarely in random text and interact when they do.
NASTY_TEXT = st.text(
    alphabet="aAß İ1①🅰\u200b\u2060\u00ad\ufe0f\u0301"
    "\u0327\u3099ｶﾞがか\uff9f漢発髮薴⻓〇Ｗｘ微аΑϳ\u0345\u1fbd한\u1112\u1161\u11ab\ud800ﷺ\n",
    max_size=30,
)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Hello World", "hello world"),
        ("ＶＸ：ａｂｃ１２３", "vx:abc123"),
        ("加\u200b微\u2060信", "加微信"),
        ("訂單發貨後還能退嗎", "订单发货后还能退吗"),
        ("①③⑧ ❷➌⓿", "138 230"),
        ("𝐕𝐗 𝓪𝕓𝖈 🅰🅱 🄲", "vx abc ab c"),
        ("рауpаl", "paypal"),
        ("ΑΒΕ", "abe"),
        ("⻓⻋", "长车"),
        ("Straße", "strasse"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),
        ("ｶﾞ", "ガ"),
        ("\u1112\u1161\u11ab", "한"),
        ("好❤\ufe0f的", "好❤的"),
        ("bad\ud800half", "badhalf"),
        ("", ""),
    ],
)
def test_folds(raw: str, plain: str) -> None:
    assert folded(raw) == plain
    assert fold(raw).text == plain


@pytest.mark.parametrize(
    ("raw", "needle", "found"),
    [
        ("请加\u200b微\u200b信吧", "加微信", "加\u200b微\u200b信\u200b"),
        ("电话①③⑧。", "138", "①③⑧"),
        ("ﷺ 在 ＡＢＣ", "abc", "ＡＢＣ"),
        ("plain text", "text", "text"),
        ("㍿のcafe\u0301!", "café", "cafe\u0301"),
    ],
)
def test_a_span_leads_back_to_the_raw_words(raw: str, needle: str, found: str) -> None:
    result = fold(raw)
    start = result.text.index(needle)
    begin, end = result.raw_span(start, start + len(needle))
    assert raw[begin:end].strip("\u200b") == found.strip("\u200b")


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not inside a text of 2"):
        fold("好的").raw_span(1, 3)


@given(ANY_TEXT | NASTY_TEXT)
def test_folding_again_changes_nothing(raw: str) -> None:
    once = folded(raw)
    assert folded(once) == once


@given(ANY_TEXT | NASTY_TEXT)
def test_both_ways_of_folding_agree(raw: str) -> None:
    assert fold(raw).text == folded(raw)


@given(ANY_TEXT | NASTY_TEXT)
def test_folded_text_has_no_invisible_characters(raw: str) -> None:
    assert not [char for char in folded(raw) if unicodedata.category(char) in ("Cf", "Cs")]


@given(ANY_TEXT | NASTY_TEXT, st.data())
def test_every_span_maps_into_the_raw_text_and_folds_to_what_holds_it(raw: str, data: st.DataObject) -> None:
    result = fold(raw)
    start = data.draw(st.integers(0, len(result.text)))
    end = data.draw(st.integers(start, len(result.text)))
    begin, stop = result.raw_span(start, end)
    assert 0 <= begin <= stop <= len(raw)
    assert result.text[start:end] in folded(raw[begin:stop])
    if start == end:
        assert begin == stop


@given(ANY_TEXT | NASTY_TEXT)
def test_the_whole_text_maps_to_the_whole_text(raw: str) -> None:
    result = fold(raw)
    begin, stop = result.raw_span(0, len(result.text))
    assert folded(raw[begin:stop]) == result.text

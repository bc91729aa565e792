"""Tokens: counted by ranks where they are at hand, else estimated; nothing is ever fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiktoken.load
import tiktoken.registry
import tiktoken_ext.openai_public as published

from copilot.models import tokens


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test looks for the ranks itself, and none may fetch them."""

    def refuse(place: str) -> bytes:
        raise AssertionError(f"{place} was to be fetched")

    monkeypatch.setattr(tiktoken.load, "read_file", refuse)
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    tokens._ranks.cache_clear()
    yield
    tokens._ranks.cache_clear()
    tiktoken.registry.ENCODINGS.pop("o200k_base", None)


def tiny_ranks() -> bytes:
    """A file of ranks: every byte, and 你 as a whole."""
    pieces = [bytes([one]) for one in range(256)]
    pieces += ["你".encode()[:2], "你".encode()]
    return b"\n".join(base64.b64encode(piece) + b" %d" % rank for rank, piece in enumerate(pieces)) + b"\n"


@pytest.mark.parametrize(
    ("text", "estimated"),
    [
        ("", 0),
        ("a", 1),
        ("abc", 1),
        ("abcd", 2),
        ("你好", 2),
        ("你好，", 3),
        ("你好 abc", 4),
        ("😀😀", 2),
        ("\n" * 6, 2),
    ],
)
def test_an_estimate_counts_wide_characters_and_thirds_of_others(text: str, estimated: int) -> None:
    assert not tokens.is_exact()
    assert tokens.count(text) == tokens.estimate(text) == estimated


def test_the_file_is_the_one_that_the_library_would_use(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def note(place: str, expected_hash: str) -> dict[bytes, int]:
        asked.append((hashlib.sha1(place.encode()).hexdigest(), expected_hash))
        return {}

    monkeypatch.setattr(published, "load_tiktoken_bpe", note)
    published.o200k_base()
    assert asked == [(tokens.RANKS_FILE, tokens.RANKS_SHA256)]


def test_ranks_that_are_at_hand_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    raw = tiny_ranks()
    (tmp_path / tokens.RANKS_FILE).write_bytes(raw)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tokens, "RANKS_SHA256", hashlib.sha256(raw).hexdigest())

    def anything(_data: bytes, _expected: str) -> bool:
        return True

    monkeypatch.setattr(tiktoken.load, "check_hash", anything)
    assert tokens.is_exact()
    assert tokens.count("你") == 1
    assert tokens.count("好") == 3
    # What looks like a mark of a model's own is text.
    assert tokens.count("<|endoftext|>") == 13
    assert tokens.count("你" * 5000) == 5000


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_file_that_is_something_else_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / tokens.RANKS_FILE).write_bytes(content)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert not tokens.is_exact()
    assert tokens.count("你好") == 2
    assert (tmp_path / tokens.RANKS_FILE).read_bytes() == content


CUT: list[tuple[str, int, str]] = [
    ("你好世界", 10, "你好世界"),
    ("你好世界", 4, "你好世界"),
    ("你好世界", 3, "你好世"),
    ("你好世界", 0, ""),
    ("你好世界", -5, ""),
    ("早上九点在东门集合。要带伞，预报有雨", 12, "早上九点在东门集合。"),
    ("早上九点在东门集合\n要带伞，预报有雨", 11, "早上九点在东门集合"),
    ("版本 3.5 的安装方法", 7, "版本 3.5 的安装"),
]


@pytest.mark.parametrize(("text", "budget", "left"), CUT)
def test_what_is_too_long_ends_at_a_sentence(text: str, budget: int, left: str) -> None:
    assert tokens.cut(text, budget) == left
    assert tokens.count(tokens.cut(text, budget)) <= max(0, budget)


PACKED: list[tuple[list[str], int, dict[str, Any], list[str]]] = [
    (["一二三", "四五", "六"], 6, {}, ["一二三", "四五", "六"]),
    (["一二三", "四五", "六"], 5, {}, ["一二三", "四五"]),
    (["一二三", "四五", "六"], 4, {}, ["一二三", "四"]),
    (["一二三", "四五", "六"], 2, {}, ["一二"]),
    (["一二三", "四五", "六"], 0, {}, []),
    (["一二三", "四五", "六"], 6, {"longest": 2}, ["一二", "四五", "六"]),
    (["一二三", "四五", "六"], 4, {"longest": 2}, ["一二", "四五"]),
    (["", "四五"], 4, {}, ["", "四五"]),
    ([], 4, {}, []),
]


@pytest.mark.parametrize(("texts", "budget", "more", "packed"), PACKED)
def test_the_most_relevant_are_packed_first(texts: list[str], budget: int, more: Any, packed: list[str]) -> None:
    assert tokens.pack(texts, budget, **more) == packed

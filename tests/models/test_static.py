"""The static embedder: what shares pieces is alike, the same text has the same vector anywhere, in whatever batch."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from copilot.models.grams import grams
from copilot.models.static import StaticEmbedder, rarity


def cosine(one: str, other: str) -> float:
    a, b = StaticEmbedder().embed([one, other])
    return float(a @ b)


NEARER = [
    # a text, one that it is more like, and one that it is less like
    ("怎么申请退货", "退货怎么申请", "明天几点集合"),
    ("installing the package", "package installation", "the weather is fine"),
    ("I forgot my pasword", "forgot password", "where do we meet"),
    ("繁體中文的問題", "繁体中文的问题", "另外一件事情"),
    ("ＦＵＬＬ width LETTERS", "full width letters", "something else"),
    ("用 docker 部署", "docker部署失败", "用别的办法"),
]


@pytest.mark.parametrize(("text", "like", "unlike"), NEARER)
def test_what_shares_pieces_is_nearer(text: str, like: str, unlike: str) -> None:
    assert cosine(text, like) > cosine(text, unlike) + 0.2


def test_rows_have_unit_length_and_nothing_has_a_row_of_zeros() -> None:
    rows = StaticEmbedder().embed(["你好", "hello world", "", "!!! …", "😀"])
    assert rows.dtype == np.float32
    assert rows.shape == (5, 256)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 0, 0, 0], abs=1e-5)


def test_no_texts_give_no_rows() -> None:
    assert StaticEmbedder().embed([]).shape == (0, 256)


def test_a_text_has_one_vector_in_any_batch() -> None:
    texts = ["退货", "x" * 200_000, "", "a b", "怎么退货 refund", "\ud800 lone", "𠮷野家"]
    together = StaticEmbedder().embed(texts * 3)
    alone = np.concatenate([StaticEmbedder().embed([text]) for text in texts])
    assert np.abs(together - np.tile(alone, (3, 1))).max() < 1e-6


def test_another_process_gives_the_same_vector() -> None:
    code = (
        "from copilot.models.static import StaticEmbedder as S; print(S().embed(['怎么 refund 退货'])[0][:40].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(StaticEmbedder().embed(["怎么 refund 退货"])[0][:40].tolist())


def test_common_pieces_weigh_less_than_rare_ones() -> None:
    assert rarity(grams(["的"]).keys)[0] < rarity(grams(["龘"]).keys)[0]
    assert cosine("我的 猫", "猫 是") > cosine("我的 猫", "我的 是")


PIECES = [
    # text, how many different pieces
    ("我", 1),
    ("我要", 3),
    ("我要退", 6),
    ("a", 2),  # the word, and it between its two ends
    ("ab", 4),  # the word, #ab, ab#, #ab#
    ("我 要", 2),
    ("要要要要", 3),
    ("", 0),
]


@pytest.mark.parametrize(("text", "number"), PIECES)
def test_pieces_are_counted(text: str, number: int) -> None:
    assert len(grams([text]).keys) == number


def test_pieces_stay_with_their_text() -> None:
    texts = ["我要退货", "hello", "", "我要 hello"]
    whole = grams(texts)
    for i, text in enumerate(texts):
        part = slice(whole.starts[i], whole.starts[i + 1])
        assert whole.keys[part].tolist() == grams([text]).keys.tolist()
        assert whole.counts[part].tolist() == grams([text]).counts.tolist()
    assert set(grams(["我要 hello"]).keys) == set(grams(["我要"]).keys) | set(grams(["hello"]).keys)


@pytest.mark.slow
def test_embeds_a_million_characters_in_a_second_or_two() -> None:
    texts = [f"message {i} about the thing we talked about 昨天说的事情 number {i * 7}" * 8 for i in range(2000)]
    characters = sum(map(len, texts))
    begin = time.process_time()
    StaticEmbedder().embed(texts)
    # Twenty million characters a minute is what the largest history needs; it reaches ten times that.
    assert characters / (time.process_time() - begin) > 330_000

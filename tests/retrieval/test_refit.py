"""A refit learns a made-up community's synonyms, is left out where there is nothing to learn, and survives storage."""

from __future__ import annotations

import random

import numpy as np
import pytest

from copilot.errors import BrokenFile
from copilot.models.static import StaticEmbedder
from copilot.retrieval.refit import FEWEST_PAIRS, Refit, Trial, Verdict, _split, refit, try_embedder

# Members say the left word, the FAQ the right one.
SAID = {
    "退钱": "办理退款", "快递": "物流配送", "打折": "优惠活动", "登不上": "账号异常", "太慢": "性能问题",
    "闪退": "程序崩溃", "发票": "报销凭证", "换货": "商品调换", "学费": "课程价格", "补课": "后续安排",
    "位置": "门店地址", "聚会": "线下活动", "停车": "车辆泊位", "吃饭": "餐饮供应", "会员": "贵宾资格",
    "密码": "登录口令", "号码": "联系方式", "回放": "录像重播", "作业": "课后练习", "老师": "授课导师",
}  # fmt: skip
PRODUCTS = (
    *("绘本", "水杯", "书包", "台灯", "耳机", "键盘", "相机", "吉他", "帐篷", "雨伞"),
    *("毛毯", "手表", "口红", "面膜", "奶粉", "积木", "拼图", "钢笔", "画架", "滑板"),
)
FRAMES = ("{p}{w}咋弄", "{p}的{w}啊", "想问{p}{w}", "{p}{w}呢谁知道")


def confirmed(many: int, *, meaning: bool = True, seed: int = 1) -> tuple[list[tuple[str, str]], list[str]]:
    """Pairs of a question and the entry that it means, and all entries; without meaning any entry at all."""
    chance = random.Random(seed)
    entries = [f"关于{product}{formal}的说明" for product in PRODUCTS for formal in SAID.values()]
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < many:
        product, word = chance.choice(PRODUCTS), chance.choice(list(SAID))
        question = chance.choice(FRAMES).format(p=product, w=word) + chance.choice(["", "？", "，急", "，谢谢", "~"])
        entry = f"关于{product}{SAID[word]}的说明" if meaning else chance.choice(entries)
        pairs[question, entry] = None
    return list(pairs), entries


@pytest.fixture(scope="module")
def learned() -> tuple[Refit, Trial]:
    pairs, entries = confirmed(900)
    made, trial = refit(pairs, entries)
    assert made is not None
    return made, trial


def test_learns_which_words_go_together(learned: tuple[Refit, Trial]) -> None:
    made, trial = learned
    assert trial.verdict is Verdict.HELPS
    assert trial.fused_hit_at_5 > trial.words_hit_at_5 + 0.2
    assert trial.weight == trial.benefit > 0
    asked = made.embed_questions(["雨伞退钱怎么个流程"])
    near = made.embed_entries(["关于雨伞办理退款的说明", "关于雨伞物流配送的说明", "关于相机办理退款的说明"])
    cosines = (asked @ near.T)[0]
    assert cosines[0] > max(cosines[1:])


def test_rows_have_unit_length_or_are_zero(learned: tuple[Refit, Trial]) -> None:
    rows = learned[0].embed_questions(["退钱", "completely unknown", ""])
    assert rows.shape == (3, 256)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 0], abs=1e-3)
    assert learned[0].embed_entries([]).shape == (0, 256)


def test_is_read_back_as_it_was(learned: tuple[Refit, Trial]) -> None:
    made, trial = learned
    again = Refit.from_bytes(made.to_bytes())
    assert again.trial == trial
    assert again.identity == made.identity
    texts = ["绘本退钱咋弄", "关于绘本办理退款的说明"]
    assert (again.embed_questions(texts) == made.embed_questions(texts)).all()
    assert (again.embed_entries(texts) == made.embed_entries(texts)).all()


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "flipped"])
def test_damage_is_told(learned: tuple[Refit, Trial], damage: str) -> None:
    whole = learned[0].to_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 200]) + whole[middle + 200 :]
    broken = {"empty": b"", "cut": whole[:middle], "text": b"hello", "flipped": flipped}[damage]
    with pytest.raises(BrokenFile, match="learn it again"):
        Refit.from_bytes(broken)


def test_the_same_pairs_teach_the_same() -> None:
    pairs, entries = confirmed(400)
    one, other = refit(pairs, entries)[0], refit(pairs, entries)[0]
    assert one is not None
    assert other is not None
    assert one.identity == other.identity


def test_other_pairs_have_another_identity(learned: tuple[Refit, Trial]) -> None:
    pairs, entries = confirmed(899)
    made, _ = refit(pairs, entries)
    assert made is not None
    assert made.identity != learned[0].identity


def test_leaves_the_common_embedder_alone() -> None:
    before = StaticEmbedder().embed(["绘本退钱咋弄"])
    refit(*confirmed(300))
    assert (StaticEmbedder().embed(["绘本退钱咋弄"]) == before).all()


def test_too_few_teach_nothing() -> None:
    pairs, entries = confirmed(FEWEST_PAIRS - 1)
    made, trial = refit(pairs * 3, entries)
    assert made is None
    assert trial == Trial(Verdict.TOO_FEW, FEWEST_PAIRS - 1)
    assert trial.benefit is None


def test_pairs_without_meaning_are_not_used() -> None:
    pairs, entries = confirmed(600, meaning=False)
    made, trial = refit(pairs, entries)
    assert made is None
    assert trial.verdict is Verdict.NO_GAIN
    assert not trial.benefit


BENEFITS = [
    # verdict, gained, lost, weight, benefit
    (Verdict.HELPS, 30, 5, 0.4, 0.4),
    (Verdict.NO_GAIN, 3, 2, 0.0, None),
    (Verdict.NO_GAIN, 2, 3, 0.0, 0.0),
    (Verdict.TOO_FEW, 0, 0, 0.0, None),
]


@pytest.mark.parametrize(("verdict", "gained", "lost", "weight", "benefit"), BENEFITS)
def test_only_what_is_clear_decides(
    verdict: Verdict, gained: int, lost: int, weight: float, benefit: float | None
) -> None:
    assert Trial(verdict, 500, 100, 0.5, 0.5, gained, lost, weight).benefit == benefit


def test_where_nothing_is_to_be_learned_the_common_embedder_is_tried() -> None:
    words = (
        *("deliver", "ship", "refund", "cancel", "register", "install", "update", "configure", "export", "translate"),
        *("restore", "upload", "record", "discount", "connect", "print", "mount", "format", "search", "archive"),
    )
    things = ["lamp", "kettle", "guitar", "tent", "camera", "radio", "puzzle", "blanket", "mirror", "basket"]
    # Members write other forms of the entry's words, each pair of words once.
    pairs = [(f"{word}ing {thing}s", f"{word}ed {thing}") for word in words for thing in things]
    made, trial = refit(pairs)
    assert made is None
    assert trial.verdict is Verdict.HELPS
    assert trial == try_embedder(StaticEmbedder(), pairs)
    assert trial.words_hit_at_5 < 0.2 < 0.9 < trial.fused_hit_at_5


def test_what_words_find_anyway_is_left_to_words() -> None:
    pairs = [(f"请问第{i}号问题", f"第{i}号问题") for i in range(300)]
    made, trial = refit(pairs)
    assert made is None
    assert trial.words_hit_at_5 > 0.9


def test_no_question_is_on_both_sides_of_the_trial() -> None:
    chance = random.Random(3)
    texts = [f"说法{i}" for i in range(400)]
    pairs = [(chance.choice(texts), chance.choice(texts)) for _ in range(300)]
    aside, rest = _split(pairs)
    assert len(aside) + len(rest) == 300
    # An entry that only ever is an entry may be known already; a question may not.
    questions = {question for question, _ in aside}
    assert questions.isdisjoint(question for question, _ in rest)
    assert questions.isdisjoint(entry for _, entry in rest)


def test_odd_texts_do_no_harm() -> None:
    pairs = [(f"{'!' * i}", f"…{i}") for i in range(1, 120)] + [(f"q{i}", "") for i in range(120)] + [("\ud800", "x")]
    made, trial = refit(pairs, ["", "", "a"])
    assert made is None
    assert trial.pairs == 240


def test_an_embedder_is_tried_in_the_same_way() -> None:
    pairs, entries = confirmed(300)
    trial = try_embedder(StaticEmbedder(), pairs, entries)
    assert trial.verdict is Verdict.NO_GAIN
    assert trial.asked > 30
    assert try_embedder(StaticEmbedder(), pairs[:50], entries).verdict is Verdict.TOO_FEW

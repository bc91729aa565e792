"""The gate: what passes, what it says of why, and what a community teaches it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from copilot.answering.gate import Gate, Reason
from copilot.answering.lesson import Example
from copilot.errors import BadInput, BrokenFile
from copilot.records import Evidence, SourceKind
from copilot.retrieval.evidence import gather
from copilot.retrieval.words import WordIndex

FAQ = {
    "会员卡怎么退款": "按剩余的整月折算，五个工作日内原路退回。",
    "一次可以借几本绘本": "年卡十二本，半年卡八本，借期二十一天。",
    "故事会在哪里报名": "周四晚上在群里接龙，最多十五个家庭。",
    "周末几点开门": "周六周日早上十点开门，晚上七点关门。",
    "绘本弄丢了怎么赔": "赔一本同版新书，或者按定价赔偿。",
    "How do I renew my books?": "Open the app, choose the loan and press Renew; it adds fourteen days.",
    "Can I return books on Monday?": "We are closed on Monday; use the return box at the door.",
}
BELONGS = ("会员卡能退款吗", "绘本一次能借几本", "故事会怎么报名", "周日几点开门", "绘本丢了要赔多少", "退款几天退回来")
OTHERS = ("今天股票跌了", "谁会修空调", "昨晚球赛真精彩", "附近火锅哪家好", "下雪了好冷", "电动车怎么上牌")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordIndex]:
    index = WordIndex.open_writer(tmp_path_factory.mktemp("words") / "words")
    for n, (question, answer) in enumerate(FAQ.items()):
        index.add(f"faq:{n}", SourceKind.FAQ, "c1", question)
        index.add(f"faq:{n}", SourceKind.FAQ, "c1", answer, answer=True)
    index.add("history:1", SourceKind.HISTORY, "g1", "野餐日在梧桐公园集合\n记得带水壶\n大家早上好")
    index.commit("1")
    yield index
    index.close()


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate.load_default()


def examples(index: WordIndex, yes: tuple[str, ...], no: tuple[str, ...]) -> list[Example]:
    return [Example(question=text, evidence=gather(text, index, ("c1",)), in_scope=text in yes) for text in (*yes, *no)]


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ("会员卡能退款吗", True),
        ("绘本一次能借几本呀", True),
        ("請問會員卡怎麼退款", True),
        ("故事会报名截止了吗", True),
        ("how can I renew the books", True),
        ("可以 return books on Monday 吗", True),
        ("野餐日在哪里集合", True),
        ("今天股票怎么跌成这样", False),
        ("谁家空调坏了找人修过", False),
        ("who won the football match", False),
        ("哈哈哈哈哈", False),
        ("👍", False),
        ("", False),
    ],
)
def test_lets_through_what_the_community_knows_about(gate: Gate, index: WordIndex, message: str, passes: bool) -> None:
    decision = gate.in_scope(message, gather(message, index, ("c1", "g1")))
    assert decision.passed is passes, decision
    assert 0 <= decision.probability <= 1


def test_says_why(gate: Gate, index: WordIndex) -> None:
    known = gate.in_scope("会员卡怎么退款", gather("会员卡怎么退款", index, ("c1",)))
    unknown = gate.in_scope("空调坏了", gather("空调坏了", index, ("c1",)))
    assert known.reasons[0] is Reason.KNOWN_WORDS
    assert unknown.reasons[0] in (Reason.UNKNOWN_WORDS, Reason.NOTHING_MATCHES)
    assert Reason.HISTORY_MATCH not in unknown.reasons, "no history was looked at"


def test_without_any_evidence_nothing_passes(gate: Gate) -> None:
    decision = gate.in_scope("会员卡怎么退款", Evidence(terms=("会员",)))
    assert not decision.passed
    assert decision.reasons == (Reason.NOTHING_MATCHES,)


def test_a_community_teaches_its_own_words(index: WordIndex) -> None:
    """Nobody's knowledge speaks of 豆哥, yet messages to 豆哥 are confirmed: they come to belong."""
    yes = tuple(f"豆哥{n}" for n in ("在吗", "帮看下", "怎么触发", "教教我", "你说呢", "出来", "又挂了", "这个呢"))
    no = tuple(f"老王{n}" for n in ("在吗", "帮看下", "怎么触发", "教教我", "你说呢", "出来", "又挂了", "这个呢"))
    taught = Gate.fit(examples(index, yes * 3, no * 3))

    def ask(gate: Gate, text: str) -> float:
        return gate.in_scope(text, gather(text, index, ("c1",))).probability

    assert ask(taught, "豆哥开门") > 0.7 > 0.4 > ask(taught, "老王开门")
    assert Reason.LIKE_CONFIRMED in taught.in_scope("豆哥开门", gather("豆哥开门", index, ("c1",))).reasons


def test_few_examples_move_the_gate_little(gate: Gate, index: WordIndex) -> None:
    few = Gate.fit(examples(index, BELONGS[:2], OTHERS[:2]))
    for text in (*BELONGS, *OTHERS):
        evidence = gather(text, index, ("c1",))
        before, after = gate.in_scope(text, evidence), few.in_scope(text, evidence)
        assert after.threshold == before.threshold
        assert abs(after.probability - before.probability) < 0.35


def test_what_was_taught_is_saved_and_loaded(index: WordIndex) -> None:
    taught = Gate.fit(examples(index, BELONGS * 4, OTHERS * 4))
    again = Gate.load(taught.dump())
    for text in (*BELONGS, *OTHERS, "会员卡在哪里办"):
        evidence = gather(text, index, ("c1",))
        before, after = taught.in_scope(text, evidence), again.in_scope(text, evidence)
        assert after.probability == pytest.approx(before.probability, abs=0.001)
        assert (after.passed, after.reasons) == (before.passed, before.reasons)
    assert taught.in_scope(BELONGS[0], gather(BELONGS[0], index, ("c1",))).passed
    assert not taught.in_scope(OTHERS[0], gather(OTHERS[0], index, ("c1",))).passed


def test_teaching_gives_the_same_gate_each_time(index: WordIndex) -> None:
    lesson = examples(index, BELONGS * 4, OTHERS * 4)
    assert Gate.fit(lesson).dump() == Gate.fit(lesson).dump()


@pytest.mark.parametrize(("yes", "no"), [((), ()), (BELONGS, ()), ((), OTHERS)])
def test_examples_of_one_kind_teach_nothing(index: WordIndex, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="confirm some that belong and some that do not"):
        Gate.fit(examples(index, yes, no))


@pytest.mark.parametrize("saved", ["", "{}", "[]", '{"layer": {"features": {}}}', "null"])
def test_a_damaged_save_is_refused(saved: str) -> None:
    with pytest.raises(BrokenFile, match="teach it again"):
        Gate.load(saved)


def test_an_untaught_gate_is_not_saved(gate: Gate) -> None:
    with pytest.raises(BadInput, match="teach it first"):
        gate.dump()


def test_decides_fast(gate: Gate, index: WordIndex) -> None:
    long = "请问会员卡怎么退款，绘本弄丢了又该怎么赔？" * 15
    decision = gate.in_scope(long, gather(long, index, ("c1",)))
    assert np.isfinite(decision.probability)

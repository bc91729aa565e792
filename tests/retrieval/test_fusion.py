"""Fusion mixes two lists by hand-checked rules, and its weight follows from measurement alone."""

from __future__ import annotations

import pytest

from copilot.models.aptitude import Aptitude, Skill
from copilot.retrieval.fusion import DEPTH, Reason, Script, fuse, script, weigh


def skill(hit: float, words: float = 0.1) -> Skill:
    return Skill(hit, words, 10.0, -5.0)


ENGLISH = Aptitude(zh=skill(0.1), en=skill(0.85), cross=skill(0.05, 0.0), forms=skill(0.95, 0.0))
BOTH = Aptitude(zh=skill(0.9), en=skill(0.8), cross=skill(0.9, 0.0), forms=skill(0.95, 0.0))
NONE = Aptitude(zh=skill(0.1), en=skill(0.2), cross=skill(0.05, 0.0), forms=skill(0.1, 0.0))
FORMS = Aptitude(zh=skill(0.1), en=skill(0.1), cross=skill(0.05, 0.0), forms=skill(0.95, 0.0))

WEIGHTS = [
    # question, entries, aptitude, benefit, weight, why
    ("zh", "zh", None, None, 0.0, Reason.NO_EMBEDDER),
    ("zh", "zh", ENGLISH, None, 0.0, Reason.UNFIT),
    ("en", "en", ENGLISH, None, 0.6, Reason.APT),
    ("mixed", "zh", ENGLISH, None, 0.0, Reason.UNFIT),
    ("en", "zh", ENGLISH, None, 0.0, Reason.UNFIT),
    ("en", "zh", BOTH, None, 0.72, Reason.APT),
    ("mixed", "mixed", BOTH, None, 0.56, Reason.APT),
    ("en", "en", NONE, None, 0.0, Reason.UNFIT),
    ("en", "en", FORMS, None, 0.38, Reason.APT),
    ("mixed", "en", FORMS, None, 0.0, Reason.UNFIT),
    ("zh", "zh", FORMS, None, 0.0, Reason.UNFIT),
    ("en", "en", FORMS, 0.0, 0.0, Reason.NO_BENEFIT),
    ("zh", "zh", NONE, 0.4, 0.4, Reason.MEASURED),
    ("mixed", "zh", NONE, 0.4, 0.4, Reason.MEASURED),
    ("zh", "zh", BOTH, 0.0, 0.0, Reason.NO_BENEFIT),
    ("en", "zh", BOTH, 0.0, 0.72, Reason.APT),
    ("en", "zh", NONE, 0.4, 0.0, Reason.UNFIT),
    ("zh", "zh", None, 0.4, 0.4, Reason.MEASURED),
]


@pytest.mark.parametrize(("question", "entries", "aptitude", "benefit", "value", "why"), WEIGHTS)
def test_the_weight_follows_from_what_was_measured(
    question: str, entries: str, aptitude: Aptitude | None, benefit: float | None, value: float, why: Reason
) -> None:
    found = weigh(Script(question), Script(entries), aptitude, benefit)
    assert found.value == pytest.approx(value)
    assert found.why is why


SCRIPTS = [
    ("怎么退货", "zh"),
    ("how do I return it", "en"),
    ("docker compose 怎么 restart", "mixed"),
    ("怎么用 docker 部署我们的服务", "zh"),
    ("", "zh"),
    ("123", "zh"),
]


@pytest.mark.parametrize(("text", "expected"), SCRIPTS)
def test_tells_scripts(text: str, expected: str) -> None:
    assert script(text) == expected


def test_tells_the_script_of_a_collection() -> None:
    assert script(["怎么退货", "什么时候发货", "OK"]) == "zh"
    assert script(["refunds", "shipping times", "退"]) == "en"
    assert script(["怎么退货怎么办", "how to return things", "什么时候发货呢", "when is it shipped"]) == "mixed"


def test_without_weight_words_stay_as_they_are() -> None:
    words = [("a", 3.0), ("b", 3.0), ("c", 1.0)]
    assert fuse(words, [("c", 0.9)], 0.0) == words


def test_lists_are_stretched_and_mixed() -> None:
    words = [("a", 10.0), ("b", 6.0), ("c", 2.0)]
    vectors = [("b", 0.9), ("c", 0.5), ("d", 0.1)]
    # Three words were found and no more were there, so what is missing among them shares no word: 0.
    found = dict(fuse(words, vectors, 0.5))
    assert found == pytest.approx({"a": 0.5, "b": 0.3 + 0.5, "c": 0.1 + 0.25, "d": 0.0})
    assert [key for key, _ in fuse(words, vectors, 0.5)] == ["b", "a", "c", "d"]


def test_a_cut_list_counts_what_it_lacks_as_its_last() -> None:
    words = [(str(i), float(DEPTH - i)) for i in range(DEPTH)]
    found = dict(fuse(words, [("new", 0.9), ("0", 0.1)], 0.5))
    assert found["new"] == pytest.approx(0.5)
    assert found["0"] == pytest.approx(0.5)
    assert found[str(DEPTH - 1)] == 0


def test_one_that_is_found_alone_counts_fully() -> None:
    assert dict(fuse([("a", 2.0)], [("a", 0.5), ("b", 0.4)], 0.5)) == pytest.approx({"a": 1.0, "b": 0.0})
    assert fuse([], [("x", 0.5), ("y", 0.2)], 0.3)[0] == ("x", pytest.approx(0.3))
    assert dict(fuse([("a", 2.0)], [], 0.5)) == pytest.approx({"a": 0.5})
    assert fuse([], [], 0.5) == []


def test_ties_keep_the_order_of_words() -> None:
    assert [key for key, _ in fuse([("b", 1.0), ("a", 1.0)], [("a", 0.5), ("b", 0.5)], 0.5)] == ["b", "a"]

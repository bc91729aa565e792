"""What the gate is told of a question."""

from pathlib import Path

import pytest

from copilot.records import SourceKind
from copilot.retrieval.evidence import gather
from copilot.retrieval.words import WordIndex


@pytest.fixture
def index(tmp_path: Path) -> WordIndex:
    index = WordIndex.open_writer(tmp_path / "words")
    index.add("faq:1", SourceKind.FAQ, "c1", "怎么退货")
    index.add("faq:1", SourceKind.FAQ, "c1", "签收后七天内可以退货", answer=True)
    index.add("faq:2", SourceKind.FAQ, "c2", "别的社群也退货")
    index.add("rule:1", SourceKind.RULE, "g1", "不许退群")
    index.add("history:1", SourceKind.HISTORY, "g1", "退货要几天")
    index.add("history:2", SourceKind.HISTORY, "g2", "退货退货")
    index.commit("1")
    return index


def test_counts_the_knowledge_of_these_scopes_only(index: WordIndex) -> None:
    found = gather("退货 退货", index, ("c1", "g1"))
    assert found.terms == ("退", "货", "退货")
    assert found.knowledge.size == 3
    assert found.knowledge.counts == (3, 2, 2)
    assert len(found.knowledge.scores) == 2
    assert list(found.knowledge.scores) == sorted(found.knowledge.scores, reverse=True)


def test_scores_only_the_history_of_these_scopes(index: WordIndex) -> None:
    assert len(gather("退货", index, ("c1", "g1")).history.scores) == 1
    assert gather("退货", index, ("c1",)).history.scores == ()
    assert gather("退货", index, ("c1", "g1"), with_history=False).history.size == 0


def test_a_message_without_words_has_no_evidence(index: WordIndex) -> None:
    found = gather("？！👍", index, ("c1", "g1"))
    assert (found.terms, found.knowledge.counts, found.knowledge.scores) == ((), (), ())


def test_a_very_long_message_is_looked_up_by_its_beginning(index: WordIndex) -> None:
    found = gather("退货" + "".join(map(chr, range(0x4E00, 0x5E00))), index, ("c1",))
    assert len(found.terms) == len(found.knowledge.counts) <= 128
    assert found.terms[0] == "退"

"""The retrieval benchmark runs on any file of its shape and reports figures that can be checked by hand."""

import json
from pathlib import Path

import pytest

from benchmarks.retrieval import ExactBm25, main, measure
from copilot.errors import CopilotError

TINY = Path(__file__).with_name("tiny_retrieval.json")


def test_prints_its_figures_on_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(TINY)])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    names = ("hit_at_1", "hit_at_5", "mrr_at_10", "bm25_hit_at_1", "bm25_hit_at_5", "bm25_mrr_at_10")
    assert {name: figures[name] for name in names} == dict.fromkeys(names, 1.0)
    assert figures["words_hit_at_5"] == 1.0
    assert figures["vectors_hit_at_5"] > 0.5
    assert figures["weight"] == 0.0
    assert figures["ms_per_query"] > 0
    assert figures["bm25_ms_per_query"] > 0


def test_tells_what_confirmations_teach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Members say the left word and the entries the right one, each with one of some goods.
    said = {
        "退钱": "办理款项返还",
        "快递": "物流配送",
        "打折": "优惠",
        "闪退": "崩溃",
        "发票": "报销凭证",
        "学费": "课程价格",
    }
    goods = [f"{one}{other}" for one in "红黄蓝绿黑白灰紫" for other in "书包碗笔灯伞"]
    entries = [f"{good}{formal}说明" for good in goods for formal in said.values()]
    asked = [f"想问{good}{word}咋弄" for good in goods for word in said]
    half = len(entries) // 2
    file, pairs = tmp_path / "faq.json", tmp_path / "pairs.json"
    questions = [[question, [i]] for i, question in enumerate(asked)]
    file.write_text(json.dumps({"docs": entries, "queries": questions[half:]}))
    pairs.write_text(json.dumps([[asked[i], entries[i]] for i in range(half)]))
    main([str(file), "--confirmed", str(pairs)])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["curve"] == {str(half): figures["hit_at_5"]}
    assert figures["hit_at_5"] >= figures["words_hit_at_5"]
    assert figures["refit_seconds"][str(half)] > 0
    assert figures["curve_weights"] == {str(half): figures["weight"]}


def test_refuses_a_model_that_is_not_there() -> None:
    with pytest.raises(CopilotError, match="nobody/nothing"):
        main([str(TINY), "--embedder", "nobody/nothing"])


def test_says_so_when_a_file_holds_no_queries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"docs": ["a"], "good": [], "bad": []}')
    main([str(file)])
    assert "no `queries`" in json.loads(capsys.readouterr().out)["skipped"]


def test_counts_ranks_as_defined() -> None:
    answers = {"first": [7], "third": [1, 2, 7], "sixth": [1, 2, 3, 4, 5, 7], "never": [1]}
    figures, _ = measure(lambda question: answers[question], [(question, [7]) for question in answers])
    assert figures == {"hit_at_1": 0.25, "hit_at_5": 0.5, "mrr_at_10": 0.375}


def test_exact_bm25_prefers_rare_words_and_short_texts() -> None:
    exact = ExactBm25(["common rare", "common common", "common", "common and many other words"])
    assert exact.search("common rare", 10) == [0, 1, 2, 3]
    assert exact.search("unknown", 10) == []

"""The word index: who finds what, what survives, and how damage shows."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.errors import BrokenFile, Busy, NotFound
from copilot.records import SourceKind
from copilot.retrieval.shelf import Shelf
from copilot.retrieval.words import WordIndex, erase

EVERY_KIND = tuple(SourceKind)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WordIndex]:
    index = WordIndex.open_writer(tmp_path / "words")
    index.add("faq:1", SourceKind.FAQ, "c1", "怎么退货?")
    index.add("faq:1", SourceKind.FAQ, "c1", "不想要了能退款吗")
    index.add("faq:1", SourceKind.FAQ, "c1", "签收后七天内可以退，邮费自理。", answer=True)
    index.add("faq:2", SourceKind.FAQ, "g2", "群里怎么报名线下活动")
    index.add("rule:1", SourceKind.RULE, "c1", "不许发广告，第一次提醒。")
    index.add("doc:1:0", SourceKind.DOCUMENT, "c1", "Shipping takes three days; orders can be reset in your account.")
    index.add("history:9", SourceKind.HISTORY, "g2", "活动在哪\n周六在图书馆，记得报名")
    index.add("history:7", SourceKind.HISTORY, "g3", "我们的活动在公园")
    index.commit("41")
    yield index
    index.close()


def keys(
    index: WordIndex, question: str, scopes: tuple[str, ...], kinds: tuple[SourceKind, ...] = EVERY_KIND
) -> list[str]:
    return [found.key for found in index.search(question, kinds, scopes)]


@pytest.mark.parametrize(
    ("question", "scopes", "expected"),
    [
        ("退货", ("c1", "g2"), ["faq:1"]),
        ("想要退款", ("c1", "g2"), ["faq:1"]),
        ("邮费", ("c1",), ["faq:1"]),
        ("退貨", ("c1",), ["faq:1"]),
        ("发广告", ("c1", "g2"), ["rule:1"]),
        ("How do I RESET my orders", ("c1",), ["doc:1:0"]),
        ("图书馆", ("c1", "g3"), []),
        ("公园", ("c1", "g2"), []),
        ("公园", ("g3",), ["history:7"]),
        ("完全无关", ("c1",), []),
        ("", ("c1",), []),
        ("退货", (), []),
    ],
)
def test_finds_words_within_the_scopes(
    index: WordIndex, question: str, scopes: tuple[str, ...], expected: list[str]
) -> None:
    assert keys(index, question, scopes) == expected


def test_looks_only_among_the_kinds_asked_for(index: WordIndex) -> None:
    assert keys(index, "报名活动", ("g2",), (SourceKind.FAQ,)) == ["faq:2"]
    assert keys(index, "报名活动", ("g2",), (SourceKind.HISTORY,)) == ["history:9"]
    assert keys(index, "邮费", ("c1",), (SourceKind.RULE, SourceKind.DOCUMENT)) == []


def test_a_passage_with_many_wordings_takes_one_place(tmp_path: Path) -> None:
    index = WordIndex.open_writer(tmp_path)
    for n in range(60):
        index.add("faq:1", SourceKind.FAQ, "c1", f"开放时间 {n}")
    index.add("faq:2", SourceKind.FAQ, "c1", "开放日和许多别的事情以及时间安排")
    index.commit("1")
    assert keys(index, "开放时间", ("c1",)) == ["faq:1", "faq:2"]
    index.close()


def test_a_shelf_weighs_words_by_itself(tmp_path: Path) -> None:
    """A flood of history changes neither order nor scores among the FAQ's questions."""
    index = WordIndex.open_writer(tmp_path)
    for n, text in enumerate(("发货要几天", "发票怎么开", "周末发货吗")):
        index.add(f"faq:{n}", SourceKind.FAQ, "c1", text)
    index.commit("1")
    before = index.search("几天发货", (SourceKind.FAQ,), ("c1",))
    for n in range(200):
        index.add(f"history:{n}", SourceKind.HISTORY, "g1", "几天 " * 50)
    index.commit("2")
    assert index.search("几天发货", (SourceKind.FAQ,), ("c1",)) == before
    index.close()


def test_counts_words_within_the_scopes(index: WordIndex) -> None:
    terms = ["怎么", "退货", "没有"]
    assert index.frequencies(Shelf.QUESTIONS, terms, ("c1", "g2")) == (3, [2, 1, 0])
    assert index.frequencies(Shelf.QUESTIONS, terms, ("g2",)) == (1, [1, 0, 0])
    assert index.frequencies(Shelf.QUESTIONS, terms, ("g9",)) == (0, [0, 0, 0])


def test_what_is_removed_is_not_found(index: WordIndex) -> None:
    index.remove("faq:1")
    index.remove("unknown")
    assert keys(index, "退货", ("c1",)) == ["faq:1"], "only a commit makes it so"
    index.commit("42")
    assert keys(index, "退货 邮费 退款", ("c1",)) == []
    assert len(index) == 5


def test_removing_before_adding_again_leaves_one(index: WordIndex) -> None:
    for _ in range(2):
        index.remove("history:9")
        index.add("history:9", SourceKind.HISTORY, "g2", "图书馆改到公园了")
    index.commit("42")
    assert keys(index, "图书馆", ("g2",)) == ["history:9"]
    assert index.count(Shelf.HISTORY) == 2


def test_a_scope_is_removed_whole(index: WordIndex) -> None:
    index.remove_scope("g2")
    index.commit("42")
    assert keys(index, "报名活动", ("g2",)) == []
    assert keys(index, "活动", ("g3",)) == ["history:7"]


def test_a_reader_sees_each_commit(index: WordIndex, tmp_path: Path) -> None:
    reader = WordIndex.open_reader(tmp_path / "words")
    assert keys(reader, "雨伞", ("c1",)) == []
    index.add("faq:3", SourceKind.FAQ, "c1", "雨伞落在会场了")
    assert keys(reader, "雨伞", ("c1",)) == []
    index.commit("50")
    assert keys(reader, "雨伞", ("c1",)) == ["faq:3"]
    assert reader.committed == "50"


def test_what_was_committed_survives_and_the_rest_does_not(index: WordIndex, tmp_path: Path) -> None:
    index.add("faq:3", SourceKind.FAQ, "c1", "雨伞落在会场了")
    index.close()
    again = WordIndex.open_writer(tmp_path / "words")
    assert again.committed == "41"
    assert keys(again, "退货", ("c1",)) == ["faq:1"]
    assert keys(again, "雨伞", ("c1",)) == []
    again.close()


def test_a_first_feeding_that_was_cut_short_starts_over(index: WordIndex, tmp_path: Path) -> None:
    index.close()
    (tmp_path / "words" / "committed.json").unlink()
    again = WordIndex.open_writer(tmp_path / "words")
    assert (again.committed, len(again)) == ("", 0)
    again.close()


def test_a_second_writer_is_refused(index: WordIndex, tmp_path: Path) -> None:
    second = WordIndex.open_writer(tmp_path / "words")
    with pytest.raises(Busy, match="stop that one first"):
        second.add("faq:4", SourceKind.FAQ, "c1", "谁先来")


def test_there_must_be_an_index_to_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="copilot reindex"):
        WordIndex.open_reader(tmp_path / "nothing")


def test_a_folder_damaged_while_it_is_written_can_be_closed_and_begun_anew(index: WordIndex, tmp_path: Path) -> None:
    index.add("faq:9", SourceKind.FAQ, "c1", "停车走哪个门")
    for path in (tmp_path / "words").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    index.close()
    erase(tmp_path / "words")
    anew = WordIndex.open_writer(tmp_path / "words")
    anew.add("faq:9", SourceKind.FAQ, "c1", "停车走哪个门")
    anew.commit("1")
    assert len(anew) == 1
    anew.close()


@pytest.mark.parametrize("ending", ["term", "idx", "store", "fieldnorm", "json"])
@pytest.mark.parametrize("harm", ["cut", "empty", "flip", "gone"])
def test_damage_is_told_and_can_be_mended(index: WordIndex, tmp_path: Path, ending: str, harm: str) -> None:
    index.close()
    folder = tmp_path / "words"
    if ending == "json":
        path = folder / "committed.json" if harm != "gone" else folder / "questions" / "meta.json"
    else:
        path = max((folder / "questions").glob(f"*.{ending}"))
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "flip":
        path.write_bytes(bytes([content[0] ^ 0xFF]) + content[1:])
    else:
        path.write_bytes(content[: len(content) // 2] if harm == "cut" else b"")
    for opening in (WordIndex.open_reader, WordIndex.open_writer):
        with pytest.raises(BrokenFile, match="copilot reindex"):
            opening(folder)
    erase(folder)
    mended = WordIndex.open_writer(folder)
    mended.add("faq:1", SourceKind.FAQ, "c1", "怎么退货?")
    mended.commit("1")
    assert keys(mended, "退货", ("c1",)) == ["faq:1"]
    mended.close()


def test_an_index_of_another_release_is_refused(index: WordIndex, tmp_path: Path) -> None:
    (tmp_path / "words" / "committed.json").write_text('{"version": 999, "position": "1"}')
    with pytest.raises(BrokenFile, match="version 999"):
        WordIndex.open_writer(tmp_path / "words")


def test_erasing_nothing_is_no_error(tmp_path: Path) -> None:
    erase(tmp_path / "nothing")


def test_a_folder_that_is_still_written_to_is_removed_a_moment_later(
    index: WordIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.close()
    removed, tries = shutil.rmtree, iter([True, True, False])

    def remove(folder: Path) -> None:
        if next(tries):
            raise OSError(errno.ENOTEMPTY, "Directory not empty")
        removed(folder)

    monkeypatch.setattr("copilot.retrieval.words.shutil.rmtree", remove)
    erase(tmp_path / "words")
    assert not (tmp_path / "words").exists()

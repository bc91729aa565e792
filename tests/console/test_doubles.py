"""Entries that ask the same: the choice that a merge is made of, and what warns before one is added."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.console.doubles_cards import (
    after_merge,
    compared,
    looking,
    pair_list,
    read_choice,
    similar_entries,
    similar_to_new,
)
from copilot.console.i18n import Texts
from copilot.console.likeness import entries_like
from copilot.records import FaqEntry
from copilot.services.doubles import Pair

ZH, EN = Texts("zh"), Texts("en")
ODD = "<img src=x onerror=alert(1)>${document.title='ran'}"
ONE = FaqEntry(
    id=1, version=3, community_id=1, question="几点开门？", answer="十点。", variants=("什么时候开门",), tags=("时间",)
)
OTHER = FaqEntry(
    id=2,
    version=5,
    community_id=1,
    question="开门时间是几点？",
    answer="10:00 到 19:00。",
    variants=("什么时候开门", "周末开门吗"),
    tags=("时间", "周末"),
    expires_on=date(2027, 1, 1),
)
THERE = {1: ONE, 2: OTHER}


@pytest.mark.parametrize(
    ("chosen", "question", "answer", "variants", "expires_on"),
    [
        ({}, "几点开门？", "十点。", ("什么时候开门", "开门时间是几点？", "周末开门吗"), None),
        ({"asks": "2"}, "开门时间是几点？", "十点。", ("几点开门？", "什么时候开门", "周末开门吗"), None),
        (
            {"answers": "2"},
            "几点开门？",
            "10:00 到 19:00。",
            ("开门时间是几点？", "什么时候开门", "周末开门吗"),
            date(2027, 1, 1),
        ),
        (
            {"asks": "7", "answers": "x"},
            "几点开门？",
            "十点。",
            ("什么时候开门", "开门时间是几点？", "周末开门吗"),
            None,
        ),
    ],
)
def test_a_merge_is_previewed_as_it_will_be(
    chosen: dict[str, str], question: str, answer: str, variants: tuple[str, ...], expires_on: date | None
) -> None:
    choice = read_choice({"one": "1", "other": "2", "v1": "3", "v2": "5", **chosen}, THERE)
    assert choice is not None
    merged = choice.merged()
    assert (merged.question, merged.answer, merged.variants) == (question, answer, variants)
    assert merged.expires_on == expires_on
    assert merged.tags == ("时间", "周末")
    assert question in compared(ZH, choice)


def test_the_versions_that_were_seen_are_those_that_are_merged() -> None:
    choice = read_choice({"one": "1", "other": "2", "v1": "2", "v2": "4"}, THERE)
    assert choice is not None
    assert (choice.one.version, choice.other.version) == (2, 4)
    fresh = read_choice({"one": "1", "other": "2"}, THERE)
    assert fresh is not None
    assert (fresh.one.version, fresh.other.version) == (3, 5)


@pytest.mark.parametrize("clicked", [{}, {"one": "1"}, {"one": "1", "other": "1"}, {"one": "1", "other": "9"}])
def test_what_names_no_two_entries_is_no_choice(clicked: dict[str, str]) -> None:
    assert read_choice(clicked, THERE) is None


def test_only_entries_of_one_level_are_merged_and_only_by_those_who_may() -> None:
    own = replace(OTHER, group_id=4)
    places = {None: "书友会", 4: "一群"}
    same = pair_list(ZH, [Pair(one=ONE, other=OTHER, alike=0.8)], places, may_merge=True)
    assert 'data-do="compare"' in same
    assert "0.8" not in same
    apart = pair_list(ZH, [Pair(one=ONE, other=own, alike=0.8)], places, may_merge=True)
    assert "compare" not in apart
    assert "一群" in apart
    assert "compare" not in pair_list(ZH, [Pair(one=ONE, other=OTHER, alike=0.8)], places, may_merge=False)
    assert "没有发现重复" in pair_list(ZH, [], places, may_merge=True)


def test_what_people_wrote_is_text() -> None:
    one, other = (replace(entry, question=ODD, answer=ODD, variants=(ODD,), tags=(ODD,)) for entry in (ONE, OTHER))
    choice = read_choice({"one": "1", "other": "2"}, {1: one, 2: other})
    assert choice is not None
    pair = Pair(one=one, other=replace(other, group_id=4), alike=1)
    for t in (ZH, EN):
        for html in (
            compared(t, choice),
            pair_list(t, [pair], {None: ODD, 4: ODD}, may_merge=True),
            after_merge(t, one, ODD),
            similar_entries(t, one, [other], {2}),
            similar_to_new(t, [other], {2}),
            looking(t, 2),
        ):
            assert "<img" not in html


SHELVES = [
    FaqEntry(id=1, community_id=1, question="故事会怎么报名？", answer="接龙。", variants=("周六的活动在哪报",)),
    FaqEntry(id=2, community_id=1, question="会员卡可以退吗？", answer="七天内。"),
    FaqEntry(id=3, community_id=1, question="How do I pause my subscription?", answer="In My Beans."),
]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("故事会怎么报名", [1]),
        ("周六活动在哪里报？", [1]),
        ("会员卡可以退钱吗？", [2]),
        ("how do i pause the subscription", [3]),
        ("望远镜可以外借吗？", []),
        ("", []),
    ],
)
def test_an_entry_that_is_there_already_is_noticed(question: str, found: list[int]) -> None:
    assert [entry.id for entry in entries_like([question], SHELVES)] == found


def test_nothing_is_like_anything_where_there_are_no_entries() -> None:
    assert entries_like(["几点开门"], []) == []

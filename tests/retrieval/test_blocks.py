"""Blocks of history: where they are cut, how they grow, and what must be cut again after history changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.records import Message, MessageKind
from copilot.retrieval.blocks import LIMIT, Block, Span, cut, to_recut

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def said(id: int, minute: float, text: str = "好的", **fields: object) -> Message:
    message = Message(
        id=id,
        group_id=7,
        platform_id=f"test:{id}",
        member_id=1,
        sender_name="小林",
        sent_at=START + timedelta(minutes=minute),
        text=text,
    )
    return replace(message, **fields)  # type: ignore[arg-type]


def ids(blocks: list[Block]) -> list[tuple[int, ...]]:
    return [block.message_ids for block in blocks]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], []),
        ([0], [(0,)]),
        ([0, 5, 35], [(0, 1, 2)]),
        ([0, 5, 35.1], [(0, 1), (2,)]),
        ([0, 20, 40, 60], [(0, 1, 2, 3)]),
        ([0, 31, 62], [(0,), (1,), (2,)]),
    ],
)
def test_a_pause_ends_a_block(minutes: list[float], expected: list[tuple[int, ...]]) -> None:
    assert ids(list(cut(said(i, minute) for i, minute in enumerate(minutes)))) == expected


def test_a_full_block_ends() -> None:
    blocks = list(cut(said(i, 0) for i in range(2 * LIMIT + 1)))
    assert [len(block.message_ids) for block in blocks] == [LIMIT, LIMIT, 1]


def test_what_does_not_speak_is_in_no_block_and_neither_cuts_nor_bridges() -> None:
    blocks = list(
        cut(
            [
                said(1, 0, "几点开始？"),
                said(2, 1, "", kind=MessageKind.IMAGE),
                said(3, 2, "小王加入了群聊", kind=MessageKind.SYSTEM),
                said(4, 3, "七点"),
                said(5, 25, "小李加入了群聊", kind=MessageKind.SYSTEM),
                said(6, 40, "下一场呢"),
                said(7, 41, "恭喜发财", kind=MessageKind.RED_PACKET),
            ]
        )
    )
    assert ids(blocks) == [(1, 4), (6,)]
    assert blocks[0].text == "几点开始？\n七点"


def test_a_quotation_is_indexed_where_the_quoted_message_is_elsewhere() -> None:
    question = said(1, 0, "活动在哪里？")
    near = said(2, 1, "在公园", reply_to_id=1, quoted_text="活动在哪里？")
    far = said(3, 600, "改到了图书馆", reply_to_id=1, quoted_text="活动在哪里？")
    assert [block.text for block in cut([question, near, far])] == [
        "活动在哪里？\n在公园",
        "活动在哪里？\n改到了图书馆",
    ]


def test_a_block_knows_where_it_stands() -> None:
    (block,) = cut([said(5, 0), said(9, 10)])
    assert block.span == Span(
        group_id=7, first_id=5, last_id=9, first_sent_at=START, last_sent_at=START + timedelta(minutes=10)
    )


def test_the_last_block_grows() -> None:
    (last,) = cut([said(1, 0), said(2, 5)])
    assert ids(list(cut([said(3, 20), said(4, 60)], last=last))) == [(1, 2, 3), (4,)]


def test_the_last_block_does_not_come_out_again_when_nothing_continues_it() -> None:
    (last,) = cut([said(1, 0)])
    assert ids(list(cut([said(2, 60)], last=last))) == [(2,)]
    assert list(cut([said(2, 1, "")], last=last)) == []


minutes_between = st.lists(st.integers(0, 45), max_size=90)


@given(minutes_between, st.data())
def test_growing_is_the_same_as_cutting_at_once(pauses: list[int], data: st.DataObject) -> None:
    messages, minute = [], 0
    for i, pause in enumerate(pauses):
        minute += pause
        messages.append(said(i, minute))
    whole = list(cut(messages))
    at = data.draw(st.integers(0, len(messages)))
    before = list(cut(messages[:at]))
    after = list(cut(messages[at:], last=before[-1] if before else None))
    grown = bool(before and after and before[-1].first_id == after[0].first_id)
    assert (before[:-1] if grown else before) + after == whole


@given(minutes_between, st.data())
def test_recutting_the_named_stretch_is_the_same_as_cutting_all(pauses: list[int], data: st.DataObject) -> None:
    everything, minute = [], 0
    for i, pause in enumerate(pauses):
        minute += pause
        everything.append(said(i, minute))
    changed = data.draw(st.sets(st.integers(0, max(0, len(everything) - 1)), max_size=5)) if everything else set()
    without = [message for message in everything if message.id not in changed]
    if not changed:
        return
    first, last = everything[min(changed)].sent_at, everything[max(changed)].sent_at
    for old, new in ((without, everything), (everything, without)):
        blocks = list(cut(old))
        start, stop = to_recut([block.span for block in blocks], first, last)
        keep_before, keep_after = blocks[:start], blocks[stop:]
        stale = new
        if keep_before:
            stale = [m for m in stale if (m.sent_at, m.id) > (keep_before[-1].last_sent_at, keep_before[-1].last_id)]
        if keep_after:
            stale = [m for m in stale if (m.sent_at, m.id) < (keep_after[0].first_sent_at, keep_after[0].first_id)]
        assert keep_before + list(cut(stale)) + keep_after == list(cut(new))


def test_an_insertion_leaves_what_is_past_the_next_pause_alone() -> None:
    messages = [said(i, hour * 60) for i, hour in enumerate(range(10))]
    spans = [block.span for block in cut(messages)]
    inserted_at = messages[4].sent_at + timedelta(minutes=10)
    assert to_recut(spans, inserted_at, inserted_at) == (4, 5)
    between = messages[4].sent_at + timedelta(minutes=30)
    assert to_recut(spans, between, between) == (4, 6)
    assert to_recut(spans, START - timedelta(days=1), START - timedelta(days=1)) == (0, 0)
    assert to_recut(spans, START + timedelta(days=1), START + timedelta(days=1)) == (10, 10)

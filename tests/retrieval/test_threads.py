"""Threads: who answers whom, where threads are cut, and that cutting can stop and go on anywhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.records import Message
from copilot.retrieval.threads import LIMIT, WINDOW, Placed, Threader, Why

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def said(id: int, minute: float, name: str = "小林", text: str = "好的", **fields: object) -> Message:
    message = Message(
        id=id,
        group_id=7,
        platform_id=f"test:{id}",
        member_id=None,
        sender_name=name,
        sent_at=START + timedelta(minutes=minute),
        text=text,
    )
    return replace(message, **fields)  # type: ignore[arg-type]


def talk(*lines: tuple[float, str, str]) -> list[Message]:
    return [said(i, minute, name, text) for i, (minute, name, text) in enumerate(lines, start=1)]


def cut(messages: list[Message], threader: Threader | None = None) -> list[Placed]:
    threader = threader or Threader()
    threads: dict[int, int] = {}
    sizes: Counter[int] = Counter()
    placed: list[Placed] = []
    for message in messages:
        thread = threads.get(message.reply_to_id) if message.reply_to_id is not None else None
        one = threader.place(message, answered=(thread, sizes[thread]) if thread is not None else None)
        threads[message.id] = one.thread_id
        sizes[one.thread_id] += 1
        placed.append(one)
    return placed


def answers(placed: list[Placed]) -> list[int | None]:
    return [one.answers_id for one in placed]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            [(0, "小林", "大家好"), (900, "小王", "请问周六的活动几点开始？")], [None, None], id="hours later"
        ),
        pytest.param([(0, "小林", "周六的活动几点开始？"), (1, "小王", "下午三点")], [None, 1], id="an answer"),
        pytest.param(
            [(0, "alice", "how do I mount an ntfs disk?"), (1, "bob", "anyone here with a radeon card?")],
            [None, None],
            id="another question",
        ),
        pytest.param(
            [
                (0, "alice", "how do I mount an ntfs disk?"),
                (1, "bob", "anyone here with a radeon card?"),
                (2, "carol", "alice: use the mount command"),
                (2, "dave", "bob: yes, what about it"),
            ],
            [None, None, 1, 2],
            id="called by name",
        ),
        pytest.param(
            [
                (0, "小林", "周六的活动几点开始？"),
                (0, "小王", "有人要拼车去机场吗？"),
                (1, "小陈", "@小林 下午三点"),
                (1, "小赵", "@小王 我要拼车"),
            ],
            [None, None, 1, 2],
            id="called by name in Chinese",
        ),
    ],
)
def test_who_answers_whom(lines: list[tuple[float, str, str]], expected: list[int | None]) -> None:
    assert answers(cut(talk(*lines))) == expected


def test_a_calm_talk_is_one_thread() -> None:
    lines = [
        (0, "小林", "今天的读书会在哪里？"),
        (3, "小王", "在图书馆二楼"),
        (5, "小林", "需要带书吗"),
        (9, "小王", "带上就好，没有也行"),
        (10, "小林", "好的谢谢"),
        (14, "小陈", "我也去"),
        (20, "小王", "好的，直接来"),
    ]
    placed = cut(talk(*lines))
    assert {one.thread_id for one in placed} == {1}
    assert placed[0].why is Why.OPENS


def test_minutes_without_seconds_cut_the_same() -> None:
    lines = [(0.3, "小林", "周六几点开始？"), (1.7, "小王", "三点"), (2.2, "小林", "好"), (400.5, "小陈", "有人在吗")]
    exact = talk(*lines)
    rough = [replace(one, sent_at=one.sent_at.replace(second=0), to_the_minute=True) for one in exact]
    assert cut(exact) == cut(rough)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reply_to_id": 1}, Why.REPLY),
        ({"quoted_text": "谁有投影仪的钥匙？"}, Why.QUOTE),
        ({"quoted_name": "小陈", "quoted_text": "谁有投影仪…"}, Why.QUOTE),
    ],
)
def test_the_platforms_word_comes_first(fields: dict[str, object], why: Why) -> None:
    before = talk((0, "小陈", "谁有投影仪的钥匙？"), (1, "小林", "周六几点开始？"))
    *_, last = cut([*before, said(3, 2, "小王", "下午三点", **fields)])
    assert last == Placed(message_id=3, thread_id=1, answers_id=1, why=why)


def test_what_another_said_is_not_quoted() -> None:
    before = talk((0, "小陈", "谁有投影仪的钥匙？"), (300, "小林", "周六几点开始？"))
    quote = said(3, 301, "小王", "下午三点", quoted_name="小赵", quoted_text="谁有投影仪的钥匙？")
    assert cut([*before, quote])[-1].answers_id == 2


def test_an_answer_to_what_has_left_the_window() -> None:
    crowd = [said(i, i * 600, f"u{i}", "早") for i in range(1, WINDOW + 5)]
    last = said(999, 10**5, "小王", "找到了", reply_to_id=1)
    assert cut([*crowd, last])[-1] == Placed(message_id=999, thread_id=1, answers_id=1, why=Why.REPLY)
    assert Threader().place(last).why is Why.OPENS


def test_a_full_thread_goes_on_in_one_other() -> None:
    messages = [said(1, 0, text="接龙")] + [said(i, i, "小王", "加一", reply_to_id=1) for i in range(2, 2 * LIMIT + 3)]
    sizes = Counter(one.thread_id for one in cut(messages))
    assert sizes == {1: LIMIT, LIMIT + 1: LIMIT, 2 * LIMIT + 1: 2}
    assert cut(messages)[LIMIT].answers_id == 1


def test_a_full_thread_older_than_the_window_is_not_joined() -> None:
    late = said(500, 0, reply_to_id=3)
    assert Threader().place(late, answered=(1, LIMIT - 1)).thread_id == 1
    assert Threader().place(late, answered=(1, LIMIT)) == Placed(
        message_id=500, thread_id=500, answers_id=3, why=Why.REPLY
    )


@pytest.mark.parametrize(
    "text", ["", "   ", "@", "：", "@@@@", "\u200b", "😀" * 900, "a" * 5000, "x, " * 3000, "\ud800"]
)
def test_any_text_is_placed(text: str) -> None:
    placed = cut([said(1, 0, "", text), said(2, 0, "@", text), said(3, -5, text[:50], text)])
    assert placed[0].thread_id == 1


NAMES = ("alice", "小林", "bob_", "老王 头", "z3r0-0n3")
WORDS = (
    "how do I mount it?",
    "@小林 好的",
    "bob: try sudo mount",
    "谢谢",
    "有人知道投影仪的钥匙在哪吗",
    "mount ntfs",
    "z3r0-0n3, yes",
)
lines = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(NAMES), st.sampled_from(WORDS), st.integers(-400, 400)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=25)
@given(lines, st.data())
def test_going_on_is_the_same_as_cutting_at_once(some: list[tuple[int, str, str, int]], data: st.DataObject) -> None:
    messages: list[Message] = []
    minute = 0
    # Long enough that the arrays are moved several times and threads fill up.
    for round_ in range(max(1, 600 // len(some))):
        for pause, name, text, back in some:
            minute += pause if round_ % 7 == 0 else pause % 3
            id = len(messages) + 1
            reply = id - back if back > 380 and id > back else None
            messages.append(said(id, minute, name, f"{text} {back % 5}", reply_to_id=reply))
    whole = cut(messages)
    at = data.draw(st.integers(0, len(messages)))
    threads = {one.message_id: one.thread_id for one in whole}
    sizes = Counter(one.thread_id for one in whole[:at])
    threader = Threader()
    window = list(zip(messages[:at], whole[:at], strict=True))[-WINDOW:]
    threader.resume(window, {one.thread_id: sizes[one.thread_id] for _, one in window})
    again: list[Placed] = []
    for message in messages[at : at + 150]:
        thread = threads[message.reply_to_id] if message.reply_to_id is not None else None
        again.append(threader.place(message, answered=(thread, sizes[thread]) if thread is not None else None))
        sizes[again[-1].thread_id] += 1
    assert again == whole[at : at + 150]
    assert max(Counter(one.thread_id for one in whole).values()) <= LIMIT

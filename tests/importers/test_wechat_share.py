from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from export_examples import at, fixture, messages_of, opened, single_lines, skips_of, texts
from hypothesis import given
from hypothesis import strategies as st

from copilot.records import Platform


def test_a_group_with_blank_lines():
    export = fixture("wechat-share/spaced.txt")
    assert (export.format, export.chat_name, export.platform) == ("wechat-share", "周末登山群", Platform.WECHAT)
    assert [(m.line, m.sender_name, m.sent_at, m.kind.value, m.text) for m in messages_of(export)] == [
        (6, "小红", at("2026-04-06 16:21"), "text", "有点事，一会儿回"),
        # A line in the text that looks like a header has no blank lines on both sides of it as real ones do, or its
        # name is new and its time goes back: here it is the second.
        (
            11,
            "老 王: 领队",
            at("2026-04-06 16:21"),
            "text",
            "明天安排：\n1. 七点集合\n\n小明  09:00\n（上面这行是抄来的）",
        ),
        (20, "小红", at("2026-04-06 16:22"), "image", ""),
        (25, "小红", at("2026-04-06 16:22"), "text", "+1"),
        (30, "小红", at("2026-04-06 16:22"), "text", "+1"),
        (35, "小明", at("2026-04-06 16:30"), "file", "报名表.xlsx"),
        (43, "小明", at("2026-04-07 00:05"), "text", "回来了吗"),
        (49, "小红", at("2026-04-07 09:05"), "link", "天气预报"),
    ]
    quote = messages_of(export)[6]
    assert (quote.quoted_name, quote.quoted_text) == ("小红", "有点事，一会儿回")
    assert all(m.to_the_minute and m.platform_id is None for m in messages_of(export))
    assert skips_of(export) == []


def test_a_pair_without_blank_lines():
    export = fixture("wechat-share/dense.txt")
    assert export.chat_name == "小明 和 小红"
    assert [(m.line, m.sender_name, m.text) for m in messages_of(export)] == [
        (3, "小红", "有点事，一会儿回"),
        (5, "小明", "小红  16:21"),  # right below a header: no message is empty, so it is text
        (7, "小红", "他说的是\n路人  09:00"),  # a new name whose time goes back: text
        (10, "小红", "25:61 不是时间"),
    ]
    assert skips_of(export) == [
        (12, "impossible time '—————  2026-04-06  ————— 25:61'"),
        (15, "impossible time '—————  2026-02-30  ————— 8:00'"),
    ]


def test_a_header_in_the_middle_that_fits_the_time_is_taken_for_a_header():
    """Nothing tells such a line from a real header; splitting loses no words."""
    text = "—————  2026-04-06  —————\n小红  16:21\n看这个\n小明  16:25\n哈哈\n"
    assert [(m.sender_name, m.text) for m in messages_of(opened(text))] == [("小红", "看这个"), ("小明", "哈哈")]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('微信群“读书 "会"”的聊天记录如下:', '读书 "会"'),
        ("尊敬的用户：\nA 和 B 在微信上的聊天记录如下，请查收。", "A 和 B"),
        ('Chat history of "Hiking" is as follows:', "Hiking"),
        ("", ""),
    ],
)
def test_the_title_names_the_chat(title: str, name: str):
    assert opened(f"{title}\n—————  2026-04-06  —————\nA  16:21\nhi").chat_name == name


def test_text_outside_of_messages_is_reported():
    text = 'From: somebody\n微信群"X"的聊天记录如下:\n—————  2026-04-06  —————\nno sender\nA  16:21\nhi'
    assert skips_of(opened(text)) == [
        (1, "text before the first message"),
        (4, "text without a sender"),
    ]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-29  —————\nA  02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped by the clock
        ("2026-10-25  —————\nA  02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice on the clock: the first
    ],
)
def test_clock_changes_are_survived(local: str, utc: datetime):
    [message] = messages_of(opened(f"—————  {local}\nhi", timezone="Europe/Berlin"))
    assert message.sent_at == utc


names = single_lines.map(lambda name: "n" + " ".join(name.split())).filter(
    lambda name: "chat history" not in name.lower() and "聊天记录" not in name
)
bodies = texts.map(lambda text: text.strip()).filter(lambda text: text and "  " not in text and "—" not in text)


@given(
    st.lists(st.tuples(names, st.integers(0, 59), bodies), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_messages_are_read_back_but_for_seconds_and_ids(rows: list[tuple[str, int, str]], spaced: bool, zone: str):
    rows = sorted(rows, key=lambda row: row[1])
    gap = "\n\n" if spaced else ""
    lines = ['微信群"X"的聊天记录如下:', "", "—————  2026-04-06  —————", gap]
    for name, minute, body in rows:
        lines += [f"{name}  12:{minute:02}", *([""] if spaced else []), body, gap]
    read = messages_of(opened("\n".join(lines), timezone=zone))
    expected = [
        (name, datetime(2026, 4, 6, 12, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC), body)
        for name, minute, body in rows
    ]
    assert [(m.sender_name, m.sent_at, m.text) for m in read] == expected

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from export_examples import NOW, SHANGHAI, at, fixture, messages_of, opened, skips_of

from copilot.errors import UnknownFormat
from copilot.importers.registry import open_text


def read(text: str) -> list[tuple[str, datetime, str]]:
    return [(m.sender_name, m.sent_at, m.text) for m in messages_of(open_text(text, timezone=SHANGHAI, now=NOW))]


def test_names_with_a_colon():
    export = fixture("wechat-paste/colon.txt")
    assert (export.format, export.dates_from) == ("wechat-paste", NOW)
    assert [(m.line, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "小红", "text", "有点事"),
        (4, "小明", "text", "好的\n注意:\n带伞"),  # headers have a blank line before them here, 注意: has none
        (9, "小红", "sticker", ""),
    ]
    assert {m.sent_at for m in messages_of(export)} == {NOW}
    assert all(m.to_the_minute for m in messages_of(export))


def test_names_with_dates():
    export = fixture("wechat-paste/dated.txt")
    assert export.dates_from is None
    assert [(m.sender_name, m.sent_at, m.to_the_minute, m.text) for m in messages_of(export)] == [
        ("小红", at("2026-04-06 16:21:05"), False, "有点事"),
        ("小明", at("2026-04-06 16:22"), True, "小红 2026/4/6 16:21:05"),
        ("Tom Li", at("2026-04-07 09:05"), True, "ok"),
    ]


def test_times_without_dates_are_counted_back_from_now():
    export = fixture("wechat-paste/undated.txt")
    assert export.dates_from == NOW
    assert [m.sent_at for m in messages_of(export)] == [
        at("2026-04-07 22:10"),
        at("2026-04-07 23:58"),
        at("2026-04-08 00:03"),
        at("2026-04-08 09:30"),
    ]


@pytest.mark.parametrize(
    ("header", "sent_at"),
    [
        ("小红  16:21", "2026-04-07 16:21"),  # later than now: yesterday
        ("小红  11:59", "2026-04-08 11:59"),
        ("小红 4月6日 16:21", "2026-04-06 16:21"),
        ("小红 12月31日 16:21", "2025-12-31 16:21"),
        ("小红 2026年4月6日 16:21", "2026-04-06 16:21"),
        ("小红 昨天 16:21", "2026-04-07 16:21"),
        ("小红 前天 下午4:21", "2026-04-06 16:21"),
        ("小红 星期三 16:21", "2026-04-01 16:21"),  # today is a Wednesday: the one before
        ("小红 星期二 凌晨12:21", "2026-04-07 00:21"),
        ("小红 Yesterday 4:21 PM", "2026-04-07 16:21"),
        ("小红 Monday 16:21", "2026-04-06 16:21"),
        ("小红 2026-04-06 16：21：05", "2026-04-06 16:21:05"),
        ("a: b (c)  10:00", "2026-04-08 10:00"),
    ],
)
def test_headers(header: str, sent_at: str):
    [(name, moment, text)] = read(f"{header}\n你好")
    assert (moment, text) == (at(sent_at), "你好")
    assert name == ("a: b (c)" if header.startswith("a") else "小红")


def test_undated_times_before_a_date_end_at_it():
    text = "A  23:50\n一\n\nB  00:10\n二\n\nA 2026/3/2 08:00\n三\n\nB  07:00\n四"
    assert [moment for _, moment, _ in read(text)] == [
        at("2026-03-01 23:50"),
        at("2026-03-02 00:10"),
        at("2026-03-02 08:00"),
        at("2026-03-03 07:00"),
    ]


def test_a_time_on_its_own_line_holds_for_the_names_below():
    text = "昨天 16:21\n\n小红:\n一\n\n小明:\n二\n\n2026年4月8日 09:00\n\n小红:\n三"
    assert read(text) == [
        ("小红", at("2026-04-07 16:21"), "一"),
        ("小明", at("2026-04-07 16:21"), "二"),
        ("小红", at("2026-04-08 09:00"), "三"),
    ]


def test_names_without_blank_lines_between_them():
    assert read("小红:\n一\n小明：\n二") == [("小红", NOW, "一"), ("小明", NOW, "二")]


def test_impossible_times_are_skipped():
    text = "A 2026-02-30 10:00\n一\n\nB 2026-02-28 25:61\n二\n\nB 2026-02-28 10:00\n三"
    assert skips_of(opened(text)) == [
        (1, "impossible time 'A 2026-02-30 10:00'"),
        (4, "impossible time 'B 2026-02-28 25:61'"),
    ]
    assert [m.text for m in messages_of(opened(text))] == ["三"]


def test_the_present_is_the_default_for_pasted_text():
    [message] = messages_of(open_text("小红:\n在吗", timezone=SHANGHAI))
    assert datetime.now(UTC) - message.sent_at < timedelta(minutes=2)


@pytest.mark.parametrize("text", ["hello", "key:\n  - value\n", "明天见，记得带伞:\n好", "小红:", "  \n\n", ""])
def test_other_text_is_no_paste(text: str):
    with pytest.raises(UnknownFormat):
        open_text(text, timezone=SHANGHAI)

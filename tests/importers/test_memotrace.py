from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from export_examples import SHANGHAI, at, fixture, messages_of, moments, opened, single_lines, skips_of, texts
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import UnknownFormat
from copilot.records import MessageKind, Platform, SourceMessage


def test_the_first_csv_has_ids_and_no_names():
    export = fixture("memotrace/nine_columns.csv")
    assert (export.format, export.encoding, export.chat_name, export.platform) == (
        "memotrace-csv",
        "utf-8-sig",
        "nine_columns",
        Platform.WECHAT,
    )
    assert [(m.line, m.sender_name, m.kind.value, m.text, m.platform_id) for m in messages_of(export)] == [
        (2, "未知", "text", "有点事，\n一会儿回", "wechat:8281234567890123456"),
        (4, "我", "text", '他说"好"', None),
        (5, "未知", "image", "", "wechat:8281234567890123457"),
        (6, "", "system", '"小红" 撤回了一条消息', "wechat:8281234567890123458"),
    ]
    assert [m.recalled for m in messages_of(export)] == [False, False, False, True]
    assert messages_of(export)[0].sent_at == at("2024-04-06 16:21")


def test_the_second_csv_has_senders():
    export = fixture("memotrace/sender_columns.csv")
    read = messages_of(export)
    assert [(m.sender_id, m.sender_name, m.kind.value, m.text, m.quoted_name, m.quoted_text) for m in read] == [
        ("wxid_1", "小红", "text", "几点开始？", None, None),
        ("wxid_me", "wxid_me", "text", "七点 & 准时", "小红", "几点开始？"),
        ("wxid_1", "小红", "link", "报名表\nhttps://example.com/a?b=1&c=2", None, None),
        ("wxid_1", "小红", "red_packet", "", None, None),
        (None, "", "system", '"小红"邀请"阿木"加入了群聊', None, None),
        ("wxid_1", "小红", "text", "只有文字时间", None, None),
        (None, "未知", "text", "private chat rows are shorter", None, None),
    ]
    assert messages_of(export)[5].sent_at == at("2024-04-06 16:21:32")
    assert all(m.platform_id is None for m in messages_of(export))  # localId is no id
    assert skips_of(export) == [(8, "impossible time '0'"), (9, "the row has 3 values and not 12")]


def test_the_third_csv_has_chinese_headings():
    export = fixture("memotrace/chinese_columns.csv")
    assert [(m.sender_name, m.kind.value, m.text, m.platform_id) for m in messages_of(export)] == [
        ("群里的小红", "text", "几点开始？", "wechat:8281234567890123456"),
        ("小红", "text", "七点", "wechat:8281234567890123457"),
        ("阿木", "image", "", None),
        ("阿木", "file", "报名 表.xlsx", None),
        ("阿木", "link", "天气\nhttps://example.com", None),
        ("阿木", "red_packet", "恭喜发财", None),
        ("阿木", "voice", "", None),
        ("阿木", "location", "东门\n学院路1号", None),
        ("", "system", "阿木撤回了一条消息", None),  # 8.28E+18 was rounded by a spreadsheet: no id
        ("", "system", "阿木拍了拍小红", None),
    ]
    quote = messages_of(export)[1]
    assert (quote.quoted_name, quote.quoted_text) == ("阿木", "几点\n开始？")
    assert [m.recalled for m in messages_of(export)][8:] == [True, False]
    assert skips_of(export) == [(23, "impossible time '2024-04-06 25:22:01'")]


def test_the_older_txt():
    export = fixture("memotrace/old.txt")
    assert (export.format, export.chat_name) == ("memotrace-txt", "old")
    assert [(m.line, m.sender_name, m.kind.value, m.text, m.quoted_text) for m in messages_of(export)] == [
        (1, "小红", "text", "有点事，\n一会儿回\n\n第二段", None),
        (7, "小明: 12:30", "text", "好的", "有点事，一会儿回"),
        (11, "小明", "text", "2024-04-06 16:21:00 小红", None),  # right below a header: text
        (14, "", "system", '"小红"邀请"阿木"加入了群聊', None),
        (16, "阿木", "image", "", None),
        (19, "阿木", "link", "天气\nhttps://example.com", None),
        (29, "阿木", "text", "怎么说", None),
    ]
    assert skips_of(export) == [(26, "impossible time '2024-02-30 16:21:30'")]


def test_the_newer_txt():
    assert [
        (m.sender_name, m.kind.value, m.text, m.quoted_name, m.recalled)
        for m in messages_of(fixture("memotrace/new.txt"))
    ] == [
        ("小红", "text", "几点开始？", None, False),
        ("小明", "text", "七点", "小红", False),
        ("", "system", "小红撤回了一条消息", None, True),
        ("阿木", "file", "报名表.xlsx", None, False),
    ]


def test_the_shuffled_json_is_refused_with_what_to_do():
    with pytest.raises(UnknownFormat, match="without senders and times; export the chat as CSV or TXT"):
        fixture("memotrace/shuffled.json")


HEADER = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"


def test_a_quote_that_is_never_closed_costs_one_row():
    rows = '1,3,1,0,0,1712391660,2,"oh no,2024-04-06 16:21:00,,a,w1\n2,3,1,0,0,1712391661,2,kept,x,,b,w2\n'
    export = opened(HEADER + rows + '3,3,1,0,0,1712391662,2,"also ""kept""",x,,b,w2\n')
    assert [(m.line, m.text) for m in messages_of(export)] == [(3, "kept"), (4, 'also "kept"')]
    assert skips_of(export) == [(2, "a quotation mark is not closed")]


def test_a_stray_quote_in_the_header_swallows_no_row():
    export = opened(HEADER.replace(",Sender", ',"Sender') + "1,3,1,0,0,1712391660,2,kept,x,,a,w1\n")
    assert [(m.line, m.text) for m in messages_of(export)] == [(2, "kept")]


def test_a_cell_over_the_limit_costs_one_row():
    export = opened(
        HEADER + f"1,3,1,0,0,1712391660,2,{'x' * 10_000_000},x,,a,w1\n2,3,1,0,0,1712391661,2,kept,x,,b,w2\n"
    )
    assert [m.text for m in messages_of(export)] == ["kept"]
    assert [line for line, _ in skips_of(export)] == [2]


names = single_lines.map(lambda name: "n" + " ".join(name.split()))


@given(
    st.lists(
        st.tuples(moments, names, st.text(st.characters(codec="utf-8", exclude_characters="「"), max_size=40)),
        max_size=6,
    )
)
def test_csv_is_read_back(rows: list[tuple[datetime, str, str]]):
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(HEADER.strip().split(","))
    for number, (moment, name, text) in enumerate(rows):
        writer.writerow([number, 3, 1, 0, 0, int(moment.timestamp()), 2, text, "", "", name, f"wxid_{name}"])
    read = messages_of(opened(stream.getvalue()))
    assert [(m.sent_at, m.sender_name, m.sender_id, m.text) for m in read] == [
        (moment, name, f"wxid_{name}", text) for moment, name, text in rows
    ]


bodies = texts.map(lambda text: "t" + text.rstrip()).filter(lambda text: "引用" not in text)


@given(st.lists(st.tuples(moments, names, bodies, st.none() | bodies), max_size=6, min_size=1))
def test_txt_is_read_back(rows: list[tuple[datetime, str, str, str | None]]):
    zone = ZoneInfo(SHANGHAI)
    text = "".join(
        f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {name}\n{body}" + (f"\n引用:x:{quote}" if quote else "") + "\n\n"
        for moment, name, body, quote in rows
    )
    assert [(m.sent_at, m.sender_name, m.text, m.quoted_text) for m in messages_of(opened(text))] == rows


def test_kinds_have_no_words_of_their_own():
    [message] = messages_of(opened("2024-04-06 16:21:00 a\n[语音]\n\n"))
    assert (message.kind, message.text) == (MessageKind.VOICE, "")
    assert isinstance(message, SourceMessage)

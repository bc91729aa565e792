from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from export_examples import NOW, SHANGHAI, at, fixture, messages_of, moments, opened, single_lines, skips_of, texts
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import BadInput
from copilot.importers.registry import open_text
from copilot.records import Platform, SourceMessage


def test_json():
    export = fixture("chatlog/chat.json")
    assert (export.format, export.chat_name, export.platform) == ("chatlog-json", "登山群", Platform.WECHAT)
    assert [(chat.key, chat.messages) for chat in export.chats] == [("1@chatroom", 16)]


def test_json_kinds():
    assert [(m.line, m.sender_name, m.kind.value, m.text) for m in messages_of(fixture("chatlog/chat.json"))] == [
        (1, "A", "text", "hi"),
        (2, "wxid_2", "text", "七点"),
        (3, "A", "image", ""),
        (4, "A", "link", "天气\nhttps://example.com"),
        (5, "A", "file", "报名表.xlsx"),
        (6, "A", "transfer", "发送 ￥10.00"),
        (7, "A", "red_packet", ""),
        (8, "A", "forward", "群聊的聊天记录\nA: 一\nB: 二"),
        (9, "A", "mini_program", "报名小程序\nu"),
        (10, "A", "notice", ""),
        (11, "", "system", '"A" 撤回了一条消息'),
        (12, "A", "sticker", ""),
        (15, "A", "text", "no id"),
        (17, "A", "link", ""),
    ]


def test_json_ids_quotes_and_recalls():
    read = messages_of(fixture("chatlog/chat.json"))
    assert (read[0].platform_id, read[0].sender_id, read[0].sent_at) == (
        "chatlog:1756225000000",
        "wxid_1",
        at("2025-08-27 00:00"),
    )
    assert (read[1].quoted_name, read[1].quoted_text) == ("A", "几点")
    assert [m.recalled for m in read].index(True) == 10
    assert read[12].platform_id is None


def test_json_skips():
    export = fixture("chatlog/chat.json")
    assert skips_of(export) == [
        (13, "impossible time '0001-01-01T00:00:00Z'"),
        (14, "impossible time '2025-02-30T00:00:00+08:00'"),
        (16, "the record is not an object"),
    ]


def test_json_of_two_chats():
    with pytest.raises(BadInput, match=r"holds 2 chats; choose one of them: 登山群 \(1@chatroom\), 2@chatroom"):
        fixture("chatlog/two_chats.json").items()
    assert [m.text for m in messages_of(fixture("chatlog/two_chats.json", chat="登山群"))] == ["hi", "last"]
    assert [m.text for m in messages_of(fixture("chatlog/two_chats.json", chat="2@chatroom"))] == ["other"]


@pytest.mark.parametrize("text", ["[]", " null\n"])
def test_json_of_an_empty_chat(text: str):
    export = opened(text)
    assert export.format == "chatlog-json"
    assert list(export.items()) == []


def test_csv():
    export = fixture("chatlog/chat.csv")
    assert (export.format, export.chat_name) == ("chatlog-csv", "登山群")
    assert [
        (m.line, m.sender_name, m.kind.value, m.text, m.quoted_name, m.quoted_text) for m in messages_of(export)
    ] == [
        (2, "A", "text", 'hi, "there"\n第二行', None, None),
        (4, "wxid_2", "text", "你好", "A", "hi\n第二行"),
        (8, "A", "image", "", None, None),
        (9, "A", "link", "天气\nhttps://example.com", None, None),
        (10, "", "system", "A 邀请 B 加入了群聊", None, None),
        (11, "A", "file", "报名表.xlsx", None, None),
        (12, "A", "other", "什么", None, None),
        (13, "A", "text", "收到", None, None),
        (15, "A", "text", "> 这不是引用\n是文字", None, None),
        (17, "A", "forward", "群聊的聊天记录\nA: 一", None, None),
    ]
    assert messages_of(export)[0].sent_at == at("2025-08-27 10:00")
    assert skips_of(export) == [
        (19, "impossible time '2025-13-27 10:00:10'"),
        (20, "the row has 2 values and not 6"),
    ]


def test_txt_without_the_year_takes_the_last_year_that_is_over():
    export = fixture("chatlog/year_left_out.txt")
    assert (export.format, export.dates_from) == ("chatlog-txt", NOW)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text, m.sent_at) for m in messages_of(export)] == [
        (1, "wxid_1", "A", "text", "几点？", at("2025-08-27 10:00")),
        (4, "wxid_2", "B (爱吃)", "text", "七点", at("2025-08-27 10:00:05")),
        (9, "wxid_3", "wxid_3", "voice", "", at("2025-08-28 00:00:01")),
        (
            12,
            None,
            "我",
            "text",
            "10:00:00 和 2025-08-27 10:00:00 都不是标题\nA(wxid_1) 08-27 10:00:00",
            at("2025-08-28 09:00"),
        ),
        (16, None, "", "system", "A 撤回了一条消息", at("2025-12-31 23:59:59")),
    ]
    assert (messages_of(export)[1].quoted_name, messages_of(export)[1].quoted_text) == ("A", "几点？")
    assert skips_of(export) == [(19, "impossible time '02-30 10:00:00'")]


def test_txt_of_a_leap_day_takes_a_leap_year():
    [message] = messages_of(opened("A(wxid_1) 02-29 10:00:00\nhi\n\n"))
    assert message.sent_at == at("2024-02-29 10:00")


@pytest.mark.parametrize(("now", "day"), [(NOW, "2026-04-08"), (NOW - timedelta(seconds=2), "2026-04-07")])
def test_txt_without_the_date_takes_the_last_day_that_fits(now: datetime, day: str):
    text = "A(wxid_1) 10:00:00\n早\n\nB(wxid_2) 11:59:59\n好\n\n"
    export = open_text(text, timezone=SHANGHAI, now=now)
    assert export.dates_from == now
    assert [m.sent_at for m in messages_of(export)] == [at(f"{day} 10:00"), at(f"{day} 11:59:59")]


def test_txt_of_two_chats():
    export = fixture("chatlog/two_chats.txt", chat="登山群")
    assert [(chat.name, chat.key, chat.messages) for chat in export.chats] == [
        ("登山群", "1@chatroom", 1),
        ("2@chatroom", "2@chatroom", 1),
    ]
    assert export.dates_from is None
    assert [m.text for m in messages_of(export)] == ["一"]


names = single_lines.map(lambda name: "n" + " ".join(name.split()))
bodies = texts.map(lambda text: "t" + text.rstrip())
rows = st.lists(
    st.builds(
        SourceMessage,
        sent_at=moments,
        sender_name=names,
        sender_id=st.from_regex(r"wxid_[a-z0-9]{1,8}", fullmatch=True),
        text=bodies,
        quoted_name=st.none() | names,
        quoted_text=bodies,
    ).map(lambda message: message if message.quoted_name else replace(message, quoted_text=None)),
    min_size=1,
    max_size=6,
)


@given(rows)
def test_json_is_read_back(messages: list[SourceMessage]):
    records = [
        {
            "seq": number,
            "time": message.sent_at.astimezone(ZoneInfo(SHANGHAI)).isoformat(),
            "talker": "1@chatroom",
            "sender": message.sender_id,
            "senderName": message.sender_name,
            "type": 49 if message.quoted_name else 1,
            "subType": 57 if message.quoted_name else 0,
            "content": message.text,
            "contents": {"refer": {"senderName": message.quoted_name, "content": message.quoted_text}}
            if message.quoted_name
            else {},
        }
        for number, message in enumerate(messages, 1)
    ]
    expected = [replace(message, platform_id=f"chatlog:{number}") for number, message in enumerate(messages, 1)]
    assert [replace(m, line=0) for m in messages_of(opened(json.dumps(records)))] == expected


def worded(message: SourceMessage) -> str:
    if message.quoted_name is None:
        return message.text
    quoted = "".join(f"> {line}\n" for line in (message.quoted_text or "").split("\n"))
    return f"> {message.quoted_name}(wxid_9) 08-27 10:00:00\n{quoted}{message.text}"


@given(rows)
def test_csv_is_read_back(messages: list[SourceMessage]):
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["Time", "SenderName", "Sender", "TalkerName", "Talker", "Content"])
    for message in messages:
        local = f"{message.sent_at.astimezone(ZoneInfo(SHANGHAI)):%Y-%m-%d %H:%M:%S}"
        writer.writerow([local, message.sender_name, message.sender_id, "g", "1@chatroom", worded(message)])
    assert [replace(m, line=0) for m in messages_of(opened(stream.getvalue()))] == messages


@given(rows)
def test_txt_is_read_back(messages: list[SourceMessage]):
    text = "".join(
        f"{m.sender_name}({m.sender_id}) {m.sent_at.astimezone(ZoneInfo(SHANGHAI)):%Y-%m-%d %H:%M:%S}\n{worded(m)}\n\n"
        for m in messages
    )
    assert [replace(m, line=0) for m in messages_of(opened(text))] == messages

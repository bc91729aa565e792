from __future__ import annotations

import json

from export_examples import (
    at,
    fixture,
    identifiers,
    messages_of,
    moments,
    opened,
    single_lines,
    skips_of,
    without_lines,
)
from hypothesis import given
from hypothesis import strategies as st

from copilot.records import Platform, SourceMessage


def test_a_group():
    export = fixture("qq-json/group.json")
    assert (export.format, export.chat_name, export.platform) == ("qq-json", "地瓜种植交流", Platform.QQ)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "23333233", "地瓜", "text", "今天几点浇水？"),
        (2, "1234567", "小明", "text", "六点吧"),
        (3, "23333233", "地瓜", "image", ""),
        (4, "23333233", "地瓜", "text", "看 [图片]"),
        (5, "23333233", "地瓜", "voice", ""),
        (6, "23333233", "地瓜", "file", "报名表.xlsx"),
        (7, "23333233", "地瓜", "link", "天气\n晴\nhttps://example.com"),
        (8, "23333233", "地瓜", "text", "@小明 来吗"),
        (9, None, "", "system", "小红加入了群聊"),
        (10, None, "", "system", "小明 撤回了一条消息"),
        (11, "1234567", "小明", "text", "说错了"),
        (12, "23333233", "地瓜", "text", "[新东西]"),
        (15, None, "未知", "text", ""),
    ]
    assert [m.line for m in messages_of(export) if m.recalled] == [10, 11]
    assert skips_of(export) == [(13, "impossible time '0'"), (14, "the record is not an object")]


def test_ids_replies_quotes_and_times():
    read = {m.platform_id: m for m in messages_of(fixture("qq-json/group.json"))}
    reply = read["qq:7002"]
    assert (reply.reply_to, reply.quoted_name, reply.quoted_text) == ("qq:7001", "地瓜", "今天几点浇水？")
    assert reply.sent_at == at("2024-04-06 16:21:10")


def test_the_generation_before():
    export = fixture("qq-json/older.json")
    read = [(m.sender_id, m.sender_name, m.kind.value, m.text, m.recalled) for m in messages_of(export)]
    assert read == [
        ("1234567", "小明(爱吃)", "text", "@地瓜  好", False),
        ("1234567", "小明(爱吃)", "text", "收到[表情]", False),
        ("1234567", "小明(爱吃)", "image", "", False),
        ("1234567", "小明(爱吃)", "text", "撤了", True),
        (None, "", "system", "欢迎", False),
    ]
    times = [m.sent_at for m in messages_of(export)]
    assert times[:2] == [at("2024-04-06 16:21"), at("2024-04-06 16:21:10")]
    assert [m.reply_to for m in messages_of(export)] == [None, "qq:91", None, None, None]


def test_a_remark_of_the_exporter_is_no_name_of_a_member():
    sender = {"uin": "1234567", "name": "欠钱的", "remark": "欠钱的"}
    record = {"id": "1", "timestamp": 1712391660000, "sender": sender, "content": {"text": "早"}}
    [message] = messages_of(opened(json.dumps({"chatInfo": {"name": "g", "type": "group"}, "messages": [record]})))
    assert message.sender_name == "1234567"


qq_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines.filter(bool),
    sender_id=identifiers.filter(lambda it: it != "0"),
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(str.strip).filter(bool),
    platform_id=st.integers(1, 10**18).map("qq:{}".format),
    reply_to=st.none() | st.integers(1, 10**18).map("qq:{}".format),
    recalled=st.booleans(),
)


@given(st.lists(qq_messages, max_size=6))
def test_messages_are_read_back(messages: list[SourceMessage]):
    records = [
        {
            "id": (m.platform_id or "").removeprefix("qq:"),
            "timestamp": int(m.sent_at.timestamp()) * 1000,
            "sender": {"uid": "u", "uin": m.sender_id, "name": m.sender_name},
            "content": {
                "text": f"[回复消息]{m.text}" if m.reply_to else m.text,
                "elements": [
                    *([{"type": "reply", "data": {"messageId": m.reply_to[3:]}}] if m.reply_to else []),
                    {"type": "text", "data": {"text": m.text}},
                ],
            },
            "recalled": m.recalled,
        }
        for m in messages
    ]
    document = {"chatInfo": {"name": "g", "type": "group"}, "messages": records}
    assert without_lines(messages_of(opened(json.dumps(document)))) == messages

from __future__ import annotations

import json

import pytest
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
    export = fixture("weflow/group.json")
    assert (export.format, export.chat_name, export.platform) == ("weflow", "登山群", Platform.WECHAT)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "wxid_h", "小红", "text", "几点开始？"),
        (2, "wxid_a", "阿木", "text", "七点"),
        (3, "wxid_a", "阿木", "image", ""),
        (4, "wxid_a", "阿木", "voice", ""),
        (5, "wxid_a", "阿木", "video", ""),
        (6, "wxid_a", "阿木", "sticker", ""),
        (7, "wxid_a", "阿木", "file", "报名 表.xlsx"),
        (8, "wxid_a", "阿木", "link", "天气\nhttps://example.com"),
        (9, "wxid_a", "阿木", "mini_program", "订座"),
        (10, "wxid_a", "阿木", "red_packet", ""),
        (11, "wxid_a", "阿木", "forward", ""),
        (12, "wxid_a", "阿木", "voice", "我到了"),
        (13, None, "", "system", '"小红" 撤回了一条消息'),
        (14, None, "", "system", '"阿木" 撤回了一条消息'),
        (15, "wxid_a", "阿木", "text", "他撤回了一条消息"),
        (16, None, "", "system", "阿木拍了拍小红"),
        (17, None, "我", "text", "没有名字"),
        (18, "wxid_a", "阿木", "other", ""),
        (20, "wxid_a", "阿木", "text", "只有写出的时间"),
        (22, None, "未知", "other", ""),
    ]
    assert [m.line for m in messages_of(export) if m.recalled] == [13, 14]
    assert skips_of(export) == [(19, "impossible time '99999999999999'"), (21, "the record is not an object")]


def test_ids_quotes_and_times():
    first, reply, *others = messages_of(fixture("weflow/group.json"))
    assert (first.platform_id, first.sent_at) == ("wechat:8281234567890123456", at("2024-04-06 16:21"))
    assert (reply.reply_to, reply.quoted_name, reply.quoted_text) == (first.platform_id, "小红", "几点开始？")
    # The number of a row is no id.
    assert {m.platform_id for m in others} == {None}
    assert others[-2].sent_at == at("2024-04-06 16:21")


@pytest.mark.parametrize(
    ("name", "senders"),
    [
        ("weflow/echotrace.json", [("wxid_h", "wxid_h", "早")]),
        ("weflow/compact.json", [("wxid_h", "群里的小红", "早"), ("wxid_a", "阿木", "早！")]),
    ],
)
def test_the_other_shapes(name: str, senders: list[tuple[str, str, str]]):
    export = fixture(name)
    assert (export.format, export.chat_name) == ("weflow", "书友")
    assert [(m.sender_id, m.sender_name, m.text) for m in messages_of(export)] == senders


def test_a_remark_of_the_exporter_is_no_name_of_a_chat():
    document = {"session": {"wxid": "1@chatroom", "displayName": "公开的名字", "remark": "私下叫的"}, "messages": []}
    assert opened(json.dumps(document)).chat_name == "公开的名字"


def test_facts_behind_the_messages_are_found():
    message = {"createTime": 1712391660, "type": "文本消息", "content": "早", "senderUsername": "w"}
    document = {"messages": [message], "session": {"wxid": "1@chatroom", "nickname": "群"}}
    export = opened(json.dumps(document))
    assert (export.format, export.chat_name, [m.text for m in messages_of(export)]) == ("weflow", "群", ["早"])


weflow_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines.filter(bool),
    sender_id=identifiers,
    text=st.text(st.characters(codec="utf-8"), max_size=60),
    platform_id=st.none() | st.integers(1, 10**18).map("wechat:{}".format),
    quoted_name=st.none() | single_lines.filter(bool),
    quoted_text=st.none() | st.just("几点"),
)


@given(st.lists(weflow_messages, max_size=6))
def test_messages_are_read_back(messages: list[SourceMessage]):
    records = [
        {
            "localId": number,
            "createTime": int(m.sent_at.timestamp()),
            "type": "引用消息" if m.quoted_text else "文本消息",
            "content": f"{m.text}[引用 x：{m.quoted_text}]" if m.quoted_text else m.text,
            "senderUsername": m.sender_id,
            "senderDisplayName": m.sender_name,
            "platformMessageId": (m.platform_id or "").removeprefix("wechat:"),
            "quotedContent": m.quoted_text,
            "quotedSender": m.quoted_name,
        }
        for number, m in enumerate(messages)
    ]
    document = {"session": {"wxid": "g", "type": "群聊"}, "messages": records}
    read = without_lines(messages_of(opened(json.dumps(document))))
    # Blanks between the words and the quote belong to the quote.
    assert [m.text.rstrip() for m in read] == [m.text.rstrip() for m in messages]
    assert [(m.sent_at, m.sender_name, m.sender_id, m.platform_id, m.quoted_name, m.quoted_text) for m in read] == [
        (m.sent_at, m.sender_name, m.sender_id, m.platform_id, m.quoted_name, m.quoted_text) for m in messages
    ]

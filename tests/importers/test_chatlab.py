from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from export_examples import fixture, messages_of, moments, opened, skips_of, source_messages, without_lines
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import BrokenFile
from copilot.importers.chatlab import write_chatlab
from copilot.records import Message, MessageKind, Platform, SourceMessage


def test_a_jsonl_export_becomes_messages():
    export = fixture("chatlab/group.jsonl")
    assert (export.format, export.encoding, export.chat_name, export.platform) == (
        "chatlab",
        "utf-8",
        "周末登山群",
        Platform.WECHAT,
    )
    read = [
        (m.line, m.sender_id, m.sender_name, m.kind.value, m.text, m.platform_id, m.reply_to, m.recalled)
        for m in messages_of(export)
    ]
    assert read == [
        (4, "w1", "群主", "text", "大家好", "chatlab:m1", None, False),
        (6, "w2", "领队阿木", "text", "收到：明天七点？", "chatlab:m2", "chatlab:m1", False),
        (7, "w1", "张三", "image", "", None, None, False),
        (8, None, "", "system", "小红加入了群聊", None, None, False),
        (9, "w3", "小红", "system", "小红撤回了一条消息", "chatlab:m3", None, True),
        (10, "w1", "张三", "text", "大家好", "chatlab:m1", None, False),  # the store drops the second m1
        (16, "w3", "w3", "other", "", None, None, False),
        (17, "42", "Zoë", "red_packet", "恭喜发财", None, None, False),
    ]
    assert [m.sent_at for m in messages_of(export)][:2] == [
        datetime(2023, 12, 19, 16, 0, tzinfo=UTC),
        datetime(2023, 12, 19, 16, 0, 10, tzinfo=UTC),
    ]


def test_every_line_that_is_left_out_is_reported():
    assert skips_of(fixture("chatlab/group.jsonl")) == [
        (11, "impossible time '-62135596800'"),
        (12, "impossible time 'soon'"),
        (13, "damaged characters (bytes that are not in the file's encoding)"),
        (14, "'reaction' is not a kind of record"),
        (15, "the line is not a JSON object"),
    ]


def test_a_json_export_becomes_messages():
    export = fixture("chatlab/group.json")
    assert (export.chat_name, export.platform) == ("周末登山群", Platform.QQ)
    assert [(m.sender_name, m.text) for m in messages_of(export)] == [("张三", "大家好"), ("阿木", "早")]
    assert skips_of(export) == [(3, "the record is not a JSON object"), (4, "impossible time '0'")]


@pytest.mark.parametrize("name", ["chatlab/empty.jsonl", "chatlab/empty.json"])
def test_an_empty_group_has_no_messages_and_no_error(name: str):
    export = fixture(name)
    assert export.chat_name == "空群"
    assert list(export.items()) == []


def test_the_same_items_come_out_on_every_reading_and_the_position_ends_at_the_size():
    export = fixture("chatlab/group.jsonl")
    assert list(export.items()) == list(export.items())
    assert export.position == export.size_bytes


def test_truncated_json_names_where_it_breaks():
    whole = '{"chatlab": {"version": "1"}, "meta": {"name": "g"}, "messages": [{"sender": "1", "timestamp": 17030'
    with pytest.raises(BrokenFile, match=r"chat\.bin is damaged near character \d+ \(it breaks off\)"):
        list(opened(whole).items())


def test_a_line_of_ten_megabytes_is_skipped_and_the_next_one_is_read():
    line = '{"_type":"message","sender":"1","accountName":"a","timestamp":1703001600,"type":0,"content":"%s"}\n'
    export = opened('{"_type":"header","chatlab":{},"meta":{}}\n' + line % ("x" * 10_000_000) + line % "kept")
    assert [m.text for m in messages_of(export)] == ["kept"]
    assert [line for line, _ in skips_of(export)] == [2]


def test_a_text_over_the_limit_is_skipped():
    line = '{"_type":"message","sender":"1","accountName":"a","timestamp":1703001600,"type":0,"content":"%s"}\n'
    assert skips_of(opened(line % ("好" * 1_000_001))) == [(1, "the text is longer than 1,000,000 characters")]


@given(st.lists(source_messages, max_size=6))
def test_messages_are_read_back_as_they_were_written(messages: list[SourceMessage]):
    stream = StringIO()
    assert write_chatlab(stream, messages, chat_name="群\n1", platform=Platform.MATRIX) == len(messages)
    export = opened(stream.getvalue())
    assert (export.chat_name, export.platform) == ("群\n1", Platform.MATRIX)
    assert without_lines(export.items()) == messages  # type: ignore[arg-type]


@given(moments, st.integers(0, 999_999))
def test_fractions_of_a_second_are_kept(moment: datetime, microsecond: int):
    message = SourceMessage(sent_at=moment.replace(microsecond=microsecond), sender_name="a", text="b")
    stream = StringIO()
    write_chatlab(stream, [message], chat_name="g", platform=Platform.QQ)
    assert without_lines(messages_of(opened(stream.getvalue()))) == [message]


def test_messages_of_the_store_keep_their_ids_senders_and_replies():
    def stored(id: int, **changes: object) -> Message:
        message = Message(
            id=id,
            group_id=1,
            platform_id=f"telegram:{id}",
            member_id=7,
            sender_name="小红",
            sent_at=datetime(2024, 1, 1, tzinfo=UTC),
            text="好",
        )
        return replace(message, **changes)  # type: ignore[arg-type]

    stream = StringIO()
    messages = [
        stored(1),
        stored(2, reply_to_id=1, member_id=8),
        stored(3, member_id=None, sender_name="", kind=MessageKind.SYSTEM),
    ]
    write_chatlab(stream, messages, chat_name="g", platform=Platform.TELEGRAM, sender_ids={7: "user1"})
    read = messages_of(opened(stream.getvalue()))
    assert [(m.sender_id, m.platform_id, m.reply_to, m.kind.value) for m in read] == [
        ("user1", "telegram:1", None, "text"),
        (None, "telegram:2", "telegram:1", "text"),
        (None, "telegram:3", None, "system"),
    ]


def test_a_name_over_the_limit_is_skipped():
    line = '{"_type":"message","sender":"1","accountName":"%s","timestamp":1703001600,"type":0,"content":"x"}'
    assert skips_of(opened(line % ("x" * 1_001))) == [(1, "a name or an id is longer than 1,000 characters")]

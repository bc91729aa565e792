from __future__ import annotations

import json
from datetime import UTC, datetime

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


def test_a_channel():
    export = fixture("discord/channel.json")
    assert (export.format, export.chat_name, export.platform) == ("discord", "登山社 #周末", Platform.DISCORD)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "102", "小红", "system", "小红 joined the server."),
        (2, "102", "小红", "text", "几点集合？ :hike:"),
        (3, "101", "领队阿木", "text", "七点，东门\n带水"),
        (4, "101", "领队阿木", "image", ""),
        (5, "101", "领队阿木", "file", "填一下\n报名表.xlsx"),
        (6, "102", "小红", "sticker", ""),
        (7, "103", "天气", "link", "周六\n晴\n风\n三级\nhttps://example.com/w"),
        (8, "101", "领队阿木", "system", "领队阿木 pinned a message."),
        (9, "102", "小红", "forward", "看这个\n转来的话"),
        (10, "102", "小红", "call", ""),
        (14, None, "未知", "other", ""),
    ]
    assert skips_of(export) == [
        (11, "impossible time '2024-02-30T00:00:00+08:00'"),
        (12, "impossible time 'None'"),
        (13, "the record is not an object"),
    ]


def test_ids_replies_and_times():
    read = {m.platform_id: m for m in messages_of(fixture("discord/channel.json", timezone="America/New_York"))}
    # A pin and a forwarded message have a reference too, and answer nothing.
    assert {key: m.reply_to for key, m in read.items() if m.reply_to} == {"discord:1003": "discord:1002"}
    assert read["discord:1002"].sent_at == datetime(2024, 4, 6, 8, 21, 0, 123_000, UTC)
    assert read["discord:1003"].sent_at == at("2024-04-06 16:21:30")


def test_an_empty_direct_chat():
    export = fixture("discord/empty.json")
    assert (export.chat_name, export.chats[0].key, list(export.items())) == ("空群", "12", [])


def test_a_forward_within_forwards_is_read_one_deep():
    inner: dict[str, object] = {"content": "in"}
    for _ in range(300):
        inner = {"content": "out", "forwardedMessage": inner}
    record = {"id": "1", "type": "Default", "timestamp": "2024-04-06T00:00:00Z", "forwardedMessage": inner}
    [message] = messages_of(opened(channel([record])))
    assert message.text == "out"


def channel(records: list[dict[str, object]]) -> str:
    head = {"guild": {"id": "1", "name": "g"}, "channel": {"id": "2", "name": "c"}, "exportedAt": ""}
    return json.dumps({**head, "messages": records}, ensure_ascii=False)


discord_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines.filter(bool),
    sender_id=identifiers,
    text=st.text(st.characters(codec="utf-8", exclude_characters="<>"), min_size=1, max_size=60),
    platform_id=st.integers(1, 10**18).map("discord:{}".format),
    reply_to=st.none() | st.integers(1, 10**18).map("discord:{}".format),
)


@given(st.lists(discord_messages, max_size=6))
def test_messages_are_read_back(messages: list[SourceMessage]):
    records: list[dict[str, object]] = [
        {
            "id": (m.platform_id or "").removeprefix("discord:"),
            "type": "Reply" if m.reply_to else "Default",
            "timestamp": m.sent_at.isoformat(),
            "content": m.text,
            "author": {"id": m.sender_id, "name": "account", "nickname": m.sender_name},
            "attachments": [],
            **({"reference": {"messageId": m.reply_to.removeprefix("discord:")}} if m.reply_to else {}),
        }
        for m in messages
    ]
    export = opened(channel(records))
    assert export.chat_name == "g #c"
    assert without_lines(messages_of(export)) == messages

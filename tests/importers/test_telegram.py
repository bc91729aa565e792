from __future__ import annotations

import json
from dataclasses import replace

import pytest
from export_examples import at, fixture, identifiers, messages_of, moments, opened, single_lines, skips_of
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import BadInput
from copilot.records import MessageKind, Platform, SourceMessage


def test_one_chat():
    export = fixture("telegram/group.json")
    assert (export.format, export.chat_name, export.platform) == ("telegram", "登山群", Platform.TELEGRAM)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "user1", "A", "system", "A created the group 登山群"),
        (2, "user1", "A", "system", "A invited C, Deleted Account"),
        (3, "user4", "D", "system", "D joined by the link of A"),
        (4, "user1", "A", "text", "七点集合"),
        (5, "user2", "B", "text", "好 t.me/x点这里 (https://example.com)!"),
        (6, "user3", "Deleted Account", "text", "旧号"),
        (7, "user1", "A", "image", ""),
        (8, "user1", "A", "file", "报名表.xlsx"),
        (9, "user1", "A", "sticker", ""),
        (10, "user1", "A", "poll", "哪天？\n- 周六\n- 周日"),
        (11, "user1", "A", "text", "别处的回复"),
        (14, "user1", "A", "system", "A some new thing"),
        (15, "user1", "A", "location", "东门\n学院路1号"),
    ]
    assert skips_of(export) == [
        (12, "impossible time '2024-02-30T00:00:00'"),
        (13, "impossible time '99999999999999'"),
        (16, "the record is not an object"),
    ]


def test_ids_replies_and_times():
    read = {m.platform_id: m for m in messages_of(fixture("telegram/group.json"))}
    assert read["telegram:5"].reply_to == "telegram:4"
    assert read["telegram:11"].reply_to is None  # the answered message is in another chat
    assert read["telegram:4"].sent_at == at("2024-04-06 16:21")
    assert read["telegram:7"].sent_at == at("2024-04-06 16:21:30")  # no date_unixtime: local time


def test_a_full_export():
    with pytest.raises(BadInput, match="holds 5 chats; choose one of them"):
        fixture("telegram/full.json").items()
    export = fixture("telegram/full.json", chat="11")
    assert [(chat.key, chat.name, chat.messages) for chat in export.chats] == [
        ("11", "登山群", 2),
        ("12", "Deleted Account", 0),
        ("13", "Saved Messages", 1),
        ("14", "登山群", 1),
        ("15", "旧群", 1),
    ]
    assert export.chat_name == "登山群"
    assert [m.platform_id for m in messages_of(export)] == ["telegram:4", "telegram:5"]
    assert [m.platform_id for m in messages_of(fixture("telegram/full.json", chat="旧群"))] == ["telegram:7"]
    assert list(fixture("telegram/full.json", chat="12").items()) == []
    with pytest.raises(BadInput, match="'登山群' is the name of several chats"):
        fixture("telegram/full.json", chat="登山群")


def test_an_empty_chat():
    export = fixture("telegram/empty.json")
    assert export.chat_name == "空群"
    assert list(export.items()) == []


telegram_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines.filter(bool),
    sender_id=identifiers,
    text=st.text(st.characters(codec="utf-8"), max_size=60),
    platform_id=st.integers(1, 10**9).map("telegram:{}".format),
    reply_to=st.none() | st.integers(1, 10**9).map("telegram:{}".format),
)


@given(st.lists(telegram_messages, max_size=6), st.booleans(), st.booleans())
def test_messages_are_read_back(messages: list[SourceMessage], whole: bool, split: bool):
    records = [
        {
            "id": int((m.platform_id or "").removeprefix("telegram:")),
            "type": "message",
            "date_unixtime": str(int(m.sent_at.timestamp())),
            "from": m.sender_name,
            "from_id": m.sender_id,
            "text": [m.text[:5], {"type": "bold", "text": m.text[5:]}] if split else m.text,
            **({"reply_to_message_id": int(m.reply_to.removeprefix("telegram:"))} if m.reply_to else {}),
        }
        for m in messages
    ]
    chat = {"name": "g", "type": "private_group", "id": 1, "messages": records}
    other = {"name": "h", "type": "private_group", "id": 2, "messages": records}
    document = {"chats": {"list": [other, chat]}} if whole else chat
    export = opened(json.dumps(document), chat="g")
    assert [replace(m, line=0) for m in messages_of(export)] == messages


def test_a_caption_is_the_text_of_a_picture():
    record = {"id": 1, "type": "message", "date_unixtime": "1712391660", "from": "A", "photo": "p.jpg", "text": "看"}
    export = opened(json.dumps({"name": "g", "type": "private_group", "id": 1, "messages": [record]}))
    [message] = messages_of(export)
    assert (message.kind, message.text) == (MessageKind.IMAGE, "看")

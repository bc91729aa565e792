from __future__ import annotations

import json

import pytest
from export_examples import at, fixture, messages_of, moments, opened, single_lines, skips_of, without_lines
from hypothesis import given
from hypothesis import strategies as st

from copilot.records import MessageKind, Platform, SourceMessage


def test_a_room():
    export = fixture("matrix/room.json")
    assert (export.format, export.chat_name, export.platform) == ("matrix", "登山群", Platform.MATRIX)
    assert [(m.line, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, "阿木", "system", "阿木 created the room"),
        (2, "阿木", "system", "阿木 joined"),
        (3, "阿木", "system", "阿木 renamed the room to 登山群"),
        (4, "阿木", "system", "阿木 invited 小红"),
        (5, "小红", "system", "小红 joined"),
        (6, "小红", "text", "几点集合？"),
        (7, "阿木", "text", "七点，东门\n> 不是引用"),
        (11, "小红", "sticker", ""),
        (12, "小红", "image", ""),
        (13, "小红", "file", "报名表.xlsx\n名单"),
        (14, "小红", "voice", ""),
        (15, "小红", "text", "线里的话"),
        (16, "阿木", "text", "线里的回答"),
        (17, "小红", "system", "小红 deleted a message"),
        (20, "小红", "text", "解开的"),
        (21, "小红", "text", "服务器改的"),
        (22, "小红", "poll", "哪天？\n- 周六\n- 周日"),
        (23, "小红(领队)", "system", "小红 is now 小红(领队)"),
        (24, "小红(领队)", "text", "改名了"),
        (25, "阿木", "system", "阿木 removed Eve"),
        (26, "小红(领队)", "system", "小红(领队) left"),
        (30, "小红(领队)", "call", ""),
        (33, "未知", "text", ""),
    ]


def test_every_event_that_becomes_no_message_is_reported():
    assert skips_of(fixture("matrix/room.json")) == [
        (8, "an edit, whose words stand in the message that it changes"),
        (9, "an edit of a message that is another member's or not in this export"),
        (10, "a reaction"),
        (18, "the message is encrypted and the export does not hold its words"),
        (19, "the message is encrypted and the export does not hold its words"),
        (27, "an event of type 'org.example.widget' holds no message"),
        (28, "impossible time 'soon'"),
        (29, "an event of type 'm.room.redaction' holds no message"),
        (31, "the record is not an object"),
        (32, "an event of type '7' holds no message"),
    ]


def test_ids_replies_quotes_and_recalls():
    read = {m.platform_id: m for m in messages_of(fixture("matrix/room.json"))}
    reply = read["matrix:$7"]
    assert (reply.reply_to, reply.quoted_name, reply.quoted_text) == ("matrix:$6", "小红", "几点集和？\n在哪")
    assert (reply.sender_id, reply.sent_at) == ("@amu:example.org", at("2024-04-06 16:21:10"))
    # In a thread, what only falls back on the message before it follows the thread's first one.
    assert (read["matrix:$15"].reply_to, read["matrix:$16"].reply_to) == ("matrix:$7", "matrix:$15")
    assert [key for key, m in read.items() if m.recalled] == ["matrix:$17"]


def test_an_empty_room():
    export = fixture("matrix/empty.json")
    assert (export.chat_name, list(export.items())) == ("空房间", [])


def event(number: int, body: str, sender: str = "@a:b", **content: object) -> dict[str, object]:
    return {
        "type": "m.room.message",
        "event_id": f"${number}",
        "sender": sender,
        "origin_server_ts": 1712391660000 + number * 1000,
        "content": {"msgtype": "m.text", "body": body, **content},
    }


def room(events: list[dict[str, object]]) -> str:
    return json.dumps({"room_name": "r", "export_date": "x", "exported_by": "y", "messages": events})


def edit(number: int, of: int, body: str, sender: str = "@a:b") -> dict[str, object]:
    new = {"msgtype": "m.text", "body": body}
    relation = {"rel_type": "m.replace", "event_id": f"${of}"}
    return event(number, f"* {body}", sender, **{"m.new_content": new, "m.relates_to": relation})


@pytest.mark.parametrize(
    ("events", "texts"),
    [
        ([event(1, "一"), edit(2, 1, "二"), edit(3, 1, "三")], ["三"]),
        ([edit(3, 1, "三"), edit(2, 1, "二"), event(1, "一")], ["三"]),
        ([event(1, "一"), edit(2, 1, "冒充", "@eve:b"), edit(3, 9, "别处")], ["一"]),
    ],
)
def test_the_last_edit_of_the_sender_counts(events: list[dict[str, object]], texts: list[str]):
    export = opened(room(events))
    assert [m.text for m in messages_of(export)] == texts
    assert len(skips_of(export)) == 2


@pytest.mark.parametrize(
    ("body", "quote", "text"),
    [
        ("> <@h:b> 几点\n\n七点", "几点", "七点"),
        ("> * <@h:b> 挥手\n\n七点", "挥手", "七点"),
        ("> <@h:b> 一\n> \n> 三\n\n\n七点", "一\n\n三", "\n七点"),
        ("> <@h:b> 只有引用", "只有引用", ""),
        ("> 自己写的引用\n\n七点", None, "> 自己写的引用\n\n七点"),
        ("七点", None, "七点"),
    ],
)
def test_the_fallback_of_a_reply_becomes_its_quote(body: str, quote: str | None, text: str):
    relation = {"m.in_reply_to": {"event_id": "$1"}}
    [message] = messages_of(opened(room([event(2, body, **{"m.relates_to": relation})])))
    assert (message.quoted_text, message.text, message.reply_to) == (quote, text, "matrix:$1")
    assert message.quoted_name == (None if quote is None else "h")


def test_lines_with_an_angle_that_answer_nothing_are_text():
    [message] = messages_of(opened(room([event(1, "> <@h:b> 几点\n\n七点")])))
    assert (message.text, message.quoted_text) == ("> <@h:b> 几点\n\n七点", None)


matrix_messages = st.builds(
    SourceMessage,
    sent_at=moments,
    sender_name=single_lines.filter(bool),
    sender_id=st.sampled_from(["@a:b", "@c:d"]),
    text=st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda text: not text.startswith("> ")),
    platform_id=st.integers(1, 10**9).map("matrix:${}".format),
    reply_to=st.none() | st.integers(1, 10**9).map("matrix:${}".format),
    kind=st.sampled_from([MessageKind.TEXT, MessageKind.LOCATION]),
)


@given(st.lists(matrix_messages, max_size=6))
def test_messages_are_read_back(messages: list[SourceMessage]):
    events: list[dict[str, object]] = []
    for m in messages:
        member = {"membership": "join", "displayname": m.sender_name}
        head = {"sender": m.sender_id, "origin_server_ts": int(m.sent_at.timestamp() * 1000)}
        events.append({"type": "m.room.member", "state_key": m.sender_id, "content": member, **head})
        relation = {"m.relates_to": {"m.in_reply_to": {"event_id": m.reply_to[7:]}}} if m.reply_to else {}
        content = {"msgtype": "m.text" if m.kind is MessageKind.TEXT else "m.location", "body": m.text, **relation}
        its_id = (m.platform_id or "").removeprefix("matrix:")
        events.append({"type": "m.room.message", "event_id": its_id, "content": content, **head})
    read = [m for m in messages_of(opened(room(events))) if m.kind is not MessageKind.SYSTEM]
    assert without_lines(read) == messages

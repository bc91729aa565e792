from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from export_examples import SHANGHAI, at, fixture, messages_of, moments, opened, single_lines, skips_of, texts
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import BadInput
from copilot.records import Platform, SourceMessage


def test_a_group():
    export = fixture("qq/group.txt")
    assert (export.format, export.chat_name, export.platform) == ("qq-txt", "地瓜种植交流", Platform.QQ)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (9, "23333233", "地瓜", "text", "今天几点浇水？"),
        (
            12,
            "ming@example.com",
            "小明 (爱吃)",
            "text",
            # No blank line before it: a header in the text is text.
            "六点吧\n2019-07-16 18:15:05 地瓜(23333233)\n上面这行是引用",
        ),
        (17, None, "", "system", "小红加入了本群"),
        (20, "1234567", "】红", "image", ""),
        (23, None, "没有号码", "text", "================\n消息对象:这不是标题"),
        (34, None, "", "system", "地瓜撤回了一条消息"),
    ]
    assert [m.sent_at for m in messages_of(export)][:2] == [at("2019-07-16 18:15:05"), at("2019-07-16 09:05:06")]
    assert messages_of(export)[-1].sent_at == at("2019-07-16 18:17:00")
    assert [m.recalled for m in messages_of(export)] == [False] * 5 + [True]
    assert skips_of(export) == [
        (28, "impossible time '2019-02-29 10:00:00'"),
        (31, "impossible time '2019-07-16 24:00:00'"),
    ]


def test_several_chats_are_chosen_from():
    export = fixture("qq/two_chats.txt")
    assert [(chat.name, chat.key) for chat in export.chats] == [("甲群", "甲群"), ("乙", "乙"), ("甲群#2", "甲群#2")]
    with pytest.raises(BadInput, match="holds 3 chats; choose one of them: 甲群"):
        export.items()
    assert [m.text for m in messages_of(fixture("qq/two_chats.txt", chat="乙"))] == ["乙一"]
    assert [m.text for m in messages_of(fixture("qq/two_chats.txt", chat="甲群#2"))] == ["另一个甲群"]
    with pytest.raises(BadInput, match="'丙' is not a chat"):
        fixture("qq/two_chats.txt", chat="丙")


def test_headers_without_the_title_lines_are_known_by_their_ids():
    export = opened("2019-07-16 18:15:05 地瓜(23333233)\n一\n\n2019-07-16 18:15:06 小明<a@b.cn>\n二\n")
    assert (export.format, export.chat_name) == ("qq-txt", "")
    assert [m.text for m in messages_of(export)] == ["一", "二"]


def test_windows_line_ends_and_gb18030():
    raw = (
        "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n消息对象:群\r\n\r\n"
        "2019-07-16 18:15:05 地瓜(23333233)\r\n一\r\n二😀\r\n\r\n"
    ).encode("gb18030")
    export = opened(raw)
    assert (export.encoding, export.chat_name) == ("gb18030", "群")
    assert [m.text for m in messages_of(export)] == ["一\n二😀"]


names = single_lines.map(lambda name: "n" + " ".join(name.split()).translate(str.maketrans("", "", "()<>【】")))
bodies = texts.map(lambda text: "t" + text.rstrip())


@given(st.lists(st.tuples(moments, names, st.integers(10_001, 10**10 - 1), bodies), min_size=1, max_size=6))
def test_messages_are_read_back(rows: list[tuple[object, str, int, str]]):
    zone = ZoneInfo(SHANGHAI)
    written = [
        SourceMessage(sent_at=moment, sender_name=name, sender_id=str(number), text=body)  # type: ignore[arg-type]
        for moment, name, number, body in rows
        if number not in (10_000, 1_000_000)
    ]
    lines = ["消息记录（此消息记录为文本格式，不支持重新导入）", "", "消息对象:群", ""]
    for message in written:
        local = message.sent_at.astimezone(zone)
        lines += [f"{local:%Y-%m-%d %H:%M:%S} 【群主】{message.sender_name}({message.sender_id})", message.text, ""]
    assert [replace(m, line=0) for m in messages_of(opened("\n".join(lines)))] == written

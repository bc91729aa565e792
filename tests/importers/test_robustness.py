"""Damaged, hostile and random files: messages or an error of ours, never another exception and never the whole
memory."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from export_examples import EXPORTS, NOW, SHANGHAI, messages_of, opened, skips_of
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import BadInput, BrokenFile, UnknownFormat
from copilot.importers import known_formats, open_export, open_text
from copilot.importers.export import Item
from copilot.importers.reading.source import Source
from copilot.importers.registry import open_source
from copilot.records import Skipped, SourceMessage

FIXTURES = sorted(path for path in EXPORTS.rglob("*") if path.is_file())
HEADS = [
    "",
    '{"_type":"header","chatlab":{},"meta":{}}\n',
    '{"chatlab": {}, "messages": [',
    '{"name": "g", "type": "private_group", "id": 1, "messages": [',
    '{"chats": {"list": [{"id": 1, "messages": [',
    '[{"seq": 1, "talker": "x", "time": "2025-01-01T00:00:00Z"},',
    "Time,SenderName,Sender,TalkerName,Talker,Content\n",
    "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime\n",
    "消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\n",
    "—————  2026-04-06  —————\n小红  16:21\n",
    "消息对象:群\n\n2019-07-16 18:15:05 地瓜(23333233)\n",
    "2024-04-06 16:21:00 小红\n",
    "A(wxid_1) 10:00:00\n",
    "小红:\n",
    '{"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"timestamp": "2024-04-06T00:00:00Z", ',
    '{"session": {"wxid": "g"}, "messages": [{"createTime": 1712391660, "content": ',
    '{"chatInfo": {"name": "g"}, "messages": [{"timestamp": 1712391660000, "sender": {}, "content": ',
    '{"room_name": "r", "exported_by": "x", "messages": [{"origin_server_ts": 1712391660000, "content": ',
    "2024/4/6 16:21 - 小红: ",
    "[06/04/24, 4:21:05\u202fPM] 小红: \u200e",
]


def read_or_refused(raw: bytes) -> list[Item]:
    """What is read; nothing where the file is refused with an error of ours."""
    try:
        return list(opened(raw).items())
    except BadInput:
        return []


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes):
    read_or_refused(raw)


@settings(max_examples=300)
@given(
    st.sampled_from(HEADS),
    st.lists(
        st.sampled_from(['"', "{", "}", "[", "]", ":", ",", "\n", "\r\n", "\\", "\\ud800", "null", "1e999", "9" * 5000])
        | st.sampled_from(["小红  16:21", "—————  2026-99-99  —————", "2019-07-16 24:61:61 x", "「a：b」", "- - - - -"])
        | st.text(max_size=8),
        max_size=20,
    ),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le"]),
)
def test_anything_below_the_head_of_a_format_is_read_or_refused(head: str, pieces: list[str], encoding: str):
    read_or_refused((head + "".join(pieces)).encode(encoding, "replace"))


# What every JSON format calls its messages, with the facts that make it that format.
DOCUMENTS = {
    "telegram": {"name": "g", "type": "private_group", "id": 1},
    "discord": {"guild": {"id": "1", "name": "g"}, "channel": {"id": "2"}},
    "weflow": {"session": {"wxid": "g"}},
    "qq-json": {"chatInfo": {"name": "g", "type": "group"}},
    "matrix": {"room_name": "g", "exported_by": "x"},
}
FIRST = {
    "telegram": {"id": 1, "type": "message", "date_unixtime": "1712391660", "text": "早", "from": "A"},
    "discord": {
        "id": "1",
        "type": "Reply",
        "timestamp": "2024-04-06T00:00:00Z",
        "content": "早",
        "author": {"id": "1"},
    },
    "weflow": {"createTime": 1712391660, "type": "文本消息", "content": "早", "senderUsername": "w"},
    "qq-json": {
        "id": "1",
        "timestamp": 1712391660000,
        "sender": {"uin": "1"},
        "content": {"text": "早", "elements": []},
    },
    "matrix": {
        "type": "m.room.message",
        "event_id": "$1",
        "sender": "@a:b",
        "origin_server_ts": 1712391660000,
        "content": {"msgtype": "m.text", "body": "早", "m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}},
        "unsigned": {"m.relations": {"m.replace": {"content": {"m.new_content": {"body": "晚"}}}}},
    },
}
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["m.replace", "at"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where in an object something can stand instead."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(value: dict[str, object], path: tuple[str, ...], other: object) -> dict[str, object]:
    key, *rest = path
    inner = value[key]
    return value | {key: replaced(inner, tuple(rest), other) if rest and isinstance(inner, dict) else other}


@pytest.mark.parametrize("format", sorted(DOCUMENTS))
@settings(max_examples=150)
@given(data=st.data())
def test_a_value_of_any_type_anywhere_costs_at_most_one_message(format: str, data: st.DataObject):
    record = FIRST[format]
    for _ in range(data.draw(st.integers(1, 3))):
        record = replaced(record, data.draw(st.sampled_from(list(places(record)))), data.draw(anything))
    whole = {**DOCUMENTS[format], "messages": [FIRST[format], record, FIRST[format]]}
    items = list(opened(json.dumps(whole)).items())
    assert len(items) == 3
    assert isinstance(items[0], SourceMessage)
    assert items[0].text in ("早", "晚")


# Texts at which a careless pattern takes the square of their length: hours, where a careful one takes milliseconds.
SLOW = [
    "[CQ:at,qq=1",
    "[CQ:image,",
    "<:a:1",
    "[引用 ",
    " ",
    "> <@a:b> ",
    "<",
    "\u200e",
    "(1",
    "1/",
    "OPTION: (1",
    "「a：",
    "撤回",
]


@pytest.mark.parametrize("piece", SLOW)
@pytest.mark.parametrize("ending", ["", "]", ">", "x"])
def test_no_pattern_is_slow_on_long_texts(piece: str, ending: str):
    text = piece * (900_000 // len(piece)) + ending
    for format, facts in DOCUMENTS.items():
        record = FIRST[format] | {"text": text, "quotedContent": "x"}
        body = {"text": text, "elements": []} if format == "qq-json" else text
        body = {"body": text, "m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}} if format == "matrix" else body
        items = list(opened(json.dumps({**facts, "messages": [FIRST[format], record | {"content": body}]})).items())
        assert len(items) == 2
    for head in ("2024/4/6 16:21 - 小红: ", "[06/04/24, 4:21:05\u202fPM] 小红: \u200e", "2024/4/6 16:21 - POLL:\n"):
        assert len(list(opened(head + text).items())) >= 1


@pytest.mark.parametrize("format", sorted(DOCUMENTS))
@pytest.mark.parametrize("depth", [*range(300, 1_050, 25), 100_000])
def test_deep_values_are_read_skipped_or_refused(format: str, depth: int):
    head = json.dumps(DOCUMENTS[format], ensure_ascii=False)[:-1]
    for inside in ("[" * depth + "]" * depth, '{"content":' * depth + "1" + "}" * depth):
        for key in ("content", "timestamp", "author", "date_unixtime", "forwardedMessage", "createTime", "unsigned"):
            record = json.dumps(FIRST[format] | {key: 0}).replace(f'"{key}": 0', f'"{key}": {inside}')
            read_or_refused(f'{head}, "messages": [{record}, {inside}]}}'.encode())


@pytest.mark.parametrize(
    "path",
    [path for path in FIXTURES if path.name != "shuffled.json"],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_fixture_is_taken_for_its_own_format_alone(path: Path):
    head = Source.of_file(path).head
    surest, *others = sorted(((its.sniff(head), its.name) for its in known_formats()), reverse=True)
    # Two shapes of one format share a folder; an empty file of chatlog is nothing but [].
    assert surest[1].startswith(path.parent.name)
    assert surest[0] > others[0][0]


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a.csv", "a.bin", "a"])
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_name_of_a_file_says_nothing(path: Path, name: str, tmp_path: Path):
    copy = tmp_path / name
    copy.write_bytes(path.read_bytes())
    if path.name == "shuffled.json":
        with pytest.raises(UnknownFormat, match="JSON for training models"):
            open_export(copy, timezone=SHANGHAI, now=NOW)
    else:
        assert open_export(copy, timezone=SHANGHAI, now=NOW).format.startswith(path.parent.name)


@pytest.mark.parametrize("quoted", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize(
    ("format", "head", "tail"),
    [
        ("whatsapp", "2024/4/6 16:21 - 小红: 你们看\n", "\n2024/4/6 16:22 - 小明: 好\n"),
        ("whatsapp", "[2024/4/6 16:21:05] 小红: 你们看\n", "\n[2024/4/6 16:22:05] 小明: 好\n"),
        (
            "qq-txt",
            "消息对象:群\n\n2019-07-16 18:15:05 地瓜(23333233)\n你们看\n",
            "\n\n2019-07-16 18:15:06 地瓜(23333233)\n好\n",
        ),
        ("wechat-share", "—————  2026-04-06  —————\n小红  16:21\n你们看\n", "\n小明  16:22\n好\n"),
        ("wechat-paste", "小红 2026/4/6 16:21\n你们看\n", "\n小明 2026/4/6 16:22\n好\n"),
        ("memotrace-txt", "2024-04-06 16:21:00 小红\n你们看\n", "\n\n2024-04-06 16:22:00 小明\n好\n"),
        ("chatlog-txt", "A(wxid_1) 2024-04-06 16:21:00\n你们看\n", "\n\nA(wxid_1) 2024-04-06 16:22:00\n好\n"),
    ],
)
def test_a_pasted_export_does_not_change_the_format_around_it(quoted: Path, format: str, head: str, tail: str):
    """A member may paste the start of any other chat."""
    pasted = Source.of_file(quoted).head.encode("utf-8", "replace").decode()[:2_000]
    assert opened(head + pasted + tail).format == format


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_cut_anywhere_is_read_or_refused(path: Path):
    raw = path.read_bytes()
    for length in range(0, len(raw), max(1, len(raw) // 400)):
        read_or_refused(raw[:length])


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
@given(data=st.data())
@settings(max_examples=25)
def test_a_fixture_with_flipped_bytes_is_read_or_refused(path: Path, data: st.DataObject):
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(raw))


def test_an_unknown_format_lists_the_known_ones():
    with pytest.raises(UnknownFormat) as caught:
        opened("just some words")
    for its in known_formats():
        assert its.title.en in str(caught.value)


def test_every_format_says_in_both_languages_what_it_is_and_how_it_is_made():
    formats = known_formats()
    assert {its.name for its in formats} == {
        "chatlab",
        "chatlog-csv",
        "chatlog-json",
        "chatlog-txt",
        "discord",
        "matrix",
        "memotrace-csv",
        "memotrace-txt",
        "qq-json",
        "qq-txt",
        "telegram",
        "wechat-paste",
        "wechat-share",
        "weflow",
        "whatsapp",
    }
    for its in formats:
        assert all((its.title.zh, its.title.en, its.how.zh, its.how.en))
        assert "\n" not in its.how.zh + its.how.en


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("<!DOCTYPE html><html><body>chat", "is a web page; export the chat as JSON"),
        ("From: <Save by Tencent MsgMgr>\nSubject: x", "is QQ's MHT export; choose text"),
    ],
)
def test_known_dead_ends_name_the_way_out(text: str, remedy: str):
    with pytest.raises(UnknownFormat, match=remedy):
        opened(text)


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path):
    with pytest.raises(BadInput, match=r"nothing\.txt cannot be read"):
        open_export(tmp_path / "nothing.txt", timezone=SHANGHAI)
    with pytest.raises(BadInput, match="is not a file"):
        open_export(tmp_path, timezone=SHANGHAI)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "a\0b", "Asia"])
def test_an_unknown_time_zone_is_a_clear_error(name: str):
    with pytest.raises(BadInput, match="is not a time zone; write a name such as Asia/Shanghai"):
        open_text("小红:\n在吗", timezone=name)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"name":"g","type":"private_group","id":1,"messages":' + "[" * 100_000, "nested too deeply"),
        ('{"name":"g","type":"private_group","id":1,"messages":[{"id":' + "9" * 5_000 + "}]}", "a number is too long"),
        ('{"name":"g","type":"private_group","id":1,"messages":[{"id":1}{"id":2}]}', "']' is missing"),
        ('{"name":"g","type":"private_group","id":1,"messages":[]} {}', "something follows"),
        ('{"name":"g","type":"private_group","id":1,"messages":[{"text": "abc', "it breaks off"),
        ('{"name":"g","type":"private_group","id":1,"messages":[{"id":1},]}', "Expecting value"),
    ],
)
def test_damaged_json_says_what_and_where(document: str, reason: str):
    with pytest.raises(BrokenFile, match=rf"chat\.bin is damaged near character \d+ \(.*{reason}"):
        list(opened(document).items())


def endless(head: str, row: str, megabytes: int) -> Iterator[bytes]:
    yield head.encode()
    raw = row.encode() * (1_000_000 // len(row.encode()) + 1)
    yield from itertools.repeat(raw, megabytes)


class Pieces:
    """A file that is made while it is read, so that its size costs the test nothing."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def seek(self, position: int) -> int:
        self.read(position)
        return position

    def __enter__(self) -> Pieces:
        return self

    def __exit__(self, *args: object) -> None:
        pass


RECORD = {"id": 5, "type": "message", "date_unixtime": "1712391660", "from": "A", "from_id": "u1", "text": "你好" * 20}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "row", "megabytes"),
    [
        ('{"_type":"header","chatlab":{}}\n', '{"_type":"message","timestamp":1712391660,"content":"x"}\n', 8),
        ('{"name":"g","type":"private_group","id":1,"messages":[1', "," + json.dumps(RECORD), 8),
        ("消息对象:群\n\n", "2019-07-16 18:15:05 地瓜(23333233)\n几点浇水？\n\n", 8),
        ('{"guild":{"id":"1"},"channel":{"id":"2"},"messages":[1', "," + json.dumps(FIRST["discord"]), 8),
        ('{"session":{"wxid":"g"},"messages":[1', "," + json.dumps(FIRST["weflow"]), 8),
        ('{"chatInfo":{"name":"g"},"messages":[1', "," + json.dumps(FIRST["qq-json"]), 8),
        ("2024/4/6 16:21 - A: hi\n", "2024/4/6 16:21 - 小红: 几点浇水？\n", 8),
        ("消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\n", "1,文本,A,2024-04-06 16:21:00,你好,,A,more\n", 8),
        # One message, one line or one cell that never ends.
        ("2024-04-06 16:21:00 小红\n", "哈哈哈哈" * 9 + "\n", 80),
        ("2024/4/6 16:21 - A: hi\n", "哈哈哈哈" * 9 + "\n", 80),
        ("—————  2026-04-06  —————\n小红  16:21\n", "ha", 80),
        ('localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime\n1,2,"', "x" * 99 + "\n", 80),
        ('{"name":"g","type":"private_group","id":1,"messages":["', "ha", 80),
    ],
)
def test_big_files_are_read_in_little_memory(head: str, row: str, megabytes: int):
    source = Source(
        lambda: Pieces(endless(head, row, megabytes)),  # type: ignore[arg-type,return-value]
        name="big",
        size_bytes=megabytes * 1_000_000,
        changed_at=NOW,
    )
    known_formats()  # what the modules themselves take does not grow with a file
    tracemalloc.start()
    export = open_source(source, timezone=SHANGHAI, now=NOW)
    with suppress(BrokenFile):
        for item in itertools.islice(export.items(), 50_000):
            assert isinstance(item, SourceMessage | Skipped)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (6_000_000 if megabytes == 8 else 60_000_000)


def test_a_ten_megabyte_line_of_text_costs_one_message():
    text = f"—————  2026-04-06  —————\n小红  16:21\n{'x' * 10_000_000}\n小明  16:22\nkept\n"
    assert [m.text for m in messages_of(opened(text))] == ["kept"]
    assert skips_of(opened(text)) == [(2, "the text is longer than 1,000,000 characters")]

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
        "memotrace-csv",
        "memotrace-txt",
        "qq-txt",
        "telegram",
        "wechat-paste",
        "wechat-share",
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
        ("消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\n", "1,文本,A,2024-04-06 16:21:00,你好,,A,more\n", 8),
        # One message, one line or one cell that never ends.
        ("2024-04-06 16:21:00 小红\n", "哈哈哈哈" * 9 + "\n", 80),
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

from __future__ import annotations

import gzip
import json
import zipfile
from io import BytesIO

import pytest
from export_examples import messages_of, opened, skips_of
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import UnknownFormat
from copilot.importers.reading.encoding import detect

SHARE = """微信群"登山群"的聊天记录如下:

—————  2026-04-06  —————

小红  16:21

有点事，一会儿回

小明  16:22

好的 😀
"""
READ = [("小红", "有点事，一会儿回"), ("小明", "好的 😀")]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (SHARE.encode(), "utf-8"),
        (SHARE.encode("utf-8-sig"), "utf-8-sig"),
        (SHARE.encode("gb18030"), "gb18030"),
        (SHARE.encode("utf-16-le"), "utf-16-le"),
        (SHARE.encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe" + SHARE.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + SHARE.encode("utf-16-be"), "utf-16-be"),
        (SHARE.replace("\n", "\r\n").encode("gb18030"), "gb18030"),
        (SHARE.replace("\n", "\r\n").encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_every_encoding_is_told_from_the_bytes(raw: bytes, encoding: str):
    export = opened(raw)
    assert (export.encoding, export.chat_name) == (encoding, "登山群")
    assert [(m.sender_name, m.text) for m in messages_of(export)] == READ
    assert export.position == export.size_bytes


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_file_cut_in_the_middle_of_a_character_keeps_its_other_messages(encoding: str, cut: int):
    raw = SHARE.rstrip().encode(encoding)[:-cut]
    export = opened(raw)
    assert export.encoding == encoding
    read = [(m.sender_name, m.text) for m in messages_of(export)]
    assert read[0] == READ[0]
    # Where the cut falls between two characters the message is shorter; within one it is skipped and reported.
    assert len(read) == 2 or [line for line, _ in skips_of(export)] == [9]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_bad_byte_costs_one_message(encoding: str):
    raw = SHARE.encode(encoding).replace("好的".encode(encoding), b"ok\xff")
    export = opened(raw)
    assert [(m.sender_name, m.text) for m in messages_of(export)] == READ[:1]
    assert skips_of(export) == [(9, "damaged characters (bytes that are not in the file's encoding)")]


def test_ascii_for_a_long_way_does_not_hide_gb18030():
    header = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"
    rows = "".join(f"{n},3,1,0,0,{1712391660 + n},2,hello there,x,,a,w1\n" for n in range(10_000))
    export = opened((header + rows + "9,3,1,0,0,1712391660,2,有点事,x,,小红,w2\n").encode("gb18030"))
    assert export.encoding == "gb18030"
    assert messages_of(export)[-1].text == "有点事"


@pytest.mark.parametrize(
    "raw",
    [
        "微信群的聊天記錄：這個時間還沒有到，請大家等一下，我們明天再說吧。謝謝你們的幫忙！".encode("big5"),
        "こんにちは、みんなさん。今日は何時に始まりますか".encode("shift_jis"),
        "Grüße aus Köln, schöne Füße für Jürgen. Ça va? Où êtes-vous, ma chère".encode("latin-1"),
    ],
)
def test_other_encodings_are_refused_and_not_guessed(raw: bytes):
    with pytest.raises(UnknownFormat, match=r"chat\.bin is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8"):
        opened(raw)


def archive() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("chat.txt", b"\0" * 10_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (archive(), "a ZIP archive .*: unpack it"),
        (gzip.compress(SHARE.encode()), "compressed with gzip: unpack it"),
        (b"SQLite format 3\x00rest", "a database"),
        (b"\x89PNG\r\n\x1a\nrest", "a picture"),
        (b"%PDF-1.7", "a PDF"),
        (b"", "empty"),
    ],
)
def test_what_is_no_text_is_named_with_what_to_do(raw: bytes, what: str):
    with pytest.raises(UnknownFormat, match=f"chat.bin is {what}"):
        opened(raw)


def test_control_and_direction_characters_and_nuls_stay_as_they_are():
    text = "a\u202eb\u200b\x00\x07\u2028c"
    [message] = messages_of(opened(f"—————  2026-04-06  —————\n小红  16:21\n{text}\n"))
    assert message.text == text


chinese = st.text(st.characters(codec="gb2312", exclude_categories=["Cc"]), min_size=1, max_size=50)


@given(
    st.text("的一是了我不在人有他这中大来上国", min_size=4, max_size=40),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"]),
)
def test_lines_of_common_characters_are_told(text: str, encoding: str):
    # 的 is no UTF-8 in GB18030; four times 一 would be both 一一一一 and Cyrillic letters.
    line = f"2026-04-06 16:21:05 的{text}\n"
    assert detect((line * 3).encode(encoding), "x") == encoding


@given(chinese)
def test_utf8_is_never_taken_for_anything_else(text: str):
    assert detect(text.encode(), "x") == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", "utf-16"])
def test_json_in_every_encoding(encoding: str):
    record = {
        "id": 5,
        "type": "message",
        "date_unixtime": "1712391660",
        "from": "小红",
        "from_id": "u",
        "text": "有点事",
    }
    chat = {"name": "登山群", "type": "private_group", "id": 1, "messages": [record]}
    export = opened(json.dumps(chat, ensure_ascii=False).encode(encoding))
    assert export.chat_name == "登山群"
    assert [(m.sender_name, m.text) for m in messages_of(export)] == [("小红", "有点事")]


def test_a_damaged_chat_name_can_still_be_shown_and_chosen():
    raw = "消息对象:登山群\n\n2019-07-16 18:15:05 地瓜(23333233)\n几点浇水？\n".encode().replace("山".encode(), b"\xff")
    export = opened(raw)
    assert export.chat_name == "登?群"
    assert [m.text for m in messages_of(export)] == ["几点浇水？"]
    assert [m.text for m in messages_of(opened(raw, chat="登?群"))] == ["几点浇水？"]

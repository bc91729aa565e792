from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from export_examples import (
    NOW,
    SHANGHAI,
    at,
    fixture,
    messages_of,
    moments,
    opened,
    single_lines,
    skips_of,
    without_lines,
)
from hypothesis import given
from hypothesis import strategies as st

from copilot.importers import open_export
from copilot.records import MessageKind, Platform, SourceMessage


def test_android_in_chinese():
    export = fixture("whatsapp/android_zh.txt")
    assert (export.format, export.chat_name, export.platform) == ("whatsapp", "", Platform.WHATSAPP)
    assert [(m.line, m.sender_id, m.sender_name, m.kind.value, m.text) for m in messages_of(export)] == [
        (1, None, "", "system", "消息和通话已进行端到端加密。对话之外的任何人都无法读取或收听。点击了解更多。"),
        (2, None, "", "system", "阿木创建了群组“登山群”"),
        (3, None, "", "system", "阿木更改了群组主题“登山群: 周末”"),
        (4, None, "", "system", "阿木添加了小红"),
        (5, None, "小红", "text", "几点集合？\n第二行: 也是这一条\n\n最后一行"),
        (9, None, "阿木", "other", ""),
        (10, None, "阿木", "image", "山顶的样子"),
        (12, None, "阿木", "file", "报名表.xlsx"),
        (13, "+8613800138000", "+86 138 0013 8000", "text", "七点，东门"),
        (14, None, "小红", "system", "此消息已删除"),
        (15, None, "小红", "location", "https://maps.google.com/?q=1,2"),
        (18, None, "", "system", "小红退出了群组"),
        (19, None, "小红", "text", ""),
    ]
    assert [m.line for m in messages_of(export) if m.recalled] == [14]
    assert all(m.to_the_minute for m in messages_of(export))
    # A line in the other shape is part of the text above it.
    assert skips_of(export) == [(16, "impossible time '2024/13/06 16:24'")]


def test_an_iphone_in_english():
    export = fixture("whatsapp/iphone_en.txt")
    assert export.chat_name == "Hiking"
    assert [(m.line, m.sender_name, m.kind.value, m.text, m.recalled) for m in messages_of(export)][1:] == [
        (2, "", "system", "Tom created this group", False),
        (3, "Ann", "text", "hi", False),
        (4, "Tom", "image", "", False),
        (5, "Tom", "file", "list.xlsx", False),
        (6, "Tom", "voice", "", False),
        (7, "Ann", "text", "seven at the gate", False),
        (8, "Ann", "system", "This message was deleted.", True),
        (9, "Ann", "poll", "Which day?\n- Saturday\n- Sunday", False),
        (13, "Tom", "call", "Missed voice call", False),
        (14, "Tom", "text", "after midnight: yes", False),
        (15, "", "system", "Ann left", False),
    ]
    assert [m.sent_at for m in messages_of(export)][-3:] == [
        at("2024-04-06 16:21:16"),
        at("2024-04-06 00:05"),
        at("2024-04-13 12:05"),
    ]


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("whatsapp/android_us.txt", ["04-06 16:20", "04-06 16:21", "04-09 09:05", "04-10 09:05"]),
        ("whatsapp/iphone_zh.txt", ["04-06 16:20", "04-06 16:21", "04-06 16:21:30", "04-07 00:00:01"]),
        ("whatsapp/german.txt", ["04-03 23:59", "04-04 16:21", "04-05 16:22"]),
    ],
)
def test_the_order_of_the_date(name: str, times: list[str]):
    assert [m.sent_at for m in messages_of(fixture(name))] == [at(f"2024-{time}") for time in times]


@pytest.mark.parametrize(
    ("stamps", "days"),
    [
        # A day above twelve settles it, wherever in the file it stands.
        (["01/02/2024, 10:00", "02/02/2024, 10:00", "13/02/2024, 10:00"], ["2024-02-01", "2024-02-02", "2024-02-13"]),
        (["01/02/2024, 10:00", "02/01/2024, 10:00", "02/13/2024, 10:00"], ["2024-01-02", "2024-02-01", "2024-02-13"]),
        # Time does not run backwards.
        (["01/11/2024, 10:00", "01/12/2024, 10:00", "02/01/2024, 10:00"], ["2024-01-11", "2024-01-12", "2024-02-01"]),
        (["11/01/2024, 10:00", "12/01/2024, 10:00", "01/02/2024, 10:00"], ["2024-01-11", "2024-01-12", "2024-02-01"]),
        # What is to come has not been written.
        (["03/12/2025, 10:00", "04/09/2026, 10:00"], ["2025-03-12", "2026-04-09"]),
        # Nothing settles it: the language does.
        (["01.02.24, 10:00"], ["2024-02-01"]),
        (["1/2/24, 10:00 AM"], ["2024-01-02"]),
        (["24/1/2 上午10:00"], ["2024-01-02"]),
        (["2024. 1. 2. 오전 10:00"], ["2024-01-02"]),
        (["2024-01-02, 10:00"], ["2024-01-02"]),
    ],
)
def test_the_order_is_told_from_the_whole_file(stamps: list[str], days: list[str]):
    text = "".join(f"{stamp} - Tom: hi\n" for stamp in stamps)
    assert [m.sent_at for m in messages_of(opened(text))] == [at(f"{day} 10:00") for day in days]


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("12:05 AM", "00:05"),
        ("12:05 PM", "12:05"),
        ("1:05 p.m.", "13:05"),
        ("1:05\u202fpm", "13:05"),
        ("上午12:05", "00:05"),
        ("下午1:05", "13:05"),
        ("中午12:05", "12:05"),
        ("凌晨1:05", "01:05"),
        ("晚上11:05", "23:05"),
        ("午後 1:05", "13:05"),
        ("16.05", "16:05"),
    ],
)
def test_the_halves_of_the_day(clock: str, time: str):
    [message] = messages_of(opened(f"2024/4/6 {clock} - Tom: hi\n"))
    assert message.sent_at == at(f"2024-04-06 {time}")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("<Media omitted>", MessageKind.OTHER, ""),
        ("‹省略影音内容>", MessageKind.OTHER, ""),
        ("<已省略多媒體檔案>", MessageKind.OTHER, ""),
        ("<Multimedia omitido>", MessageKind.OTHER, ""),
        ("<Medien ausgeschlossen>", MessageKind.OTHER, ""),
        ("<Médias omis>", MessageKind.OTHER, ""),
        ("<Media omessi>", MessageKind.OTHER, ""),
        ("<Без медиафайлов>", MessageKind.OTHER, ""),
        ("\u200e图像已忽略", MessageKind.IMAGE, ""),
        ("\u200e圖片已略去", MessageKind.IMAGE, ""),
        ("\u200evídeo ocultado", MessageKind.VIDEO, ""),
        ("\u200eaudio omitted", MessageKind.VOICE, ""),
        ("\u200eSticker weggelassen", MessageKind.STICKER, ""),
        ("\u200eContact card omitted", MessageKind.CARD, ""),
        ("VID-1.mp4 (archivo adjunto)", MessageKind.VIDEO, ""),
        ("\u200e<附件：00000001-PHOTO-1.jpg>", MessageKind.IMAGE, ""),
        ("看这个 \u200e<attached: 00000001-表.xlsx>", MessageKind.FILE, "00000001-表.xlsx\n看这个"),
        ("Location: https://maps.google.com/?q=1,2", MessageKind.LOCATION, "https://maps.google.com/?q=1,2"),
        ("he said <Media omitted> again", MessageKind.TEXT, "he said <Media omitted> again"),
        ("改好了 <此消息已编辑>", MessageKind.TEXT, "改好了"),
        ("\u2067עברית\u2069", MessageKind.TEXT, "\u2067עברית\u2069"),
        ("Tom left", MessageKind.TEXT, "Tom left"),
    ],
)
def test_what_stands_for_media(text: str, kind: MessageKind, words: str):
    [message] = messages_of(opened(f"2024/4/6 16:21 - Tom: {text}\n"))
    assert (message.kind, message.text, message.sender_name) == (kind, words, "Tom")


@pytest.mark.parametrize(
    ("name", "chat"),
    [
        ("WhatsApp Chat with 登山群.txt", "登山群"),
        ("与登山群的 WhatsApp 聊天.txt", "登山群"),
        ("與「登山群」的 WhatsApp 對話.txt", "登山群"),
        ("WhatsApp-Chat mit Hiking.txt", "Hiking"),
        ("_chat.txt", ""),
    ],
)
def test_the_file_names_the_chat(tmp_path: Path, name: str, chat: str):
    path = tmp_path / name
    path.write_text("2024/4/6 16:21 - Tom: hi\n", encoding="utf-8")
    assert open_export(path, timezone=SHANGHAI, now=NOW).chat_name == chat


def test_text_before_the_first_header_is_never_lost():
    text = "\ufeff\n2024/4/6 16:21 - Tom: hi\r\nsecond line\r\n"
    assert [m.text for m in messages_of(opened(text))] == ["hi\nsecond line"]


def test_a_very_long_message_costs_only_itself():
    text = f"2024/4/6 16:21 - Tom: {'x ' * 600_000}>\n2024/4/6 16:22 - Tom: kept\n"
    assert [m.text for m in messages_of(opened(text))] == ["kept"]
    assert skips_of(opened(text)) == [(1, "the text is longer than 1,000,000 characters")]


names = single_lines.map(lambda name: "n" + name.strip().replace(":", "").strip())
bodies = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Zs"]), max_size=30).map(
    lambda text: f"t{text}\n第二行"
)


@given(st.lists(st.tuples(moments, names, bodies), min_size=1, max_size=6), st.sampled_from(["android", "iphone"]))
def test_messages_are_read_back(rows: list[tuple[object, str, str]], shape: str):
    zone, lines, written = ZoneInfo(SHANGHAI), list[str](), list[SourceMessage]()
    for moment, name, body in rows:
        # A clock that was turned back shows some hours twice; only the first is read.
        sent_at = min(moment, NOW - timedelta(days=1)).replace(second=0, microsecond=0, hour=3)  # type: ignore[type-var]
        local = sent_at.astimezone(zone)
        stamp = f"{local:%Y/%m/%d %H:%M} - " if shape == "android" else f"[{local:%Y/%m/%d, %H:%M:%S}] "
        lines.append(f"{stamp}{name}: {body}\n")
        written.append(SourceMessage(sent_at=sent_at, sender_name=name, text=body, to_the_minute=shape == "android"))
    assert without_lines(messages_of(opened("".join(lines)))) == written

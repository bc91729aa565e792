"""What nobody asked for leaves a text for a group: calls to everybody, links, contacts; and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.assistant.cleaning import calls_everybody, cleaned

CALLS = [
    "@所有人", "＠所有人", "﹫所有人", "@ 所有人", "@所 有 人", "@所有人员", "@全体成员", "@全體成員", "@全员",
    "@大家", "@在线成员", "@全部成员", "@所有的人", "@群成员", "@每个人",
    "艾特所有人", "at所有人", "@all", "@ALL", "@All", "＠ａｌｌ",
    "@аll", "@a\u200bll", "@a l l", "@everyone", "@everyοne", "@Everyone",
    "@e.v.e.r.y.o.n.e", "@here", "@channel", "@room", "@ everyone",
    "@_everyone", "<!channel>", "<!here>", "<!everyone|x>",
    "[CQ:at,qq=all]", "@𝐚𝐥𝐥", "@ⓔⓥⓔⓡⓨⓞⓝⓔ", "@所\u200d有\u200d人", "\u202e@所有人",
]  # fmt: skip
LINKS = [
    "https://evil.example/a?b=c", "http://1.2.3.4/x", "hxxp://evil.com",
    "HTTPS://EVIL.COM", "https：//evil.com/x", "www.evil.cn",
    "evil.com", "evil.com/path", "evil。com", "evil[.]com",
    "evil(.)com", "evil dot com", "t.me/evilgroup", "weixin://dl/business/?t=1",
    "ｅｖｉｌ．ｃｏｍ", "e\u200bvil.com", "bit.ly/3x", "еvil.com", "h t t p s://evil.com", "a.b.evil.xyz",
    "evil . vip", "evil点vip", "bit点ly/abc", "evil.ren", "evil.fit", "evil.asia", "evil.中国", "youtu.be/evil3",
    "a.b.c.d.e.f.g.h.i.j.evil.com",
]  # fmt: skip
CONTACTS = [
    "13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "１３８００１３８０００", "①③⑧00138000",
    "400-820-8820",
    "010-88886666", "+1 415 555 2671", "幺三八零零一三八零零零", "一三八〇〇一三八〇〇〇", "123456789",
    "6222020200112233445", "a.b@evil.com",
    "微信号：abc_123", "wx: evil_guy8", "加V evil8888", "加微 evil_8888",
    "QQ 7654321", "QQ群：87654321", "vx=evil666", "Telegram: evilbot",
    "whatsapp evil_bot", "[二维码]", "[QR code: join]",
    "客服号 evilboss", "ID evil_boss_01", "加企微 evilboss01", "找 @evilboss", "微信：红太阳药房",
    "公众号：奶粉福利社", "公众号「奶粉福利社」", "￥aB3dE￥", "telegram @evilboss",
]  # fmt: skip
STAYS = [
    "周六（6月20日）下午两点，2号楼301见。", "2026-06-20 14:00-16:30", "20260620 下午", "2026 06 20",
    "请大家带好水杯", "门票 1200 元，满 300 减 50",
    "新版 v2.0.1 上线，3.5 折", "第 12345 号",
    "e.g. bring a cup, i.e. a mug", "all of you, everyone is welcome here",
    "QQ 群里说一声", "微信上发我就行", "给老师发邮件", "一二三四五，上山打老虎", "15:30 集合", "No. 1024",
    "共 100,000 人次", "Bring your ID card to the shop. Info desk is open.", "微信：见群公告", "下午3点live开始",
    "集合 @2号楼 14:00", "搜索 python 教程", "晚上用zoom。公司楼下不集合", "见 README.md 和 a/b.py",
    "¥100 一位，¥180 两位", "小程序里报名，公众号会推送", "请在小程序“报名”页填写",
    "A点集合，B点解散", "and/or, 24/7, km/h",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("frame", ["{}", "请注意{} 周六两点", "hi {}, come"])
def test_a_call_to_everybody_is_taken_out(call: str, frame: str) -> None:
    clean = cleaned(frame.format(call), ["写一条公告"])
    assert not calls_everybody(clean.text)
    assert [one.kind for one in clean.removed] == ["everyone"]
    # The admin's own words may have it, in whatever letters.
    asked = cleaned(frame.format(call), ["写一条公告 @所有人"])
    assert asked.text == frame.format(call)


@pytest.mark.parametrize("planted", [*LINKS, *CONTACTS])
@pytest.mark.parametrize("frame", ["{}", "报名 {} 。", "to join: {}\nSee you"])
def test_links_and_contacts_are_taken_out(planted: str, frame: str) -> None:
    clean = cleaned(frame.format(planted), ["写一条公告"])
    assert clean.removed
    assert not cleaned(clean.text, ["写一条公告"]).removed
    for sign in ("evil", "138", "4155552671", "7654321", "6222"):
        assert sign not in clean.text
    assert cleaned(frame.format(planted), [f"写一条公告，{planted}"]).text == frame.format(planted)
    assert cleaned(frame.format(planted), ["写"], [f"见 {planted} 。"]).text == frame.format(planted)


@pytest.mark.parametrize("text", STAYS)
def test_what_is_ordinary_stays(text: str) -> None:
    assert cleaned(text, ["写一条公告"]) == cleaned(text, [text])
    assert cleaned(text, ["写一条公告"]).text == text


def test_what_is_searched_for_to_be_added_is_a_contact() -> None:
    assert "evilboss" not in cleaned("搜 evilboss 加好友", ["写一条公告"]).text


def test_whom_the_admin_names_may_be_called() -> None:
    text = "@阿舟 @Allen 请看"
    assert cleaned(text, ["写一条公告，请阿舟和Allen看"]).text == text
    assert cleaned(text, ["写一条公告，请阿舟看"]).text == "@阿舟 请看"
    assert cleaned(text, ["写一条公告"]).text == "请看"


def test_a_source_does_not_allow_to_call_everybody() -> None:
    assert cleaned("@所有人 周六见", ["写一条公告"], ["@所有人 周六见"]).text == "周六见"


def test_what_comes_together_is_seen() -> None:
    clean = cleaned("@@所有人所有人 周六", ["写"])
    assert not calls_everybody(clean.text)


def test_lines_are_tidied_where_something_left() -> None:
    clean = cleaned("周六两点见\n\nhttps://evil.example\n\n带水杯", ["写"])
    assert clean.text == "周六两点见\n\n带水杯"
    assert [(one.kind, one.words) for one in clean.removed] == [("link", "https://evil.example")]


@given(st.text(max_size=200))
def test_whatever_is_left_holds_nothing_unasked(text: str) -> None:
    clean = cleaned(text, [""])
    assert not calls_everybody(clean.text)
    if not clean.removed:
        assert clean.text == text

"""Masking: what is taken out, what stays, and that all of it comes back and nothing else."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import generated_contacts, held_out_contacts
from benchmarks.generated_contacts import Contact
from copilot.models import masking
from copilot.models.masking import Masker
from copilot.text.marks import marked, retold, unmarked

SECRET = bytes(range(32))
NAMES = (
    "张伟",
    "王小满",
    "小满",
    "阳光",
    "开心就好",
    "Will",
    "Alice Chen",
    "豆豆妈🌸",
    "阿",
    "老师",
    "xX_wolf_Xx",
    "欧阳雪",
    "12345",
)
PLACEHOLDER = re.compile(r"\[([A-Z]+)-[a-z2-9]{6}(?:-[a-z2-9]{2})?\]")


def masker(names: tuple[str, ...] = NAMES, secret: bytes = SECRET) -> Masker:
    return Masker(names, secret)


def seen(text: str) -> str:
    """A masked text with the kind alone for each placeholder."""
    return PLACEHOLDER.sub(r"[\1]", masker().mask(text))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # mobile numbers
        ("我的电话13800138000，随时打", "我的电话[PHONE]，随时打"),
        ("打138 0013 8000或139-0013-9000", "打[PHONE]或[PHONE]"),
        ("+86 138 0013 8000", "+[PHONE]"),
        ("１３８００１３８０００", "[PHONE]"),
        ("一三八零零一三八零零零", "[PHONE]"),
        ("幺三八洞洞幺三八洞洞洞", "[PHONE]"),
        ("壹叁捌零零壹叁捌零零零", "[PHONE]"),
        ("①③⑧ⓞⓞ①③⑧ⓞⓞⓞ", "[PHONE]"),
        ("①③⑧零零1叁8〇〇0", "[PHONE]"),
        ("1 3 8 0 0 1 3 8 0 0 0", "[PHONE]"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "[PHONE]"),
        ("l38oo138ooo", "[PHONE]"),
        ("138\u200b0013\u200b8000", "[PHONE]"),
        ("加v13800138000", "加v[PHONE]"),
        ("【138】【0013】【8000】", "【[PHONE]】"),
        ("⒈⒊⒏00138000", "[PHONE]"),
        ("138🌸0013🌸8000", "[PHONE]"),
        ("6-15 13800138000 张三收", "6-15 [PHONE] 张三收"),
        ("么三八零零一三八零零零", "[PHONE]"),
        ("换成这个：138扒0巴舞8000", "换成这个：[PHONE]"),
        ("138空格0013空格8000", "[PHONE]"),
        ("138\n0013\n8000", "[PHONE]"),
        ("138。0013=8000", "[PHONE]"),
        ("one three eight double zero one three eight triple zero", "[PHONE]"),
        ("yao san ba ling ling yao san ba ling ling ling", "[PHONE]"),
        # other phones
        ("总机 010-62345678转801", "总机 [PHONE]"),
        ("hmu 7735551096", "hmu [PHONE]"),
        ("my mobile is oh seven nine one one one two three four five six", "my mobile is [PHONE]"),
        ("06.12.34.56.78 ou 0912-345-678", "[PHONE] ou [PHONE]"),
        ("座机0571-88886666", "座机[PHONE]"),
        ("（010）62345678", "（[PHONE]"),
        ("call me at (415) 555-2671", "call me at ([PHONE]"),
        ("+44 20 7946 0958 works", "+[PHONE] works"),
        ("热线 400-820-8820", "热线 [PHONE]"),
        ("打我电话 88886666", "打我电话 [PHONE]"),
        # papers and cards
        ("身份证 11010519491231002X", "身份证 [ID]"),
        ("110105 19491231 002x", "[ID]"),
        ("130503670401001", "[ID]"),
        ("护照号 E12345678", "护照号 [ID]"),
        ("卡号 4111 1111 1111 1111", "卡号 [CARD]"),
        ("6222021234567890128", "[CARD]"),
        ("车牌京A·12345", "车牌[PLATE]"),
        ("110105-1949-12-31-002×", "[ID]"),
        ("11o1o5-l949l23l-oo2x", "[ID]"),
        ("123-45-6789", "[ID]"),
        ("DE89 3704 0044 0532 0130 00", "[CARD]"),
        # ids of messengers
        ("叩叩 3。2。5。3。1。0", "叩叩 [CHAT]"),
        ("join the QQ group 204721", "join the QQ group [CHAT]"),
        ("VX：mango🌙1825", "VX：[CHAT]"),
        ("微信是 sky（下划线）summer", "微信是 [CHAT]"),
        ("v lemon_tea7", "v [CHAT]"),
        ("加賴 @tutu99", "加賴 @[CHAT]"),
        ("wx: pearl _ 88", "wx: [CHAT]"),
        ("加V: abc_123", "加V: [CHAT]"),
        ("加薇 lovexx99", "加薇 [CHAT]"),
        ("V❤️信：hello_888", "V❤️信：[CHAT]"),
        ("我的微信号是 zhangsanfeng", "我的微信号是 [CHAT]"),
        ("wxid_a1b2c3d4e5f6", "[CHAT]"),
        ("abc_12345 是我微信", "[CHAT] 是我微信"),
        ("QQ：１２３４５６", "QQ：[CHAT]"),
        ("扣扣 1 2 3 4 5 6 7", "扣扣 [CHAT]"),
        ("企鹅号 三四五六七八九", "企鹅号 [CHAT]"),
        ("123456789 加我", "[CHAT] 加我"),
        ("🐧号：123456789", "🐧号：[CHAT]"),
        ("微亻言：abc12345", "微亻言：[CHAT]"),
        ("加vxiaomei99", "加v[CHAT]"),
        ("微信: abc 12345", "微信: [CHAT]"),
        ("my wechat id is sunny-day", "my wechat id is [CHAT]"),
        ("https://t.me/abcdef", "https://[CHAT]"),
        # e-mail
        ("发到zhang.san@example.com吧", "发到[EMAIL]吧"),
        ("123456@qq.com", "[EMAIL]"),
        ("abc艾特163点com", "[EMAIL]"),
        ("li(at)acme-corp.io", "[EMAIL]"),
        ("john_7 at gmail dot com", "[EMAIL]"),
        ("abc123#163.com", "[EMAIL]"),
        ("Ｚ_1＠ＱＱ．ＣＯＭ", "[EMAIL]"),
        ("tutu99(圈a)zju dot edu dot cn", "[EMAIL]"),
        ("抄送 tutu+shop#example-studio.cn", "抄送 [EMAIL]"),
        ("gmail: tutu_99", "gmail: [EMAIL]"),
        ("tutu_99艾特企鹅点com", "[EMAIL]"),
        # addresses
        ("住海棠苑壹捌栋柒零伍", "住[ADDRESS]"),
        ("新华路🏠88号", "[ADDRESS]"),
        ("遵义市湄潭县永兴镇龙井村石桥组64号", "[ADDRESS]"),
        ("天心区听雨轩27-4-706", "[ADDRESS]"),
        ("弥敦道6 6 8号12楼", "[ADDRESS]"),
        ("p.o. b o x 211", "[ADDRESS]"),
        ("Room 501, Building 3", "[ADDRESS]"),
        ("我住在杭州市西湖区文三路123号阳光花园3栋2单元501室", "我住在[ADDRESS]"),
        ("寄到3号楼2单元1801，谢谢", "寄到[ADDRESS]，谢谢"),
        ("南京东路100弄5号", "[ADDRESS]"),
        ("at 221B Baker Street, London NW1 6XE", "at [ADDRESS]"),
        ("send it to 12 Maple Ave Apt 4B", "send it to [ADDRESS]"),
        ("P.O. Box 1234", "[ADDRESS]"),
        ("翠苑三区12-3-402", "[ADDRESS]"),
        ("in 7 Cedar Hill Drive", "in [ADDRESS]"),
        # names
        ("@张伟 张伟说", "@[NAME] [NAME]说"),
        ("张\u200b伟 張偉", "[NAME] [NAME]"),
        ("王小满和小满", "[NAME]和[NAME]"),
        ("@豆豆妈🌸 豆豆妈", "@[NAME] [NAME]"),
        ("alice chen 欧阳雪 XX_WOLF_XX", "[NAME] [NAME] [NAME]"),
        ("阳光：早\n20:14 老师: 早", "[NAME]：早\n20:14 [NAME]: 早"),
        ("「阳光：在吗」好的", "「[NAME]：在吗」好的"),
        # somebody mentioned who is in no table
        ("@清风明月 在吗", "@[NAME] 在吗"),
        ("问 @Moonlight99\n好", "问 @[NAME]\n好"),
        # names that are marked, whatever they read like
        (f"{marked('阳光')} 14条、{marked('一')} 3条，阳光真好", "[NAME] 14条、[NAME] 3条，阳光真好"),
        (f"[消息 1] {marked('谁也不认识')}（6月12日）：早", "[消息 1] [NAME]（6月12日）：早"),
        (f"{marked('小王13800138000')}：好", "[NAME]：好"),
        # what was told before may name anybody anywhere
        (f"{retold('阳光说得最多，Will第二，一共3条')} 阳光真好", "[NAME]说得最多，[NAME]第二，一共3条 阳光真好"),
        (retold(f"{marked('一')}天说13800138000"), "[NAME]天说[PHONE]"),
        (retold("阿"), "[NAME]"),
        ("@Will @阳光 「开心就好」 阳光姐", "@[NAME] @[NAME] 「开心就好」 [NAME]姐"),
    ],
)  # fmt: skip
def test_masks(text: str, masked: str) -> None:
    if "「" in text:
        masked = masked.replace("「开心就好」", "「[NAME]」")
    assert seen(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "价格 1299 元，原价 15999",
        "2026-06-15 13:20:11",
        "20260615132011",
        "10:30-11:30 或者 13:00-15:00",
        "订单 202606151234567890",
        "单号 SF1234567890123",
        "版本 v1.12.345 和 3.14159265358979",
        "commit 9f8e7d6c13800138000abc0123456789abcdef01",
        "ISBN 978-7-111-54742-6",
        "一共 300 个，每人 2 份，共 12345678 元",
        "14 18 21 25 30 35 50 80 100",
        "150-100-150-200",
        "5880-4040-980-128-368",
        "1718438400000",
        "192.168.100.200:8080",
        "坐 5 路公交到 3 号线，2 号口出来",
        "我在 3 楼，15 号下午到",
        "微信支付和微信群都可以，加微信也行",
        "微信: ok",
        "V我50",
        "qq音乐 2024 版",
        "@所有人 周六见",
        "@all see you",
        "look at github.com and gmail.com",
        "git@github.com:org/repo.git",
        "icon@2x.png",
        "wechat is broken again",
        "10 minutes down the road, 3 days a week",
        "阳光很好，老师你看，开心就好",
        "I will see, Will you? Good will hunting",
        "6 stupid ways, and 1 clever way",
        "let tg = task.delay g in {q : QuotType}, a qqq-group",
        "https://example.org/a/163239/48934 https://example.org/watch?v=k8U6YOK7c0M",
        "值为1、5、10、25、50、100，第一套",
        "开奖号码2021050期",
        "小明爸爸(410494910) 2012-8-3 16:06:08",
        "浙江省杭州市西湖区的一个小山村",
        "小满意了",
        "阿姨好",
        "第12345名",
        "04 12 16 21 23 29 + 11",
        "500+500+350+4700",
        "one two three four five six seven eight nine ten",
        "mathlib4#1135, !4#5397",
        "ISBN 0786904070）一书",
        "netmask 255.255.255.0, add it",
        "quot.lift + quot.ind were used",
        "订单号码12345678，号码段 2021050 期",
        "味道3号，知道15号",
        "卫星发射成功，北斗卫星: 35颗",
        "https://example.com/2026/06/15/4111111111111111",
        "北京市朝阳区很大",
        "",
    ],
)
def test_lets_pass(text: str) -> None:
    names = tuple(name for name in NAMES if name != "小满")
    assert masker(names).mask(text) == text


@pytest.mark.parametrize("contacts", [generated_contacts.contacts, held_out_contacts.contacts])
def test_generated_contacts_are_masked(contacts: Callable[[int, int], Iterator[Contact]]) -> None:
    made = list(contacts(7, 1500))
    missed = [one.text for one in made if masker(()).mask(one.text) == one.text]
    assert len(missed) <= len(made) // 100, missed


PIECES = st.sampled_from(
    [
        *("13800138000", "138 0013 8000", "QQ", "QQ 123456", "加V", "abc_123", "微信号:", "a@qq.com", " at ", "张伟"),
        *("阳光", "@", ":", "\n", "[", "]", "[NAME-", "[NAME-abcdef]", "[PHONE-abcdef-ab]", "-", "abcdef", "x", " "),
        *("文三路12号", "3栋2单元501", "一二三", "①③⑧", "110105194912310021", "4111111111111111", "京A12345"),
        *("12 Baker St", "👉", "ﷺ", "が", "か\u3099", "\ud800", "\u200b"),
    ]
)
TEXTS = (
    st.lists(st.one_of(PIECES, st.text(max_size=6), st.text("0123456789 -", max_size=14)), max_size=8)
    .map("".join)
    .map(unmarked)
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_all_comes_back(text: str) -> None:
    one = masker()
    masked = one.mask(text)
    assert one.unmask(masked) == text
    assert one.mask(masked) == masked


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_many_texts_come_back_from_one_masker(texts: list[str]) -> None:
    one = masker()
    assert one.unmask(one.mask("\n".join(texts))) == "\n".join(texts)
    masked = [one.mask(text) for text in texts if not PLACEHOLDER.search(text)]
    assert [one.unmask(text) for text in masked] == [text for text in texts if not PLACEHOLDER.search(text)]


@settings(deadline=None)
@given(TEXTS, st.lists(st.integers(0, 400), max_size=12))
def test_a_stream_comes_back_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    one = masker()
    masked = one.mask(text)
    places = sorted({min(cut, len(masked)) for cut in cuts} | {0, len(masked)})
    pieces = [masked[start:end] for start, end in pairwise(places)]
    found = list(one.unmask_pieces(pieces))
    assert "".join(found) == one.unmask(masked) == text
    assert "" not in found
    assert "".join(one.unmask_pieces(masked)) == text


def test_a_stream_is_not_held_back_for_nothing() -> None:
    one = masker()
    pieces = one.unmask_pieces(["价格 [见", "下]", " [NAME-", "x" * 60])
    assert list(pieces) == ["价格 [见", "下]", " ", "[NAME-" + "x" * 60]


def test_the_same_value_has_the_same_placeholder_everywhere() -> None:
    one, other = masker(), masker()
    other.mask("其他 13900139000")
    text = "13800138000 张伟 a_b@qq.com"
    assert one.mask(text) == other.mask(text)
    assert one.mask("打 13800138000") == f"打 {one.mask('13800138000')}"
    assert masker(secret=b"another" * 5).mask(text) != one.mask(text)


def test_ways_of_writing_share_their_first_part() -> None:
    one = masker()
    plain, grouped, wide = map(one.mask, ("13800138000", "138-0013-8000", "１３８００１３８０００"))
    assert grouped.startswith(plain.removesuffix("]") + "-")
    assert wide.startswith(plain.removesuffix("]") + "-")
    assert len({plain, grouped, wide}) == 3
    assert one.mask("加V abc_1234") != one.mask("加V abc1234")


def test_what_was_not_given_out_says_nothing() -> None:
    one, other = masker(), masker()
    secret = other.mask("张伟 13800138000")
    assert one.unmask(secret) == secret
    assert one.mask(secret) == secret
    forged = "[NAME-aaaaaa] [PHONE-bbbbbb-cc]"
    assert one.unmask(one.mask(forged + "张伟")) == forged + "张伟"


def test_a_forged_placeholder_keeps_its_meaning() -> None:
    taken = masker().mask("张伟")
    one = masker()
    text = f"{taken} 张伟"
    masked = one.mask(text)
    assert one.unmask(masked) == text
    assert masked.startswith(taken)
    assert masked.count(taken) == 1


def test_colliding_placeholders_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(_: Masker, size: int, *said: object) -> str:
        return string.ascii_lowercase[int(str(said[-1]))] * size

    monkeypatch.setattr(Masker, "_letters", few)
    one = masker()
    text = "13800138000 13900139000 13700137000"
    assert one.unmask(one.mask(text)) == text
    assert len(set(one.mask(text).split())) == 3


def test_marks_are_taken_off_for_a_local_model() -> None:
    assert Masker.none().mask(f"{marked('阳光')}：{retold('好')}") == "阳光：好"


def test_marked_names_come_back_and_are_the_same_everywhere() -> None:
    one = masker()
    sent = one.mask(f"{marked('阳光')}、{marked('路人')}")
    assert one.unmask(sent) == "阳光、路人"
    assert one.mask("@阳光") == f"@{sent.split('、')[0]}"


def test_what_is_remembered_is_bounded_and_a_call_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_MOST_REMEMBERED", 50)
    shared = masker()
    call = shared.afresh()
    sent = call.mask("打13800138000")
    first = shared.mask("打13800138000")
    assert sent == first
    for number in range(300):
        shared.mask(f"打139{number:08} [NAME-{'abcdefghij'[number % 10]}{number:05}]".translate({48: "a", 49: "b"}))
        shared.mask(f"打139001{number:05}")
    assert len(shared._given) == len(shared._meant) == 50
    assert len(shared._foreign) <= 50
    assert call.unmask(sent) == "打13800138000"
    assert shared.unmask(first) == first
    # It is given out anew, the same.
    assert shared.mask("打13800138000") == first
    assert shared.unmask(first) == "打13800138000"


def test_no_masker_for_a_local_model() -> None:
    text = "张伟 13800138000"
    assert Masker.none().mask(text) == text
    assert list(Masker.none().unmask_pieces([text])) == [text]


def test_the_secret_and_the_values_are_not_shown() -> None:
    one = masker()
    one.mask("13800138000")
    assert "138" not in repr(one)
    assert "张伟" not in repr(one)

"""What counts as a question, what it asks for, and to whom it speaks."""

from __future__ import annotations

import pytest

from copilot.answering.notes import Note
from copilot.answering.question import Addressee, Asks, kind_asked, read_question

QUESTIONS = [
    "上次线下活动定在哪天？",
    "请问怎么退款",
    "有人知道快递几号到吗",
    "大家好，想问一下绘本可以续借吗，我还没看完",
    "群主 这个课多少钱",
    "有没有推荐的入门书",
    "求推荐一家靠谱的打印店",
    "谁有上周的录音",
    "能不能周末再开一场",
    "停车费呢",
    "佬们需要先报名么",
    "报名是在小程序还是在群里接龙",
    "請問週六還有名額嗎",
    "我昨天下的单。到现在没发货。怎么办理加急",
    "How do I reset my order?",
    "Hi all, does anyone know when the meetup starts",
    "I was wondering if the library opens on Sunday",
    "any idea where the slides are",
    "We meet at 7, right? And where is the venue?",
    "Is there a discount for students",
]
NOT_QUESTIONS = [
    "",
    "？？？",
    "在吗？",
    "真的假的？",
    "what?",
    "谢谢大家，没什么问题了",
    "有什么问题可以随时私信我",
    "我教大家怎么折纸飞机",
    "随便什么颜色都行",
    "难道还要我来说？",
    "这也太好看了吧",
    "怎么可能",
    "什么都没得吃",
    "好几个人都报名了",
    "退款",
    "还没发货呢",
    "Thanks, that is how it works",
    "When I open the app, it crashes.",
    "I don't know where they keep it",
    "who cares",
    "There is a parking lot behind the shop.",
    "[捂脸] https://example.org/?id=3",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_asks(text: str) -> None:
    check = read_question(text)
    assert check.hit, check
    assert set(check.details) <= set(Note)


@pytest.mark.parametrize("text", NOT_QUESTIONS)
def test_does_not_ask(text: str) -> None:
    check = read_question(text)
    assert not check.hit, check
    assert check.details
    assert set(check.details) <= set(Note)


@pytest.mark.parametrize("text", ["退款", "有什么问题可以随时私信我", "opening hours"])
def test_whatever_an_admin_types_in_the_console_is_a_question_to_the_copilot(text: str) -> None:
    check = read_question(text, in_console=True)
    assert (check.hit, check.to, check.details) == (True, Addressee.COPILOT, ("in_console",))


def test_nothing_but_signs_is_no_question_in_the_console_either() -> None:
    assert not read_question("？ …", in_console=True).hit


@pytest.mark.parametrize(
    ("text", "said", "to"),
    [
        ("几点开始？", {}, Addressee.EVERYONE),
        ("@小助手 几点开始？", {}, Addressee.COPILOT),
        ("@小助手\u2005几点开始？", {}, Addressee.COPILOT),
        ("@小 助手 几点开始？", {"copilot_names": ["小 助手"]}, Addressee.COPILOT),
        ("小助手，几点开始？", {}, Addressee.COPILOT),
        ("@小林 几点开始？", {}, Addressee.SOMEONE_ELSE),
        ("小林，几点开始？", {}, Addressee.SOMEONE_ELSE),
        ("小林子说几点开始？", {}, Addressee.EVERYONE),
        ("@所有人 几点开始？", {}, Addressee.EVERYONE),
        ("几点开始？", {"replies_to_member": True}, Addressee.SOMEONE_ELSE),
        ("几点开始？", {"replies_to_copilot": True}, Addressee.COPILOT),
        ("你用的什么牌子？", {}, Addressee.SOMEONE_ELSE),
        ("你们用的什么牌子？", {}, Addressee.EVERYONE),
        ("有人知道你这边几点开门吗", {}, Addressee.EVERYONE),
        ("did you find it?", {}, Addressee.SOMEONE_ELSE),
        ("how do you reset the router?", {}, Addressee.EVERYONE),
    ],
)
def test_to_whom(text: str, said: dict[str, object], to: Addressee) -> None:
    named: dict[str, object] = {"copilot_names": ["小助手"], "member_names": ["小林", "小"]}
    assert read_question(text, **(named | said)).to is to  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("上次线下活动定在哪天？", Asks.WHEN),
        ("几点开门", Asks.WHEN),
        ("活动在哪里办", Asks.WHERE),
        ("押金多少", Asks.HOW_MUCH),
        ("一次能借几本", Asks.HOW_MUCH),
        ("找谁登记", Asks.WHO),
        ("为什么登录不上", Asks.WHY),
        ("怎么续借", Asks.HOW),
        ("可以续借吗", Asks.YES_NO),
        ("能不能代领", Asks.YES_NO),
        ("有什么推荐", Asks.SOMETHING),
        ("退款", Asks.SOMETHING),
        ("When does it start?", Asks.WHEN),
        ("where do we meet", Asks.WHERE),
        ("How much is a ticket", Asks.HOW_MUCH),
        ("Who runs the raffle", Asks.WHO),
        ("How do I reset my order?", Asks.HOW),
        ("Can I bring a dog?", Asks.YES_NO),
    ],
)
def test_what_is_asked_for(text: str, asks: Asks) -> None:
    assert kind_asked(text) is asks


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("我是新来的。请问在哪里签到？谢谢", "请问在哪里签到？"),
        ("可以带狗吗，我家的很乖", "可以带狗吗，"),
        ("ＷＩＦＩ密码是多少", "ＷＩＦＩ密码是多少"),
        ("Hello! I am new here. Where do I sign in? Thanks.", "Where do I sign in?"),
    ],
)
def test_the_span_is_the_sentence_that_asks(text: str, asking: str) -> None:
    start, end = read_question(text).span
    assert text[start:end] == asking

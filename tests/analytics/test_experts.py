"""Who answered whom, who was thanked, and who knows: by answers, never by how much somebody talks."""

from __future__ import annotations

import pytest

from copilot.analytics.answers import KNOWS_NOT, Given, given, is_answered
from copilot.analytics.experts import experts
from copilot.records import Message
from tests.analytics.talking import talk


def asks(text: str) -> bool:
    return text.endswith(("？", "吗"))


def pairs(found: list[Given]) -> list[tuple[str, str, bool]]:
    return [(one.asked.text, one.answer.text, one.is_thanked) for one in found]


def test_an_answer_is_what_another_replies_to_a_question() -> None:
    said = talk(
        """
        阿舟: 六个月可以吃蛋黄吗
        小满: 六个月先从四分之一个蛋黄开始加
        阿舟: 谢谢小满
        果妈: 我家那位今天又没睡午觉
        """
    )
    assert pairs(given(said, {}, asks)) == [("六个月可以吃蛋黄吗", "六个月先从四分之一个蛋黄开始加", True)]


def test_questions_back_thanks_and_the_askers_own_words_are_no_answers() -> None:
    said = talk(
        """
        阿舟: 六个月可以吃蛋黄吗
        小满: 有没有过敏史，会不会起疹子？
        阿舟: 没有过敏，一直喝奶粉长大
        小满: 没有过敏就先吃四分之一个
        果妈: 谢谢，学到了
        """
    )
    found = given(said, {3: 2, 4: 3}, asks)
    assert pairs(found) == [("六个月可以吃蛋黄吗", "没有过敏就先吃四分之一个", False)]


def test_what_the_platform_says_is_answered_goes_before_what_stands_near() -> None:
    said = talk(
        """
        阿舟: 六个月可以吃蛋黄吗
        豆爸: 周末的讲座在哪里报名？
        小满: 先从四分之一个蛋黄开始加
        """
    )
    assert [one.asked.text for one in given(said, {3: 1}, asks)] == ["六个月可以吃蛋黄吗"]


def ask_and_answer(number: int, who: str, thanked: bool = False) -> tuple[int, list[tuple[float, Given]]]:
    asked, answer = talk(
        f"问的人{number}: 第{number}个问题怎么办？\n{who}: 这样做就可以，试过好几次", first_id=number * 10
    )
    # The test helper numbers people anew in each talk.
    answer = Message(
        id=answer.id,
        group_id=1,
        platform_id=answer.platform_id,
        member_id=hash(who),
        sender_name=who,
        sent_at=answer.sent_at,
        text=answer.text,
    )
    return number, [(1.0, Given(asked=asked, answer=answer, is_thanked=thanked))]


def test_who_helped_in_more_conversations_knows_more() -> None:
    found = experts([ask_and_answer(1, "小满"), ask_and_answer(2, "小满"), ask_and_answer(3, "果妈")])
    assert [(one.name, one.threads, one.answers, one.thanked) for one in found] == [
        ("小满", 2, 2, 0),
        ("果妈", 1, 1, 0),
    ]


def test_thanks_count_and_chatter_in_one_conversation_does_not() -> None:
    number, once = ask_and_answer(1, "话多的人")
    many = (number, once * 30)
    found = experts([many, ask_and_answer(2, "小满", thanked=True), ask_and_answer(3, "小满", thanked=True)])
    assert [one.name for one in found] == ["小满", "话多的人"]
    assert found[0].thanked == 2


def test_who_helped_much_less_than_the_best_is_not_named() -> None:
    best = [ask_and_answer(number, "小满", thanked=True) for number in range(1, 6)]
    assert [one.name for one in experts([*best, ask_and_answer(9, "路人")])] == ["小满"]


def knows_not(plain: str) -> bool:
    return KNOWS_NOT.search(plain) is not None


ANSWERED = [
    # what follows the question, whether that answers it
    ("果妈: 同问\n豆爸: 不知道哎\n阿舟: 有人知道吗", False),
    ("果妈: 早上好\n豆爸: 哈哈哈", False),
    ("小满: 图书馆晚上八点关门", True),
    ("+500 小满: 今天的野餐太开心了大家辛苦", False),
    ("", False),
]


@pytest.mark.parametrize(("after", "is_it"), ANSWERED)
def test_knowing_no_more_is_no_answer(after: str, is_it: bool) -> None:
    said = talk(f"阿舟: 图书馆几点关门\n{after}")
    assert is_answered(said, said[0], {}, knows_not) is is_it


def test_a_short_answer_counts_where_it_is_linked() -> None:
    said = talk("阿舟: 图书馆开了吗\n阿舟: 急\n小满: 开了")
    assert not is_answered(said, said[0], {}, knows_not)
    assert is_answered(said, said[0], {3: 2}, knows_not)

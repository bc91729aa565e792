"""What people talked of: named by its words, shown by its question, without small talk, names and single voices."""

from __future__ import annotations

from copilot.analytics.topics import Talk, Topic, topics
from copilot.analytics.words import phrases
from copilot.records import Message
from tests.analytics.talking import talk

PARKING = """
    阿舟: 植物园那边周末好停车吗？
    小满: 植物园东门的停车场免费，就是车位少
    果妈: 停车场九点就满了，我上次等了半小时
    阿舟: 那我们早点去植物园
"""
PICNIC = """
    木木爸: 野餐要自己带垫子吗
    小满: 野餐垫我有两块，可以分一块给你
    木木爸: 太好了，野餐那天我带水果
"""
CHATTER = """
    阿舟: 早上好
    小满: 早呀
    果妈: 哈哈哈哈
    木木爸: [咖啡]
"""
MONOLOGUE = """
    果妈: 今天孩子又不肯吃青菜了真头疼
    果妈: 青菜切碎了也不吃，青菜粥也不吃
    果妈: 明天试试青菜饺子
"""


def rare(term: str) -> float:
    return 0.8


def asks(text: str) -> bool:
    return "？" in text or "吗" in text


def find(*texts: str, names: tuple[str, ...] = ("阿舟", "小满", "果妈", "木木爸")) -> list[Topic]:
    talks = []
    number = 1
    people: dict[str, int] = {}
    for text in texts:
        messages: list[Message] = []
        for one in talk(text, first_id=number):
            member = people.setdefault(one.sender_name, len(people) + 1)
            messages.append(
                Message(
                    id=one.id,
                    group_id=1,
                    platform_id=one.platform_id,
                    member_id=member,
                    sender_name=one.sender_name,
                    sent_at=one.sent_at,
                    text=one.text,
                )
            )
        talks.append(Talk(thread_id=number, messages=tuple(messages)))
        number += len(messages)
    return topics(talks, rare, asks, names=names)


def test_a_topic_has_its_words_people_and_question() -> None:
    found = find(CHATTER, PICNIC, PARKING, MONOLOGUE)
    assert [one.people for one in found] == [3]
    assert "植物园" in found[0].words
    assert any(word.startswith("停车") for word in found[0].words)
    assert found[0].shown[0].text == "植物园那边周末好停车吗？"
    assert found[0].messages == 4


def test_where_little_is_said_an_exchange_of_two_is_a_topic() -> None:
    found = find(CHATTER, PICNIC, MONOLOGUE)
    assert [(one.people, one.words[0]) for one in found] == [(2, "野餐")]


def test_small_talk_and_a_single_voice_are_none() -> None:
    assert find(CHATTER, MONOLOGUE) == []


def test_threads_about_the_same_are_one_topic() -> None:
    later = """
        豆爸: 植物园门口的停车场今天开了吗
        果妈: 植物园停车场开了，比上次空
    """
    found = find(PARKING, later)
    assert len(found) == 1
    assert len(found[0].threads) == 2
    assert found[0].people == 4


def test_a_full_thread_and_the_one_that_goes_on_with_it_are_one_topic() -> None:
    first, second = talk(PARKING), talk("豆爸: 门票要三十元呢\n果妈: 门票孩子免费，老人半价", first_id=50)
    found = topics([Talk(thread_id=1, messages=first), Talk(thread_id=50, messages=second, follows_id=1)], rare, asks)
    assert [one.threads for one in found] == [(1, 50)]


def test_members_names_name_no_topic() -> None:
    text = """
        阿舟: 石头今天好些了吗
        石头妈: 石头还在咳嗽，医生说要休息
        果妈: 石头咳嗽几天了
        阿舟: 石头要多喝水，咳嗽容易反复
    """
    assert "石头" in find(text, names=())[0].words
    words = find(text, names=("石头妈", "阿舟", "果妈"))[0].words
    assert words[0] == "咳嗽"
    assert "石头" not in words


def test_words_end_where_people_end_them() -> None:
    said = [
        (1, "小刺猬的雨靴还有吗"),
        (2, "周六故事会读小刺猬的雨靴"),
        (3, "故事会几点开始"),
        (1, "故事会十点半"),
        (2, "月亮搬家谁借了"),
        (3, "我也在等月亮搬家"),
    ]
    found = phrases(said, rare, most=6)
    assert {"故事会", "月亮搬家"} <= set(found)
    assert not {"事会", "亮搬家", "刺猬的"} & set(found)


def test_english_words_come_as_they_are_written() -> None:
    said = [
        (1, "my grinder makes a noise"),
        (2, "grinders always make noise, what burrs does it have"),
        (3, "clean the burrs and the grinders are quiet"),
    ]
    found = phrases(said, rare, most=3)
    assert set(found) == {"grinders", "burrs", "noise"}

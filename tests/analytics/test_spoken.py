"""What of a message tells something, and what is small talk, a routine, a list that goes round, or a program's."""

from __future__ import annotations

import time

import pytest

from copilot.analytics.spoken import automatic, says_something, told
from tests.analytics.talking import talk

TELLING = [
    "请问一次可以借几本呀",
    "周六的活动几点开始，在哪集合？",
    "好的，那我周六上午带孩子过去",
    "is the shop open on sunday?",
    "Descale it twice before you buy a pump",
]
EMPTY = [
    "哈哈哈哈哈哈",
    "早上好各位～",
    "收到，谢谢老师！",
    "[捂脸][捂脸]",
    "@小明 好的",
    "https://example.com/a?b=c",
    "欢迎欢迎",
    "嗯嗯",
    "666",
    "+1",
    "服了",
    "Good morning!",
    "thanks everyone",
    "lol",
    "ok",
    ":smile: :tada:",
]


@pytest.mark.parametrize("words", TELLING)
def test_this_tells_something(words: str) -> None:
    assert says_something(talk(f"甲: {words}")[0])


@pytest.mark.parametrize("words", EMPTY)
def test_this_tells_nothing(words: str) -> None:
    assert not says_something(talk(f"甲: {words}")[0])


@pytest.mark.parametrize("kind", ["sticker", "image", "system", "red_packet"])
def test_only_what_people_write_tells(kind: str) -> None:
    assert not says_something(talk(f"甲 [{kind}]: 周六的活动几点开始，在哪集合？")[0])


def test_of_a_list_that_goes_round_only_its_head_is_told() -> None:
    lines = talk("甲: 【周六故事会接龙】10:30，限12组\\n1. 果果 5岁\\n2. 多多 4岁\n乙: 1. 果果 5岁")
    assert told(lines[0]) == "【周六故事会接龙】10:30，限12组"
    assert told(lines[1]) == ""


def test_what_a_program_writes_and_what_is_posted_again_and_again_is_left_out() -> None:
    lines = talk(
        """
        群小助手: 今天的天气是晴天，适合出门散步
        甲: 第1天打卡，今天读了三页
        甲: 第2天打卡，今天读了八页
        甲: 第3天打卡，今天读了五页
        乙: 请问在哪里打卡，怎么读
        """
    )
    assert automatic(lines) == {1, 2, 3, 4}


def test_a_long_laugh_costs_no_more_than_it_is_long() -> None:
    before = time.perf_counter()
    assert says_something(talk(f"甲: {'哈' * 20_000}这是什么意思呢")[0])
    # A pattern that tries every way of cutting the laugh would take years.
    assert time.perf_counter() - before < 5

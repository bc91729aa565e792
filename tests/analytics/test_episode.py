"""A quarrel is told from a lively talk, and both sides are heard."""

from __future__ import annotations

import pytest

from copilot.analytics.episode import HEATED, busiest, episode, heat, line_heat, stretches
from tests.analytics.talking import talk

QUARREL = """
    红妈: 这本书谁借了，逾期好几天了，我们等了三周
    蓝妈: 是我家，行了吧。孩子住院没顾上，至于在群里追吗
    红妈: 我又不知道是你，住院可以跟馆里说一声啊
    蓝妈: 一本书而已，搞得跟欠债一样
    红妈: 大家都在守规定，怎么轮到你就是一本书而已
    路人: 都消消气吧
    蓝妈: 有的人就是会占便宜
    红妈: 你说谁占便宜，把话说清楚
    馆长: 两位先停一下，私聊我
    蓝妈: 刚才话说重了，对不住
    红妈: 我也不该在群里追
"""
ENGLISH_QUARREL = """
    Kit: this group is turning into people showing off gear
    Tom: nobody is showing off, you asked what we use
    Kit: you always do this, snob stuff
    Tom: at least I'm not sulking because I can't dial in
    Marta: Stopping this here, both of you. Rule 3
    Tom: sorry Kit, that was out of order
    Kit: yeah, sorry too
"""
LIVELY = """
    红妈: 野餐带什么好，有没有推荐！
    蓝妈: 带三明治！昨天刚做过，特别简单
    红妈: 你做的那个吗？求方子
    豆爸: 我带烧烤架！！不用麻烦大家
    蓝妈: 你别忘了带炭，上次没有炭
    红妈: 哈哈哈对，上次等了一个小时
    豆爸: 不会忘的，这次带两包
"""
TECHNICAL = """
    Ann: the test is wrong, it should not import that module
    Bo: you can't remove it, the build never works without it
    Ann: then the lemma is not true for empty sets
    Bo: no, you need a hypothesis there
    Ann: I disagree, but let me try
    Bo: sure, it's not a big change
"""


@pytest.mark.parametrize("text", [QUARREL, ENGLISH_QUARREL])
def test_a_quarrel_is_heated(text: str) -> None:
    assert heat(talk(text)).value >= HEATED


@pytest.mark.parametrize("text", [LIVELY, TECHNICAL])
def test_a_lively_talk_is_not(text: str) -> None:
    assert heat(talk(text)).value < HEATED / 2


@pytest.mark.parametrize("words", ["麻烦你了", "你特别好", "别人家的孩子", "你分别说一下", "到底几点呢", "不客气"])
def test_common_words_are_no_reproach(words: str) -> None:
    assert line_heat(words) < 0.3


def test_one_who_complains_alone_argues_with_nobody() -> None:
    alone = talk("红妈: 你们太过分了，凭什么！\n蓝妈: 怎么啦\n红妈: 真是无语，凭什么不退钱\n蓝妈: 我帮你问问馆长")
    assert heat(alone).value < HEATED


def test_both_sides_speak_in_order_and_who_gives_way_is_marked() -> None:
    found = episode(talk(QUARREL))
    names = {one.sender_name for one in found.key}
    assert found.is_heated
    assert {"红妈", "蓝妈"} <= names
    assert found.heat.pair == (1, 2)
    assert [one.id for one in found.key] == sorted(one.id for one in found.key)
    assert found.key[0].id == 1
    assert len(found.key) <= 8
    assert {one.text for one in found.key if one.id in found.calming} >= {"刚才话说重了，对不住", "我也不该在群里追"}


def test_the_quarrel_is_found_among_fuller_talks() -> None:
    long = talk(
        "\n".join(f"{name}: 明天的野餐带什么好呢，大家说说看 {i}" for i in range(12) for name in ("甲", "乙", "丙"))
    )
    quarrel = talk(QUARREL, first_id=500)
    assert busiest([long, quarrel, talk(LIVELY, first_id=900)]) == quarrel
    assert busiest([long, talk(LIVELY, first_id=900)]) == long


def test_threads_that_lie_close_and_share_people_are_one_stretch() -> None:
    first, second = talk(QUARREL)[:6], talk(QUARREL)[6:]
    apart = talk("+0 红妈: 今天还书箱能用吗\n蓝妈: 能用的放心", first_id=80, start=first[-1].sent_at.replace(hour=20))
    assert [len(run) for run in stretches([second, apart, first])] == [11, 2]

"""Figures of groups with a history that has a gap and an end: what is counted, and what nothing is concluded from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from copilot.analytics.stretches import Stretch
from copilot.errors import NotAllowed, NotFound
from copilot.records import Account, Message, MessageKind, Platform, Role, SourceMessage
from copilot.retrieval.retriever import Retriever
from copilot.services.figures import Figures
from copilot.services.histories import History
from copilot.services.locating import Locating
from copilot.services.rights import SYSTEM
from copilot.services.searching import Searching
from copilot.store import messages
from tests.services.conftest import Room

FIRST = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shanghai."""


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


def said(at: datetime, text: str) -> list[SourceMessage]:
    """Lines `name: words`, a minute apart; the name 系统 stands for the platform."""
    found = []
    for number, line in enumerate(one.strip() for one in text.strip().splitlines()):
        name, words = line.split(": ", 1)
        is_system = name == "系统"
        found.append(
            SourceMessage(
                sent_at=at + timedelta(minutes=number),
                sender_name="" if is_system else name,
                sender_id=None if is_system else name,
                text=words,
                kind=MessageKind.SYSTEM if is_system else MessageKind.TEXT,
            )
        )
    return found


def daily(first: int, last: int, *names: str) -> list[SourceMessage]:
    """Every day a greeting of each of some members, in the morning."""
    return [one for number in range(first, last) for name in names for one in said(day(number), f"{name}: 早上好")]


PARKING = """
    阿舟: 植物园周末停车要收费吗？
    小满: 植物园东门停车场免费，车位不多
    阿舟: 谢谢小满
    果妈: 停车场九点就满了，要早点去
"""
QUARREL = """
    红妈: 这本书谁借了，逾期好几天了，我们等了三周
    蓝妈: 是我家，行了吧，至于在群里追吗
    红妈: 大家都守规定，怎么轮到你就不用
    蓝妈: 有的人就是会占便宜
    红妈: 你说谁占便宜，把话说清楚
    蓝妈: 刚才话说重了，对不住
"""


def newest_first(some: list[SourceMessage]) -> list[SourceMessage]:
    return sorted(some, key=lambda one: one.sent_at)


@pytest.fixture
def figures(room: Room) -> Figures:
    app = room.app
    retriever = Retriever(app.store, app.settings.index_dir, app.indexing.distrust, app.meaning)
    return Figures(app.store, Locating(app.store), Searching(app.store, retriever), timezone=app.settings.timezone)


@pytest.fixture
def history(room: Room, figures: Figures) -> History:
    """Sixty days without a gap, then ten days missing, then five days."""
    room.bring_messages(
        newest_first(
            [
                *daily(0, 60, "阿舟", "小满"),
                *daily(0, 35, "老陈"),
                *said(day(40), PARKING),
                *said(day(45) + timedelta(hours=11), QUARREL),
                *said(day(50), '系统: "阿舟"邀请"新来的"加入了群聊\n新来的: 大家好，我是三楼的新邻居'),
                *said(day(55), "果妈: 请问儿童乐园周一开门吗？\n果妈: 好的再等等"),
            ]
        ),
        "first.jsonl",
    )
    room.bring_messages(
        newest_first([*daily(70, 75, "阿舟"), *said(day(72), "豆爸: 有人知道校车几点到吗？")]), "second.jsonl"
    )
    room.app.indexing.bring_up()
    return figures.history(SYSTEM, group_id=room.group_id)


def stretch(first: float, last: float) -> Stretch:
    return Stretch(starts_at=day(first), ends_at=day(last))


def texts(found: list[Message]) -> list[str]:
    return [one.text for one in found]


def test_messages_and_speakers_are_counted_and_the_platform_is_nobody(figures: Figures, history: History) -> None:
    found = figures.activity(history, stretch(50, 51))
    assert found.messages == 3
    assert {one.name for one in found.speakers} == {"阿舟", "小满", "新来的"}
    assert found.hours[9] == 3


def test_an_average_day_is_one_that_is_covered(figures: Figures, history: History) -> None:
    found = figures.activity(history, stretch(55, 75))
    # Days 55 to 59 and 70 to 74, each from morning to morning.
    assert found.covered_days == pytest.approx(8, abs=0.1)
    assert found.messages == 5 * 2 + 2 + 5 + 1
    reach = history.reaches(stretch(55, 75))[0]
    assert [(gap.starts_at.date(), gap.ends_at.date()) for gap in reach.gaps] == [(day(59).date(), day(70).date())]


def test_topics_leave_greetings_out(figures: Figures, history: History) -> None:
    found = figures.topics(history, stretch(38, 60))
    assert [one.people for one in found][:1] == [3]
    assert any("停车" in word for one in found for word in one.words)
    assert not any("早上" in word for one in found for word in one.words)


def test_who_is_new_joined_or_wrote_for_the_first_time(figures: Figures, history: History) -> None:
    found = figures.newcomers(history, stretch(45, 60))
    assert found.is_known
    assert {one.name: one.messages for one in found.arrivals} == {"红妈": 3, "蓝妈": 3, "新来的": 1}


def test_where_a_history_begins_nobody_is_new(figures: Figures, history: History) -> None:
    found = figures.newcomers(history, stretch(0, 5))
    assert not found.is_known
    assert found.arrivals == ()


def test_silence_in_a_gap_is_no_silence(room: Room, figures: Figures, history: History) -> None:
    # The last run without a gap is five days: too short to say anything.
    assert figures.quiet(history) is None


def test_who_used_to_write_and_stopped_is_quiet(room: Room, figures: Figures) -> None:
    room.bring_messages(newest_first([*daily(0, 60, "阿舟"), *daily(0, 35, "老陈"), *daily(3, 4, "路人")]))
    found = figures.quiet(figures.history(SYSTEM, group_id=room.group_id))
    assert found is not None
    assert [(one.name, one.last.sent_at.date()) for one in found] == [("老陈", day(34).date())]


def test_an_expert_answered(figures: Figures, history: History) -> None:
    found = figures.experts(history, "停车")
    assert [(one.name, one.answers, one.thanked) for one in found][:1] == [("小满", 1, 1)]
    assert found[0].shown[0].answer.text == "植物园东门停车场免费，车位不多"
    assert figures.experts(history, "量子力学") == []


def test_what_nobody_answered(figures: Figures, history: History) -> None:
    assert texts(figures.unanswered(history, stretch(38, 60))) == ["请问儿童乐园周一开门吗？"]
    assert texts(figures.unanswered(history, stretch(70, 75))) == ["有人知道校车几点到吗？"]


def test_a_question_at_the_end_of_the_history_may_still_be_answered(room: Room, figures: Figures) -> None:
    room.bring_messages([*daily(0, 3, "阿舟"), *said(day(2) + timedelta(hours=1), "豆爸: 有人知道校车几点到吗？")])
    room.app.indexing.bring_up()
    history = figures.history(SYSTEM, group_id=room.group_id)
    assert figures.unanswered(history, stretch(0, 5)) == []
    room.bring_messages(daily(2, 5, "阿舟"), "whole.jsonl")
    room.app.indexing.bring_up()
    history = figures.history(SYSTEM, group_id=room.group_id)
    assert texts(figures.unanswered(history, stretch(0, 5))) == ["有人知道校车几点到吗？"]


def test_the_quarrel_of_an_evening(figures: Figures, history: History) -> None:
    found = figures.episode(history, stretch(40, 50))
    assert found is not None
    assert found.is_heated
    assert {one.sender_name for one in found.talk} == {"红妈", "蓝妈"}
    calm = figures.episode(history, stretch(39, 44))
    assert calm is not None
    assert not calm.is_heated


def test_only_the_groups_that_an_account_sees_are_counted(
    room: Room, figures: Figures, make_room: Callable[[str], Room]
) -> None:
    other = make_room("别的")
    room.bring_messages(said(day(0), "阿舟: 早上好"))
    other.bring_messages(said(day(0), "甲: 早上好\n乙: 早上好"))
    with room.app.store.read() as connection:
        assert messages.newest_at(connection, [other.group_id]) is not None
    limited = Account(id=7, name="看一个群的", role=Role.VIEWER, group_ids=frozenset({room.group_id}))
    with pytest.raises(NotAllowed):
        figures.history(limited, group_id=other.group_id)
    community = figures.history(SYSTEM, group_id=room.group_id).community.id
    second = room.app.groups.create_group(SYSTEM, community, "二群", Platform.WECHAT)
    Room(room.app, other.folder, second.id).bring_messages(said(day(0), "丙: 早上好\n丁: 早上好"), "second.jsonl")
    assert figures.activity(figures.history(SYSTEM, community_id=community), stretch(0, 1)).messages == 3
    assert figures.activity(figures.history(limited, community_id=community), stretch(0, 1)).messages == 1


def test_a_conversation_of_another_place_is_not_there(
    room: Room, figures: Figures, make_room: Callable[[str], Room]
) -> None:
    other = make_room("别的")
    other.bring_messages(said(day(0), PARKING))
    other.app.indexing.bring_up()
    room.bring_messages(said(day(0), "阿舟: 早上好"))
    retriever = Retriever(room.app.store, room.app.settings.index_dir, room.app.indexing.distrust, None)
    searching = Searching(room.app.store, retriever)
    here, there = (figures.history(SYSTEM, group_id=one) for one in (room.group_id, other.group_id))
    opening = searching.threads(there, "停车")[0].thread_id
    assert len(searching.read(there, opening)) == 4
    with pytest.raises(NotFound):
        searching.read(here, opening)
    assert searching.threads(here, "停车") == []


def test_what_a_member_said_lately_is_found_however_long_ago(room: Room, figures: Figures, history: History) -> None:
    retriever = Retriever(room.app.store, room.app.settings.index_dir, room.app.indexing.distrust, None)
    searching = Searching(room.app.store, retriever)
    found = searching.people(history, "果妈")
    assert texts(searching.said_by(history, found, None))[-1] == "好的再等等"
    assert [one.name for one in searching.people(history, "妈")] != []
    assert searching.people(history, "没有这个人") == []
    chen = searching.people(history, "老陈")
    assert len(searching.said_by(history, chen, stretch(0, 10))) == 10

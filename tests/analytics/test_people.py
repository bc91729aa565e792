"""Who joined by what the platform writes, and over which stretches silence means something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.analytics.activity import Speaker, activity, came_and_went
from copilot.analytics.people import arrivals, joining, quiet_span
from copilot.analytics.stretches import Stretch
from tests.analytics.talking import talk

JOINED = [
    ('"果果妈"邀请"橙子"加入了群聊', "橙子"),
    ("小明邀请小红加入了群聊", "小红"),
    ("小红通过扫描小明分享的二维码加入群聊", "小红"),
    ("“小红”加入了群聊", "小红"),
    ("Hana joined using an invite link", "Hana"),
    ("Marta added Hana", "Hana"),
    ("小明撤回了一条消息", None),
    ("小明修改群名为“绘本馆”", None),
    ("你已将小红移出群聊", None),
]


@pytest.mark.parametrize(("line", "name"), JOINED)
def test_who_joined(line: str, name: str | None) -> None:
    assert joining(talk(f"系统 [system]: {line}")[0]) == name


def test_who_joins_and_then_writes_is_one_person() -> None:
    line, other, first = talk(
        """
        系统 [system]: "果果妈"邀请"橙子"加入了群聊
        系统 [system]: "果果妈"邀请"米粒"加入了群聊
        橙子: 大家好，我是新来的
        """
    )
    found = arrivals(1, {9: first}, {9: 3}, [line, other])
    assert [(one.name, one.messages) for one in found] == [("橙子", 3), ("米粒", 0)]


def test_silence_is_looked_at_only_in_a_run_of_three_weeks() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert quiet_span(None) is None
    assert quiet_span(Stretch(starts_at=start, ends_at=start + timedelta(days=20))) is None
    found = quiet_span(Stretch(starts_at=start, ends_at=start + timedelta(days=365)))
    assert found is not None
    before, recent = found
    assert (before.length, recent.length) == (timedelta(days=90), timedelta(days=30))
    assert before.ends_at == recent.starts_at


def test_days_and_hours_are_those_of_the_place() -> None:
    from zoneinfo import ZoneInfo

    late = datetime(2026, 6, 8, 16, 30, tzinfo=UTC)
    found = activity([(late, 3), (late + timedelta(hours=1), 2)], [], ZoneInfo("Asia/Shanghai"), 0.5)
    assert [str(day) for day, _ in found.days] == ["2026-06-09"]
    assert (found.messages, found.hours[0], found.hours[1], found.busiest_hours) == (5, 3, 2, (0, 5))
    assert found.a_day == 5.0


def test_only_regulars_come_and_go() -> None:
    def speaker(number: int, messages: int) -> Speaker:
        at = datetime(2026, 6, 1, tzinfo=UTC)
        return Speaker(member_id=number, group_id=1, name=str(number), messages=messages, last_at=at)

    came, went = came_and_went(
        [speaker(1, 9), speaker(2, 1), speaker(5, 4)], [speaker(1, 4), speaker(3, 5), speaker(4, 2)]
    )
    assert ([one.name for one in came], [one.name for one in went]) == (["5"], ["3"])

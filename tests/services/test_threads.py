"""Threads follow the messages, however these arrive: live, in one import or several, in any order; and leave."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from copilot.errors import BadInput, NotFound
from copilot.records import Message, SourceMessage
from copilot.retrieval import cutting
from copilot.services.rights import SYSTEM
from copilot.store import messages, threads
from copilot.store.threads import Due
from tests.services.conftest import Room

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
_TOPICS = ("野餐带什么吃的", "绘本借阅几点开门", "周六的讲座在哪", "打卡群怎么进", "拼单的牛奶到了吗", "停车场收费吗")
_REPLIES = (
    "九点开门",
    "在二楼报告厅",
    "带三明治就行",
    "我也想知道",
    "问一下管理员",
    "到了，在门卫",
    "前两小时免费",
    "谢谢",
)


def chatter(number: int, seed: int = 1) -> list[SourceMessage]:
    """A made-up talk of several people, with pauses, mentions and replies by name."""
    pick = random.Random(seed)
    talk: list[SourceMessage] = []
    at = START
    for i in range(number):
        at += timedelta(seconds=pick.choice((5, 20, 60, 200, 3000)))
        name = pick.choice("甲乙丙丁戊")
        text = pick.choice(_TOPICS) + "？" if pick.random() < 0.3 else pick.choice(_REPLIES)
        if pick.random() < 0.2:
            text = f"@{pick.choice('甲乙丙丁戊')} {text}"
        reply = None
        if talk and pick.random() < 0.15:
            reply = talk[-pick.randint(1, min(len(talk), 150))].platform_id
        talk.append(
            SourceMessage(sent_at=at, sender_name=name, text=f"{text} {i}", platform_id=f"t:{i}", reply_to=reply)
        )
    return talk


def cut(room: Room) -> dict[str, tuple[str, str | None, str]]:
    """How a group is cut: message → (opening message, answered message, why), all by their platform ids."""
    room.app.indexing.bring_up()
    with room.app.store.read() as connection:
        names = {one.id: one.platform_id for one in messages.stretch(connection, room.group_id)}
        placed = threads.between(connection, room.group_id, START - timedelta(days=1), START + timedelta(days=3650))
    assert set(placed) == set(names)
    return {
        names[one.message_id]: (
            names[one.thread_id],
            names[one.answers_id] if one.answers_id is not None else None,
            one.why,
        )
        for one in placed.values()
    }


@pytest.fixture
def whole(make_room: Callable[[str], Room]) -> dict[str, tuple[str, str | None, str]]:
    """The talk, imported in one go."""
    room = make_room("whole")
    room.bring_messages(chatter(400))
    return cut(room)


def test_live_messages_fall_into_the_same_threads(room: Room, whole: dict[str, tuple[str, str | None, str]]) -> None:
    for number, one in enumerate(chatter(400)):
        room.app.intake.receive(room.group_id, one)
        if number % 7 == 0:
            room.app.indexing.bring_up()
    assert cut(room) == whole


def test_small_batches_cut_the_same(
    room: Room, whole: dict[str, tuple[str, str | None, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "BATCH", 7)
    room.bring_messages(chatter(400))
    assert cut(room) == whole


@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1), (1, 0, 2)])
def test_parts_in_any_order_come_to_the_same(
    room: Room, whole: dict[str, tuple[str, str | None, str]], order: tuple[int, ...]
) -> None:
    talk = chatter(400)
    parts = [talk[:150], talk[130:300], talk[280:]]
    for number in order:
        room.bring_messages(parts[number], f"part{number}.jsonl")
    assert cut(room) == whole


def test_a_large_import_is_found_at_once_and_cut_well_afterwards(
    room: Room, whole: dict[str, tuple[str, str | None, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "LONG", 100)
    monkeypatch.setattr(cutting, "BATCH", 70)
    room.bring_messages(chatter(400))
    rough = cut(room)
    assert rough != whole
    assert not room.app.indexing.is_behind()
    # A live message comes in between; it is placed among what was cut roughly, and well in the end.
    room.app.indexer.refine()
    last = chatter(401)[400]
    room.app.intake.receive(room.group_id, last)
    assert cut(room).keys() > rough.keys()
    room.app.indexing.finish()
    assert not room.app.indexer.is_rough()
    after = cut(room)
    after.pop(last.platform_id or "")
    assert after == whole


def test_what_is_recalled_or_undone_was_never_there(room: Room, make_room: Callable[[str], Room]) -> None:
    talk = chatter(300)
    room.bring_messages(talk)
    room.app.indexing.bring_up()
    gone = {talk[100].platform_id, talk[101].platform_id, talk[299].platform_id}
    for one in room.talk():
        if one.platform_id in gone:
            room.app.intake.recall(room.group_id, one.platform_id)
    other = make_room("other")
    other.bring_messages([one for one in talk if one.platform_id not in gone])
    assert cut(room) == cut(other)


def test_an_undone_import_leaves_no_thread(room: Room) -> None:
    room.bring_messages(chatter(120))
    assert cut(room)
    (job,) = room.app.jobs.recent(SYSTEM, limit=1)
    room.app.importing.undo(SYSTEM, job.id)
    assert cut(room) == {}
    with room.app.store.read() as connection:
        assert threads.count(connection, room.group_id) == 0


def test_an_old_thread_grows_by_a_late_reply(room: Room) -> None:
    talk = chatter(300)
    room.bring_messages(talk)
    before = cut(room)
    sizes = Counter(thread for thread, _, _ in before.values())
    opening = next(thread for thread, size in sizes.items() if size < 5)
    late = SourceMessage(
        sent_at=talk[-1].sent_at + timedelta(days=30),
        sender_name="己",
        text="后来定在东门集合",
        platform_id="t:late",
        reply_to=opening,
    )
    room.app.intake.receive(room.group_id, late)
    after = cut(room)
    assert after.pop("t:late") == (opening, opening, "reply")
    assert after == before


def test_a_live_message_has_only_its_own_thread_indexed_again(room: Room) -> None:
    talk = chatter(200)
    room.bring_messages(talk)
    room.app.indexing.bring_up()
    with room.app.store.write() as connection:
        threads.followed(connection, room.group_id, Due.VECTOR)
    live = SourceMessage(
        sent_at=talk[-1].sent_at + timedelta(seconds=9), sender_name="甲", text="好", platform_id="x:1"
    )
    room.app.intake.receive(room.group_id, live)
    room.app.indexing.bring_up()
    with room.app.store.read() as connection:
        assert threads.count_due(connection, room.group_id, Due.VECTOR) == 1
        assert threads.count_due(connection, room.group_id, Due.WORDS) == 0


def test_threads_stay_within_their_size_and_group(room: Room, make_room: Callable[[str], Room]) -> None:
    rooms = [room, make_room("second")]
    for number, one in enumerate(rooms):
        one.bring_messages(chatter(250, seed=number))
        one.app.indexing.bring_up()
    for one in rooms:
        with one.app.store.read() as connection:
            rows = threads.take_due(connection, one.group_id, Due.VECTOR, after=0, limit=1000)
            talks = threads.talks(connection, [row.id for row in rows])
        assert sum(map(len, talks.values())) == 250
        for row in rows:
            talk: tuple[Message, ...] = talks[row.id]
            assert 1 <= len(talk) == row.size <= 20
            assert {message.group_id for message in talk} == {one.group_id}
            assert (talk[0].id, talk[0].sent_at, talk[-1].sent_at) == (row.id, row.first_at, row.last_at)


def test_an_older_release_is_cut_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.bring_messages(chatter(100))
    before = cut(room)
    monkeypatch.setattr(cutting, "VERSION", "other")
    with room.app.store.write() as connection:
        connection.exec_driver_sql("UPDATE thread_message SET why = 'near', answers_id = NULL")
    assert cut(room) == before


def test_a_reply_that_comes_before_its_message_is_linked_when_that_comes(room: Room) -> None:
    room.app.intake.receive(
        room.group_id,
        SourceMessage(
            sent_at=START + timedelta(seconds=5), sender_name="乙", text="在东门", platform_id="l:2", reply_to="l:1"
        ),
    )
    room.app.indexing.bring_up()
    room.app.intake.receive(
        room.group_id, SourceMessage(sent_at=START, sender_name="甲", text="在哪集合？", platform_id="l:1")
    )
    assert cut(room)["l:2"] == ("l:1", "l:1", "reply")


def test_a_backlog_in_one_second_is_cut_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        room.app.intake.receive(
            room.group_id,
            SourceMessage(sent_at=START, sender_name="甲", text=f"第{number}条", platform_id=f"s:{number}"),
        )
    cuts: list[int] = []
    follow = cutting.Cutter._cut

    def counted(self: cutting.Cutter, *given: Any, **named: Any) -> Any:
        cuts.append(1)
        return follow(self, *given, **named)

    monkeypatch.setattr(cutting.Cutter, "_cut", counted)
    assert len(cut(room)) == 300
    assert len(cuts) <= 3


@pytest.mark.parametrize(
    ("sent_at", "text", "says"),
    [
        (datetime(9999, 12, 31, tzinfo=UTC), "早", "cannot be"),
        (datetime(1970, 1, 1, tzinfo=UTC), "早", "cannot be"),
        (START, "长" * 100_001, "100001 characters"),
    ],
)
def test_what_no_platform_sends_is_refused(room: Room, sent_at: datetime, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        room.app.intake.receive(room.group_id, SourceMessage(sent_at=sent_at, sender_name="甲", text=text))
    with pytest.raises(NotFound):
        room.app.intake.receive(4711, SourceMessage(sent_at=START, sender_name="甲", text="早"))
    kept = room.app.intake.receive(room.group_id, SourceMessage(sent_at=START, sender_name="甲", text="早\0上\ud800好"))
    assert kept is not None
    assert kept.text == "早上好"

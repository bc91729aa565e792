"""People's word on answers, what it teaches, and entries that ask the same: as conversations with the services."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot.bootstrap import App
from copilot.errors import BadInput, Conflict, NotAllowed, NotFound
from copilot.models.static import StaticEmbedder
from copilot.records import Account, Answer, FaqEntry, Role, Silence, Source, SourceKind
from copilot.retrieval.learning import Teaching, pairs_of
from copilot.services.rights import SYSTEM
from copilot.store import refits
from tests.services.conftest import Room


def add(room: Room, question: str, answer: str, *variants: str, group: bool = False) -> FaqEntry:
    entry = FaqEntry(
        question=question, answer=answer, variants=variants, community_id=1, group_id=room.group_id if group else None
    )
    return room.app.knowing.save_faq(SYSTEM, entry)


def source(entry: FaqEntry) -> Source:
    return Source(kind=SourceKind.FAQ, id=entry.id, community_id=99, group_id=77)


def test_a_word_on_an_answer_is_kept_replaced_and_taken_back(room: Room) -> None:
    entry = add(room, "几点开门？", "九点。")
    first = room.app.confirming.confirm(SYSTEM, " 早上啥时候能进去 ", source(entry), group_id=room.group_id)
    assert (first.community_id, first.question, first.is_right) == (1, "早上啥时候能进去", True)
    again = room.app.confirming.confirm(SYSTEM, "早上啥时候能进去", source(entry), is_right=False)
    (only,) = room.app.confirming.recent(SYSTEM, 1)
    assert (only.confirmation.id, only.confirmation.is_right, only.title) == (again.id, False, "几点开门？")
    room.app.confirming.withdraw(SYSTEM, again.id)
    assert room.app.confirming.recent(SYSTEM, 1) == []
    with pytest.raises(NotFound, match="withdrawn"):
        room.app.confirming.withdraw(SYSTEM, again.id)


def test_a_confirmed_question_is_answered_and_a_refused_answer_is_not_given_again(room: Room) -> None:
    opening = add(room, "周末几点开门？", "周末九点开门。")
    parking = add(room, "停车怎么收费？", "前两小时免费。")
    room.app.indexing.bring_up()

    def says(question: str) -> str:
        room.app.indexing.bring_up()
        said = room.app.asking.ask(SYSTEM, question, group_id=room.group_id)
        return said.text if isinstance(said, Answer) else ""

    asked = "礼拜天啥时候能进去呀"
    assert says(asked) == ""
    word = room.app.confirming.confirm(SYSTEM, asked, source(opening), group_id=room.group_id)
    assert says(asked) == "周末九点开门。"
    assert says("礼拜天啥时候能进去") == "周末九点开门。", "nearly the same words"
    room.app.confirming.withdraw(SYSTEM, word.id)
    assert says(asked) == ""
    assert says("停车要收费吗") == "前两小时免费。"
    room.app.confirming.confirm(SYSTEM, "停车要收费吗", source(parking), is_right=False)
    assert says("停车要收费吗") == ""
    assert says("停车怎么收费？") == "前两小时免费。", "only that question"


def test_what_cannot_be_confirmed_is_refused(room: Room) -> None:
    entry = add(room, "几点开门？", "九点。")
    viewer = Account(id=5, name="看客", role=Role.VIEWER)
    stranger = Account(id=6, name="外人", role=Role.MODERATOR, group_ids=frozenset({4711}))
    for account in (viewer, stranger):
        with pytest.raises(NotAllowed):
            room.app.confirming.confirm(account, "几点？", source(entry))
    with pytest.raises(BadInput, match="0 characters"):
        room.app.confirming.confirm(SYSTEM, "  ", source(entry))
    with pytest.raises(NotFound):
        room.app.confirming.confirm(SYSTEM, "几点？", Source(kind=SourceKind.HISTORY, id=12345, community_id=1))


def test_enough_confirmations_teach_and_only_their_community(room: Room, app: App) -> None:
    # Members ask with words of their own; each entry has a code that its questions never name.
    entries = [add(room, f"条目{chr(0x4E00 + 37 * i)}{chr(0x5200 + 11 * i)}", f"答案{i}。") for i in range(60)]
    for i, entry in enumerate(entries):
        for j in range(4):
            asked = f"{chr(0x6000 + 31 * i)}{chr(0x7000 + 17 * i)}{'吗呢吧呀'[j]}"
            app.confirming.confirm(SYSTEM, asked, source(entry))
    with app.store.read() as connection:
        pairs, _ = pairs_of(connection, 1)
    assert len(pairs) == 240
    other = app.groups.create_community(SYSTEM, "别处", "zh", "Asia/Shanghai")
    embedder = StaticEmbedder()
    teaching = Teaching(app.store, embedder)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert teaching.follow(now, can_refit=True, stop=lambda: False) == 1
    assert teaching.follow(now, can_refit=True, stop=lambda: False) == 0, "nothing new was confirmed"
    learned = app.confirming.learned(SYSTEM, 1)
    assert learned is not None
    assert learned.is_used
    assert learned.after > learned.before
    with app.store.read() as connection:
        ours, theirs = teaching.of(connection, 1), teaching.of(connection, other.id)
        assert refits.get(connection, other.id) is None
    assert ours.identity != theirs.identity == embedder.identity
    # The question shares no word with its entry.
    assert app.meaning is not None
    app.meaning.follow(lambda _done, _total: None)
    app.indexing.bring_up()
    with app.store.read() as connection:
        asked = f"{chr(0x6000 + 31 * 7)}{chr(0x7000 + 17 * 7)}吗"
        near = app.meaning.find(connection, asked, 1, [room.group_id])
    assert near.knowledge.near[0][0] == f"faq:{entries[7].id}:0"


def test_doubles_are_found_merged_and_taken_apart(room: Room) -> None:
    app = room.app
    keep = add(room, "周末几点开门？", "九点。", "周末什么时候开门")
    other = add(room, "周末几点开门呢", "周六日九点。", "礼拜天几点开门")
    add(room, "停车收费吗？", "前两小时免费。")
    app.confirming.confirm(SYSTEM, "双休日几点能来", source(other))
    app.indexing.bring_up()
    (pair,) = app.doubles.pairs(SYSTEM, 1)
    assert (pair.one.id, pair.other.id) == (keep.id, other.id)
    assert [one.entry.id for one in app.doubles.similar(SYSTEM, other.id)] == [keep.id]
    with pytest.raises(BadInput, match="itself"):
        app.doubles.merge(SYSTEM, keep, keep)
    merged = app.doubles.merge(SYSTEM, keep, other, answer="九点，周末也是。")
    assert merged.entry.variants == ("周末什么时候开门", "周末几点开门呢", "礼拜天几点开门")
    assert merged.entry.answer == "九点，周末也是。"
    (moved,) = app.confirming.recent(SYSTEM, 1)
    assert moved.confirmation.item_id == keep.id
    with pytest.raises((Conflict, NotFound)):
        app.doubles.merge(SYSTEM, keep, other)
    first, second = app.doubles.take_apart(SYSTEM, merged)
    assert (first.question, first.answer, first.variants) == (keep.question, keep.answer, keep.variants)
    assert (second.question, second.answer, second.variants) == (other.question, other.answer, other.variants)
    assert app.confirming.recent(SYSTEM, 1)[0].confirmation.item_id == second.id


def test_a_groups_own_entry_never_answers_elsewhere_by_its_vector(room: Room, app: App) -> None:
    second = app.groups.create_group(SYSTEM, 1, "二群", room.app.groups.groups(SYSTEM)[0].group.platform)
    add(room, "Which entrance do we use?", "The north gate.", group=True)
    app.indexing.bring_up()
    assert app.meaning is not None
    app.meaning.follow(lambda _done, _total: None)
    here = app.asking.ask(SYSTEM, "Which entrances do we use?", group_id=room.group_id)
    assert isinstance(here, Answer)
    there = app.asking.ask(SYSTEM, "Which entrances do we use?", group_id=second.id)
    assert isinstance(there, Silence)
    assert there.near == ()


def test_health_tells_what_stands_where(room: Room) -> None:
    add(room, "几点开门？", "九点。")
    room.app.indexing.bring_up()
    assert room.app.meaning is not None
    room.app.meaning.follow(lambda _done, _total: None)
    found = room.app.health.look(SYSTEM)
    assert not found.is_behind
    assert [(one.group, one.words_due, one.vectors_due) for one in found.groups] == [("群", 0, 0)]
    assert [(one.community, one.vectors, one.weight) for one in found.communities] == [("社群", 1, 0.0)]
    viewer = Account(id=5, name="看客", role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        room.app.health.rebuild(viewer)

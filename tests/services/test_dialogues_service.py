"""Dialogues belong to one account, follow its rights, and survive two tabs and deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from copilot.bootstrap import App
from copilot.errors import BadInput, NotAllowed, NotFound
from copilot.records import Account, Citation, Outcome, Platform, Role, Source, SourceKind, Step, Turn
from copilot.services.dialogues import LONGEST_TITLE, Dialogues
from copilot.services.rights import SYSTEM
from tests.conftest import NOW
from tests.services.conftest import Room

MING = Account(id=1, name="小明", role=Role.ADMIN)
HONG = Account(id=2, name="小红", role=Role.OWNER)

CITED = Citation(
    source=Source(kind=SourceKind.HISTORY, id=7, community_id=1, group_id=1, last_id=9),
    title="接龙",
    words="周六两点",
    sender_name="阿舟",
    sent_at=NOW,
)
WHOLE = Turn(
    asked="周六几点?",
    said="周六两点。",
    at=NOW,
    outcome=Outcome.OK,
    steps=(Step(tool="search", arguments={"topic": "周六", "limit": 3}, found="一条", citations=(CITED,)),),
    citations=(CITED,),
    proposal_ids=(4, 5),
    choices=("那周日呢?",),
)


@pytest.fixture
def dialogues(app: App) -> Dialogues:
    return Dialogues(app.store, clock=lambda: NOW)


def test_what_was_said_comes_back_as_it_was(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "  周六\n几点? ", group_id=room.group_id)
    assert begun.title == "周六 几点?"
    saved = dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    found = dialogues.open(MING, begun.id)
    assert found.turns == (saved,)
    assert replace(saved, id=0, dialogue_id=0, group_ids=None) == WHOLE
    assert saved.group_ids == (room.group_id,)
    assert found.dialogue.changed_at == NOW


def test_a_dialogue_is_listed_once_something_was_said(room: Room, dialogues: Dialogues) -> None:
    one, other = (dialogues.begin(MING, title, group_id=room.group_id) for title in ("一", "二"))
    assert dialogues.recent(MING) == []
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=one.id))
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=other.id, at=NOW - timedelta(hours=1)))
    assert [it.title for it in dialogues.recent(MING)] == ["一", "二"]
    assert [it.title for it in dialogues.recent(MING, limit=1)] == ["一"]
    assert dialogues.recent(MING, community_id=one.community_id + 1) == []
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=one.id, said="后来说的"))
    said = dialogues.last_said(MING, dialogues.recent(MING))
    assert said == {one.id: "后来说的", other.id: WHOLE.said}


def test_what_was_begun_and_left_is_swept_away(room: Room, app: App) -> None:
    early = Dialogues(app.store, clock=lambda: NOW - timedelta(days=2))
    left, said = (early.begin(MING, "早", group_id=room.group_id) for _ in range(2))
    early.add_turn(MING, replace(WHOLE, dialogue_id=said.id))
    Dialogues(app.store, clock=lambda: NOW).begin(MING, "今天", group_id=room.group_id)
    with pytest.raises(NotFound):
        early.open(MING, left.id)
    assert len(early.open(MING, said.id).turns) == 1


def test_nobody_reads_what_others_said(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "我的", group_id=room.group_id)
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    assert dialogues.recent(HONG) == []
    for refused in (
        lambda: dialogues.open(HONG, begun.id),
        lambda: dialogues.add_turn(HONG, replace(WHOLE, dialogue_id=begun.id)),
        lambda: dialogues.rename(HONG, begun.id, "她的"),
        lambda: dialogues.delete(HONG, begun.id),
        lambda: dialogues.summarise(HONG, begun.id, "她说", 1),
    ):
        with pytest.raises(NotFound):
            refused()
    assert dialogues.open(MING, begun.id).dialogue.title == "我的"


def test_a_group_that_is_closed_to_an_account_closes_its_dialogues(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "我的", group_id=room.group_id)
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    limited = replace(MING, group_ids=frozenset({room.group_id + 1}))
    assert dialogues.recent(limited) == []
    for refused in (
        lambda: dialogues.open(limited, begun.id),
        lambda: dialogues.begin(limited, "新", group_id=room.group_id),
        lambda: dialogues.begin(limited, "新", community_id=begun.community_id),
        lambda: dialogues.add_turn(limited, replace(WHOLE, dialogue_id=begun.id)),
    ):
        with pytest.raises(NotAllowed):
            refused()
    dialogues.delete(limited, begun.id)
    assert dialogues.recent(MING) == []


def test_what_drew_on_a_closed_group_is_left_out(room: Room, app: App, dialogues: Dialogues) -> None:
    (community,) = app.groups.communities(SYSTEM)
    begun = dialogues.begin(MING, "全社群", community_id=community.id)
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id, asked="一个群"))
    second = app.groups.create_group(SYSTEM, community.id, "二群", Platform.WECHAT).id
    both = dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id, asked="两个群"))
    dialogues.summarise(MING, begun.id, "两个群的话", both.id)
    limited = replace(MING, group_ids=frozenset({room.group_id}))
    dialogues.add_turn(limited, replace(WHOLE, dialogue_id=begun.id, asked="之后"))
    readings = (
        dialogues.open,
        dialogues.unsummarised,
        lambda account, number: dialogues.last_turns(account, number, 2),
    )
    for read in readings:
        found = read(limited, begun.id)
        assert [one.asked for one in found.turns] == ["一个群", "之后"]
        assert (found.dialogue.summary, found.is_whole) == ("", False)
    for account in (MING, replace(MING, group_ids=frozenset({room.group_id, second}))):
        assert [one.asked for one in dialogues.open(account, begun.id).turns] == ["一个群", "两个群", "之后"]
        found = dialogues.unsummarised(account, begun.id)
        assert ([one.asked for one in found.turns], found.dialogue.summary) == (["之后"], "两个群的话")
    with app.store.write() as connection:
        connection.exec_driver_sql("update turn set details = json_remove(details, '$.group_ids')")
    # Nobody noted on what these drew.
    assert dialogues.open(limited, begun.id).turns == ()
    assert len(dialogues.open(MING, begun.id).turns) == 3


def test_two_tabs_add_to_one_dialogue(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "两个窗口", group_id=room.group_id)
    for words in ("一", "二", "三"):
        dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id, asked=words))
    turns = dialogues.open(MING, begun.id).turns
    assert [one.asked for one in turns] == ["一", "二", "三"]
    dialogues.summarise(MING, begun.id, "到二", turns[1].id)
    dialogues.summarise(MING, begun.id, "到一", turns[0].id)
    found = dialogues.unsummarised(MING, begun.id)
    assert (found.dialogue.summary, [one.asked for one in found.turns]) == ("到二", ["三"])
    assert [one.asked for one in dialogues.last_turns(MING, begun.id, 2).turns] == ["二", "三"]


def test_a_deleted_dialogue_is_gone_with_what_was_said(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "删", group_id=room.group_id)
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    dialogues.delete(MING, begun.id)
    with pytest.raises(NotFound, match="begin a new one"):
        dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    kept = dialogues.begin(MING, "空", group_id=room.group_id)
    dialogues.delete_if_empty(MING, kept.id)
    dialogues.delete_if_empty(MING, kept.id)
    with pytest.raises(NotFound):
        dialogues.open(MING, kept.id)


def test_removing_a_group_takes_its_dialogues_along(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "群", group_id=room.group_id)
    dialogues.add_turn(MING, replace(WHOLE, dialogue_id=begun.id))
    room.app.groups.delete_group(SYSTEM, room.group_id)
    assert dialogues.recent(MING) == []


def test_titles_have_a_length(room: Room, dialogues: Dialogues) -> None:
    begun = dialogues.begin(MING, "长" * 200, group_id=room.group_id)
    assert len(begun.title) == LONGEST_TITLE
    assert dialogues.rename(MING, begun.id, " 新 名 ").title == "新 名"
    for title in ("", " \n", "长" * (LONGEST_TITLE + 1)):
        with pytest.raises(BadInput, match="title"):
            dialogues.rename(MING, begun.id, title)
    with pytest.raises(BadInput, match="one group or one community"):
        dialogues.begin(MING, "哪里")

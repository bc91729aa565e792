"""Whose names are masked: those of the whole community, as they are now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest

from copilot.bootstrap import App
from copilot.records import Platform, SourceMessage
from copilot.services.masking import Maskers
from copilot.services.rights import SYSTEM
from copilot.store import members
from tests.conftest import NOW
from tests.services.conftest import Room

Made = tuple[frozenset[str], bytes]


def make(names: Collection[str], secret: bytes) -> Made:
    return frozenset(names), secret


@pytest.fixture
def maskers(app: App) -> Maskers[Made]:
    return Maskers(app.store, make)


def say(room: Room, name: str, sender_id: str | None = None) -> None:
    at = NOW + timedelta(minutes=len(room.talk()))
    room.app.intake.receive(room.group_id, SourceMessage(sent_at=at, sender_name=name, sender_id=sender_id, text="在"))


def test_names_of_all_groups_of_a_community_and_of_no_other(room: Room, maskers: Maskers[Made]) -> None:
    say(room, "小红")
    sibling = Room(room.app, room.folder, room.app.groups.create_group(SYSTEM, 1, "二群", Platform.WECHAT).id)
    say(sibling, "馆长")
    stranger = room.app.groups.create_community(SYSTEM, "别处", "zh", "Asia/Shanghai")
    assert maskers.of(1, room.group_id)[0] == {"小红", "馆长"}
    assert maskers.of(stranger.id)[0] == set()
    assert maskers.of(None)[0] == set()


def test_who_joins_changes_their_name_or_is_renamed_is_masked_from_then_on(room: Room, maskers: Maskers[Made]) -> None:
    say(room, "小红", "u1")
    assert maskers.of(1)[0] == {"小红"}
    say(room, "大红", "u1")
    assert maskers.of(1)[0] == {"小红", "大红"}
    with room.app.store.write() as connection:
        member = members.search(connection, room.group_id)[0]
        members.rename(connection, member.id, "红姐")
    assert "红姐" in maskers.of(1)[0]
    with room.app.store.write() as connection:
        members.rename(connection, member.id, "虹姐")
    assert "虹姐" in maskers.of(1)[0]


def test_the_secret_stays_and_the_masker_is_kept_while_nothing_changes(room: Room, maskers: Maskers[Made]) -> None:
    say(room, "小红")
    first = maskers.of(1)
    assert maskers.of(1) is first
    assert len(first[1]) == 32
    assert Maskers(room.app.store, make).of(1) == first

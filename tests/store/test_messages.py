"""Messages in the store: their order, their neighbours, their replies, and what a recall takes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.errors import NotFound
from copilot.records import Message, Platform, Profile, SourceMessage
from copilot.store import Connection, Store, communities, groups, messages
from copilot.store.changes import ChangeKind, after

START = datetime(2026, 4, 6, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(tmp_path: Path, empty_store: Path) -> Iterator[Connection]:
    """A store with one community and the groups 1 and 2."""
    path = tmp_path / "a.sqlite3"
    path.write_bytes(empty_store.read_bytes())
    store = Store(path)
    with store.write() as open_connection:
        community = communities.add(open_connection, "c", Profile(name="社群"))
        for name in ("一群", "二群"):
            groups.add(open_connection, community.id, name, Platform.WECHAT)
        yield open_connection
    store.close()


def say(connection: Connection, text: str, minutes: float = 0, group_id: int = 1, **more: object) -> Message:
    source = SourceMessage(sent_at=START + MINUTE * minutes, sender_name="甲", text=text, **more)  # type: ignore[arg-type]
    saved = messages.add(connection, group_id, source, None)
    assert saved is not None
    return saved


def texts(found: list[Message] | tuple[Message, ...]) -> str:
    return "".join(one.text for one in found)


@pytest.fixture
def talk(connection: Connection) -> dict[str, Message]:
    """Letters in the order in which they stand: b, c and d are sent at once, a is saved last and was sent first."""
    written = [("b", 1), ("c", 1), ("d", 1), ("e", 2), ("g", 9), ("a", 0)]
    said = {text: say(connection, text, at) for text, at in written}
    say(connection, "x", 1, group_id=2)
    return said


@pytest.mark.parametrize(
    ("focus", "before", "after", "expected"),
    [
        ("c", 10, 10, "abcdeg"),
        ("c", 1, 1, "bcd"),
        ("b", 1, 2, "abcd"),
        ("d", 2, 1, "bcde"),
        ("a", 5, 1, "ab"),
        ("g", 1, 5, "eg"),
        ("e", 0, 0, "e"),
    ],
)
def test_around(
    connection: Connection, talk: dict[str, Message], focus: str, before: int, after: int, expected: str
) -> None:
    assert texts(messages.around(connection, talk[focus].id, before=before, after=after)) == expected


def test_a_stretch_is_ordered_by_time_and_then_by_arrival(connection: Connection, talk: dict[str, Message]) -> None:
    assert texts(list(messages.stretch(connection, 1))) == "abcdeg"
    assert texts(list(messages.stretch(connection, 1, batch=2))) == "abcdeg"
    assert texts(list(messages.stretch(connection, 1, from_at=START + MINUTE))) == "bcdeg"
    assert texts(list(messages.stretch(connection, 1, to_at=START + MINUTE))) == "abcd"
    assert texts(list(messages.stretch(connection, 2))) == "x"
    assert messages.count(connection, 1, from_at=START, to_at=START + MINUTE) == 4


def test_several_stretches_at_once(connection: Connection, talk: dict[str, Message]) -> None:
    wanted = [
        (1, START + MINUTE, START + 2 * MINUTE),
        (2, START, START + 9 * MINUTE),
        (1, START + 3 * MINUTE, START + 4 * MINUTE),
    ]
    assert [texts(found) for found in messages.of_stretches(connection, wanted)] == ["bcde", "x", ""]
    assert messages.of_stretches(connection, []) == []


def test_replies_in_order(connection: Connection) -> None:
    asked = say(connection, "几点？", platform_id="x:1")
    other = say(connection, "在哪？", platform_id="x:2")
    say(connection, "后答", 5, platform_id="x:3", reply_to="x:1")
    say(connection, "先答", 4, platform_id="x:4", reply_to="x:1")
    say(connection, "东门", 6, platform_id="x:5", reply_to="x:2")
    say(connection, "无主", 7, platform_id="x:6", reply_to="x:77")
    assert texts(messages.replies_to(connection, [asked.id])) == "先答后答"
    assert texts(messages.replies_to(connection, [asked.id, other.id])) == "先答后答东门"
    assert texts(messages.replies_to(connection, [asked.id, other.id], limit=2)) == "先答后答"
    assert messages.replies_to(connection, []) == []
    messages.recall(connection, messages.find(connection, 1, "x:4") or 0)
    assert texts(messages.replies_to(connection, [asked.id])) == "后答"


def test_a_recalled_message_is_in_nothing_that_is_read(connection: Connection, talk: dict[str, Message]) -> None:
    gone = talk["c"]
    messages.recall(connection, gone.id)
    assert texts(list(messages.stretch(connection, 1))) == "abdeg"
    assert texts(messages.around(connection, talk["d"].id, before=1, after=0)) == "bd"
    assert texts(messages.of_stretches(connection, [(1, START, START + MINUTE)])[0]) == "abd"
    assert messages.count(connection, 1, from_at=START, to_at=START + MINUTE) == 3
    assert groups.counts(connection, [1])[1][0] == 5
    for read in (messages.get, messages.recall):
        with pytest.raises(NotFound, match=str(gone.id)):
            read(connection, gone.id)
    with pytest.raises(NotFound):
        messages.around(connection, gone.id, before=1, after=1)


def test_a_recall_takes_the_newest_time_away(connection: Connection, talk: dict[str, Message]) -> None:
    assert messages.newest_at(connection, [1, 2]) == START + 9 * MINUTE
    messages.recall(connection, talk["g"].id)
    assert messages.newest_at(connection, [1, 2]) == START + 2 * MINUTE
    assert messages.newest_at(connection, []) is None
    assert messages.last_before(connection, 1, START + 9 * MINUTE, timedelta(hours=1)) == START + 2 * MINUTE
    assert messages.last_before(connection, 1, START + 9 * MINUTE, MINUTE) is None


def test_what_is_recalled_before_it_came_never_shows_and_keeps_its_id(connection: Connection) -> None:
    early = SourceMessage(sent_at=START, sender_name="甲", text="撤", platform_id="x:1", recalled=True)
    assert messages.add(connection, 1, early, None) is None
    late = SourceMessage(sent_at=START, sender_name="甲", text="撤", platform_id="x:1")
    assert messages.add(connection, 1, late, None) is None
    assert list(messages.stretch(connection, 1)) == []
    assert after(connection, 0) == []


def test_two_recalled_messages_without_an_id_are_two(connection: Connection) -> None:
    gone = SourceMessage(sent_at=START, sender_name="甲", text="撤", recalled=True)
    assert messages.add(connection, 1, gone, None) is None
    assert messages.add(connection, 1, gone, None) is None


def test_the_same_platform_id_is_one_message_in_a_group_and_another_elsewhere(connection: Connection) -> None:
    first = say(connection, "一", platform_id="x:1")
    second = SourceMessage(sent_at=START, sender_name="甲", text="二", platform_id="x:1")
    assert messages.add(connection, 1, second, None) is None
    other = say(connection, "三", platform_id="x:1", group_id=2)
    assert (messages.find(connection, 1, "x:1"), messages.find(connection, 2, "x:1")) == (first.id, other.id)
    assert messages.find(connection, 2, "x:9") is None


def test_what_comes_and_goes_is_logged_with_its_time(connection: Connection) -> None:
    said = say(connection, "一", 3)
    messages.recall(connection, said.id)
    logged = after(connection, 0)
    assert [(one.kind, one.group_id, one.from_at, one.to_at) for one in logged] == [
        (ChangeKind.MESSAGES, 1, said.sent_at, said.sent_at)
    ] * 2

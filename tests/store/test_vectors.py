"""Vectors in the store: what is replaced, dropped and forgotten, and how all of it is heard of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from copilot.records import Platform, Profile
from copilot.store import Connection, Store, communities, groups, vectors
from copilot.store.vectors import Print, Space, VectorRow

SPACE = Space("e1", 2)


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


def row(key: str, *values: float, stamp: str = "s", embedder: str = "e1", group_id: int | None = 1) -> VectorRow:
    scope = "c1" if group_id is None else f"g{group_id}"
    vector = np.array(values or (1, 0), np.float32)
    return VectorRow(
        scope=scope, key=key, group_id=group_id, community_id=1, stamp=stamp, embedder=embedder, vector=vector
    )


def told(connection: Connection, after: int = 0, scope: str = "g1") -> tuple[str, str]:
    """The keys that have a vector and those that have none, among the rows after an id."""
    parts = list(vectors.feed(connection, scope, SPACE, after=after, size=2))
    return "".join(key for part in parts for key in part.keys), "".join(key for part in parts for key in part.gone)


def test_what_changed_comes_after_what_was_known(connection: Connection) -> None:
    assert vectors.put(connection, [row(key) for key in "abcde"]) == 5
    known = vectors.newest(connection, "g1")
    assert told(connection) == ("abcde", "")
    assert vectors.put(connection, [row("b"), row("f")]) == 2
    assert vectors.drop(connection, "g1", ["d", "nowhere"]) == 1
    assert told(connection, known) == ("bf", "d")
    assert told(connection) == ("acebf", "d")
    assert vectors.keys_after(connection, "g1", known, limit=2) == ["b", "f"]
    assert vectors.drop(connection, "g1", ["d"]) == 0
    assert vectors.count(connection, "g1", SPACE) == 5
    assert vectors.put(connection, [row("d")]) == 1
    assert told(connection) == ("acebfd", "")


def test_of_one_key_written_twice_the_last_counts(connection: Connection) -> None:
    vectors.put(connection, [row("a", 1, 0, stamp="old"), row("a", 0, 1, stamp="new")])
    assert vectors.prints(connection, "g1") == {"a": Print("new", "e1")}


def test_vectors_come_back_with_unit_length(connection: Connection) -> None:
    vectors.put(connection, [row("a", 3, 4), row("zero", 0, 0), row("none", float("nan"), 1), row("far", 1e9, 0)])
    keys, matrix = vectors.some(connection, "g1", SPACE, ["a", "zero", "none", "far", "nowhere"])
    lengths = dict(zip(keys, np.linalg.norm(matrix, axis=1).tolist(), strict=True))
    assert lengths == pytest.approx({"a": 1, "zero": 0, "none": 0, "far": 1})
    assert matrix[keys.index("a")] == pytest.approx([0.6, 0.8], abs=1e-3)
    assert matrix.dtype == np.float32


def test_vectors_of_another_space_are_passed_over(connection: Connection) -> None:
    vectors.put(connection, [row("a"), row("b", embedder="e2"), row("c", 1, 0, 0)])
    assert told(connection) == ("a", "bc")
    assert vectors.some(connection, "g1", SPACE, "abc")[0] == ["a"]
    assert vectors.count(connection, "g1", SPACE) == 1
    assert vectors.space(connection, "g1") == Space("e1", 3)
    assert vectors.forget(connection, "e1") == 2
    assert vectors.space(connection, "g1") == Space("e2", 2)
    assert told(connection) == ("", "bac")
    assert vectors.prints(connection, "g1") == {"b": Print("s", "e2")}


def test_stale_vectors_are_told_by_their_stamps(connection: Connection) -> None:
    vectors.put(connection, [row("a", stamp="1"), row("b", stamp="2"), row("c", stamp="3", group_id=2)])
    vectors.drop(connection, "g1", ["b"])
    assert vectors.prints(connection, "g1") == {"a": Print("1", "e1")}
    assert vectors.prints(connection, "g2", ["c", "x"]) == {"c": Print("3", "e1")}


def test_scopes_do_not_mix_and_go_with_their_owner(connection: Connection) -> None:
    vectors.put(connection, [row("a"), row("b", group_id=2), row("b", group_id=None)])
    assert {scope: extent.rows for scope, extent in vectors.extents(connection).items()} == {"g1": 1, "g2": 1, "c1": 1}
    assert vectors.extent(connection, "g2").newest_id == vectors.newest(connection, "g2") == 2
    connection.exec_driver_sql("DELETE FROM chat_group WHERE id = 1")
    assert vectors.newest(connection, "g1") == vectors.oldest(connection, "g1") == 0
    assert vectors.space(connection, "g1") is None
    connection.exec_driver_sql("DELETE FROM community WHERE id = 1")
    assert vectors.extents(connection) == {}
    assert vectors.newest(connection) == 0

"""Vectors of passages, by the scope that finds them. What becomes searchable is here; every index of it is a cache.

A changed vector is a new row, and a dropped one becomes a row without a vector: the rows of a scope after some id are
all that changed since, and the scope's newest id says whether anything did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from copilot.store.tables import vector

Matrix = NDArray[np.float32]

# The most values that stand in one `IN (...)`.
_MANY = 500
_KEPT = np.dtype("<f2")
_DROPPED = ""
"""The embedder of a row that says that a key has no vector any more."""


class Space(NamedTuple):
    """Where vectors can be compared: those of one embedder, with one number of dimensions."""

    embedder: str
    dimensions: int


class Extent(NamedTuple):
    """How many rows a scope has, dropped ones included, and its newest id."""

    rows: int
    newest_id: int


class Print(NamedTuple):
    """What a vector was made of: the stamp of the text and the embedder's identity."""

    stamp: str
    embedder: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VectorRow:
    """A passage's vector, with the group or community that it goes with.

    Args:
        scope: `g<group id>` or `c<community id>`.
        key: the passage's name, as in the word index.
        group_id: None for what belongs to a whole community.
        stamp: a short hash of the text.
        embedder: the identity of what made the vector.
        vector: float, [dimensions]; its length does not matter.
    """

    scope: str
    key: str
    group_id: int | None
    community_id: int
    stamp: str
    embedder: str
    vector: Matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """Some rows of a scope in the order of their ids, as one space sees them.

    Args:
        last_id: the id of the last one.
        keys: those that have a vector in that space.
        matrix: float32, [keys, dimensions], rows of unit length (or zero).
        gone: those that have none, or none any more.
    """

    last_id: int
    keys: list[str]
    matrix: Matrix
    gone: list[str]


def put(connection: Connection, rows: Iterable[VectorRow]) -> int:
    """Write vectors; one that is there already under its scope and key is replaced by a row with a new id.

    Returns:
        How many were written.
    """
    written = 0
    stream = iter(rows)
    while batch := list(islice(stream, _MANY)):
        # The last of several under one key counts.
        values = {
            (row.scope, row.key): {
                "scope": row.scope,
                "key": row.key,
                "group_id": row.group_id,
                "community_id": row.community_id,
                "stamp": row.stamp,
                "embedder": row.embedder,
                "data": unit(row.vector[None]).astype(_KEPT).tobytes(),
            }
            for row in batch
        }
        for scope in {scope for scope, _ in values}:
            _delete(connection, scope, [key for one, key in values if one == scope])
        connection.execute(sa.insert(vector), list(values.values()))
        written += len(values)
    return written


def drop(connection: Connection, scope: str, keys: Iterable[str]) -> int:
    """Take the vectors of some keys away, in a way that whoever follows the rows hears of; unknown keys are no error.

    Returns:
        How many there were.
    """
    dropped = 0
    for some_keys in _parts(set(keys)):
        owners = connection.execute(
            sa.select(vector.c.key, vector.c.group_id, vector.c.community_id).where(
                vector.c.scope == scope, vector.c.key.in_(some_keys), vector.c.embedder != _DROPPED
            )
        ).all()
        if not owners:
            continue
        _delete(connection, scope, [row.key for row in owners])
        connection.execute(
            sa.insert(vector),
            [{**row._mapping, "scope": scope, "stamp": "", "embedder": _DROPPED, "data": b""} for row in owners],
        )
        dropped += len(owners)
    return dropped


def forget(connection: Connection, embedder: str) -> int:
    """Take away all vectors that an embedder made, as `drop` does; returns how many there were."""
    rows = connection.execute(sa.select(vector.c.scope, vector.c.key).where(vector.c.embedder == embedder)).all()
    keys: dict[str, list[str]] = {}
    for row in rows:
        keys.setdefault(row.scope, []).append(row.key)
    return sum(drop(connection, scope, some_keys) for scope, some_keys in keys.items())


def prints(connection: Connection, scope: str, keys: Collection[str] | None = None) -> dict[str, Print]:
    """What the vectors of a scope were made of, by key: a text with another stamp makes its vector stale.

    Args:
        keys: None for all of the scope.
    """
    query = sa.select(vector.c.key, vector.c.stamp, vector.c.embedder).where(
        vector.c.scope == scope, vector.c.embedder != _DROPPED
    )
    queries = [query] if keys is None else [query.where(vector.c.key.in_(part)) for part in _parts(keys)]
    return {row.key: Print(row.stamp, row.embedder) for one in queries for row in connection.execute(one)}


def newest(connection: Connection, scope: str | None = None) -> int:
    """The newest id of a scope, or of all; 0 where there is no row."""
    query = sa.select(sa.func.coalesce(sa.func.max(vector.c.id), 0))
    return int(connection.execute(query if scope is None else query.where(vector.c.scope == scope)).scalar_one())


def oldest(connection: Connection, scope: str) -> int:
    """The oldest id of a scope; 0 where there is no row."""
    query = sa.select(sa.func.coalesce(sa.func.min(vector.c.id), 0)).where(vector.c.scope == scope)
    return int(connection.execute(query).scalar_one())


def extents(connection: Connection) -> dict[str, Extent]:
    """How far each scope that has rows reaches."""
    rows = connection.execute(
        sa.select(vector.c.scope, sa.func.count(), sa.func.max(vector.c.id)).group_by(vector.c.scope)
    )
    return {row[0]: Extent(int(row[1]), int(row[2])) for row in rows}


def extent(connection: Connection, scope: str) -> Extent:
    """How far one scope reaches."""
    row = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(vector.c.id), 0)).where(vector.c.scope == scope)
    ).one()
    return Extent(int(row[0]), int(row[1]))


def space(connection: Connection, scope: str) -> Space | None:
    """The space of a scope's newest vector, which is the one that the others are being brought to."""
    row = connection.execute(
        sa.select(vector.c.embedder, sa.func.length(vector.c.data).label("size"))
        .where(vector.c.scope == scope, vector.c.embedder != _DROPPED)
        .order_by(vector.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Space(row.embedder, row.size // _KEPT.itemsize)


def count(connection: Connection, scope: str, within: Space) -> int:
    """How many keys of a scope have a vector in a space."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(
                vector.c.scope == scope,
                vector.c.embedder == within.embedder,
                sa.func.length(vector.c.data) == within.dimensions * _KEPT.itemsize,
            )
        ).scalar_one()
    )


def stretch(connection: Connection, scope: str, within: Space, *, after: int, limit: int) -> Stretch | None:
    """The next rows of a scope after an id, at most `limit`; None where there are none."""
    rows = connection.execute(
        sa.select(vector.c.id, vector.c.key, vector.c.embedder, vector.c.data)
        .where(vector.c.scope == scope, vector.c.id > after)
        .order_by(vector.c.id)
        .limit(limit)
    ).all()
    if not rows:
        return None
    size = within.dimensions * _KEPT.itemsize
    keys, parts, gone = [], [], []
    for _, key, embedder, data in rows:
        if embedder == within.embedder and len(data) == size:
            keys.append(key)
            parts.append(data)
        else:
            gone.append(key)
    return Stretch(last_id=rows[-1].id, keys=keys, matrix=_matrix(parts, within), gone=gone)


def feed(connection: Connection, scope: str, within: Space, *, after: int = 0, size: int = 2000) -> Iterator[Stretch]:
    """All rows of a scope after an id, a stretch of `size` at a time."""
    while (found := stretch(connection, scope, within, after=after, limit=size)) is not None:
        yield found
        after = found.last_id


def keys_after(connection: Connection, scope: str, after: int, limit: int) -> list[str]:
    """The keys of a scope's rows after an id, at most `limit`."""
    query = sa.select(vector.c.key).where(vector.c.scope == scope, vector.c.id > after)
    return list(connection.execute(query.order_by(vector.c.id).limit(limit)).scalars())


def some(connection: Connection, scope: str, within: Space, keys: Collection[str]) -> tuple[list[str], Matrix]:
    """The vectors of some keys; those that have none in that space are left out.

    Returns:
        The keys, and float32 [keys, dimensions] with rows of unit length.
    """
    found: dict[str, bytes] = {}
    for part in _parts(keys):
        rows = connection.execute(
            sa.select(vector.c.key, vector.c.data).where(
                vector.c.scope == scope, vector.c.key.in_(part), vector.c.embedder == within.embedder
            )
        )
        found.update({row.key: row.data for row in rows})
    size = within.dimensions * _KEPT.itemsize
    found = {key: data for key, data in found.items() if len(data) == size}
    return list(found), _matrix(list(found.values()), within)


def unit(matrix: Matrix) -> Matrix:
    """Rows brought to unit length; a row that has no direction becomes zero, and is alike to nothing."""
    lengths = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))[:, None]
    usable = np.isfinite(lengths) & (lengths > 0)
    return np.where(usable, matrix / np.where(usable, lengths, 1), 0).astype(np.float32, copy=False)


def _matrix(parts: Sequence[bytes], within: Space) -> Matrix:
    kept = np.frombuffer(b"".join(parts), dtype=_KEPT).reshape(len(parts), within.dimensions)
    return unit(kept.astype(np.float32))


def _delete(connection: Connection, scope: str, keys: Sequence[str]) -> None:
    connection.execute(sa.delete(vector).where(vector.c.scope == scope, vector.c.key.in_(keys)))


def _parts(keys: Iterable[str]) -> Iterator[list[str]]:
    stream = iter(keys)
    while part := list(islice(stream, _MANY)):
        yield part

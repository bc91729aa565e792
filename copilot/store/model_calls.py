"""Calls to models: each is first a reservation of what it may cost, then a record of what it did."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.records import ModelCall, Outcome, Purpose
from copilot.store.engine import inserted_id
from copilot.store.tables import model_call

_FIELDS = tuple(ModelCall.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls used, or have reserved.

    Args:
        cost: millionths of a yuan, of those whose price is known.
        tokens: in and out, of all.
        unpriced_tokens: of those whose price is not known.
    """

    cost: int
    tokens: int
    unpriced_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSum:
    """The calls of one purpose, group and outcome together; `first_token_ms` and `latency_ms` are sums too."""

    purpose: Purpose
    group_id: int | None
    outcome: Outcome
    calls: int
    input_tokens: int
    output_tokens: int
    cost: int
    unpriced_tokens: int
    latency_ms: int


def add(connection: Connection, call: ModelCall) -> int:
    """Keep a call; returns its id."""
    return inserted_id(connection.execute(sa.insert(model_call).values(_values(call))))


def settle(connection: Connection, call_id: int, call: ModelCall) -> None:
    """Put what a call did in the place of what it had reserved; it stays in the day in which it was reserved."""
    values = _values(call)
    del values["at"]
    connection.execute(sa.update(model_call).where(model_call.c.id == call_id).values(values))


_TOKENS = model_call.c.input_tokens + model_call.c.output_tokens


def spent(
    connection: Connection,
    *,
    from_at: datetime,
    group_id: int | None = None,
    purposes: Collection[Purpose] | None = None,
    without: Collection[str] = (),
) -> Spent:
    """Add up what calls since a time used, reservations included.

    Args:
        from_at: the time.
        group_id: only those of a group; None for all.
        purposes: only those for these; None for all.
        without: prompts that are left out.
    """
    query = sa.select(
        sa.func.coalesce(sa.func.sum(model_call.c.cost), 0),
        sa.func.coalesce(sa.func.sum(_TOKENS), 0),
        sa.func.coalesce(sa.func.sum(sa.case((model_call.c.cost.is_(None), _TOKENS), else_=0)), 0),
    ).where(model_call.c.at >= from_at)
    if group_id is not None:
        query = query.where(model_call.c.group_id == group_id)
    if purposes is not None:
        query = query.where(model_call.c.purpose.in_([one.value for one in purposes]))
    if without:
        query = query.where(model_call.c.prompt.not_in(list(without)))
    cost, tokens, unpriced = connection.execute(query).one()
    return Spent(int(cost), int(tokens), int(unpriced))


def sums(connection: Connection, *, from_at: datetime, before: datetime) -> list[CallSum]:
    """Add up the calls from a time until before another, by purpose, group and outcome."""
    of = model_call.c
    rows = connection.execute(
        sa.select(
            of.purpose,
            of.group_id,
            of.outcome,
            sa.func.count().label("calls"),
            sa.func.sum(of.input_tokens).label("input_tokens"),
            sa.func.sum(of.output_tokens).label("output_tokens"),
            sa.func.coalesce(sa.func.sum(of.cost), 0).label("cost"),
            sa.func.sum(sa.case((of.cost.is_(None), _TOKENS), else_=0)).label("unpriced_tokens"),
            sa.func.sum(of.latency_ms).label("latency_ms"),
        )
        .where(of.at >= from_at, of.at < before)
        .group_by(of.purpose, of.group_id, of.outcome)
        .order_by(of.purpose, of.group_id, of.outcome)
    ).mappings()
    return [
        CallSum(
            **{name: int(row[name]) for name in CallSum.__dataclass_fields__ if name not in _NAMED},
            purpose=Purpose(row["purpose"]),
            group_id=row["group_id"],
            outcome=Outcome(row["outcome"]),
        )
        for row in rows
    ]


_NAMED = ("purpose", "group_id", "outcome")


def first_at(connection: Connection, purposes: Collection[Purpose]) -> datetime | None:
    """When the first call for one of some purposes was made that is still known; None where there was none."""
    named = [one.value for one in purposes]
    return connection.execute(sa.select(sa.func.min(model_call.c.at)).where(model_call.c.purpose.in_(named))).scalar()


def newest(connection: Connection, limit: int) -> list[ModelCall]:
    """The last calls, newest first."""
    rows = connection.execute(sa.select(model_call).order_by(model_call.c.id.desc()).limit(limit))
    return [_record(row) for row in rows]


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Forget calls from before a time, the oldest first and at most `limit` of them; returns how many went."""
    old = sa.select(model_call.c.id).where(model_call.c.at < before).order_by(model_call.c.at).limit(limit)
    return connection.execute(sa.delete(model_call).where(model_call.c.id.in_(old))).rowcount


def _values(call: ModelCall) -> dict[str, object]:
    values: dict[str, object] = {field: getattr(call, field) for field in _FIELDS if field != "id"}
    return {**values, "purpose": call.purpose.value, "outcome": call.outcome.value}


def _record(row: Row[tuple[object, ...]]) -> ModelCall:
    values = {field: getattr(row, field) for field in _FIELDS}
    return ModelCall(**{**values, "purpose": Purpose(row.purpose), "outcome": Outcome(row.outcome)})

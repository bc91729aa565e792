"""Long work, as rows that survive a reload and a restart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from copilot.errors import NotFound
from copilot.records import Job, JobState
from copilot.store.engine import inserted_id
from copilot.store.tables import job

OPEN = (JobState.QUEUED, JobState.RUNNING)


def add(
    connection: Connection, kind: str, title: str, plan: dict[str, Any], *, group_id: int | None, account_id: int | None
) -> Job:
    """Queue a piece of work; `plan` is what it needs to run, as JSON values."""
    row = connection.execute(
        sa.insert(job).values(
            kind=kind,
            state=JobState.QUEUED.value,
            title=title,
            group_id=group_id,
            account_id=account_id,
            step="",
            done=0,
            total=0,
            plan=plan,
            result={},
            error="",
            cancel=False,
            created_at=datetime.now(UTC),
        )
    )
    return get(connection, inserted_id(row))


def get(connection: Connection, job_id: int) -> Job:
    """One job.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(sa.select(job).where(job.c.id == job_id)).first()
    if row is None:
        raise NotFound(f"there is no job {job_id}; its group may have been removed meanwhile")
    return _record(row)


def plan_of(connection: Connection, job_id: int) -> dict[str, Any]:
    """What a job needs to run."""
    found: dict[str, Any] = connection.execute(sa.select(job.c.plan).where(job.c.id == job_id)).scalar_one()
    return found


def recent(connection: Connection, *, kind: str | None = None, limit: int = 20) -> list[Job]:
    """The newest jobs first."""
    query = sa.select(job).order_by(job.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(job.c.kind == kind)
    return [_record(row) for row in connection.execute(query)]


def open_of(connection: Connection, kind: str | None = None) -> list[Job]:
    """The jobs that are queued or running, the oldest first."""
    query = sa.select(job).where(job.c.state.in_([state.value for state in OPEN])).order_by(job.c.id)
    if kind is not None:
        query = query.where(job.c.kind == kind)
    return [_record(row) for row in connection.execute(query)]


def save(connection: Connection, job_id: int, **values: Any) -> None:
    """Write columns of a job: state, step, done, total, plan, result, error, group_id, cancel."""
    if "state" in values:
        state = JobState(values["state"])
        values["state"] = state.value
        if state not in OPEN:
            values["finished_at"] = datetime.now(UTC)
    connection.execute(sa.update(job).where(job.c.id == job_id).values(**values))


def remove(connection: Connection, job_id: int) -> None:
    """Forget a job; what it did stays."""
    connection.execute(sa.delete(job).where(job.c.id == job_id))


def is_cancelled(connection: Connection, job_id: int) -> bool:
    """Whether a person asked that the job stops."""
    return bool(connection.execute(sa.select(job.c.cancel).where(job.c.id == job_id)).scalar())


def files_in_use(connection: Connection, kinds: Iterable[str]) -> set[str]:
    """The files that open jobs of these kinds still read (`plan["path"]`)."""
    rows = connection.execute(
        sa.select(job.c.plan).where(job.c.kind.in_(list(kinds)), job.c.state.in_([state.value for state in OPEN]))
    ).scalars()
    return {str(plan["path"]) for plan in rows if "path" in plan}


def _record(row: Row[tuple[object, ...]]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        state=JobState(row.state),
        title=row.title,
        group_id=row.group_id,
        account_id=row.account_id,
        step=row.step,
        done=row.done,
        total=row.total,
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )

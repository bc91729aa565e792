"""Imports and other long work, as rows that survive a restart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work. `done` and `total` count in the job's own unit (bytes or messages); total 0 = not known.

    `result` holds plain JSON values for the report; `error` is the one sentence of what went wrong.
    """

    id: int
    kind: str
    state: JobState
    title: str = ""
    group_id: int | None = None
    account_id: int | None = None
    step: str = ""
    done: int = 0
    total: int = 0
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    created_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. `read` = `new` + `known` (were there already); `recalled` of them were withdrawn since.

    `skipped` is the number of pieces that did not become messages; `skips` keeps the first 200 as (line, reason,
    excerpt).
    """

    import_id: int
    group_id: int
    group_name: str
    format: str
    encoding: str
    read: int = 0
    new: int = 0
    known: int = 0
    recalled: int = 0
    skipped: int = 0
    skips: tuple[tuple[int, str, str], ...] = ()
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None

"""One import as it runs: read into the store out of sight, compared with what is there, published in one transaction.

It may be cut short at any point and goes on where it was.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from copilot.errors import NotFound
from copilot.importers.export import Export
from copilot.importers.registry import open_export, open_text
from copilot.records import CoveredSpan, ImportReport, Job, Platform, SourceMessage
from copilot.services.comparing import Comparison, compare
from copilot.services.indexing import Indexing
from copilot.services.jobs import Progress
from copilot.store import Store, changes, groups, jobs, messages, staging

BATCH = 5000
SKIPS_KEPT = 200


class ImportRun:
    """What the job runner does with an import.

    Args:
        store: where everything goes.
        indexing: makes what was imported findable.
    """

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing

    def run(self, job: Job, plan: dict[str, Any], progress: Progress) -> None:
        """Do the import, or what is left of it."""
        if not job.result.get("published"):
            self._stage(job, plan, progress)
            self._publish(job, plan, progress)
        progress.stoppable = False
        progress.step("indexing")
        self._indexing.bring_up(progress)
        self._clean(plan)

    def _stage(self, job: Job, plan: dict[str, Any], progress: Progress) -> None:
        export = self._open(plan)
        progress.step("reading", export.size_bytes)
        result = dict(job.result)
        done = int(result.get("items", 0))
        with self._store.read() as connection:
            known = {(s.sender_id, s.name): s.number for s in staging.senders(connection, job.id)}
        stage = _Stage(self._store, job.id, result, known)
        for number, item in enumerate(export.items()):
            if number < done:
                continue
            stage.take(number, item)
            if stage.is_full:
                stage.flush(export)
                progress.at(export.position, export.size_bytes)
        self._still_the_same(Path(plan["path"]), plan)
        stage.flush(export)

    def _publish(self, job: Job, plan: dict[str, Any], progress: Progress) -> None:
        progress.step("comparing")
        group_id = plan["group_id"]
        with self._store.write() as connection:
            repeats = staging.mark_repeats(connection, job.id)
            if group_id is None:
                there = groups.find(connection, plan["community_id"], plan["new_group_name"])
                group_id = there.id if there else None
            if group_id is not None:
                staging.mark_known_by_id(connection, job.id, group_id)
            seen = changes.newest(connection)
        comparison = Comparison()
        if group_id is not None:
            with self._store.read() as connection:
                comparison = compare(connection, job.id, group_id, progress.at)
        progress.stoppable = False
        progress.step("publishing")
        with self._store.write() as connection:
            result = dict(jobs.get(connection, job.id).result)
            for line, platform_id in repeats:
                _skip(result, line, f"the message id {platform_id} stands earlier in this file", "")
            if group_id is None:
                group_id = groups.add(
                    connection, plan["community_id"], plan["new_group_name"], Platform(plan["platform"])
                ).id
                plan = {**plan, "made_group": True}
            group = groups.get(connection, group_id)
            if changes.touch(connection, group_id, after=seen):
                # Somebody wrote into the group meanwhile: what was found is looked for again, with nobody else writing.
                staging.mark_known_by_id(connection, job.id, group_id)
                comparison = compare(connection, job.id, group_id)
            comparison.apply(connection, job.id)
            staging.settle_senders(connection, job.id, group_id, comparison.recognised)
            span = staging.span(connection, job.id)
            known = staging.known(connection, job.id)
            new, recalled = staging.publish(connection, job.id, group_id)
            if span is not None:
                covered = CoveredSpan(group_id=group_id, starts_at=span[0], ends_at=span[1])
                groups.add_span(connection, covered, job.id)
                if new or recalled or known:
                    messages.log_stretch(connection, group_id, *span)
            staging.drop(connection, job.id)
            report = ImportReport(
                import_id=job.id,
                group_id=group_id,
                group_name=group.name,
                format=result.get("format", ""),
                encoding=result.get("encoding", ""),
                read=new + known,
                new=new,
                known=known,
                recalled=recalled,
                skipped=int(result.get("skipped", 0)),
                skips=tuple(tuple(skip) for skip in result.get("skips", [])),
                first_sent_at=span[0] if span else None,
                last_sent_at=span[1] if span else None,
            )
            jobs.save(
                connection,
                job.id,
                group_id=group_id,
                plan=plan,
                result=result | {"published": True, "report": _to_json(report)},
            )
        self._indexing.wake()

    def _open(self, plan: dict[str, Any]) -> Export:
        path = Path(plan["path"])
        self._still_the_same(path, plan)
        now = datetime.fromisoformat(plan["now"]) if plan["now"] else None
        if plan["text"]:
            return open_text(path.read_text(encoding="utf-8"), timezone=plan["timezone"], now=now)
        return open_export(path, timezone=plan["timezone"], chat=plan["chat"], now=now)

    def _still_the_same(self, path: Path, plan: dict[str, Any]) -> None:
        if not path.is_file() or fingerprint(path) != plan["fingerprint"]:
            raise NotFound(f"{path.name} is gone or was changed while it was imported; import it again")

    def abandon(self, job: Job, plan: dict[str, Any]) -> None:
        """Drop what a stopped import had read."""
        with self._store.write() as connection:
            staging.drop(connection, job.id)
        self._clean(plan)

    def _clean(self, plan: dict[str, Any]) -> None:
        if plan["ours"]:
            with suppress(OSError):
                Path(plan["path"]).unlink(missing_ok=True)


class _Stage:
    """Batches of an import on their way into the store, with the counts that a resumed import goes on from."""

    def __init__(
        self, store: Store, job_id: int, result: dict[str, Any], known: dict[tuple[str | None, str], int]
    ) -> None:
        self._store = store
        self._job_id = job_id
        self._result = result
        self._known = known
        self._new: list[staging.Sender] = []
        self._rows: list[tuple[int, int, SourceMessage]] = []
        self._items = int(result.get("items", 0))
        self._pending = 0

    @property
    def is_full(self) -> bool:
        return self._pending >= BATCH

    def take(self, number: int, item: Any) -> None:
        self._items = number + 1
        self._pending += 1
        if not isinstance(item, SourceMessage):
            _skip(self._result, item.line, item.reason, item.excerpt)
            return
        sender = (item.sender_id, item.sender_name)
        known = self._known.get(sender)
        if known is None:
            known = self._known[sender] = len(self._known)
            self._new.append(staging.Sender(number=known, sender_id=item.sender_id, name=item.sender_name))
        self._rows.append((number, known, item))

    def flush(self, export: Export) -> None:
        self._result |= {"items": self._items, "format": export.format, "encoding": export.encoding}
        with self._store.write() as connection:
            staging.add_senders(connection, self._job_id, self._new)
            staging.append(connection, self._job_id, self._rows)
            jobs.save(connection, self._job_id, result=self._result, done=export.position, total=export.size_bytes)
        self._new, self._rows, self._pending = [], [], 0


def report_of(job: Job) -> ImportReport | None:
    """The report of an import that was published; None before that."""
    values = job.result.get("report")
    if not isinstance(values, dict):
        return None
    times = {
        key: datetime.fromisoformat(values[key]) if values[key] else None for key in ("first_sent_at", "last_sent_at")
    }
    skips = tuple((line, reason, excerpt) for line, reason, excerpt in values["skips"])
    return ImportReport(**{**values, **times, "skips": skips})


def _to_json(report: ImportReport) -> dict[str, Any]:
    values = asdict(report)
    for key in ("first_sent_at", "last_sent_at"):
        values[key] = values[key].isoformat() if values[key] else None
    return values


def _skip(result: dict[str, Any], line: int, reason: str, excerpt: str) -> None:
    result["skipped"] = int(result.get("skipped", 0)) + 1
    skips = result.setdefault("skips", [])
    if len(skips) < SKIPS_KEPT:
        skips.append([line, reason, excerpt])


def fingerprint(path: Path) -> str:
    """Size, last change and hash of the ends: enough to know a file again, without reading all of a large one."""
    edge = 1 << 20
    told = path.stat()
    size = told.st_size
    digest = sha256(f"{size} {told.st_mtime_ns}".encode())
    with path.open("rb") as stream:
        digest.update(stream.read(edge))
        if size > 2 * edge:
            stream.seek(-edge, os.SEEK_END)
        digest.update(stream.read(edge))
    return digest.hexdigest()

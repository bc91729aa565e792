"""Chat exports into a group: staged out of sight, compared with what is there, published in one transaction, undone."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from copilot.errors import BadInput, NotFound, StorageFailed
from copilot.importers.chatlab import write_chatlab
from copilot.importers.export import ChatFound, Export
from copilot.importers.registry import open_export, open_text
from copilot.records import (
    Account,
    CoveredSpan,
    ImportReport,
    Job,
    JobState,
    Platform,
    Profile,
    Role,
    SourceMessage,
)
from copilot.services.comparing import Comparison, compare
from copilot.services.indexing import Indexing
from copilot.services.jobs import Jobs, Progress
from copilot.services.rights import need, need_all_groups
from copilot.store import Connection, Store, changes, communities, groups, jobs, members, messages, staging

BATCH = 5000
SKIPS_KEPT = 200
KIND = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a file turned out to be, before anything is imported."""

    format: str
    encoding: str
    size_bytes: int
    chats: tuple[ChatFound, ...]
    suggested_name: str
    platform: Platform
    timezone: str
    dates_from: datetime | None


class Importing:
    """The use case of importing.

    Args:
        store: where everything goes.
        runner: runs the jobs.
        indexing: makes what was imported findable.
        uploads: the folder for files that must outlive the request that brought them.
        timezone: where neither the group nor the community says one.
    """

    def __init__(self, store: Store, runner: Jobs, indexing: Indexing, uploads: Path, timezone: str) -> None:
        self._store = store
        self._runner = runner
        self._indexing = indexing
        self._uploads = uploads
        self._timezone = timezone
        runner.register(KIND, self._run, self._abandon)

    def inspect(self, path: Path, timezone: str | None = None) -> Inspection:
        """Say what a file is.

        Raises:
            UnknownFormat, BrokenFile, BadInput: it cannot be imported; the message says why.
        """
        zone = timezone or self._timezone
        export = open_export(path, timezone=zone)
        return _inspection(export, path.name, zone)

    def inspect_text(self, text: str, *, timezone: str | None = None) -> Inspection:
        """Say what a pasted text is.

        Raises:
            UnknownFormat, BadInput: it cannot be imported.
        """
        zone = timezone or self._timezone
        return _inspection(open_text(text, timezone=zone), "", zone)

    def default_target(self, account: Account, name: str, language: str) -> tuple[int | None, int]:
        """Where a chat goes when nobody says: to the group of its name, in the only community of one's own.

        Args:
            name: the chat's name.
            language: of the community that is made where there is none.

        Returns:
            (group, or None where a new one is to be made; community).

        Raises:
            BadInput: there are several communities and none has a group of this name.
        """
        need_all_groups(account, Role.ADMIN)
        with self._store.write() as connection:
            own = [one for one in communities.all_of(connection) if not one.is_sample]
            named = [group for group in groups.all_of(connection) if group.name == name and not group.is_sample]
            if len(named) == 1:
                return named[0].id, named[0].community_id
            if not own:
                title = "我的社群" if language == "zh" else "My community"
                profile = Profile(name=title, language=language, timezone=self._timezone)
                return None, communities.add(connection, "my-community", profile).id
            if len(own) == 1 and not named:
                return None, own[0].id
        raise BadInput(f"it is not clear where {name!r} belongs; name its community or its group")

    def start_file(
        self,
        account: Account,
        path: Path,
        *,
        group_id: int | None = None,
        new_group_name: str | None = None,
        community_id: int | None = None,
        chat: str | None = None,
        timezone: str | None = None,
        keep_file: bool = True,
        run: bool = True,
    ) -> Job:
        """Import a file into a group that exists (`group_id`) or that is made when it succeeds (`new_group_name`).

        Args:
            account: who asks.
            path: the file.
            chat: which chat of a file that holds several.
            timezone: of the file's local times; otherwise the group's.
            keep_file: False where the file is ours to move and to delete afterwards.
            run: False leaves the job queued for the caller to run.

        Returns:
            The job, queued, running or ended. A file whose import was cut short goes on where it stopped.

        Raises:
            BadInput: the file cannot be imported, or no group was named.
            NotAllowed: the account may not import there.
        """
        community_id = self._checked_target(account, group_id, new_group_name, community_id)
        zone = timezone or self._zone_of(group_id, community_id)
        export = open_export(path, timezone=zone, chat=chat)
        if export.chats and not export.chat_name and len(export.chats) > 1:
            # Asks for the chat with the same words as reading would.
            export.items()
        kept = path if keep_file else self._take(path)
        plan = {
            "path": str(kept.absolute()),
            "ours": not keep_file,
            "fingerprint": _fingerprint(kept),
            "chat": chat,
            "timezone": zone,
            "now": export.dates_from.isoformat() if export.dates_from else None,
            "group_id": group_id,
            "new_group_name": new_group_name.strip() if new_group_name and group_id is None else None,
            "community_id": community_id,
            "platform": export.platform.value,
            "text": False,
        }
        return self._queue(account, _as_text(path.name), plan, run=run)

    def start_text(
        self,
        account: Account,
        text: str,
        *,
        group_id: int | None = None,
        new_group_name: str | None = None,
        community_id: int | None = None,
        timezone: str | None = None,
        run: bool = True,
    ) -> Job:
        """Import pasted text, as `start_file` does a file."""
        community_id = self._checked_target(account, group_id, new_group_name, community_id)
        zone = timezone or self._zone_of(group_id, community_id)
        export = open_text(text, timezone=zone)
        self._uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix="pasted-", suffix=".txt", dir=self._uploads)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        plan = {
            "path": name,
            "ours": True,
            "fingerprint": _fingerprint(Path(name)),
            "chat": None,
            "timezone": zone,
            "now": export.dates_from.isoformat() if export.dates_from else None,
            "group_id": group_id,
            "new_group_name": new_group_name.strip() if new_group_name and group_id is None else None,
            "community_id": community_id,
            "platform": export.platform.value,
            "text": True,
        }
        return self._queue(account, "", plan, run=run)

    def cancel(self, account: Account, job_id: int) -> None:
        """Stop an import that has not been published yet; it vanishes.

        Raises:
            BadInput: it has ended; undo it instead.
        """
        job = self._runner.get(job_id)
        self._need(account, job)
        if job.state not in jobs.OPEN:
            raise BadInput(f"the import {job_id} has ended ({job.state.value}); undo it instead")
        self._runner.cancel(account, job_id)

    def undo(self, account: Account, job_id: int) -> Job:
        """Take back what an import brought; what other imports brought too stays.

        Raises:
            BadInput: the job is no finished import, or was undone already.
        """
        job = self._runner.get(job_id)
        self._need(account, job)
        published = job.result.get("published") and job.state is not JobState.UNDONE
        if job.kind != KIND or not published or job.state in jobs.OPEN:
            raise BadInput(f"job {job_id} cannot be undone ({job.state.value}); only a finished import can")
        if job.group_id is None:
            raise BadInput(f"the group of import {job_id} has been removed; there is nothing left to undo")
        with self._store.write() as connection:
            plan = jobs.plan_of(connection, job_id)
            report = report_of(job)
            went = staging.withdraw(connection, job_id)
            brought = report.read if report else went
            counts = {"withdrawn": went, "kept": max(0, brought - went)}
            groups.drop_spans(connection, job_id)
            members.drop_silent(connection, job.group_id)
            if report is not None and report.first_sent_at and report.last_sent_at:
                messages.log_stretch(connection, job.group_id, report.first_sent_at, report.last_sent_at)
            jobs.save(connection, job_id, state=JobState.UNDONE, result=job.result | counts)
            if plan.get("made_group") and messages.newest_at(connection, [job.group_id]) is None:
                groups.remove_if_bare(connection, job.group_id)
        self._indexing.wake()
        return self._runner.get(job_id)

    def report(self, job_id: int) -> ImportReport | None:
        """What an import did; None before it is published."""
        return report_of(self._runner.get(job_id))

    def export(self, account: Account, group_id: int, stream: TextIO) -> int:
        """Write a group's history as ChatLab JSONL; returns how many messages."""
        need(account, Role.ADMIN, group_id)
        with self._store.read() as connection:
            group = groups.get(connection, group_id)
            return write_chatlab(
                stream,
                messages.stretch(connection, group_id),
                chat_name=group.name,
                platform=group.platform,
                sender_ids=members.platform_ids(connection, group_id),
            )

    def sweep_uploads(self) -> None:
        """Delete files of ours that no import needs any more."""
        if not self._uploads.is_dir():
            return
        with self._store.read() as connection:
            needed = jobs.files_in_use(connection, [KIND])
        for path in self._uploads.iterdir():
            if path.is_file() and str(path.absolute()) not in needed:
                path.unlink(missing_ok=True)

    def _need(self, account: Account, job: Job) -> None:
        """What an import goes into decides who may stop it; a group that is still to be made is for all to see."""
        if job.group_id is None and job.account_id != account.id:
            need_all_groups(account, Role.ADMIN)
        need(account, Role.ADMIN, job.group_id)

    def _checked_target(
        self, account: Account, group_id: int | None, new_group_name: str | None, community_id: int | None
    ) -> int:
        if group_id is not None:
            need(account, Role.ADMIN, group_id)
            with self._store.read() as connection:
                return groups.get(connection, group_id).community_id
        need_all_groups(account, Role.ADMIN)
        if not new_group_name or not new_group_name.strip():
            raise BadInput("no group was named; choose one, or give the new group a name")
        if len(new_group_name.strip()) > 100:
            raise BadInput(f"the name {new_group_name[:20]!r}… is longer than 100 characters; choose a shorter one")
        with self._store.read() as connection:
            if community_id is None:
                own = [one for one in communities.all_of(connection) if not one.is_sample]
                if len(own) != 1:
                    raise BadInput("it is not said to which community the new group belongs; choose one")
                community_id = own[0].id
            communities.get(connection, community_id)
        return community_id

    def _zone_of(self, group_id: int | None, community_id: int) -> str:
        with self._store.read() as connection:
            profile = communities.get(connection, community_id).profile
            own = groups.get(connection, group_id).profile if group_id is not None else None
        return (own.timezone if own else None) or profile.timezone or self._timezone

    def _take(self, path: Path) -> Path:
        self._uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix="upload-", dir=self._uploads)
        os.close(handle)
        try:
            shutil.move(path, name)
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise StorageFailed(f"{path.name} could not be kept ({error.strerror}); free some space") from error
        return Path(name)

    def _queue(self, account: Account, title: str, plan: dict[str, Any], *, run: bool) -> Job:
        with self._store.write() as connection:
            job = self._cut_short(connection, plan)
            if job is None:
                job = jobs.add(connection, KIND, title, plan, group_id=plan["group_id"], account_id=account.id or None)
        return self._runner.start(job) if run else job

    def _cut_short(self, connection: Connection, plan: dict[str, Any]) -> Job | None:
        """The open import of the same file into the same group, which goes on instead of beginning again."""
        for job in jobs.open_of(connection, KIND):
            other = jobs.plan_of(connection, job.id)
            same_file = all(other.get(key) == plan[key] for key in ("fingerprint", "chat", "timezone", "community_id"))
            # Once it is published, a group that was to be made has a number.
            same_group = job.group_id is not None and job.group_id == plan["group_id"]
            same_name = other["new_group_name"] == plan["new_group_name"] is not None
            if same_file and (same_group or same_name):
                return job
        return None

    def _run(self, job: Job, plan: dict[str, Any], progress: Progress) -> None:
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
        if not path.is_file() or _fingerprint(path) != plan["fingerprint"]:
            raise NotFound(f"{path.name} is gone or was changed while it was imported; import it again")

    def _abandon(self, job: Job, plan: dict[str, Any]) -> None:
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


def _inspection(export: Export, file_name: str, timezone: str) -> Inspection:
    return Inspection(
        format=export.format,
        encoding=export.encoding,
        size_bytes=export.size_bytes,
        chats=tuple(export.chats),
        suggested_name=export.chat_name or _as_text(Path(file_name).stem),
        platform=export.platform,
        timezone=timezone,
        dates_from=export.dates_from,
    )


def _as_text(file_name: str) -> str:
    """A file's name for people: bytes of it that are no text are shown as such."""
    return file_name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _fingerprint(path: Path) -> str:
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

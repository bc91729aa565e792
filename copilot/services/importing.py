"""Chat exports into a group: staged out of sight, compared with what is there, published in one transaction, undone."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from copilot.errors import BadInput, StorageFailed
from copilot.importers.chatlab import write_chatlab
from copilot.importers.export import ChatFound, Export
from copilot.importers.registry import open_export, open_text
from copilot.records import (
    Account,
    ImportReport,
    Job,
    JobState,
    Platform,
    Profile,
    Role,
)
from copilot.services.import_run import ImportRun, fingerprint, report_of
from copilot.services.indexing import Indexing
from copilot.services.jobs import Jobs
from copilot.services.rights import need, need_all_groups
from copilot.store import Connection, Store, communities, groups, jobs, members, messages, staging

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
        run = ImportRun(store, indexing)
        runner.register(KIND, run.run, run.abandon)

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
            "fingerprint": fingerprint(kept),
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
            "fingerprint": fingerprint(Path(name)),
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

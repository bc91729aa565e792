"""Long work: queued as rows, run in threads, resumed after a crash, stopped by a person."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from filelock import FileLock, Timeout

from copilot.errors import Cancelled, CopilotError, StorageFailed
from copilot.records import Account, Job, JobState, Role
from copilot.services.rights import need, need_all_groups
from copilot.store import Store, jobs

log = logging.getLogger(__name__)

REPORT_SECONDS = 0.3
# A job that met a full disk looks again after this time.
ROOM_SECONDS = 60


class _Closing(Exception):
    """The program ends: the job stays as it is, and goes on at the next start."""


class Progress:
    """What a running job tells of itself, and hears: `step` and `at` write to its row, and raise if it is to stop."""

    def __init__(
        self,
        store: Store,
        job_id: int,
        closing: threading.Event,
        listener: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._store = store
        self._job_id = job_id
        self._closing = closing
        self._listener = listener
        self._step = ""
        self._told_at = 0.0
        self.stoppable = True

    def step(self, name: str, total: int = 0) -> None:
        """Begin a step.

        Raises:
            Cancelled: a person stopped the job.
        """
        self._step = name
        self._told_at = 0.0
        self.at(0, total)

    def at(self, done: int, total: int = 0) -> None:
        """Say how far the step is; written at most a few times a second.

        Raises:
            Cancelled: a person stopped the job.
        """
        if self._closing.is_set():
            raise _Closing
        if monotonic() - self._told_at < REPORT_SECONDS:
            return
        self._told_at = monotonic()
        with self._store.write() as connection:
            jobs.save(connection, self._job_id, step=self._step, done=done, total=total)
            cancelled = self.stoppable and jobs.is_cancelled(connection, self._job_id)
        if self._listener is not None:
            self._listener(self._step, done, total)
        if cancelled:
            raise Cancelled("the work was stopped, and what it had begun is gone")


Work = Callable[[Job, dict[str, Any], Progress], None]


class Jobs:
    """Runs jobs of known kinds.

    Args:
        store: where the rows are.
        folder: for one lock file a running job, by which another process knows that somebody works on it.
        threads: how many jobs run at a time; 0 runs none by itself (`run_now` does).
    """

    def __init__(self, store: Store, folder: Path, *, threads: int = 0) -> None:
        self._store = store
        self._folder = folder
        self._works: dict[str, Work] = {}
        self._abandoned: dict[str, Callable[[Job, dict[str, Any]], None]] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job") if threads else None
        self._closing = threading.Event()

    def register(self, kind: str, work: Work, abandon: Callable[[Job, dict[str, Any]], None]) -> None:
        """Say how jobs of a kind run, and what makes one vanish that failed or was stopped."""
        self._works[kind] = work
        self._abandoned[kind] = abandon

    def start(self, job: Job) -> Job:
        """Run a queued job: in the background where this process has threads for it, else at once."""
        if self._pool is not None:
            self._pool.submit(self._run_logged, job.id)
            return job
        return self.run_now(job.id)

    def resume(self) -> list[int]:
        """Run again what another process left behind when it ended; returns the ids."""
        with self._store.read() as connection:
            left = jobs.open_of(connection)
        orphans = [job.id for job in left if not self._is_held(job.id)]
        for job_id in orphans:
            if self._pool is not None:
                self._pool.submit(self._run_logged, job_id)
            else:
                self.run_now(job_id)
        return orphans

    def run_now(self, job_id: int, listener: Callable[[str, int, int], None] | None = None) -> Job:
        """Run one job here; returns it as it ended. A job that somebody else works on is left alone."""
        lock = self._lock(job_id)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return self.get(job_id)
        try:
            job = self.get(job_id)
            if job.state not in jobs.OPEN:
                return job
            self._run(job, listener)
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)
        return self.get(job_id)

    def get(self, job_id: int) -> Job:
        """One job as it stands.

        Raises:
            NotFound: there is none with this id.
        """
        with self._store.read() as connection:
            return jobs.get(connection, job_id)

    def recent(self, account: Account, *, kind: str | None = None, limit: int = 20) -> list[Job]:
        """The newest jobs that an account may see."""
        with self._store.read() as connection:
            found = jobs.recent(connection, kind=kind, limit=200)
        mine = [job for job in found if job.group_id is None or account.sees(job.group_id)]
        if account.group_ids is not None:
            mine = [job for job in mine if job.group_id is not None or job.account_id == account.id]
        return mine[:limit]

    def cancel(self, account: Account, job_id: int) -> None:
        """Ask a job to stop. One that nobody works on stops at once.

        Raises:
            NotFound: there is none with this id.
            NotAllowed: the account is no admin, or the job is not of one of its groups.
        """
        job = self.get(job_id)
        need(account, Role.ADMIN, job.group_id)
        if job.group_id is None and job.account_id != account.id:
            need_all_groups(account, Role.ADMIN)
        with self._store.write() as connection:
            jobs.save(connection, job_id, cancel=True)
        if not self._is_held(job_id):
            self.start(self.get(job_id))

    def close(self) -> None:
        """Stop running jobs at their next step; they go on from there at the next start."""
        self._closing.set()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _run_logged(self, job_id: int) -> None:
        # The edge of a thread: whatever gets here would otherwise end in a future that nobody asks.
        try:
            self.run_now(job_id)
        except Exception:
            log.exception("the runner of job %d failed", job_id)

    def _run(self, job: Job, listener: Callable[[str, int, int], None] | None) -> None:
        if job.kind not in self._works:
            with self._store.write() as connection:
                error = f"this version does not know work of the kind {job.kind!r}; install the version that began it"
                jobs.save(connection, job.id, state=JobState.FAILED, error=error)
            return
        with self._store.write() as connection:
            jobs.save(connection, job.id, state=JobState.RUNNING)
            plan = jobs.plan_of(connection, job.id)
        progress = Progress(self._store, job.id, self._closing, listener)
        try:
            self._works[job.kind](job, plan, progress)
        except _Closing:
            log.info("job %d (%s) goes on at the next start", job.id, job.kind)
            return
        except Cancelled as error:
            self._end(job, plan, JobState.CANCELLED, str(error))
        except StorageFailed as error:
            # A full disk is no fault of the job: it waits for room and goes on where it was.
            with suppress(CopilotError), self._store.write() as connection:
                jobs.save(connection, job.id, state=JobState.QUEUED, error=str(error))
            raise
        except CopilotError as error:
            self._end(job, plan, JobState.FAILED, str(error))
        except Exception as error:
            if self._closing.is_set():
                raise
            log.exception("job %d (%s) failed", job.id, job.kind)
            self._end(
                job, plan, JobState.FAILED, f"an unforeseen fault ({type(error).__name__}); the log has the details"
            )
        else:
            with self._store.write() as connection:
                jobs.save(connection, job.id, state=JobState.DONE, error="")

    def _end(self, job: Job, plan: dict[str, Any], state: JobState, error: str) -> None:
        with self._store.write() as connection:
            jobs.save(connection, job.id, state=state, error=error)
        self._abandoned[job.kind](job, plan)

    def _lock(self, job_id: int) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self._folder / f"job-{job_id}.lock", thread_local=False)

    def _is_held(self, job_id: int) -> bool:
        lock = self._lock(job_id)
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

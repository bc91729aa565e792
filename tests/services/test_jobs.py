"""Long work: stopped, cut short, doubled, failed; a job is never lost and never runs twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from copilot.bootstrap import configure_logging
from copilot.errors import BadInput, NotAllowed, NotFound, StorageFailed
from copilot.records import Account, Job, JobState, Role
from copilot.services.jobs import Jobs, Progress
from copilot.services.rights import SYSTEM
from copilot.store import Store, jobs

PATIENCE = 20.0


class Work:
    """Jobs of the kind `test`, which do what a test says and remember that they were there."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.does: Callable[[Progress], None] = lambda progress: None
        self.ran: list[int] = []
        self.abandoned: list[int] = []

    def runner(self, threads: int = 0) -> Jobs:
        """As another process would have it: only the store and the folder of locks are shared."""
        made = Jobs(self.store, self.folder, threads=threads)
        made.register("test", self._run, lambda job, plan: self.abandoned.append(job.id))
        return made

    def queue(self, group_id: int | None = None, account_id: int | None = None) -> Job:
        with self.store.write() as connection:
            return jobs.add(connection, "test", "t", {"a": 1}, group_id=group_id, account_id=account_id)

    def state(self, job: Job) -> JobState:
        with self.store.read() as connection:
            return jobs.get(connection, job.id).state

    def set(self, job: Job, state: JobState) -> None:
        with self.store.write() as connection:
            jobs.save(connection, job.id, state=state)

    def _run(self, job: Job, plan: dict[str, Any], progress: Progress) -> None:
        assert plan == {"a": 1}
        self.ran.append(job.id)
        self.does(progress)


@pytest.fixture
def work(tmp_path: Path, empty_store: Path) -> Iterator[Work]:
    """A store of its own."""
    path = tmp_path / "a.sqlite3"
    path.write_bytes(empty_store.read_bytes())
    store = Store(path)
    yield Work(store, tmp_path / "locks")
    store.close()


class Held:
    """Work in a thread that waits at a gate, and tells when it is there."""

    def __init__(self) -> None:
        self.is_there = threading.Event()
        self.gate = threading.Event()

    def __call__(self, progress: Progress) -> None:
        progress.step("waiting", 10)
        self.is_there.set()
        assert self.gate.wait(PATIENCE)
        progress.step("going on")


def test_work_that_is_done(work: Work) -> None:
    told: list[tuple[str, int, int]] = []

    def does(progress: Progress) -> None:
        progress.step("reading", 100)
        progress.step("indexing")

    work.does = does
    job = work.runner().run_now(work.queue().id, lambda *one: told.append(one))
    assert (job.state, job.step, job.error) == (JobState.DONE, "indexing", "")
    assert job.finished_at is not None
    assert told == [("reading", 0, 100), ("indexing", 0, 0)]
    assert work.abandoned == []


def test_it_runs_once(work: Work) -> None:
    runner = work.runner()
    job = work.queue()
    runner.start(job)
    runner.start(job)
    assert runner.resume() == []
    assert work.ran == [job.id]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BadInput("chat.txt is empty; export it again"), "chat.txt is empty; export it again"),
        (RuntimeError("小红 said 秘密"), "an unforeseen fault (RuntimeError); the log has the details"),
    ],
)
def test_a_failure_says_why_and_vanishes(
    work: Work, capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    def does(progress: Progress) -> None:
        secret = "口令"  # noqa: F841  (a log must not show it)
        raise error

    logger = logging.getLogger("copilot")
    before = logger.handlers[:], logger.propagate
    configure_logging("info")
    try:
        work.does = does
        job = work.runner().run_now(work.queue().id)
    finally:
        logger.handlers[:], logger.propagate = before
    assert (job.state, job.error) == (JobState.FAILED, said)
    assert work.abandoned == [job.id]
    logged = capsys.readouterr().err
    assert ("RuntimeError" in logged) == isinstance(error, RuntimeError)
    assert "秘密" not in logged
    assert "口令" not in logged.replace('"口令"', "")


def test_a_full_disk_leaves_it_waiting(work: Work) -> None:
    def full(progress: Progress) -> None:
        raise StorageFailed("the disk is full; free some space")

    work.does = full
    job = work.queue()
    with pytest.raises(StorageFailed):
        work.runner().run_now(job.id)
    with work.store.read() as connection:
        found = jobs.get(connection, job.id)
    assert (found.state, found.error) == (JobState.QUEUED, "the disk is full; free some space")
    assert work.abandoned == []
    work.does = lambda progress: None
    assert work.runner().resume() == [job.id]
    assert work.state(job) is JobState.DONE


def test_a_queued_job_is_stopped_at_once(work: Work) -> None:
    work.does = lambda progress: progress.step("reading")
    runner = work.runner()
    job = work.queue()
    runner.cancel(SYSTEM, job.id)
    found = runner.get(job.id)
    assert (found.state, found.error) == (JobState.CANCELLED, "the work was stopped, and what it had begun is gone")
    assert work.abandoned == [job.id]


def test_a_running_job_is_stopped_at_its_next_step(work: Work) -> None:
    held = work.does = Held()
    runner = work.runner(threads=1)
    job = work.queue()
    runner.start(job)
    assert held.is_there.wait(PATIENCE)
    assert (runner.get(job.id).step, runner.get(job.id).total) == ("waiting", 10)
    runner.cancel(SYSTEM, job.id)
    assert work.state(job) is JobState.RUNNING
    held.gate.set()
    finish(runner)
    assert work.state(job) is JobState.CANCELLED
    assert (work.ran, work.abandoned) == ([job.id], [job.id])


def test_what_cannot_be_stopped_any_more_is_done(work: Work) -> None:
    def does(progress: Progress) -> None:
        progress.stoppable = False
        progress.step("publishing")

    work.does = does
    runner = work.runner()
    job = work.queue()
    with work.store.write() as connection:
        jobs.save(connection, job.id, cancel=True)
    assert runner.run_now(job.id).state is JobState.DONE


def test_an_orphan_goes_on_and_what_another_process_works_on_is_left_alone(work: Work) -> None:
    orphan, others, done = work.queue(), work.queue(), work.queue()
    for job, state in ((orphan, JobState.RUNNING), (others, JobState.RUNNING), (done, JobState.DONE)):
        work.set(job, state)
    work.folder.mkdir()
    with FileLock(work.folder / f"job-{others.id}.lock"):
        runner = work.runner()
        assert runner.resume() == [orphan.id]
        assert runner.run_now(others.id).state is JobState.RUNNING
        runner.cancel(SYSTEM, others.id)
    assert work.ran == [orphan.id]
    assert runner.resume() == [others.id]
    assert [work.state(job) for job in (orphan, others, done)] == [JobState.DONE] * 3


def test_two_runners_do_one_job_once(work: Work) -> None:
    held = work.does = Held()
    first, second = work.runner(threads=1), work.runner(threads=1)
    job = work.queue()
    first.start(job)
    assert held.is_there.wait(PATIENCE)
    assert second.resume() == []
    second.start(job)
    finish(second)
    held.gate.set()
    finish(first)
    assert work.ran == [job.id]
    assert work.state(job) is JobState.DONE


def test_closing_leaves_a_running_job_to_the_next_start(work: Work) -> None:
    held = work.does = Held()
    runner = work.runner(threads=1)
    running, waiting = work.queue(), work.queue()
    runner.start(running)
    runner.start(waiting)
    assert held.is_there.wait(PATIENCE)
    runner.close()
    held.gate.set()
    finish(runner)
    assert [work.state(job) for job in (running, waiting)] == [JobState.RUNNING, JobState.QUEUED]
    assert (work.ran, work.abandoned) == ([running.id], [])
    work.does = lambda progress: progress.step("reading")
    assert work.runner().resume() == [running.id, waiting.id]
    assert [work.state(job) for job in (running, waiting)] == [JobState.DONE] * 2


def test_lock_files_go_with_their_jobs(work: Work) -> None:
    runner = work.runner()
    runner.start(work.queue())
    runner.resume()
    assert list(work.folder.iterdir()) == []


def test_who_sees_which_jobs(work: Work) -> None:
    runner = work.runner()
    with work.store.write() as connection:
        connection.exec_driver_sql("INSERT INTO community VALUES (1, 'c', 0, '{}', 0)")
        for group_id in (1, 2):
            row = f"({group_id}, 1, 'g{group_id}', 'wechat', '{{}}', 0)"
            connection.exec_driver_sql(f"INSERT INTO chat_group VALUES {row}")
    mine, others, fresh, foreign = work.queue(1), work.queue(2), work.queue(None, 7), work.queue(None, 8)
    limited = Account(id=7, name="小管", role=Role.ADMIN, group_ids=frozenset({1}))
    assert [one.id for one in runner.recent(limited)] == [fresh.id, mine.id]
    assert [one.id for one in runner.recent(SYSTEM)] == [foreign.id, fresh.id, others.id, mine.id]
    assert [one.id for one in runner.recent(SYSTEM, limit=1)] == [foreign.id]
    assert runner.recent(SYSTEM, kind="import") == []
    for job in (others, foreign):
        with pytest.raises(NotAllowed):
            runner.cancel(limited, job.id)
    with pytest.raises(NotAllowed):
        runner.cancel(Account(id=9, name="小值", role=Role.MODERATOR), mine.id)
    with pytest.raises(NotFound, match="99"):
        runner.get(99)
    with pytest.raises(NotFound, match="99"):
        runner.cancel(SYSTEM, 99)


def test_a_job_of_a_kind_that_nobody_knows_fails(work: Work) -> None:
    with work.store.write() as connection:
        job = jobs.add(connection, "future", "", {}, group_id=None, account_id=None)
    runner = work.runner()
    runner.resume()
    assert work.state(job) is JobState.FAILED
    assert "'future'" in runner.get(job.id).error


def finish(runner: Jobs) -> None:
    """Wait for a runner's threads."""
    assert runner._pool is not None
    runner._pool.shutdown(wait=True)

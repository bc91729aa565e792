"""The only wiring: `build(settings)` makes everything out of everything else."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.errors import BadInput, StorageFailed
from copilot.models.loading import load_embedder
from copilot.retrieval.indexer import Indexer
from copilot.retrieval.meaning import Meaning
from copilot.retrieval.retriever import Retriever
from copilot.services.accounts import Accounts
from copilot.services.asking import Asking
from copilot.services.confirming import Confirming
from copilot.services.doubles import Doubles
from copilot.services.groups import Groups
from copilot.services.health import Health
from copilot.services.importing import Importing
from copilot.services.indexing import Indexing
from copilot.services.intake import Intake
from copilot.services.jobs import Jobs
from copilot.services.knowing import Knowing
from copilot.services.samples import Samples
from copilot.settings import Settings
from copilot.store import Store
from copilot.store.schema import upgrade


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything that the console, the command line and the adapters work with."""

    settings: Settings
    store: Store
    indexer: Indexer
    indexing: Indexing
    jobs: Jobs
    accounts: Accounts
    groups: Groups
    importing: Importing
    knowing: Knowing
    asking: Asking
    confirming: Confirming
    doubles: Doubles
    health: Health
    meaning: Meaning | None
    samples: Samples
    intake: Intake
    backup_taken: Path | None = None

    def start(self) -> None:
        """Begin the work in the background: own the index, follow the change log, go on with what was cut short.

        Raises:
            Busy: another process owns the index of this data folder.
        """
        self.indexing.start()
        self.jobs.resume()
        self.importing.sweep_uploads()

    def close(self) -> None:
        """End the work in the background and let the files go."""
        self.jobs.close()
        self.indexing.close()
        self.store.close()


def build(settings: Settings, *, threads: int = 0, clock: Callable[[], datetime] = _now) -> App:
    """Make the application for one data folder.

    Args:
        settings: checked settings.
        threads: how many jobs run in the background; 0 runs each where it is started, as the command line does.
        clock: tells the time to everything that asks for it.

    Returns:
        The application, with its store at the newest schema. Nothing runs yet: see `App.start`.

    Raises:
        StorageFailed: the data folder cannot be made or written.
        BadInput: the store was written by a newer version.
    """
    prepare_folder(settings.data_dir)
    configure_logging(settings.log_level)
    store = Store(settings.database_path)
    copy = upgrade(store, settings.backups_dir, keep=settings.backups_kept)
    indexer = Indexer(store, settings.index_dir)
    meaning = None
    if settings.embedder != "off":
        meaning = Meaning(store, settings.index_dir, lambda: load_embedder(settings.embedder), clock)
    indexing = Indexing(store, indexer, meaning)
    retriever = Retriever(store, settings.index_dir, indexing.distrust, meaning)
    jobs = Jobs(store, settings.data_dir / "locks", threads=threads)
    return App(
        settings=settings,
        store=store,
        indexer=indexer,
        indexing=indexing,
        jobs=jobs,
        accounts=Accounts(store, session_days=settings.session_days, attempts=settings.login_attempts, clock=clock),
        groups=Groups(store, indexing),
        importing=Importing(store, jobs, indexing, settings.uploads_dir, settings.timezone),
        knowing=Knowing(store, indexing),
        asking=Asking(store, retriever, timezone=settings.timezone, clock=clock),
        confirming=Confirming(store, indexing, clock=clock),
        doubles=Doubles(store, retriever, indexing),
        health=Health(store, indexing, meaning),
        meaning=meaning,
        samples=Samples(store, indexing, shipped("knowledge"), clock=clock),
        intake=Intake(store, indexing),
        backup_taken=copy,
    )


def shipped(name: str) -> Path:
    """A folder that comes with the program, `knowledge` or `prompts`: inside the installed package, or beside it in a
    checkout."""
    package = Path(__file__).parent
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name


def configure_logging(level: str) -> None:
    """Log to standard error from a level on. Members' words and passwords are never passed to a logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    ours = logging.getLogger("copilot")
    ours.handlers[:] = [handler]
    ours.setLevel(level.upper())
    ours.propagate = False


class _Formatter(logging.Formatter):
    """Shows where an exception came from and of what kind it is, without its message: that may hold members' words."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  (the base class's name)
        parts: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            parts.insert(0, "".join([*traceback.format_tb(error.__traceback__), type(error).__name__]))
            error = error.__cause__ or error.__context__
        return "\nled to\n".join(parts)


# What a data folder holds, from its first moment on.
_OURS = ("copilot.sqlite3", "serving.", "index", "backups")


def prepare_folder(folder: Path) -> None:
    """Make the data folder, for nobody else on this machine to look into.

    Raises:
        StorageFailed: it cannot be made or closed to others.
        BadInput: the folder holds other things than the co-pilot's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        if names and not any(name.startswith(_OURS) for name in names):
            raise BadInput(
                f"{folder} holds other files and is no data folder of the co-pilot; "
                "set COPILOT_DATA_DIR to a new or empty folder"
            )
        # The folder holds members' words and password hashes: nobody else on this machine may look in.
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StorageFailed(
            f"the data folder {folder} cannot be used ({error.strerror}); set COPILOT_DATA_DIR to a folder of yours"
        ) from error

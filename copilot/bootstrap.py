"""The only wiring: `build(settings)` makes everything out of everything else."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.assistant.assistant import Assistant
from copilot.assistant.router import Router
from copilot.assistant.tools import Tools
from copilot.errors import BadInput, StorageFailed
from copilot.models.chat import Chat
from copilot.models.keys import Keys
from copilot.models.loading import load_embedder
from copilot.models.masking import Masker
from copilot.models.prompts import Prompts
from copilot.models.quiet import quieten
from copilot.models.remote import Access
from copilot.retrieval.indexer import Indexer
from copilot.retrieval.meaning import Meaning
from copilot.retrieval.retriever import Retriever
from copilot.services.accounts import Accounts
from copilot.services.asking import Asking
from copilot.services.confirming import Confirming
from copilot.services.connecting import Chosen, Connecting, Remembering
from copilot.services.consulting import Consulting
from copilot.services.dialogues import Dialogues
from copilot.services.doubles import Doubles
from copilot.services.figures import Figures
from copilot.services.groups import Groups
from copilot.services.health import Health
from copilot.services.importing import Importing
from copilot.services.indexing import Indexing
from copilot.services.intake import Intake
from copilot.services.jobs import Jobs
from copilot.services.knowing import Knowing
from copilot.services.locating import Locating
from copilot.services.masking import Maskers
from copilot.services.proposing import Proposing
from copilot.services.samples import Samples
from copilot.services.searching import Searching
from copilot.services.spending import Spending
from copilot.services.variants import Variants
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
    chat: Chat
    connecting: Connecting
    spending: Spending
    embedding: Access
    variants: Variants
    dialogues: Dialogues
    proposing: Proposing
    figures: Figures
    assistant: Assistant
    backup_taken: Path | None = None

    def start(self) -> None:
        """Begin the work in the background: own the index, follow the change log, go on with what was cut short.

        Raises:
            Busy: another process owns the index of this data folder.
        """
        self.indexing.start()
        self.jobs.resume()
        self.importing.sweep_uploads()
        self.variants.start()
        # What the first talk with a model needs takes seconds to load.
        threading.Thread(target=self.assistant.warm, name="warming", daemon=True).start()

    def close(self) -> None:
        """End the work in the background and let the files go."""
        self.variants.close()
        self.jobs.close()
        self.indexing.close()
        self.chat.close()
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
    quieten()
    prepare_folder(settings.data_dir)
    configure_logging(settings.log_level)
    store = Store(settings.database_path)
    copy = upgrade(store, settings.backups_dir, keep=settings.backups_kept)
    indexer = Indexer(store, settings.index_dir)
    keys = Keys(settings.data_dir / "keys.json")
    chosen = Chosen(store, keys, settings.model_key.get_secret_value() if settings.model_key else None)
    spending = Spending(store, timezone=settings.timezone, clock=clock)
    maskers, remembering = Maskers(store, Masker), Remembering(store)
    prompts = Prompts(shipped("prompts"))
    chat = Chat(prompts, chosen=chosen, ledger=spending, masker_of=maskers.of, clock=clock)
    embedding = Access(
        key=chosen.key_for_embedding,
        ledger=spending,
        masker_of=maskers.of,
        recall=remembering.recall,
        remember=remembering.remember,
        clock=clock,
    )
    meaning = None
    if settings.embedder != "off":
        meaning = Meaning(store, settings.index_dir, lambda: load_embedder(settings.embedder, access=embedding), clock)
    indexing = Indexing(store, indexer, meaning)
    retriever = Retriever(store, settings.index_dir, indexing.distrust, meaning)
    # What a model would cost is reckoned by words alone: looking questions up by a service would cost too.
    by_words = Retriever(store, settings.index_dir, indexing.distrust)
    jobs = Jobs(store, settings.data_dir / "locks", threads=threads)
    asking = Asking(store, retriever, timezone=settings.timezone, clock=clock, chat=chat)
    locating, searching = Locating(store), Searching(store, retriever)
    figures = Figures(store, locating, searching, timezone=settings.timezone)
    dialogues, proposing = Dialogues(store, clock=clock), Proposing(store, clock=clock)
    tools = Tools(
        # The assistant has a model word answers itself, line by line; what its tools find comes without one.
        asking=Asking(store, retriever, timezone=settings.timezone, clock=clock),
        figures=figures,
        searching=searching,
        consulting=Consulting(store, retriever),
        proposing=proposing,
        chat=chat,
    )
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
        asking=asking,
        confirming=Confirming(store, indexing, clock=clock),
        doubles=Doubles(store, retriever, indexing),
        health=Health(store, indexing, meaning),
        meaning=meaning,
        samples=Samples(store, indexing, shipped("knowledge"), clock=clock),
        intake=Intake(store, indexing),
        chat=chat,
        connecting=Connecting(store, keys, chosen, chat, timezone=settings.timezone, retriever=by_words, clock=clock),
        spending=spending,
        embedding=embedding,
        variants=Variants(store, chat, indexing, timezone=settings.timezone, clock=clock),
        dialogues=dialogues,
        proposing=proposing,
        figures=figures,
        assistant=Assistant(
            asking=asking,
            tools=tools,
            router=Router(),
            chat=chat,
            prompts=prompts,
            dialogues=dialogues,
            proposing=proposing,
            locating=locating,
            clock=clock,
            timezone=settings.timezone,
        ),
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

"""The index kept up to date in the background, and waited for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

from copilot.errors import BrokenFile, Busy, CopilotError, ModelFailed, NotFound
from copilot.retrieval.indexer import Indexer
from copilot.retrieval.meaning import Meaning
from copilot.services.jobs import Progress
from copilot.store import Store, changes

log = logging.getLogger(__name__)

# Another process's changes are looked for this often; this process's own wake the indexer at once.
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 3600
# A service that embeds and fails is asked again after the first of these, then after twice as long, up to the last.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30.0, 900.0


class Indexing:
    """Runs the indexer: in a thread of its own where `start` was called, else whenever somebody waits for it.

    Words come first; vectors are made in that thread while nothing new waits for its words.

    Args:
        store: where the change log is.
        indexer: keeps the words.
        meaning: keeps the vectors; None where nothing is found by meaning.
    """

    def __init__(self, store: Store, indexer: Indexer, meaning: Meaning | None = None) -> None:
        self._store = store
        self._indexer = indexer
        self._meaning = meaning
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._start_over = threading.Event()
        self._done, self._total = 0, 0
        self._pause, self._again_at, self._unembedded = 0.0, 0.0, ""
        self.fault = ""

    def start(self) -> None:
        """Own the index and follow the change log until `close`.

        Raises:
            Busy: another process owns the index.
        """
        self._indexer.acquire()
        if self._meaning is not None:
            self._meaning.open_owner()
        self._thread = threading.Thread(target=self._follow, name="indexer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following, after what is being worked on."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=60)
        if self._meaning is not None:
            self._meaning.close()
        self._indexer.release()

    def wake(self) -> None:
        """Say that something changed."""
        self._wake.set()

    def distrust(self) -> None:
        """Say that the index reads as damaged: its owner looks at it again and makes it anew where it is."""
        if self._thread is not None:
            self._indexer.distrust()
            self.wake()

    @property
    def progress(self) -> tuple[int, int]:
        """(messages looked at, messages to look at) of the stretch that is being indexed; (0, 0) when idle."""
        return self._done, self._total

    def is_behind(self) -> bool:
        """Whether something that is saved cannot be found yet."""
        return self._indexer.is_behind()

    def bring_up(self, progress: Progress | None = None) -> bool:
        """See to it that all that is saved now can be found, by this process or by the one that owns the index.

        Args:
            progress: told how far it is.

        Returns:
            Whether it can be found now; False where the owner did not get there in time.
        """
        with self._store.read() as connection:
            target = changes.newest(connection)
        if self._thread is None:
            try:
                self._indexer.catch_up(progress.at if progress else self._note)
                return True
            except Busy:
                # A server owns it and follows the change log by itself.
                pass
            finally:
                if self._indexer.is_owner:
                    self._indexer.release()
        self.wake()
        deadline = monotonic() + PATIENCE_SECONDS
        while not self._indexer.wait_for(target, LOOK_SECONDS):
            if progress is not None:
                progress.at(*self.progress)
            if monotonic() > deadline or self._stop.is_set():
                return False
        return True

    def rebuild(self, progress: Progress | None = None) -> None:
        """Throw the index away and make it again, and what vectors are missing.

        Raises:
            Busy: another process owns it.
        """
        try:
            self._indexer.rebuild(progress.at if progress else self._note)
            if self._meaning is not None:
                self._meaning.follow(progress.at if progress else self._note)
        finally:
            if self._thread is None and self._indexer.is_owner:
                self._indexer.release()

    def is_rough(self) -> bool:
        """Whether a large import is cut only roughly so far, and nobody in this process goes on with it."""
        return self._thread is None and self._indexer.is_rough()

    def finish(self, told: Callable[[int, int], None] | None = None) -> None:
        """Cut well what a large import had cut roughly, in a process that does not `start`; a server does it itself.

        Raises:
            Busy: another process owns the index; it goes on by itself.
        """
        if self._thread is not None:
            return
        try:
            while self._indexer.refine(told or self._note):
                pass
        finally:
            if self._indexer.is_owner:
                self._indexer.release()

    def rebuild_soon(self) -> None:
        """Throw the index away and make it again in the background, where `start` was called."""
        self._start_over.set()
        self.wake()

    def _is_wanted(self) -> bool:
        """Whether the long work of vectors should pause: the end has come, or something new is to be found by words."""
        return self._stop.is_set() or self._start_over.is_set() or self._indexer.is_behind()

    def _note(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def _follow_meaning(self) -> str:
        """Bring the vectors up to date. Words never wait for a service that fails: it is asked again after a pause.

        Returns:
            What the service failed of, as a sentence; "" where nothing did.
        """
        if self._meaning is None or monotonic() < self._again_at:
            return self._unembedded
        try:
            self._meaning.follow(self._note, stop=self._is_wanted)
            self._pause, self._unembedded = 0.0, ""
        except ModelFailed as error:
            self._pause = min(2 * self._pause or _FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
            self._again_at = monotonic() + self._pause
            self._unembedded = str(error)
            log.warning("vectors are made again in %d seconds: %s", self._pause, error)
        self._note(0, 0)
        return self._unembedded

    def _follow(self) -> None:
        while not self._stop.is_set():
            # Whatever goes wrong with one change must not end the following of all later ones: told, and tried again.
            try:
                if self._start_over.is_set():
                    self._start_over.clear()
                    self._indexer.rebuild(self._note)
                self._indexer.catch_up(self._note)
                while not self._is_wanted() and self._indexer.refine(self._note):
                    pass
                self._note(0, 0)
                self.fault = self._follow_meaning()
            except CopilotError as error:
                if isinstance(error, BrokenFile | NotFound):
                    # The folder was damaged or taken away while it was open: its owner looks at it from the ground up.
                    self._indexer.distrust()
                self.fault = str(error)
                log.warning("indexing stopped and is tried again: %s", error)
                self._stop.wait(5)
            except Exception as error:
                self.fault = f"an unforeseen fault ({type(error).__name__}); the log has the details"
                log.exception("indexing failed and is tried again")
                self._stop.wait(5)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

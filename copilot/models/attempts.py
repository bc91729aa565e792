"""When a request to a model is tried again, and when a server that keeps failing is left alone."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from copilot.records.model import Outcome

MOST_ATTEMPTS = 3
LONGEST_RETRY_AFTER_SECONDS = 10.0
"""A server that asks for a longer pause is not asked again now: nobody waits that long for a reply."""
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0

TRANSIENT = frozenset(
    {Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.CUT_OFF}
)
"""What may be over at the next try. All else is not tried again."""

FAILURES = TRANSIENT | {Outcome.BAD_OUTPUT}
"""What says that a server is not well. A refused key says nothing of the kind."""


class Fault(Exception):
    """What went wrong in one attempt.

    Args:
        sentence: for people: what is wrong and what to do; nothing of what the server wrote.
        retry_after: seconds that the server asked to wait.
        is_about_form: whether it may be how the request was written (a status 400), so that a plainer one may do.
    """

    def __init__(
        self, outcome: Outcome, sentence: str, *, retry_after: float | None = None, is_about_form: bool = False
    ) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.sentence = sentence
        self.retry_after = retry_after
        self.is_about_form = is_about_form


def pause(fault: Fault, attempt: int, chance: Callable[[], float] = secrets.SystemRandom().random) -> float | None:
    """How long to wait before the next attempt.

    Args:
        fault: how the last one ended.
        attempt: its number, from 1.
        chance: 0 to 1, so that many who failed together do not come back together.

    Returns:
        Seconds; None where there should be no further attempt.
    """
    if fault.outcome not in TRANSIENT or attempt >= MOST_ATTEMPTS:
        return None
    doubled = min(_FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1), _LONGEST_PAUSE_SECONDS)
    waited = doubled * (0.5 + chance())
    if fault.retry_after is None:
        return waited
    return None if fault.retry_after > LONGEST_RETRY_AFTER_SECONDS else max(fault.retry_after, waited)


class _State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


@dataclass(frozen=True, slots=True)
class Rest:
    """A server is left alone for so many more seconds, after so many failures in a row."""

    seconds: float
    failures: int


class Breaker:
    """Counts the failures of one server in a row, and lets nobody through for a while after too many.

    After the pause one call is let through to try; the others wait for what comes of it. Every call that was let
    through says how it went: `succeeded`, `failed`, or `gave_up` where it says nothing about the server.

    Args:
        monotonic: seconds of a clock that never goes back.
    """

    FAILURES = 5
    TIMEOUTS = 2
    """Fewer, since each of them is somebody who waited in vain."""
    PAUSE_SECONDS = 30.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._state = _State.CLOSED
        self._failures = 0
        self._timeouts = 0
        self._opened_at = 0.0

    def admit(self) -> Rest | None:
        """Let a call through (None), or say how long the server still rests."""
        with self._lock:
            if self._state is _State.CLOSED:
                return None
            left = self._opened_at + self.PAUSE_SECONDS - self._monotonic()
            if self._state is _State.TRYING or left > 0:
                return Rest(max(left, 1.0), self._failures)
            self._state = _State.TRYING
            return None

    def succeeded(self) -> None:
        """The server answered."""
        with self._lock:
            self._state = _State.CLOSED
            self._failures = self._timeouts = 0

    def failed(self, *, is_timeout: bool = False) -> None:
        """The server failed, or kept somebody waiting for too long."""
        with self._lock:
            self._failures += 1
            self._timeouts = self._timeouts + 1 if is_timeout else 0
            is_enough = self._failures >= self.FAILURES or self._timeouts >= self.TIMEOUTS
            if self._state is _State.TRYING or is_enough:
                self._state = _State.OPEN
                self._opened_at = self._monotonic()

    def gave_up(self) -> None:
        """The call ended without telling anything: the next one may try."""
        with self._lock:
            if self._state is _State.TRYING:
                self._state = _State.OPEN


class Breakers:
    """A breaker for each server and model."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._all: dict[tuple[str, str], Breaker] = {}

    def of(self, base_url: str, model: str) -> Breaker:
        """The breaker of a model at an address."""
        with self._lock:
            return self._all.setdefault((base_url, model), Breaker(self._monotonic))

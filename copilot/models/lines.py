"""The connections that are open: one pool for the setup that is chosen, made when it is first needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from copilot.models.loop import Loop
from copilot.models.quiet import quieten
from copilot.records.model import ModelSetup

if TYPE_CHECKING:
    from copilot.models.wire import Line, Patience


class Lines:
    """Opens connections and lets them go.

    Args:
        patience: how long requests may take; None for the usual.
    """

    def __init__(self, clock: Callable[[], datetime], patience: Patience | None = None) -> None:
        self._clock = clock
        self._patience = patience
        self._loop = Loop()
        self._lock = threading.Lock()
        self._current: tuple[ModelSetup, str, Line] | None = None
        self._open: list[Line] = []

    def __repr__(self) -> str:
        return f"Lines({len(self._open)} open)"

    def of(self, setup: ModelSetup, key: str) -> Line:
        """The connections of the setup that is chosen; those of the one before are let go when nobody uses them."""
        with self._lock:
            if self._current is not None and self._current[:2] == (setup, key):
                return self._current[2]
            former = self._current
            line = self._new(setup, key)
            self._current = (setup, key, line)
        if former is not None:
            self.release(former[2], after=former[2].patience.total)
        return line

    def other(self, setup: ModelSetup, key: str) -> Line:
        """Connections of a setup that is only tried; to be released."""
        with self._lock:
            return self._new(setup, key)

    def release(self, line: Line, *, after: float = 0.0) -> None:
        """Let the connections of a line go, in so many seconds."""
        self._loop.run(self._close(line, after))

    def close(self) -> None:
        """Let all connections go and end what still runs."""
        with self._lock:
            self._current = None
            left = list(self._open)
        for line in left:
            self._loop.run(self._close(line, 0.0)).result()
        self._loop.close()

    def _new(self, setup: ModelSetup, key: str) -> Line:
        # The libraries take a second to load, and only those who ask a model pay for it; their loggers are set before.
        quieten()
        from copilot.models.wire import Line, Patience

        line = Line(self._loop, setup, key, self._patience or Patience(), self._clock)
        self._open.append(line)
        return line

    async def _close(self, line: Line, after: float) -> None:
        await asyncio.sleep(after)
        if line in self._open:
            self._open.remove(line)
            await line.close()

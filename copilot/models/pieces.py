"""Iterators over what a model says, which any thread may close, also while another waits for the next piece.

What runs within `stopped_by` is ended as a whole: each request that it makes, whoever makes it, ends with its stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

Piece = TypeVar("Piece")


class Stop:
    """Ends the requests that are under way, and keeps others from beginning."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancels: list[Callable[[], None]] = []
        self._is_set = False

    def watch(self, cancel: Callable[[], None]) -> None:
        """Say how a request is ended."""
        with self._lock:
            self._cancels.append(cancel)
            is_set = self._is_set
        if is_set:
            cancel()

    def forget(self, cancel: Callable[[], None]) -> None:
        """A request is over."""
        with self._lock:
            self._cancels.remove(cancel)

    def set(self) -> None:
        """End them."""
        with self._lock:
            self._is_set = True
            cancels = list(self._cancels)
        for cancel in cancels:
            cancel()


_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def stopped_by(stop: Stop) -> Iterator[None]:
    """Let a stop end every request that is made inside, in this thread and in those that get its context."""
    token = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(token)


def the_stop() -> Stop:
    """The stop of what runs here; one that nobody sets where there is none."""
    return _STOP.get() or Stop()


class Pieces(Iterator[Piece], Generic[Piece]):
    """What a model says, piece by piece.

    Args:
        pieces: asks for them; nothing is sent before the first is wanted.
        stop: ends the request of these pieces.
    """

    def __init__(self, pieces: Generator[Piece, None, None], stop: Stop) -> None:
        self._pieces = pieces
        self._stop = stop

    def __next__(self) -> Piece:
        return next(self._pieces)

    def close(self) -> None:
        """End the request. Whoever waits for a piece in another thread gets `ModelFailed`."""
        self._stop.set()
        # It is running in the thread that waits, which the stop has woken and which ends it.
        with suppress(ValueError):
            self._pieces.close()

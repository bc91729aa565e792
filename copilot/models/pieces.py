"""Iterators over what a model says, which any thread may close, also while another waits for the next piece."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Piece = TypeVar("Piece")


class Stop:
    """Ends a request that is under way, or keeps one from beginning."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancel: Callable[[], None] | None = None
        self._is_set = False

    def watch(self, cancel: Callable[[], None]) -> None:
        """Say how the request is ended."""
        with self._lock:
            self._cancel = cancel
            is_set = self._is_set
        if is_set:
            cancel()

    def set(self) -> None:
        """End it."""
        with self._lock:
            self._is_set = True
            cancel = self._cancel
        if cancel is not None:
            cancel()


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

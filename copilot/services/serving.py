"""Which process serves the console of a data folder, and where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from copilot.errors import Busy
from copilot.settings import Settings

_LOCK = "serving.lock"
_ADDRESS = "serving.url"


@contextmanager
def serving(settings: Settings, url: str) -> Iterator[None]:
    """Be the one process that serves this data folder, as long as the block lasts.

    Raises:
        Busy: another process serves it; the message says where.
    """
    lock = FileLock(settings.data_dir / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        where = _read(settings.data_dir / _ADDRESS) or "another address"
        raise Busy(
            f"the console of {settings.data_dir} is running at {where} already; open that, or stop it first"
        ) from error
    try:
        (settings.data_dir / _ADDRESS).write_text(url, encoding="utf-8")
        yield
    finally:
        (settings.data_dir / _ADDRESS).unlink(missing_ok=True)
        lock.release()


def served_at(settings: Settings) -> str | None:
    """Where the console of this data folder is served; None where it is not."""
    lock = FileLock(settings.data_dir / _LOCK)
    try:
        with lock.acquire(timeout=0):
            return None
    except Timeout:
        return _read(settings.data_dir / _ADDRESS)


def _read(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text(encoding="utf-8").strip() or None
    return None

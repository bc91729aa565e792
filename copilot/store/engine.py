"""The one database: opening it, reading, and short writing transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from copilot.errors import BadInput, Busy, StorageFailed

BUSY_SECONDS = 30


class Store:
    """The database of one data folder.

    Args:
        path: the SQLite file; it and its folder must exist or be creatable.

    `read()` gives a consistent view; `write()` one `BEGIN IMMEDIATE` transaction, kept or dropped as a whole.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads, and sees one state of the database throughout.

        Raises:
            StorageFailed: the disk or the file cannot be read.
        """
        with _storage_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction: committed when the block ends, rolled back when it raises.

        Raises:
            Busy: another process kept the database locked for longer than the patience of a writer.
            StorageFailed: the disk is full, unreadable or unwritable.
        """
        with (
            _storage_errors(),
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    def quick_check(self) -> str:
        """ "ok" if the file's pages hang together, else the first fault that SQLite finds."""
        with self.read() as connection:
            return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=16,
        max_overflow=32,
    )

    @event.listens_for(engine, "connect")
    def _configure(raw: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `_begin` below says which kind.
        raw.isolation_level = None
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.execute("PRAGMA temp_store=FILE")
        # A large publish grows the log to the size of what it wrote; afterwards that space goes back to the disk.
        cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError:
        raise
    except UnicodeEncodeError as error:
        # Half a character, as file names and broken exports may hold; no text that is kept can.
        raise BadInput(f"{error.object!r} holds what is no text; write it anew") from error
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        reason = str(error.orig) if error.orig else str(error)
        if "locked" in reason or "busy" in reason:
            raise Busy(f"the store is being written by another process ({reason}); try again in a minute") from error
        if "full" in reason:
            raise StorageFailed(f"the disk is full ({reason}); free some space and try again") from error
        if "readonly" in reason or "unable to open" in reason or "disk I/O" in reason:
            raise StorageFailed(
                f"the store cannot be written ({reason}); check the free space and the rights of the data folder"
            ) from error
        if any(sign in reason for sign in ("malformed", "not a database", "no such table", "no such column")):
            raise StorageFailed(
                f"the store is damaged ({reason}); put a backup back with `copilot restore FILE`"
            ) from error
        raise


def inserted_id(result: sa.CursorResult[Any]) -> int:
    """The id that the database gave to the one row that an insert wrote."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101  (one-row inserts always have one)
    return int(key[0])

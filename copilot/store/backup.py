"""Copies of the whole store, taken while it is in use, and put back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from copilot.errors import BadInput, StorageFailed
from copilot.store.engine import Store


def copy_database(store: Store, target: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Copy the database as it stands now into one file; readers and writers go on meanwhile.

    Args:
        store: the database.
        target: the file to write; it must not exist.
        progress: called with (pages copied, pages in all).

    Returns:
        `target`.

    Raises:
        BadInput: `target` exists.
        StorageFailed: it cannot be written; nothing half-done stays.
    """
    if target.exists():
        raise BadInput(f"{target} exists already; name a new file for the backup")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
        source = sqlite3.connect(store.path)
        copy = sqlite3.connect(partial)
        try:
            source.backup(
                copy,
                pages=4096,
                progress=(lambda _status, left, total: progress(total - left, total)) if progress else None,
            )
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            source.close()
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageFailed(f"{target} could not be written ({error}); choose a folder with enough space") from error
    return target


def thin_out(folder: Path, *, keep: int) -> None:
    """Remove the oldest automatic copies (`before-*`) beyond `keep`; copies that a person made stay."""
    copies = sorted(folder.glob("before-*.sqlite3"), key=lambda path: path.stat().st_mtime)
    for path in copies[:-keep]:
        path.unlink()


def check_copy(path: Path) -> str:
    """Check that a file is an undamaged backup of a store.

    Args:
        path: the file.

    Returns:
        Its schema revision.

    Raises:
        BadInput: it does not exist, is no backup of this program, or is damaged.
    """
    if not path.is_file():
        raise BadInput(f"{path} does not exist; name a file that `copilot backup` wrote")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise BadInput(
            f"{path} is no backup of the co-pilot ({error}); name a file that `copilot backup` wrote"
        ) from error
    if verdict != "ok" or row is None:
        raise BadInput(f"{path} is damaged ({verdict}); use another backup")
    # These are in every schema since the first.
    lacking = {"community", "chat_group", "member", "message", "job", "account"} - there
    if lacking:
        raise BadInput(
            f"{path} is no backup of the co-pilot (it lacks {', '.join(sorted(lacking))}); "
            "name a file that `copilot backup` wrote"
        )
    return str(row[0])


def put_back(backup: Path, database: Path) -> Path | None:
    """Replace the database by a backup; nobody may have it open.

    Args:
        backup: a file that `check_copy` accepts.
        database: the SQLite file of the store.

    Returns:
        Where the database that stood there was moved to, or None where there was none.

    Raises:
        StorageFailed: the copy could not be made; the old database stays in place.
    """
    partial = database.with_name(database.name + ".restoring")
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
        source = sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        copy = sqlite3.connect(partial)
        try:
            source.backup(copy)
        finally:
            copy.close()
            source.close()
        aside = None
        if database.exists():
            # What the write-ahead log still holds belongs to the old database and must go with it.
            old = sqlite3.connect(database)
            try:
                # A database that is damaged, which is why it is replaced, goes with its log as it is.
                with suppress(sqlite3.DatabaseError):
                    old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    old.execute("PRAGMA journal_mode=DELETE")
            finally:
                old.close()
            aside = _free_name(database.with_name(database.name + ".replaced"))
            database.replace(aside)
        log = database.with_name(database.name + "-wal")
        if log.exists() and aside is not None:
            log.replace(aside.with_name(aside.name + "-wal"))
        database.with_name(database.name + "-shm").unlink(missing_ok=True)
        partial.replace(database)
        return aside
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageFailed(f"{backup} could not be put back ({error}); the store is as it was") from error


def _free_name(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}.{number}")
    return candidate

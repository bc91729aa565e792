"""Copies of everything, and their return."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from copilot.errors import BadInput
from copilot.retrieval.indexer import Indexer
from copilot.retrieval.words import erase
from copilot.settings import Settings
from copilot.store import Store
from copilot.store.backup import check_copy, copy_database, put_back
from copilot.store.schema import HEAD


def back_up(
    settings: Settings, store: Store, target: Path | None, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Copy the store into one file, while it is in use.

    Args:
        target: the file, which must not exist; None names one by the time in the folder of backups.

    Returns:
        The file.

    Raises:
        BadInput: the file exists.
        StorageFailed: it cannot be written.
    """
    if target is None:
        settings.backups_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = settings.backups_dir / f"copilot-{datetime.now(UTC).strftime('%Y%m%d-%H%M%S-%f')}.sqlite3"
    return copy_database(store, target, progress)


def restore(settings: Settings, backup: Path) -> Path | None:
    """Put a backup in the place of the store; what stood there is kept beside it.

    Args:
        backup: a file that `back_up` wrote, of this version or an older one.

    Returns:
        Where the replaced store is kept, or None where there was none.

    Raises:
        BadInput: the file is no sound backup, or comes from a newer version.
        Busy: the console is running on this data folder.
    """
    found = check_copy(backup)
    if found > HEAD:
        raise BadInput(f"{backup} has schema {found} and this version knows {HEAD}; install the version that wrote it")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(settings.database_path)
    indexer = Indexer(store, settings.index_dir)
    # Whoever owns the index works with the store: it must have stopped.
    indexer.acquire()
    try:
        store.close()
        aside = put_back(backup, settings.database_path)
        # Both follow the rows of the store by their ids, which stand for other rows now.
        erase(settings.index_dir / "words")
        erase(settings.index_dir / "vectors")
    finally:
        indexer.release()
    return aside

"""Bringing the database to the schema of this version, with a backup first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from copilot.errors import BadInput
from copilot.store.backup import copy_database, thin_out
from copilot.store.engine import Store

HEAD = "0003"


def revision(store: Store) -> str | None:
    """The schema revision that the database stands at; None for a new database."""
    with store.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return found


def upgrade(store: Store, backups: Path, *, keep: int = 5) -> Path | None:
    """Bring the database to `HEAD`, after copying it where it holds an older schema.

    Args:
        store: the database.
        backups: the folder for the copy.
        keep: how many automatic copies stay.

    Returns:
        The copy, or None where none was needed.

    Raises:
        BadInput: the database comes from a newer version of the program.
    """
    current = revision(store)
    if current == HEAD:
        return None
    if current is not None and current > HEAD:
        raise BadInput(
            f"the store has schema {current} and this version knows {HEAD}; install the newer version that wrote it"
        )
    # Alembic costs start-up time and is only needed when there is something to do.
    from alembic import command
    from alembic.config import Config

    copy = None
    if current is not None:
        backups.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        copy = copy_database(store, backups / f"before-{HEAD}-{stamp}.sqlite3")
        thin_out(backups, keep=keep)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
    return copy

"""The chat model that an owner chose: one row. Its key is kept outside the store."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.records import Abilities, ModelSetup
from copilot.store.tables import model_setup

_ONLY = 1


def get(connection: Connection) -> ModelSetup | None:
    """The model that is chosen, or None."""
    row = connection.execute(sa.select(model_setup).where(model_setup.c.id == _ONLY)).mappings().first()
    if row is None:
        return None
    values = {name: value for name, value in row.items() if name not in ("id", "abilities")}
    return ModelSetup(**values, abilities=Abilities(**row["abilities"]))


def save(connection: Connection, setup: ModelSetup, at: datetime) -> ModelSetup:
    """Choose a model in the place of the one that was chosen before.

    Returns:
        It, with its new version and time.
    """
    before = get(connection)
    kept = replace(setup, version=before.version + 1 if before else setup.version, changed_at=at)
    connection.execute(sa.delete(model_setup).where(model_setup.c.id == _ONLY))
    values = {
        **{field: getattr(kept, field) for field in kept.__dataclass_fields__},
        "abilities": asdict(kept.abilities),
    }
    connection.execute(sa.insert(model_setup).values(id=_ONLY, **values))
    return kept


def drop(connection: Connection) -> None:
    """Choose none."""
    connection.execute(sa.delete(model_setup).where(model_setup.c.id == _ONLY))

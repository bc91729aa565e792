"""Every released schema upgrades with its rows; copies are taken first and can be put back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from copilot.bootstrap import build
from copilot.errors import BadInput, Busy
from copilot.services.rights import SYSTEM
from copilot.services.safekeeping import back_up, restore
from copilot.settings import Settings
from copilot.store import Store, messages
from copilot.store.schema import HEAD, revision, upgrade
from copilot.store.tables import metadata

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


def load(dump: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()


def test_there_is_a_dump_of_every_released_schema() -> None:
    steps = (Path(__file__).parents[2] / "copilot" / "store" / "migrations" / "versions").glob("0*.py")
    assert [path.stem for path in RELEASED] == sorted(path.stem.split("_")[0] for path in steps)
    assert RELEASED[-1].stem == HEAD


@pytest.mark.parametrize("dump", RELEASED, ids=lambda path: path.stem)
def test_a_released_schema_comes_up_with_its_rows(dump: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", open_browser=False)
    load(dump, settings.database_path)
    app = build(settings)
    assert revision(app.store) == HEAD
    assert (app.backup_taken is not None) == (dump.stem != HEAD)
    names = [one.group.name for one in app.groups.groups(SYSTEM)]
    assert names == ["借阅群"]
    with app.store.read() as connection:
        talk = list(messages.stretch(connection, 1))
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert [one.text for one in talk] == ["周六几点开门？", "九点"]
    assert talk[1].reply_to_id == talk[0].id
    assert app.accounts.list()[0].name == "馆长"
    app.store.close()


def test_a_backup_is_taken_before_an_older_schema_is_changed(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite3")
    upgrade(store, tmp_path / "backups")
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        connection.exec_driver_sql("INSERT INTO fact VALUES ('kept', 'yes')")
    with pytest.raises(Exception, match="0000"):
        upgrade(store, tmp_path / "backups")
    (copy,) = (tmp_path / "backups").iterdir()
    assert sqlite3.connect(copy).execute("SELECT value FROM fact").fetchall() == [("yes",)]


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite3")
    upgrade(store, tmp_path / "backups")
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadInput, match="newer version"):
        upgrade(store, tmp_path / "backups")


def test_backup_and_restore(settings: Settings, tmp_path: Path) -> None:
    app = build(settings)
    app.groups.create_community(SYSTEM, "一", "zh", "Asia/Shanghai")
    copy = back_up(settings, app.store, tmp_path / "copy.sqlite3")
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="exists"):
        back_up(settings, app.store, copy)
    app.groups.create_community(SYSTEM, "二", "zh", "Asia/Shanghai")
    app.indexer.acquire()
    with pytest.raises(Busy):
        restore(settings, copy)
    app.indexer.release()
    app.store.close()
    aside = restore(settings, copy)
    assert aside is not None
    again = build(settings)
    assert [one.profile.name for one in again.groups.communities(SYSTEM)] == ["一"]
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM community").fetchone() == (2,)
    again.store.close()


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, None])
def test_what_is_no_backup_is_refused(settings: Settings, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="copilot backup"):
        restore(settings, path)
    assert not settings.database_path.exists()


def test_another_programs_database_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    foreign = sqlite3.connect(tmp_path / "x.sqlite3")
    foreign.executescript("CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('0001');")
    foreign.close()
    with pytest.raises(BadInput, match="lacks account"):
        restore(settings, tmp_path / "x.sqlite3")


def test_a_folder_of_other_things_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("x", encoding="utf-8")
    mode = (tmp_path / "letters").stat().st_mode
    with pytest.raises(BadInput, match="new or empty folder"):
        build(Settings(data_dir=tmp_path / "letters"))
    assert (tmp_path / "letters").stat().st_mode == mode

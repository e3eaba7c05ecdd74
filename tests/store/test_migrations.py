"""Migrations from nothing equal the models, on both databases; a newer database is refused in words."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.store.engine import Store, StoreTooNew
from bot.store.migrate import MIGRATIONS, newest_revision, upgrade
from bot.store.tables import Base
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


def _schema(connection: Connection) -> dict[str, object]:
    """Everything a database knows of its tables, in an order of its own making."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            ],
            "checks": sorted(_plain(check) for check in inspector.get_check_constraints(table)),
            "unique": sorted(_plain(unique) for unique in inspector.get_unique_constraints(table)),
            "indexes": sorted(_plain(index) for index in inspector.get_indexes(table)),
            "foreign": sorted(_plain(key) for key in inspector.get_foreign_keys(table)),
            "primary": _plain(inspector.get_pk_constraint(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _fresh_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.create())


def _plain(known: Any) -> str:
    """What is reflected, as text; a condition by its words and not by the object that holds it."""
    if isinstance(known, Mapping):
        return str(sorted((key, _plain(value)) for key, value in known.items()))
    return str(known)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_migrations_from_nothing_equal_the_models(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    migrated, modelled = (
        Store.at(_fresh_url(kind, request, folder)) for folder in (tmp_path, tmp_path / "models")
    )
    upgrade(migrated.engine.url.render_as_string(hide_password=False))
    with modelled.write() as session:
        Base.metadata.create_all(session.connection())
    with migrated.read() as session, modelled.read() as other:
        assert _schema(session.connection()) == _schema(other.connection())
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    migrated.close()
    modelled.close()


def test_upgrading_again_changes_nothing(store: Store, store_url: str) -> None:
    with store.read() as session:
        before = _schema(session.connection())
    upgrade(store_url)
    with store.read() as session:
        assert _schema(session.connection()) == before
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    assert revision == newest_revision()


def test_the_newest_file_is_where_alembic_ends() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == newest_revision()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_desks_that_start_at_once_migrate_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = _fresh_url(kind, request, tmp_path)
    migrate = f"from bot.store.migrate import upgrade; upgrade({url!r})"
    desks = [subprocess.Popen([sys.executable, "-c", migrate], cwd=ROOT) for _ in range(3)]
    assert [desk.wait(timeout=60) for desk in desks] == [0, 0, 0]
    upgrade(url)


def test_a_database_of_a_newer_version_is_refused(store: Store, store_url: str) -> None:
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="newer version"):
        upgrade(store_url)


def test_a_migration_names_no_class_of_ours() -> None:
    """A migration must give the same table in ten years, whatever our modules are called then."""
    for path in (ROOT / "bot" / "store" / "migrations" / "versions").glob("*.py"):
        assert "bot." not in path.read_text(), path

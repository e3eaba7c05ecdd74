"""Brings a database to the newest schema; the same call makes it from nothing."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from bot.store.engine import Store, StoreTooNew

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_305_820_117  # any number of our own: one migration at a time on PostgreSQL
_one_at_a_time = threading.Lock()  # alembic keeps its context in a global


def upgrade(url: str) -> None:
    """Run all migrations `url` lacks, in one transaction: all or nothing. Many desks may call it at once.

    Raises `StoreTooNew` for a database of a newer version, `StoreBusy`/`StoreUnreachable` as the store does.
    """
    store = Store.at(url, busy_seconds=30.0)
    try:
        with store.write() as session:
            connection = session.connection()
            if store.is_postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            upgrade_connection(connection)
    finally:
        store.close()


def upgrade_connection(connection: Connection) -> None:
    """As `upgrade`, inside a transaction that is already open."""
    config = _config()
    config.attributes["connection"] = connection
    try:
        with _one_at_a_time:
            command.upgrade(config, "head")
    except CommandError as error:
        if "locate revision" not in str(error).lower():
            raise
        raise StoreTooNew(
            "the database was written by a newer version; start that version or restore an older backup"
        ) from error


def newest_revision() -> str:
    """The revision this program's migrations lead to."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migrations in {MIGRATIONS}")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

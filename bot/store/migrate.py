"""Brings a database to the newest schema; the same call makes it from nothing.

Alembic is loaded only where there is something to do: a desk that stays up has 10 MB more to itself.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from bot.store.engine import Store, StoreTooNew

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_305_820_117  # any number of our own: one migration at a time on PostgreSQL
_one_at_a_time = threading.Lock()  # alembic keeps its context in a global


def upgrade(url: str) -> None:
    """Run all migrations `url` lacks, in one transaction: all or nothing. Many desks may call it at once.

    Raises `StoreTooNew` for a database of a newer version, `StoreBusy`/`StoreUnreachable` as the store does.
    """
    store = Store.at(url, busy_seconds=30.0)
    try:
        with store.read() as session:
            if revision_of(session) == newest_revision():
                return
        with store.write() as session:
            connection = session.connection()
            if store.is_postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            upgrade_connection(connection)
    finally:
        store.close()


def upgrade_connection(connection: Connection) -> None:
    """As `upgrade`, inside a transaction that is already open."""
    from alembic import command
    from alembic.util.exc import CommandError

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
    """The revision this program's migrations lead to: their files are numbered in one line."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision_of(session: Session) -> str | None:
    """The revision of a database; None where no migration has run."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

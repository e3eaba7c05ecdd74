"""The engine and the store: short transactions on SQLite or PostgreSQL, the same for both.

SQLite runs in WAL mode with foreign keys on. A writing transaction begins with BEGIN IMMEDIATE: one
that reads first and writes later fails at once in SQLite when another wrote in between, busy timeout
or not (design §7). Writers of one process queue on a lock of ours before they ask SQLite, which lets
its writers sleep and try again: 12 threads had a writer wait 4.4 s that way.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.errors import StoreBusy, StoreError, StoreFull, StoreTooNew, StoreUnreachable, typed

__all__ = [
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreTooNew",
    "StoreUnreachable",
    "make_engine",
]

BUSY_SECONDS = 5.0
"""How long a writer waits for another before it gets `StoreBusy`."""

_WRITES = "guanjia_writes"
_LIGHT = "guanjia_light"

_write_locks: dict[str, threading.Lock] = {}
"""One for each SQLite file this process writes to, whichever store it is opened by."""


def make_engine(url: str, *, busy_seconds: float = BUSY_SECONDS, pool_size: int = 10) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…` (always through psycopg 3)."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        # A lock nobody lets go of must become an error, not a desk that hangs.
        options = f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC"
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # what residents wrote must not reach a log with a traceback (R24)
            connect_args={"options": options, "connect_timeout": 10},
        )
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class Store:
    """Hands out short transactions. Sessions are synchronous: use them in a worker thread."""

    def __init__(self, engine: Engine, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.engine = engine
        self._busy_seconds = busy_seconds
        self._writing = engine.execution_options(**{_WRITES: True})
        self._writing_lightly = engine.execution_options(**{_WRITES: True, _LIGHT: True})
        self._lock = None if self.is_postgres else _write_locks.setdefault(_file(engine), threading.Lock())

    @classmethod
    def at(cls, url: str, *, busy_seconds: float = BUSY_SECONDS) -> "Store":
        """A store with a pool of its own on `url`."""
        return cls(make_engine(url, busy_seconds=busy_seconds), busy_seconds=busy_seconds)

    @property
    def is_postgres(self) -> bool:
        """True on PostgreSQL, False on SQLite."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Session]:
        """One writing transaction: committed at the end, rolled back on any error. Not to be nested.

        When it returns, what was written survives a power cut; a `light` one survives every crash of
        the program, but a power cut may take the last moments back. So light is for what follows from
        stored messages and is done again when it is gone (claims, turns, deliveries), never for what a
        person was told is stored. Raises `StoreBusy`, `StoreFull` or `StoreUnreachable`.
        """
        engine = self._writing_lightly if light else self._writing
        with (
            _typed_errors(),
            self._turn_to_write(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if light and self.is_postgres:
                session.execute(text("SET LOCAL synchronous_commit = off"))
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction: a consistent view on SQLite; never committed."""
        with _typed_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise StoreBusy("another writer of this process holds the database")
        try:
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close all connections of the pool."""
        self.engine.dispose()


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        known = typed(error)
        if known is None:
            raise
        raise known from error


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN would be a deferred one: we send ours (`_begin_sqlite`).
    raw: Any = connection
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    # FULL: each commit reaches the disk. NORMAL: written at once, on the disk by the next FULL commit.
    connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get(_LIGHT) else 'FULL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _file(engine: Engine) -> str:
    return os.path.realpath(engine.url.database or "")

"""Stores on both databases, the hand-turned clock and the cast, as fixtures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.engine import Store
from bot.store.migrate import upgrade
from tests.support.cast import Cast, make_cast
from tests.support.clock import HandClock
from tests.support.desk_at_work import DeskAtWork
from tests.support.postgres import PostgresServer, start_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run; without PostgreSQL the tests fail and say what to install."""
    try:
        server = start_postgres()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: PostgresServer) -> str:
    name = postgres.create()
    upgrade(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "guanjia.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of the test's own."""
    path = tmp_path / "guanjia.db"
    shutil.copy(_migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: PostgresServer, _migrated_postgres: str) -> str:
    """A migrated, empty PostgreSQL database. One for all tests, emptied before each: a copy costs 0.35 s."""
    postgres.empty(_migrated_postgres)
    return postgres.url(_migrated_postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database: the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A migrated store, on SQLite and on PostgreSQL in turn."""
    opened = Store.at(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A migrated SQLite store, for what does not depend on the kind of database."""
    opened = Store.at(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """A migrated PostgreSQL store, for what only several desks at once can show."""
    opened = Store.at(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> HandClock:
    """A Wednesday morning, 09:00 in the estate's zone; `clock.turn(minutes=5)` moves it on."""
    return HandClock()


@pytest.fixture
def cast(store: Store, clock: HandClock) -> Cast:
    """王阿姨, 老周, 小李, 陈姐 and the stranger, in `store`."""
    return make_cast(store, now=clock())


@pytest.fixture
def desk(store: Store, clock: HandClock, cast: Cast) -> DeskAtWork:
    """A desk at work on `store`, the cast in it."""
    return DeskAtWork(store, clock)

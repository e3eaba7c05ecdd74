"""Fixtures of the tests that need a whole desk: the fake Rasa server, the desk over HTTP, a resident."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.engine import Store
from tests.doubles.rasa.fake import FakeRasa
from tests.support.clock import HandClock
from tests.support.desk_server import OPERATOR, DeskServer, settings_for
from tests.support.visitor import Visitor

StartDesk = Callable[..., DeskServer]


@pytest.fixture
def rasa() -> Iterator[FakeRasa]:
    """The fake Rasa server, running and well."""
    server = FakeRasa().start()
    yield server
    server.stop()


@pytest.fixture
def start_desk(store_url: str, rasa: FakeRasa, clock: HandClock, tmp_path: Path) -> Iterator[StartDesk]:
    """Start desks on the test's store; all are stopped at the end."""
    started: list[DeskServer] = []

    def start(desk_id: str = "desk-1", **more: object) -> DeskServer:
        settings = settings_for(store_url, tmp_path / "data", rasa, desk_id)
        server = DeskServer(settings, clock, **more)  # type: ignore[arg-type]
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_desk: StartDesk) -> DeskServer:
    """A desk at work, on SQLite and on PostgreSQL in turn."""
    return start_desk()


@pytest.fixture
def wang(server: DeskServer, store: Store) -> Visitor:
    """王阿姨 on the web chat, as the operator opens it for her (no home needed here)."""
    return Visitor(server.url, operator=OPERATOR, resident="王阿姨")


@pytest.fixture
def visitor(server: DeskServer) -> Visitor:
    """Somebody who opened the page."""
    return Visitor(server.url)

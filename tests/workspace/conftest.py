"""The workspace over its real ASGI app and a real store; a browser per person."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot.desk.people.agents import create_agent
from bot.desk.people.sealing import Seal
from bot.messaging.attachments import AttachmentStore
from bot.messaging.live import Hub
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import Role
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.workspace.browser import Browser

OpenBrowser = Callable[[], Browser]


@pytest.fixture
def parts(store: Store, clock: HandClock, tmp_path: Path) -> Parts:
    """What the app gives the workspace, on the test's own store and clock."""
    return Parts(
        store=store,
        live=Hub(desk_id="desk-test"),
        now=clock,
        estate=sample_estate(),
        attachment_path=AttachmentStore(tmp_path / "attachments").path,
        words=sample_words(),
        seal=Seal("a key of the tests"),
    )


@pytest.fixture
def open_browser(parts: Parts) -> Iterator[OpenBrowser]:
    """Browsers without a session, on one running workspace."""
    app = Starlette(routes=routes(parts))
    opened: list[Browser] = []

    def open_one() -> Browser:
        opened.append(Browser(app))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def li(open_browser: OpenBrowser, cast: Cast) -> Browser:
    """小李's browser, signed in."""
    return open_browser().sign_in(cast.li.login, PASSWORD)


@pytest.fixture
def chen(open_browser: OpenBrowser, cast: Cast) -> Browser:
    """陈姐's browser, signed in."""
    return open_browser().sign_in(cast.chen.login, PASSWORD)


@pytest.fixture
def repairer(store: Store, cast: Cast, clock: HandClock) -> Colleague:
    """王工 of the repair staff: sees the cases that are his, nothing else."""
    with store.write() as session:
        agent = create_agent(
            session,
            login="wanggong",
            name="王工",
            password=PASSWORD,
            role=Role.STAFF,
            by=actors.OPERATOR,
            now=clock(),
        )
    return Colleague(agent.id, agent.login, actors.agent(agent.id))


@pytest.fixture
def secure(parts: Parts) -> Parts:
    """The same, reached over https."""
    return replace(parts, secure_cookies=True)

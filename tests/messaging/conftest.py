"""Async tests of this folder run on asyncio, as the desk does; 小李 at the workspace."""

import pytest

from bot.desk.talk import conversations
from bot.messaging.live import INBOX, OUTBOX
from bot.store.engine import Store
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Li:
    """小李 at the workspace, as its views do it: one transaction, then news to the hub."""

    def __init__(self, store: Store, server: DeskServer, clock: HandClock, agent_id: int) -> None:
        self.store, self.hub, self.clock, self.agent_id = store, server.desk.hub, clock, agent_id

    def answers(self, conversation_id: int, text: str) -> None:
        with self.store.write() as session:
            conversations.answer(
                session,
                conversation_id,
                agent_id=self.agent_id,
                text=text,
                client_id=f"li-{text}",
                now=self.clock(),
            )
        self.hub.publish(OUTBOX)

    def takes_over(self, conversation_id: int) -> None:
        with self.store.write() as session:
            conversations.take_over(session, conversation_id, agent_id=self.agent_id, now=self.clock())

    def hands_back(self, conversation_id: int, note: str) -> None:
        with self.store.write() as session:
            conversations.hand_back(
                session, conversation_id, agent_id=self.agent_id, note=note, now=self.clock()
            )
        self.hub.publish(INBOX)


@pytest.fixture
def li(store: Store, server: DeskServer, clock: HandClock, cast: Cast) -> Li:
    return Li(store, server, clock, cast.li.agent_id)

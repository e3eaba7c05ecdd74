"""The Telegram double, its people, and a desk that serves them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.messaging.channels.telegram.channel import LIMITS
from bot.messaging.channels.telegram.intake import Reading
from bot.messaging.channels.telegram.receiver import Receiving
from bot.messaging.channels.telegram.service import TelegramPace
from bot.store.engine import Store
from bot.store.tables import Conversation, Message
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer, settings_for

T = TypeVar("T")

QUICK = TelegramPace(
    Receiving(poll=2, lease=timedelta(seconds=3), look_every=0.1, first_retry=0.05),
    Reading(look_every=0.2, album_quiet=0.2, pause=0.02),
    replace(LIMITS, seconds_per_chat=0.0, per_second=None),
)


@dataclass
class TelegramDesk:
    """One desk process's insides, and what its store holds."""

    server: DeskServer
    store: Store
    clock: HandClock
    telegram: FakeTelegram

    def conversation(self, person: TelegramPerson) -> Conversation:
        """Hers; it must be there."""
        with self.store.read() as session:
            return session.scalars(
                select(Conversation).where(
                    Conversation.channel == "telegram", Conversation.address == str(person.id)
                )
            ).one()

    def heard(self, person: TelegramPerson) -> list[Message]:
        """What the desk has of her, in order, with files."""
        return self.reads(lambda session: _messages(session, person))

    def reads(self, work: Callable[[Session], T]) -> T:
        with self.store.read() as session:
            return work(session)

    def writes(self, work: Callable[[Session], T]) -> T:
        with self.store.write() as session:
            return work(session)


def _messages(session: Session, person: TelegramPerson) -> list[Message]:
    found = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.address == str(person.id), Message.sender == "resident")
        .order_by(Message.seq)
    ).all()
    for message in found:
        len(message.attachments)  # loaded while the session is there
    return list(found)


StartTelegramDesk = Callable[..., TelegramDesk]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def telegram(clock: HandClock) -> Iterator[FakeTelegram]:
    """The Bot API double, running and well, at the desk's own time."""
    server = FakeTelegram()
    server.world.clock = lambda: clock().timestamp()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def wang(telegram: FakeTelegram) -> TelegramPerson:
    """王阿姨, who has not written to the bot yet."""
    return TelegramPerson(telegram, "王阿姨")


@pytest.fixture
def zhou(telegram: FakeTelegram) -> TelegramPerson:
    """Her neighbour 老周."""
    return TelegramPerson(telegram, "老周")


@pytest.fixture
def start(
    request: pytest.FixtureRequest,
    rasa: FakeRasa,
    clock: HandClock,
    telegram: FakeTelegram,
    tmp_path: Path,
) -> Iterator[StartTelegramDesk]:
    """Start desks that serve the double's bot; all are stopped at the end."""
    url: str = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    store = Store.at(url)
    started: list[DeskServer] = []

    def start_one(
        desk_id: str = "desk-1",
        pace: TelegramPace = QUICK,
        estate: Estate | None = None,
        **settings: Any,
    ) -> TelegramDesk:
        own = replace(
            settings_for(url, tmp_path / "data", rasa, desk_id),
            **{"telegram_token": telegram.token, "telegram_api_url": telegram.url, **settings},
        )
        server = DeskServer(own, clock, estate, telegram_pace=pace)
        if own.telegram_receive == "webhook":
            server.settings = replace(own, public_url=server.url)
        started.append(server)
        return TelegramDesk(server.start(), store, clock, telegram)

    yield start_one
    for server in started:
        server.stop()
    store.close()


@pytest.fixture
def desk(start: StartTelegramDesk) -> TelegramDesk:
    """A desk at work, receiving."""
    return start()

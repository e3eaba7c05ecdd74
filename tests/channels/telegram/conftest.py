"""The Telegram double and its people, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """The Bot API double, running and well."""
    server = FakeTelegram().start()
    yield server
    server.stop()


@pytest.fixture
def wang(telegram: FakeTelegram) -> TelegramPerson:
    """王阿姨, who has not written to the bot yet."""
    return TelegramPerson(telegram, "王阿姨")

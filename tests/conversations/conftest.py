"""One house for all conversations: the model is trained once (or found), the Rasa server started once."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.store.states import Mode
from bot.store.tables import Case, Conversation
from tests.conversations.house import House, rasa_python_for_tests, running_house
from tests.support.cast import Cast, make_cast
from tests.support.clock import MORNING, HandClock
from tests.support.fees import put_in_bills


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Cast]]:
    """The house, with the cast in its store."""
    given = rasa_python_for_tests()
    if given:
        os.environ["GUANJIA_RASA_PYTHON"] = given
    clock = HandClock()
    with running_house(tmp_path_factory.mktemp("house"), clock) as house:
        cast = make_cast(house.store, now=clock())
        with house.store.write() as session:
            put_in_bills(session, now=clock())
        yield house, cast


@pytest.fixture
def house(running: tuple[House, Cast]) -> Iterator[House]:
    """The house in the morning; afterwards nothing of this conversation is left in the way of the next."""
    house, _ = running
    house.clock.at = MORNING
    yield house
    with house.store.write() as session:
        # The homes are the cast's in every script: a case must not show up in the next one's status.
        session.execute(update(Case).values(household_id=None))
        session.execute(
            update(Conversation)
            .where(Conversation.mode != Mode.BOT)
            .values(mode=Mode.BOT, owner_id=None, waiting_since=None)
        )


@pytest.fixture
def cast(running: tuple[House, Cast]) -> Cast:
    return running[1]


def at_time(house: House, time: str) -> None:
    """Turn the clock to a time of day in the estate's zone (UTC+8, as the sample estate's)."""
    hours, minutes = (int(part) for part in time.split(":"))
    house.clock.at = MORNING + timedelta(hours=hours - 9, minutes=minutes)

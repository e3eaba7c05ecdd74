"""The chats as the clock sees them: `turn` is one look of one desk."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.clock.clock import Round, tick
from bot.desk.service.presence import heartbeat
from bot.store.engine import Store
from tests.support.cast import Colleague
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

Turn = Callable[..., Round]
Beat = Callable[..., None]


@pytest.fixture
def turn(store: Store, clock: HandClock) -> Turn:
    """The clock of a desk looks once; `desk=` names another one."""

    def look(desk: str = "desk-1") -> Round:
        return partial(tick, store, sample_estate(), sample_words(), now=clock)(desk=desk)

    return look


@pytest.fixture
def beat(store: Store, clock: HandClock) -> Beat:
    """The pages of these people are heard."""

    def hear(*people: Colleague) -> None:
        for one in people:
            with store.write() as session:
                heartbeat(session, one.agent_id, now=clock())

    return hear

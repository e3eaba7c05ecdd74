"""An action's handler over a real store: the cast writes, the outcome is looked at before Rasa sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from actions.heard import Heard, Matter
from actions.outcome import Outcome
from actions.room import Call
from bot.desk.estate.calendar import WorkingCalendar
from bot.store.engine import Store
from tests.support.cast import Cast, Person, make_cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.support.handbooks import sample_handbook

T = TypeVar("T")
Handler = Callable[[Call, Heard], Outcome]


@dataclass
class Dialogue:
    """One resident's dialogue, its slots carried from turn to turn as Rasa carries them."""

    store: Store
    clock: HandClock
    person: Person
    form: str | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def hears(self, handler: Handler, text: str, intent: str, **more: Any) -> Outcome:
        """Run a handler on a new message; its slots are kept for the next one."""
        self.count += 1
        return self.again(handler, text, intent, **more)

    def again(self, handler: Handler, text: str, intent: str, **more: Any) -> Outcome:
        """Run a handler on the same message once more (a turn that is played again)."""
        heard = self.heard(text, intent, **more)
        outcome = self.does(lambda call: handler(call, heard))
        self.slots |= outcome.slots
        return outcome

    def heard(self, text: str, intent: str, **more: Any) -> Heard:
        category = more.pop("category", None)
        more.setdefault("matters", (Matter(intent, category, text),))
        more.setdefault("slots", dict(self.slots))
        return Heard(
            turn=f"turn-{self.person.conversation_id}-{self.count}",
            conversation_id=self.person.conversation_id,
            text=text,
            intent=intent,
            active_form=self.form,
            **more,
        )

    def does(self, work: Callable[[Call], T]) -> T:
        """Run work in one writing transaction, as the room of the actions does."""
        with self.store.write() as session:
            return work(self.call(session))

    def call(self, session: Session) -> Call:
        estate = sample_estate()
        calendar = WorkingCalendar.of(estate)
        return Call(session, estate, calendar, sample_words(), self.clock(), sample_handbook())


def keys(outcome: Outcome) -> list[str]:
    """The replies' keys."""
    return [reply.key for reply in outcome.replies]


@pytest.fixture
def people(sqlite_store: Store, clock: HandClock) -> Cast:
    return make_cast(sqlite_store, now=clock())


@pytest.fixture
def wang(sqlite_store: Store, clock: HandClock, people: Cast) -> Dialogue:
    """王阿姨, whose home 3-2-1201 is proved."""
    return Dialogue(sqlite_store, clock, people.wang)


@pytest.fixture
def stranger(sqlite_store: Store, clock: HandClock, people: Cast) -> Dialogue:
    """Somebody the desk knows nothing of."""
    return Dialogue(sqlite_store, clock, people.stranger)

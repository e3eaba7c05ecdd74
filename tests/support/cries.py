"""Residents who cry for help, and what became of it, straight over the desk's use cases."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies.heard import Heard
from bot.messaging import inbox
from bot.store.emergency_tables import Alarm, Page
from bot.store.engine import Store
from bot.store.states import Sender
from bot.store.tables import CaseEvent, Message
from tests.support.cast import Person
from tests.support.clock import HandClock
from tests.support.emergencies import emergencies


@dataclass
class Cries:
    """Hands in what residents write, as every channel does."""

    store: Store
    clock: HandClock
    count: int = 0
    check: object = field(default_factory=emergencies)

    def hears(self, person: Person, text: str, *, payload: str | None = None) -> Heard:
        """Store a message of hers; returns what the check did."""
        self.count += 1
        with self.store.write() as session:
            return inbox.receive(
                session,
                conversation_id=person.conversation_id,
                channel_id=f"m{self.count}",
                text=text,
                payload=payload,
                emergencies=self.check,  # type: ignore[arg-type]
                now=self.clock(),
            ).heard

    def told(self, person: Person) -> list[str | None]:
        """Keys of what the desk told her, in order."""
        with self.store.read() as session:
            return list(session.scalars(_of(person).with_only_columns(Message.reply_key)))

    def last_words(self, person: Person) -> str:
        """The newest words of the desk to her."""
        with self.store.read() as session:
            words: list[str] = list(session.scalars(_of(person).with_only_columns(Message.text)))
            return words[-1]

    def alarms(self) -> list[Alarm]:
        with self.store.read() as session:
            return list(session.scalars(select(Alarm).order_by(Alarm.id)))

    def pages(self) -> list[tuple[str, str, int]]:
        """(role, device, round) of every page, in order."""
        with self.store.read() as session:
            rows = session.scalars(select(Page).order_by(Page.id))
            return [(row.role, row.device, row.round) for row in rows]

    def record(self) -> list[str]:
        """The kinds of the case's history, in order."""
        with self.store.read() as session:
            return list(session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id)))

    def at(self) -> datetime:
        return self.clock()


def _of(person: Person):  # type: ignore[no-untyped-def]
    return (
        select(Message)
        .where(Message.conversation_id == person.conversation_id, Message.sender == Sender.SYSTEM)
        .order_by(Message.id)
    )


def only_alarm(session: Session) -> Alarm:
    """The one alarm there is."""
    return session.scalars(select(Alarm)).one()

"""What happens by time at the chats: offers that end, chats nobody answers, calls, words to who waits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.clock.lease import ClockLease
from bot.desk.service import acting
from bot.desk.service.floor import read_floor
from bot.desk.service.plan import Act, plan
from bot.desk.service.ratings import AskRating, ask_rating, due_ratings
from bot.desk.service.telling import ServiceVoice

PUT_OFF = timedelta(minutes=1)
"""An act that failed is tried again after so long; the others go on."""


@dataclass(frozen=True)
class Due:
    """What is to be done now, and when something may be due although nothing happens until then."""

    acts: tuple[Act | AskRating, ...]
    next_at: datetime | None


@dataclass
class ServiceWatch:
    """Looks at the chats for one clock; what failed is remembered here alone, for a minute."""

    voice: ServiceVoice
    failed: dict[Act | AskRating, datetime] = field(default_factory=dict)

    def look(self, session: Session, now: datetime) -> "Due":
        """What is due now (without what was put off), and when to look again."""
        found = plan(read_floor(session, estate=self.voice.estate, now=now))
        ratings, opens = due_ratings(session, estate=self.voice.estate, now=now)
        self.failed = {act: until for act, until in self.failed.items() if until > now}
        later = [until for until in (found.next_at, opens, *self.failed.values()) if until is not None]
        acts = (*found.acts, *ratings)
        return Due(tuple(act for act in acts if act not in self.failed), min(later, default=None))

    def next_at(self, session: Session, now: datetime) -> datetime | None:
        """When the next look is due; `now` while something is."""
        found = self.look(session, now)
        return now if found.acts else found.next_at

    def work(self, lease: ClockLease, *, told: list[int]) -> None:
        """Do what is due, each act apart; conversations that changed go into `told`."""
        with lease.store.read() as session:
            due = self.look(session, lease.now()).acts
        for act in due:
            changed = lease.apart(
                partial(self._do, act=act),
                put_off=partial(self._put_off, act=act),
                event="clock.service_put_off",
                which={"act": type(act).__name__},
            )
            if changed is not None:
                told.append(changed)

    def _do(self, session: Session, *, act: Act | AskRating, now: datetime) -> int | None:
        if isinstance(act, AskRating):
            return ask_rating(session, act, voice=self.voice, now=now)
        return acting.do(session, act, voice=self.voice, now=now)

    def _put_off(self, session: Session, *, act: Act | AskRating, now: datetime, reason: str) -> None:
        self.failed[act] = now + PUT_OFF  # no row of its own: remembered here alone

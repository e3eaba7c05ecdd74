"""What happens by time at the chats: offers that end, chats nobody answers, calls, words to who waits."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock.lease import LeaseLost
from bot.desk.service import acting
from bot.desk.service.floor import read_floor
from bot.desk.service.plan import Act, plan
from bot.desk.service.ratings import AskRating, ask_rating, due_ratings
from bot.desk.service.telling import ServiceVoice
from bot.store.engine import Store
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

PUT_OFF = timedelta(minutes=1)
"""An act that failed is tried again after so long; the others go on."""


@dataclass(frozen=True)
class Due:
    """What is to be done now, and when something may be due although nothing happens until then."""

    acts: tuple[Act | AskRating, ...]
    next_at: datetime | None


KeepLease = Callable[[Session, datetime], None]


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

    def _do(self, session: Session, act: Act | AskRating, now: datetime) -> int | None:
        if isinstance(act, AskRating):
            return ask_rating(session, act, voice=self.voice, now=now)
        return acting.do(session, act, voice=self.voice, now=now)

    def work(
        self, store: Store, *, now: Callable[[], datetime], keep_lease: KeepLease, told: list[int]
    ) -> None:
        """Do what is due, each act in a transaction of its own; conversations that changed go into `told`."""
        with store.read() as session:
            due = self.look(session, now()).acts
        for act in due:
            at = now()
            try:
                with store.write() as session:
                    keep_lease(session, at)
                    changed = self._do(session, act, at)
            except (StoreError, LeaseLost):
                raise  # no fault of this act
            except Exception:
                # Whatever it is, one chat must not stop the others: it is reported and tried again soon.
                log.exception("clock.service_put_off", extra={"act": type(act).__name__})
                self.failed[act] = at + PUT_OFF
            else:
                if changed is not None:
                    told.append(changed)

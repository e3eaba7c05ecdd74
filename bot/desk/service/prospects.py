"""What somebody who waits is told (R31): her place, the time measured from recent waits, or when people come.

Nothing is promised that was not measured: with fewer than `FEWEST` recent waits no time is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.service.presence import Standing, There, standings
from bot.desk.service.queue import ahead_of, read_queue
from bot.desk.service.roster import is_attended, next_attended
from bot.desk.wording.composer import Reply
from bot.store.states import Mode
from bot.store.tables import ConversationEvent

LOOKS_BACK = timedelta(hours=24)
LATEST = 200
"""So many events of the desk are looked at, the newest."""
FEWEST = 5
STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60)
"""Minutes a resident is told; more than an hour is not told as a number."""

Attended = Literal["present", "expected", "closed"]


@dataclass(frozen=True)
class Recent:
    """What was measured lately: how long people waited, how long they were then served."""

    waits: tuple[timedelta, ...] = ()
    served: tuple[timedelta, ...] = ()


@dataclass(frozen=True)
class Prospect:
    """`attended`: people are there now (present), should be (expected), or are not (closed)."""

    ahead: int
    attended: Attended
    minutes: int | None
    next_at: datetime

    def slots(self) -> dict[str, Any]:
        """As responses use it; `open` and `next_opening` stand above the estate's office hours."""
        return {
            "ahead": self.ahead,
            "attended": self.attended,
            "open": self.attended != "closed",
            "minutes": self.minutes,
            "next_opening": self.next_at.isoformat(),
        }


def prospect(session: Session, conversation_id: int, *, estate: Estate, now: datetime) -> Prospect:
    """How things stand for this conversation, which waits (or is about to)."""
    people = standings(session, estate=estate, now=now)
    ahead = ahead_of(read_queue(session, estate=estate, now=now), conversation_id)
    present = [one for one in people if one.there in (There.ONLINE, There.BUSY)]
    attended: Attended = "present" if present else "expected" if is_attended(estate, now) else "closed"
    minutes = None
    if attended == "present":
        minutes = expected_minutes(ahead, present, read_recent(session, now))
    return Prospect(ahead, attended, minutes, next_attended(estate, now))


def with_time(key: str, slots: dict[str, Any]) -> list[Reply]:
    """The reply `key`, and the expected time behind it where it was measured."""
    if slots.get("minutes") is None:
        return [Reply(key, slots)]
    return [Reply(key, slots), Reply("utter_waiting_minutes", {"minutes": slots["minutes"]})]


def expected_minutes(ahead: int, present: Sequence[Standing], recent: Recent) -> int | None:
    """Minutes until a person comes, rounded up to a step; None when too little was measured.

    While somebody has room for her it is the usual wait. Behind others it is the time in which as many
    places become free: the usual time of service, shared by all the places there are.
    """
    if len(recent.waits) < FEWEST:
        return None
    usual = _usual(recent.waits)
    room = sum(max(0, one.capacity - one.open_chats) for one in present if one.there is There.ONLINE)
    if ahead >= room:
        if len(recent.served) < FEWEST:
            return None
        places = max(1, sum(one.capacity for one in present))
        usual += _usual(recent.served) / places * (ahead - room + 1)
    return next((step for step in STEPS if usual <= timedelta(minutes=step)), None)


def _usual(measured: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in measured))


def read_recent(session: Session, now: datetime) -> Recent:
    """Waits that ended with a person, and services that ended, of the last day, from the record of moves."""
    events = session.execute(
        select(
            ConversationEvent.conversation_id,
            ConversationEvent.old,
            ConversationEvent.new,
            ConversationEvent.at,
        )
        .where(ConversationEvent.at > now - LOOKS_BACK)
        .order_by(ConversationEvent.id.desc())
        .limit(LATEST)
    ).all()
    waits, served = [], []
    began: dict[int, datetime] = {}
    for chat_id, old, new, at in reversed(events):
        since = began.get(chat_id)
        if since is not None and old is Mode.WAITING and new is Mode.HUMAN:
            waits.append(at - since)
        elif since is not None and old is Mode.HUMAN and new is not Mode.HUMAN:
            served.append(at - since)
        if old is not new:
            began[chat_id] = at
    return Recent(tuple(waits), tuple(served))

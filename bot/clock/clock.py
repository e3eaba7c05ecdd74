"""What happens by time: the loop that looks for the earliest due row, on one desk at a time.

Now: emergencies nobody answered (R17), promised times (R28), the chats people serve (R31 to R34). The next
job is a function beside `_watch_promises`; docs/recipes.md tells how.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import anyio
import anyio.to_thread
from sqlalchemy.orm import Session

from bot.clock.emergencies import earliest, watch_emergencies
from bot.clock.lease import ClockLease, LeaseLost, Now
from bot.clock.reminders import watch_reminders
from bot.clock.service import ServiceWatch
from bot.desk.casework.promises import Watched, due_promises, earliest_look, put_off, watch_promise
from bot.desk.emergencies.telling import Telling
from bot.desk.estate.model import Estate
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.reminders import earliest_reminder
from bot.desk.wording.speaking import speaker
from bot.desk.wording.words import Words
from bot.store.engine import Store
from bot.store.errors import StoreError
from bot.store.tables import Case, Promise

log = logging.getLogger(__name__)

LONGEST_NAP = timedelta(seconds=15)
"""So late at most a promise made meanwhile is seen."""
REFUSED_NAP = timedelta(seconds=5)
"""So late at most the lease of a dead desk is taken up, once it is over."""
ROWS_A_ROUND = 100

Wake = Callable[[float], Awaitable[None]]


@dataclass
class Round:
    """What one look did: the promises it changed, the conversations that have a new message, the faults.

    `held` is False when nothing was due, or another desk turns the clock.
    """

    held: bool
    nap: timedelta
    watched: list[Watched] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    put_off: list[int] = field(default_factory=list)


async def run_clock(
    store: Store,
    estate: Estate,
    words: Words,
    *,
    desk: str,
    now: Now,
    wake: Wake,
    told: Callable[[int], None] = lambda conversation_id: None,
) -> None:
    """Turn until cancelled. `wake(seconds)` waits that long, or less when there is news.

    `told` hears of each conversation that got a message, after the commit. A store that is busy or away
    is tried again; nothing is skipped by it.
    """
    watch = ServiceWatch(ServiceVoice(words, estate))
    look = partial(tick, store, estate, words, desk=desk, now=now, service=watch)
    try:
        while True:
            nap = LONGEST_NAP
            try:
                done = await anyio.to_thread.run_sync(look)
            except StoreError as fault:
                log.warning("clock.store_away", extra={"error": str(fault)})
            else:
                nap = done.nap
                for conversation_id in done.told:
                    told(conversation_id)
            await wake(nap.total_seconds())
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(ClockLease(store, desk, now).release)


def tick(
    store: Store,
    estate: Estate,
    words: Words,
    *,
    desk: str,
    now: Now,
    service: ServiceWatch | None = None,
) -> Round:
    """Do once what is due, if this desk holds the clock's lease. Each row is a transaction of its own.

    While nothing is due it only reads: the loop is woken by every piece of news of the desk.
    """
    service = service or ServiceWatch(ServiceVoice(words, estate))
    done = Round(held=False, nap=_until_next(store, service, now()))
    if done.nap:
        return done
    lease = ClockLease(store, desk, now)
    done.held = lease.take()
    if done.held:
        try:
            watch_emergencies(lease, Telling(words, estate), told=done.told)
            service.work(lease, told=done.told)
            _watch_promises(lease, estate, words, done)
            watch_reminders(lease, estate, words, told=done.told)
            lease.release()
        except LeaseLost:
            done.held = False
    done.nap = _until_next(store, service, now()) if done.held else REFUSED_NAP
    return done


def _watch_promises(lease: ClockLease, estate: Estate, words: Words, done: Round) -> None:
    with lease.store.read() as session:
        due = due_promises(session, lease.now(), limit=ROWS_A_ROUND)
    for promise_id in due:
        found = lease.apart(
            partial(_watch_one, promise_id=promise_id, estate=estate, words=words),
            put_off=partial(put_off, promise_id=promise_id),
            event="clock.promise_put_off",
            which={"promise_id": promise_id},
        )
        if found is None:
            done.put_off.append(promise_id)
            continue
        watched, conversation_id = found
        done.watched.append(watched)
        if watched.told and conversation_id is not None:
            done.told.append(conversation_id)


def _watch_one(
    session: Session, *, promise_id: int, estate: Estate, words: Words, now: datetime
) -> tuple[Watched, int | None]:
    watched = watch_promise(session, promise_id, say=speaker(words, estate, now=now), now=now)
    return watched, _conversation_of(session, promise_id)


def _conversation_of(session: Session, promise_id: int) -> int | None:
    promise = session.get_one(Promise, promise_id)
    return session.get_one(Case, promise.case_id).conversation_id


def _until_next(store: Store, service: ServiceWatch, now: datetime) -> timedelta:
    """Zero while something is due; never longer than the longest nap."""
    with store.read() as session:
        looks = (
            earliest_look(session),
            earliest(session),
            earliest_reminder(session),
            service.next_at(session, now),
        )
        times = [at for at in looks if at is not None]
    if not times:
        return LONGEST_NAP
    return min(max(min(times) - now, timedelta(0)), LONGEST_NAP)

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
from bot.clock.lease import LeaseLost
from bot.clock.reminders import watch_reminders
from bot.clock.service import ServiceWatch
from bot.desk.casework.promises import Watched, due_promises, earliest_look, put_off, watch_promise
from bot.desk.emergencies.telling import Telling
from bot.desk.estate.model import Estate
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.reminders import earliest_reminder
from bot.desk.wording.speaking import speaker
from bot.desk.wording.words import Words
from bot.store import leases
from bot.store.engine import Store
from bot.store.errors import StoreError
from bot.store.tables import Case, Promise

log = logging.getLogger(__name__)

LEASE = "clock"
LEASE_LASTS = timedelta(seconds=15)
"""It is taken for one round, renewed with every row and given back: only of a desk killed in the middle of
a round the others wait for its end."""
LONGEST_NAP = timedelta(seconds=15)
"""So late at most a promise made meanwhile is seen."""
REFUSED_NAP = timedelta(seconds=5)
"""So late at most the lease of a dead desk is taken up, once it is over."""
ROWS_A_ROUND = 100

Now = Callable[[], datetime]
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
            await anyio.to_thread.run_sync(partial(_let_go, store, desk))


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
    with store.write() as session:
        done.held = leases.hold(session, LEASE, owner=desk, now=now(), lasts=LEASE_LASTS)
    if done.held:
        try:
            watch_emergencies(
                store,
                Telling(words, estate),
                now=now,
                keep_lease=lambda session, at: _keep_lease(session, desk, at),
                told=done.told,
            )
            service.work(
                store, now=now, keep_lease=lambda session, at: _keep_lease(session, desk, at), told=done.told
            )
            _watch_promises(store, estate, words, desk, now, done)
            watch_reminders(
                store,
                estate,
                words,
                now=now,
                keep_lease=lambda session, at: _keep_lease(session, desk, at),
                told=done.told,
            )
            _let_go(store, desk)
        except LeaseLost:
            done.held = False
    done.nap = _until_next(store, service, now()) if done.held else REFUSED_NAP
    return done


def _watch_promises(store: Store, estate: Estate, words: Words, desk: str, now: Now, done: Round) -> None:
    with store.read() as session:
        due = due_promises(session, now(), limit=ROWS_A_ROUND)
    for promise_id in due:
        at = now()
        try:
            with store.write() as session:
                _keep_lease(session, desk, at)
                watched = watch_promise(session, promise_id, say=speaker(words, estate, now=at), now=at)
                conversation_id = _conversation_of(session, promise_id)
        except (StoreError, LeaseLost):
            raise  # no fault of this row
        except Exception as fault:
            # Whatever it is, one bad row must not stop the others: it is reported and looked at later.
            log.exception("clock.promise_put_off", extra={"promise_id": promise_id})
            with store.write() as session:
                put_off(session, promise_id, now=at, reason=f"{type(fault).__name__}: {fault}")
            done.put_off.append(promise_id)
        else:
            done.watched.append(watched)
            if watched.told and conversation_id is not None:
                done.told.append(conversation_id)


def _keep_lease(session: Session, desk: str, now: datetime) -> None:
    if not leases.hold(session, LEASE, owner=desk, now=now, lasts=LEASE_LASTS):
        raise LeaseLost


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


def _let_go(store: Store, desk: str) -> None:
    try:
        with store.write() as session:
            leases.release(session, LEASE, owner=desk)
    except StoreError as fault:
        log.warning("clock.lease_not_released", extra={"error": str(fault)})

"""The clock: one desk turns it, restarts and a second one do no harm, a bad row stops nothing."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from bot.clock.clock import LONGEST_NAP, REFUSED_NAP, Round, run_clock, tick
from bot.clock.lease import LEASE, LEASE_LASTS
from bot.desk.wording.words import Words
from bot.store import leases
from bot.store.engine import Store
from bot.store.states import PromiseState, Sender
from bot.store.tables import Case, Lease, Message, Notice, Promise
from tests.support.casework import open_lift_case
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

turn_once = partial(tick, estate=sample_estate(), words=sample_words())


@pytest.fixture
def lift(store: Store, cast: Cast, clock: HandClock) -> int:
    """王阿姨's lift: an answer promised in 15 minutes, a visit in 45, the end in 12 hours."""
    with store.write() as session:
        return open_lift_case(session, cast.wang, clock()).id


def system_messages(store: Store) -> int:
    with store.read() as session:
        wanted = select(func.count()).select_from(Message).where(Message.sender == Sender.SYSTEM)
        return session.scalar(wanted) or 0


def states(store: Store) -> dict[str, PromiseState]:
    with store.read() as session:
        return {promise.what: promise.state for promise in session.scalars(select(Promise))}


def test_it_does_what_is_due_and_naps_until_the_next(store: Store, lift: int, clock: HandClock) -> None:
    quiet = turn_once(store, desk="one", now=clock)
    assert (quiet.watched, quiet.told) == ([], [])
    with store.read() as session:
        assert session.scalars(select(Lease)).all() == []  # nothing due, nothing written
    clock.turn(minutes=5)  # 15 min less the least lead of 10 min
    warned = turn_once(store, desk="one", now=clock)
    assert [done.warned for done in warned.watched] == [True]
    clock.turn(minutes=4, seconds=55)
    assert turn_once(store, desk="one", now=clock).nap == timedelta(seconds=5)
    clock.turn(seconds=5)
    assert len(turn_once(store, desk="one", now=clock).told) == 1
    assert system_messages(store) == 1


def test_it_never_naps_long_since_a_promise_may_be_made_meanwhile(store: Store, clock: HandClock) -> None:
    assert turn_once(store, desk="one", now=clock).nap == LONGEST_NAP


def test_a_second_desk_leaves_the_clock_alone_until_the_first_is_gone(
    store: Store, lift: int, clock: HandClock
) -> None:
    clock.turn(minutes=5)
    with store.write() as session:
        assert leases.hold(session, LEASE, owner="one", now=clock(), lasts=LEASE_LASTS)
    waiting = turn_once(store, desk="two", now=clock)
    assert (waiting.held, waiting.watched, waiting.nap) == (False, [], REFUSED_NAP)
    clock.turn(LEASE_LASTS)  # "one" was killed in the middle of its round
    assert turn_once(store, desk="two", now=clock).watched
    assert timedelta(seconds=20) >= LEASE_LASTS + REFUSED_NAP


def test_after_a_round_another_desk_goes_on_at_once(store: Store, lift: int, clock: HandClock) -> None:
    clock.turn(minutes=5)
    assert turn_once(store, desk="one", now=clock).watched
    clock.turn(minutes=6)
    assert turn_once(store, desk="two", now=clock).told


def test_two_desks_turning_at_once_say_everything_once(store: Store, lift: int, clock: HandClock) -> None:
    def turn(number: int) -> Round:
        return turn_once(store, desk=f"desk-{number % 2}", now=clock)

    for minutes in (5, 5, 25, 60, 600, 60):
        clock.turn(minutes=minutes)
        with ThreadPoolExecutor(4) as desks:
            list(desks.map(turn, range(4)))
    # One word each: the answer, the visit, the end; all of them went by.
    assert system_messages(store) == 3
    assert set(states(store).values()) == {PromiseState.MISSED}
    with store.read() as session:
        notices = session.scalars(select(Notice.key)).all()
        assert len(notices) == len(set(notices))


def test_a_restart_goes_on_where_the_last_one_stopped(store: Store, lift: int, clock: HandClock) -> None:
    clock.turn(minutes=11)
    assert turn_once(store, desk="before", now=clock).told
    assert turn_once(store, desk="after", now=clock).told == []
    assert system_messages(store) == 1


def test_one_bad_row_is_put_off_and_reported_and_the_others_go_on(
    store: Store, cast: Cast, lift: int, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    with store.write() as session:
        other = open_lift_case(session, cast.zhou, clock())
        # A thing that no code of ours writes, for instance after a restore from elsewhere.
        session.execute(update(Promise).where(Promise.case_id == lift).values(what="nonsense"))
    clock.turn(minutes=12)
    with caplog.at_level(logging.ERROR):
        done = turn_once(store, desk="one", now=clock)
    assert len(done.put_off) == 1
    assert len(done.told) == 1
    assert [record.message for record in caplog.records] == ["clock.promise_put_off"]
    with store.read() as session:
        bad = session.get_one(Promise, done.put_off[0])
        assert bad.next_at == clock() + timedelta(hours=1)
        assert (bad.warned_at, bad.state) == (None, PromiseState.OPEN)
        told = session.get_one(Case, other.id)
        assert told.conversation_id == done.told[0]
        faults = session.scalars(select(Notice).where(Notice.kind == "clock_fault")).all()
        assert [fault.case_id for fault in faults] == [lift]
    # Nothing is left that would be looked at again and again.
    assert turn_once(store, desk="one", now=clock).watched == []


def test_words_that_are_missing_put_off_instead_of_saying_nothing(
    store: Store, lift: int, clock: HandClock
) -> None:
    clock.turn(minutes=12)
    done = tick(store, sample_estate(), Words({}, sample_words().labels), desk="one", now=clock)
    assert done.put_off
    assert system_messages(store) == 0


def test_the_loop_tells_who_got_a_message_and_gives_the_lease_back(
    store: Store, cast: Cast, lift: int, clock: HandClock
) -> None:
    told: list[int] = []
    naps: list[float] = []

    async def wake(seconds: float) -> None:
        naps.append(seconds)
        clock.turn(minutes=1)
        if len(naps) == 15:
            raise asyncio.CancelledError

    async def run() -> None:
        await run_clock(
            store,
            sample_estate(),
            sample_words(),
            desk="one",
            now=clock,
            wake=wake,
            told=told.append,
        )

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())
    assert told == [cast.wang.conversation_id]
    assert len(naps) == 15
    with store.read() as session:
        assert session.scalars(select(Lease)).all() == []


def test_a_locked_database_is_waited_for(sqlite_url: str, clock: HandClock) -> None:
    store = Store.at(sqlite_url, busy_seconds=0.01)
    naps: list[float] = []
    with store.write() as holder:
        holder.execute(select(1))

        async def wake(seconds: float) -> None:
            naps.append(seconds)
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run_clock(store, sample_estate(), sample_words(), desk="one", now=clock, wake=wake))
    assert naps == [LONGEST_NAP.total_seconds()]
    store.close()


def test_a_lease_is_one_owners_until_it_runs_out(store: Store, clock: HandClock) -> None:
    def hold(owner: str, at: datetime) -> bool:
        with store.write() as session:
            return leases.hold(session, "poller", owner=owner, now=at, lasts=timedelta(minutes=1))

    with ThreadPoolExecutor(4) as desks:
        assert sum(desks.map(lambda owner: hold(owner, clock()), "abcd")) == 1
    half_a_minute_later = clock.turn(seconds=30)
    assert sum(hold(owner, half_a_minute_later) for owner in "abcd") == 1  # its owner renews it
    assert not hold("e", half_a_minute_later)
    assert hold("e", clock.turn(minutes=2))

"""A pace that several desks keep together, on both databases."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.store import paces
from bot.store.engine import Store
from bot.store.pace_tables import PaceRow
from tests.support.at_once import at_once
from tests.support.clock import MORNING
from tests.support.examples import times

EVERY = timedelta(seconds=2)


def _take(store: Store, now: datetime, key: str = "wang", burst: int = 3) -> float:
    with store.write() as session:
        return paces.take(session, key, burst=burst, every=EVERY, now=now).total_seconds()


def test_so_many_at_once_then_one_in_a_while(store: Store) -> None:
    assert [_take(store, MORNING) for _ in range(5)] == [0, 0, 0, 2, 2]
    assert [_take(store, MORNING + EVERY) for _ in range(2)] == [0, 2]
    assert [_take(store, MORNING + timedelta(hours=1)) for _ in range(4)] == [0, 0, 0, 2]


def test_one_persons_haste_slows_nobody_else(store: Store) -> None:
    assert [_take(store, MORNING, key, burst=1) for key in ("wang", "wang", "zhou")] == [0, 2, 0]


def test_many_at_the_same_moment_are_counted_one_by_one(store: Store) -> None:
    waits = at_once(*[lambda: _take(store, MORNING)] * 8)
    assert sorted(waits) == [0, 0, 0, 2, 2, 2, 2, 2]


def test_who_has_been_quiet_is_forgotten(store: Store) -> None:
    _take(store, MORNING, "wang")
    _take(store, MORNING + timedelta(minutes=1), "zhou")
    with store.write() as session:
        paces.forget_full(session, now=MORNING + timedelta(minutes=1))
        assert session.scalars(select(PaceRow.key)).all() == ["zhou"]


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 30), max_size=12))
@pytest.mark.parametrize("burst", [1, 4])
def test_the_wait_that_is_told_is_enough_and_no_longer_than_needed(
    sqlite_store: Store, burst: int, pauses: list[float]
) -> None:
    with sqlite_store.read() as session:
        key = f"example {session.scalar(select(func.count()).select_from(PaceRow))}"
    now = MORNING
    for pause in pauses:
        now += timedelta(seconds=pause)
        if wait := _take(sqlite_store, now, key, burst):
            almost = now + timedelta(seconds=wait, milliseconds=-1)
            assert _take(sqlite_store, almost, key, burst) > 0
            now += timedelta(seconds=wait)
            assert _take(sqlite_store, now, key, burst) == 0

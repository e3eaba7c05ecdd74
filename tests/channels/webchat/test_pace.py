"""Slowed, never muted: the bucket fills again, and the wait that is told is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messaging.channels.webchat import pace
from bot.messaging.channels.webchat.pace import Pace
from bot.store.engine import Store
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor


class Watch:
    """Seconds, turned by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_so_many_at_once_then_one_in_a_while() -> None:
    watch = Watch()
    slow = Pace(burst=3, seconds=2.0, clock=watch)
    assert [slow.take("wang") for _ in range(4)] == [0, 0, 0, 2]
    watch.at += 2
    assert [slow.take("wang"), slow.take("wang")] == [0, 2]


def test_one_persons_haste_slows_nobody_else() -> None:
    slow = Pace(burst=1, seconds=60.0, clock=Watch())
    assert [slow.take("wang"), slow.take("wang"), slow.take("zhou")] == [0, 60, 0]


@given(st.integers(1, 20), st.floats(0.1, 30), st.lists(st.floats(0, 60), max_size=40))
def test_the_wait_that_is_told_is_always_enough(burst: int, seconds: float, pauses: list[float]) -> None:
    watch = Watch()
    slow = Pace(burst=burst, seconds=seconds, clock=watch)
    for pause in pauses:
        watch.at += pause
        if wait := slow.take("wang"):
            watch.at += wait
            assert slow.take("wang") == 0


def test_it_forgets_those_who_are_long_gone() -> None:
    slow = Pace(burst=1, seconds=1.0, clock=Watch())
    for number in range(pace._MOST_KEYS + 10):
        slow.take(str(number))
    assert len(slow._full_at) == pace._MOST_KEYS


def test_two_desks_of_one_store_keep_one_pace(start_desk: StartDesk, store: Store) -> None:
    if not store.is_postgres:
        pytest.skip("two desks share a store only on PostgreSQL")
    first, second = start_desk("desk-1"), start_desk("desk-2")
    wang = Visitor(first.url)
    codes = [wang.post_text(f"第{number}句").status_code for number in range(20)]
    assert set(codes) == {201}
    elsewhere = Visitor(second.url, token=wang.token).post_text("换一台")
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (429, "too_fast")

"""An effect is there once, however often its action runs."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.talk import effects
from bot.store.engine import Store
from bot.store.tables import AuditRow, Effect
from tests.support.clock import HandClock


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditRow)) or 0


def _opens_case(store: Store, clock: HandClock, *, turn: str = "t1", ordinal: int = 0) -> dict[str, Any]:
    """Run an action that writes one row and answers with how many there are."""
    with store.write() as session:

        def do() -> dict[str, Any]:
            session.add(AuditRow(by="bot", what="open_case", subject="case", at=clock()))
            session.flush()
            return {"number": _count(session)}

        return effects.once(session, turn_key=turn, action="open_case", ordinal=ordinal, now=clock(), do=do)


def test_done_twice_it_is_there_once_with_the_same_result(store: Store, clock: HandClock) -> None:
    assert [_opens_case(store, clock) for _ in range(3)] == [{"number": 1}] * 3


def test_two_matters_of_one_turn_stay_two(store: Store, clock: HandClock) -> None:
    assert [_opens_case(store, clock, ordinal=n)["number"] for n in (0, 1, 0)] == [1, 2, 1]


def test_another_turn_is_another_effect(store: Store, clock: HandClock) -> None:
    assert _opens_case(store, clock, turn="t2") != _opens_case(store, clock, turn="t1")


def test_nothing_is_kept_of_an_action_that_failed_and_it_may_run_again(
    store: Store, clock: HandClock
) -> None:
    with store.write() as session:

        def fail() -> dict[str, Any]:
            session.add(AuditRow(by="bot", what="open_case", subject="case", at=clock()))
            session.flush()
            raise ConnectionError("halfway")

        with pytest.raises(ConnectionError):
            effects.once(session, turn_key="t1", action="open_case", ordinal=0, now=clock(), do=fail)
    with store.read() as session:
        assert (_count(session), session.scalars(select(Effect)).all()) == (0, [])
    assert _opens_case(store, clock) == {"number": 1}

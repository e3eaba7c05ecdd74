"""Is she content: once for each closed case, at decent hours, never in a loop (R42)."""

import pytest
from sqlalchemy import select

from bot.desk.casework.cases import close_case, resolve_case
from bot.desk.service.ratings import rate, rating_in
from bot.store.engine import Store
from bot.store.service_tables import CaseRating
from bot.store.tables import Message, Notice
from tests.desk.service.conftest import Turn
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.desk_at_work import DeskAtWork


@pytest.fixture
def closed(store: Store, cast: Cast, clock: HandClock) -> int:
    """王阿姨's lift, repaired and closed at nine in the evening."""
    clock.turn(hours=12)
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        resolve_case(session, case, result="换了门机", by=cast.li.by, now=clock())
        close_case(session, case, by=cast.li.by, now=clock())
        return case.id


def asked(store: Store) -> int:
    with store.read() as session:
        wanted = select(Message.id).where(Message.reply_key == "utter_ask_rating")
        return len(session.scalars(wanted).all())


def test_nobody_is_asked_at_night_and_everybody_once_in_the_morning(
    closed: int, store: Store, clock: HandClock, turn: Turn
) -> None:
    turn()
    assert asked(store) == 0
    clock.turn(hours=12)
    for _ in range(3):
        turn()
    assert asked(store) == 1
    clock.turn(hours=24)
    turn()
    assert asked(store) == 1  # no answer is an answer


def test_while_a_person_serves_her_she_is_not_asked(
    closed: int, store: Store, cast: Cast, clock: HandClock, turn: Turn, desk: DeskAtWork
) -> None:
    clock.turn(hours=12)
    desk.replies(cast.li, cast.wang, "您好，我是小李")
    turn()
    assert asked(store) == 0
    desk.hands_back(cast.wang, cast.li)
    turn()
    assert asked(store) == 1


def test_whoever_is_not_content_reaches_the_people_in_charge(
    closed: int, store: Store, cast: Cast, clock: HandClock, turn: Turn
) -> None:
    clock.turn(hours=12)
    turn()
    with store.write() as session:
        rated = rate(session, cast.wang.conversation_id, score=1, by="resident:1", now=clock())
        assert rated is not None
        again = rate(session, cast.wang.conversation_id, score=3, by="resident:1", now=clock())
        assert again is None
    with store.read() as session:
        assert session.get_one(CaseRating, closed).score == 1
        assert session.scalars(select(Notice.kind).where(Notice.kind == "rated_low")).all() == ["rated_low"]


def test_only_its_own_buttons_are_a_rating() -> None:
    assert rating_in('/thanks{"rating": 2}') == 2
    assert rating_in('/thanks{"rating": 9}') is None
    assert rating_in("/thanks") is None
    assert rating_in(None) is None

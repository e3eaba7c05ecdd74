"""A word about a delay that is unread when the promise ends is a call for a person to make (R28)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from bot.desk.casework.promises import watch_promise
from bot.desk.talk.transcript import mark_read
from bot.desk.wording.speaking import speaker
from bot.store.states import PromiseState
from bot.store.tables import Message, Notice, Promise
from tests.support.casework import open_lift_case
from tests.support.cast import Cast
from tests.support.desk_at_work import DeskAtWork
from tests.support.estates import sample_estate, sample_words

Between = Callable[[DeskAtWork, Cast], object]


def _reads_all(desk: DeskAtWork, cast: Cast) -> None:
    with desk.store.write() as session:
        mark_read(session, cast.wang.conversation_id, up_to=10_000, now=desk.clock())


def _look(desk: DeskAtWork) -> None:
    """The clock's look at the visit promised to 王阿姨."""
    with desk.store.write() as session:
        visit = session.scalars(select(Promise).where(Promise.what == "visit")).one()
        say = speaker(sample_words(), sample_estate(), now=desk.clock())
        watch_promise(session, visit.id, say=say, now=desk.clock())


def _delayed(desk: DeskAtWork, cast: Cast, between: Between) -> list[Notice]:
    """Her lift is late: she was on the page, is told, something happens, the time is over."""
    desk.hears(cast.wang, "电梯坏了")
    desk.answers(desk.has_turn(), "已登记")
    with desk.store.write() as session:
        open_lift_case(session, cast.wang, desk.clock())
        others = update(Promise).where(Promise.what != "visit")
        session.execute(others.values(state=PromiseState.KEPT, next_at=None))
    desk.sends_all()
    _reads_all(desk, cast)
    desk.clock.turn(minutes=39)
    _look(desk)
    desk.sends_all()
    with desk.store.read() as session:
        assert session.scalars(select(Message).where(Message.reply_key == "utter_promise_delay")).one()
    between(desk, cast)
    desk.clock.turn(minutes=10)
    _look(desk)
    with desk.store.read() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == "call_resident")))


def test_who_has_left_the_page_is_called_by_a_person(desk: DeskAtWork, cast: Cast) -> None:
    (task,) = _delayed(desk, cast, lambda desk, cast: None)
    assert task.conversation_id == cast.wang.conversation_id
    assert (task.details["about"], task.details["contact"]) == ("utter_promise_delay", "13800001234")


@pytest.mark.parametrize(
    "between",
    [
        _reads_all,
        lambda desk, cast: desk.hears(cast.wang, "好的，我等着"),
        lambda desk, cast: desk.replies(cast.li, cast.wang, "师傅堵在路上了"),
    ],
    ids=["reads_it", "writes", "speaks_with_a_person"],
)
def test_who_was_reached_is_not_called(desk: DeskAtWork, cast: Cast, between: Between) -> None:
    assert _delayed(desk, cast, between) == []


def test_where_a_channel_never_tells_what_was_read_nobody_is_sent(desk: DeskAtWork, cast: Cast) -> None:
    def forgets_all_readings(desk: DeskAtWork, cast: Cast) -> None:
        with desk.store.write() as session:
            session.execute(update(Message).values(read_at=None))

    assert _delayed(desk, cast, forgets_all_readings) == []

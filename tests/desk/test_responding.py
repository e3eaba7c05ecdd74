"""A person's answer in the chat is the response that was promised (R28)."""

from datetime import timedelta

from sqlalchemy import select

from bot.desk.casework.cases import OpenedCase, withdraw_case
from bot.store.states import CaseKind, PromiseState, Urgency
from bot.store.tables import CaseEvent, Promise
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, Person
from tests.support.desk_at_work import DeskAtWork


def _opens(desk: DeskAtWork, person: Person, **other: object) -> OpenedCase:
    with desk.store.write() as session:
        return open_lift_case(session, person, desk.clock(), **other)


def _respond_of(desk: DeskAtWork, opened: OpenedCase) -> Promise:
    with desk.store.read() as session:
        wanted = select(Promise).where(Promise.case_id == opened.id, Promise.what == "respond")
        return session.scalars(wanted).one()


def test_an_answer_in_the_chat_keeps_the_response_and_nothing_else(desk: DeskAtWork, cast: Cast) -> None:
    lift = _opens(desk, cast.wang)
    desk.clock.turn(minutes=5)
    desk.replies(cast.li, cast.wang, "张师傅已经在路上了")
    promise = _respond_of(desk, lift)
    assert (promise.state, promise.kept_at) == (PromiseState.KEPT, desk.clock())
    with desk.store.read() as session:
        others = select(Promise.state).where(Promise.case_id == lift.id, Promise.what != "respond")
        assert set(session.scalars(others)) == {PromiseState.OPEN}
        line = session.scalars(select(CaseEvent).where(CaseEvent.kind == "promise_kept")).one()
        assert (line.new, line.by) == ("respond", cast.li.by)


def test_an_answer_that_comes_too_late_is_a_late_response(desk: DeskAtWork, cast: Cast) -> None:
    lift = _opens(desk, cast.wang)
    desk.clock.at = _respond_of(desk, lift).due_at + timedelta(minutes=1)
    desk.replies(cast.li, cast.wang, "抱歉让您久等")
    assert _respond_of(desk, lift).state is PromiseState.MISSED
    assert _respond_of(desk, lift).kept_at == desk.clock()


def test_the_second_answer_changes_nothing_more(desk: DeskAtWork, cast: Cast) -> None:
    lift = _opens(desk, cast.wang)
    desk.replies(cast.li, cast.wang, "我来看看")
    first = _respond_of(desk, lift).kept_at
    desk.clock.turn(minutes=30)
    desk.replies(cast.li, cast.wang, "修好了吗")
    assert _respond_of(desk, lift).kept_at == first


def test_a_neighbours_case_a_withdrawn_one_and_an_emergency_are_not_answered_by_it(
    desk: DeskAtWork, cast: Cast
) -> None:
    neighbours, withdrawn = _opens(desk, cast.zhou), _opens(desk, cast.wang)
    danger = _opens(
        desk, cast.wang, kind=CaseKind.EMERGENCY, category="entrapment", urgency=Urgency.EMERGENCY
    )
    with desk.store.write() as session:
        case = case_of(session, withdrawn)
        withdraw_case(session, case, by=cast.wang.home or "", now=desk.clock(), why="resident")
    desk.replies(cast.li, cast.wang, "我在")
    states = [_respond_of(desk, one).state for one in (neighbours, withdrawn, danger)]
    assert states == [PromiseState.OPEN, PromiseState.CANCELLED, PromiseState.OPEN]

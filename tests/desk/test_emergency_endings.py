"""An emergency that ends by the ordinary acts of its case, or by the word of who cried: nobody rings on."""

import pytest
from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.casework.cases import IllegalCaseMove, withdraw_case
from bot.desk.emergencies import ending
from bot.desk.emergencies import help as help_
from bot.desk.emergencies.ending import ClosingQuestionsFirst
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, Page, PageState
from bot.store.engine import Store
from bot.store.states import CaseStatus
from bot.store.tables import Case, Notice
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.cries import Cries
from tests.support.emergencies import telling
from tests.support.estates import sample_estate, sample_words

AFTERWARDS = {"cause": "门机故障", "damage": "无", "insurance": "已说明", "prevention": "更换门机"}


@pytest.fixture
def cries(store: Store, cast: Cast, clock: HandClock) -> Cries:
    found = Cries(store, clock)
    found.hears(cast.wang, "电梯困住了，里面两个孩子")
    return found


def state(store: Store) -> tuple[AlarmState, CaseStatus]:
    with store.read() as session:
        return session.scalars(select(Alarm.state)).one(), session.scalars(select(Case.status)).one()


def waiting_pages(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Page.id).where(Page.state == PageState.QUEUED)).all())


def turn(store: Store, clock: HandClock) -> None:
    tick(store, estate=sample_estate(), words=sample_words(), desk="one", now=clock)


def resolve(store: Store, cast: Cast, cries: Cries, result: str = "人已救出") -> None:
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        ending.resolve(
            session, case, result=result, by=cast.li.by, telling=telling(), say=None, now=cries.clock()
        )


def test_a_case_that_is_done_rings_no_more_and_she_is_asked_how_she_is(
    cries: Cries, cast: Cast, store: Store
) -> None:
    resolve(store, cast, cries)
    assert state(store) == (AlarmState.OVER, CaseStatus.RESOLVED)
    assert waiting_pages(store) == 0
    assert "您和家人现在怎么样" in cries.last_words(cast.wang)
    cries.clock.turn(minutes=30)
    turn(store, cries.clock)
    assert cries.record().count("emergency_paged") == 1
    assert "emergency_acknowledged" in cries.record()


def test_it_is_closed_only_with_the_answers_of_the_closing(cries: Cries, cast: Cast, store: Store) -> None:
    resolve(store, cast, cries)
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        with pytest.raises(ClosingQuestionsFirst):
            ending.close(session, case, why=None, by=cast.li.by, now=cries.clock())
        help_.close(session, 1, afterwards=AFTERWARDS, by=cast.li.by, now=cries.clock())
    assert state(store) == (AlarmState.OVER, CaseStatus.CLOSED)


def test_who_starts_on_it_has_it(cries: Cries, cast: Cast, store: Store) -> None:
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        ending.start(
            session, case, agent_id=cast.li.agent_id, by=cast.li.by, telling=telling(), now=cries.clock()
        )
    assert state(store) == (AlarmState.ACKNOWLEDGED, CaseStatus.IN_PROGRESS)
    assert "已有人处理：小李" in cries.last_words(cast.wang)


def test_done_twice_is_refused_and_tells_nobody_twice(cries: Cries, cast: Cast, store: Store) -> None:
    resolve(store, cast, cries)
    with pytest.raises(IllegalCaseMove):
        resolve(store, cast, cries)
    assert cries.told(cast.wang).count("utter_emergency_over") == 1


def test_her_own_word_that_nobody_need_come_stops_the_calls_and_calls_a_look(
    cries: Cries, cast: Cast, store: Store
) -> None:
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        by = actors.resident(cast.wang.resident_id)
        assert ending.take_back(session, case, by=by, now=cries.clock())
    assert state(store) == (AlarmState.OVER, CaseStatus.RESOLVED)
    assert waiting_pages(store) == 0
    with store.read() as session:
        kinds = session.scalars(select(Notice.kind)).all()
    assert "emergency_taken_back" in kinds


@pytest.mark.parametrize("why", ["somebody_has_it", "a_neighbour_cried_too"])
def test_her_word_alone_ends_nothing_that_is_not_hers_alone(
    cries: Cries, cast: Cast, store: Store, why: str
) -> None:
    if why == "a_neighbour_cried_too":
        cries.hears(cast.zhou, "3栋2单元电梯困人了")
    with store.write() as session:
        if why == "somebody_has_it":
            help_.acknowledge(session, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
        case = session.scalars(select(Case)).one()
        assert not ending.take_back(
            session, case, by=actors.resident(cast.wang.resident_id), now=cries.clock()
        )
    assert state(store)[0] in (AlarmState.RAISED, AlarmState.ACKNOWLEDGED)
    assert "emergency_taken_back" in cries.record()


def test_a_case_that_ended_in_any_other_way_is_settled_by_the_clock(
    cries: Cries, cast: Cast, store: Store
) -> None:
    with store.write() as session:
        withdraw_case(session, session.scalars(select(Case)).one(), by=cast.li.by, now=cries.clock())
    cries.clock.turn(minutes=2)
    turn(store, cries.clock)
    assert state(store) == (AlarmState.OVER, CaseStatus.WITHDRAWN)
    assert cries.record().count("emergency_paged") == 1
    assert waiting_pages(store) == 0

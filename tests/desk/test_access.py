"""Who sees which case: hers, her verified home's, nobody else's; "not yours" looks like "not there"."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.desk.casework.access import case_for_agent, case_for_resident, cases_of_resident, visible_to
from bot.desk.casework.cases import assign_case, withdraw_case
from bot.desk.people.residents import claim_home, confirm_home
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Agent, Case
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock


@pytest.fixture
def number(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨's lift case."""
    with store.write() as session:
        return open_lift_case(session, cast.wang, clock()).number


def sees(store: Store, person: Person, number: str) -> bool:
    with store.read() as session:
        case = case_for_resident(
            session, number, resident_id=person.resident_id, conversation_id=person.conversation_id
        )
        listed = cases_of_resident(
            session, resident_id=person.resident_id, conversation_id=person.conversation_id
        )
        assert (case is not None) is bool(listed)
        return case is not None


def test_wang_sees_her_case_however_she_writes_the_number(store: Store, cast: Cast, number: str) -> None:
    assert sees(store, cast.wang, f" {number.lower()} ")


def test_neighbour_and_stranger_see_nothing(store: Store, cast: Cast, number: str) -> None:
    assert not sees(store, cast.zhou, number)
    assert not sees(store, cast.stranger, number)


def test_who_only_says_that_she_lives_there_sees_nothing(
    store: Store, cast: Cast, clock: HandClock, number: str
) -> None:
    with store.write() as session:
        claim_home(
            session,
            resident_id=cast.stranger.resident_id,
            home="3-2-1201",
            by=actors.resident(cast.stranger.resident_id),
            now=clock(),
        )
    assert not sees(store, cast.stranger, number)


def test_a_proved_member_of_the_home_sees_it(store: Store, cast: Cast, clock: HandClock, number: str) -> None:
    with store.write() as session:
        confirm_home(
            session, resident_id=cast.stranger.resident_id, home="3-2-1201", by=cast.li.by, now=clock()
        )
    assert sees(store, cast.stranger, number)


def test_what_a_stranger_reports_about_a_home_is_hers_and_the_homes(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        other = open_lift_case(session, cast.stranger, clock(), household_key="3-2-1301").number
    assert sees(store, cast.stranger, other)
    assert sees(store, cast.zhou, other)
    assert not sees(store, cast.wang, other)


def test_without_a_person_there_is_nothing(store: Store, cast: Cast, number: str) -> None:
    with store.read() as session:
        assert case_for_resident(session, number, resident_id=None, conversation_id=None) is None
        assert cases_of_resident(session, resident_id=None, conversation_id=None) == []


def test_her_list_shows_the_newest_first_and_on_wish_only_open_ones(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        old = open_lift_case(session, cast.wang, clock())
        open_lift_case(session, cast.wang, clock.turn(hours=1))
        withdraw_case(session, case_of(session, old), by=actors.BOT, now=clock())
        hers = partial(
            cases_of_resident,
            session,
            resident_id=cast.wang.resident_id,
            conversation_id=cast.wang.conversation_id,
        )
        assert [case.number for case in hers()] == ["BX2026-0002", "BX2026-0001"]
        assert [case.number for case in hers(open_only=True)] == ["BX2026-0002"]


def test_the_desk_sees_all_staff_their_own_and_who_left_nothing(
    store: Store, cast: Cast, clock: HandClock, number: str
) -> None:
    with store.write() as session:
        li, chen = (session.get_one(Agent, who.agent_id) for who in (cast.li, cast.chen))
        li.role = Role.STAFF
        assert case_for_agent(session, number, agent=chen) is not None
        assert case_for_agent(session, number, agent=li) is None
        case = case_for_agent(session, number, agent=chen)
        assert case is not None
        assign_case(session, case, agent_id=li.id, by=cast.chen.by, now=clock())
        assert case_for_agent(session, number, agent=li) is not None
        assert session.scalars(select(Case.number).where(visible_to(li.role, li.id))).all() == [number]
        chen.active = False
        assert case_for_agent(session, number, agent=chen) is None
        assert session.scalars(select(Agent).where(Agent.active)).all() == [li]

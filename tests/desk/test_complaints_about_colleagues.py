"""A complaint about somebody at the desk: supervisors and admins see it, nobody else does."""

import pytest
from sqlalchemy import select

from bot.desk.casework.access import (
    case_for_agent,
    case_for_resident,
    cases_beside_chat,
    cases_of_resident,
    visible_to,
)
from bot.desk.casework.cases import NotForThem, assign_case
from bot.desk.people.notices import notices_for
from bot.store.engine import Store
from bot.store.states import CaseKind, Role, Urgency
from bot.store.tables import Agent, Case
from tests.support.casework import open_lift_case
from tests.support.cast import Cast, Colleague
from tests.support.clock import HandClock


@pytest.fixture
def number(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 complains of 小李."""
    with store.write() as session:
        return open_lift_case(
            session,
            cast.wang,
            clock(),
            kind=CaseKind.COMPLAINT,
            category="staff",
            urgency=Urgency.NORMAL,
            summary="客服小李挂我电话",
            supervisors_only=True,
        ).number


def sees(store: Store, number: str, who: Colleague, cast: Cast) -> tuple[bool, bool, bool]:
    """By number, in the list, beside the chat."""
    with store.read() as session:
        agent = session.get_one(Agent, who.agent_id)
        beside = cases_beside_chat(
            session,
            resident_id=cast.wang.resident_id,
            conversation_id=cast.wang.conversation_id,
            seen_by=(agent.role, agent.id),
            limit=20,
        )
        return (
            case_for_agent(session, number, agent=agent) is not None,
            number in session.scalars(select(Case.number).where(visible_to(agent.role, agent.id))).all(),
            number in [case.number for case in beside],
        )


def test_the_supervisor_sees_it_and_the_agent_does_not(store: Store, cast: Cast, number: str) -> None:
    assert sees(store, number, cast.chen, cast) == (True, True, True)
    assert sees(store, number, cast.li, cast) == (False, False, False)


def test_an_admin_sees_it_and_staff_do_not_even_if_it_were_theirs(
    store: Store, cast: Cast, number: str
) -> None:
    with store.write() as session:
        session.get_one(Agent, cast.li.agent_id).role = Role.ADMIN
    assert sees(store, number, cast.li, cast) == (True, True, True)
    with store.write() as session:
        session.get_one(Agent, cast.li.agent_id).role = Role.STAFF
        session.scalars(select(Case)).one().assignee_id = cast.li.agent_id
    assert sees(store, number, cast.li, cast) == (False, False, False)


def test_it_cannot_be_given_to_an_agent(store: Store, cast: Cast, clock: HandClock, number: str) -> None:
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        with pytest.raises(NotForThem):
            assign_case(session, case, agent_id=cast.li.agent_id, by=cast.chen.by, now=clock())
        assign_case(session, case, agent_id=cast.chen.agent_id, by=cast.chen.by, now=clock())
        assert case.person_in_charge == "陈姐"


def test_only_the_supervisor_is_told_that_it_came(store: Store, cast: Cast, number: str) -> None:
    with store.read() as session:
        told = {
            who: notices_for(session, agent.agent_id) for who, agent in (("li", cast.li), ("chen", cast.chen))
        }
    assert [one.kind for one in told["chen"]] == ["about_colleague"]
    assert told["li"] == []


def test_she_who_complained_sees_it_and_nobody_else_does(store: Store, cast: Cast, number: str) -> None:
    with store.read() as session:
        for person, there in ((cast.wang, True), (cast.zhou, False), (cast.stranger, False)):
            she, chat = person.resident_id, person.conversation_id
            case = case_for_resident(session, number, resident_id=she, conversation_id=chat)
            assert (case is not None) is there
            assert bool(cases_of_resident(session, resident_id=she, conversation_id=chat)) is there

"""Who handles a complaint about a person of the desk, and what stands there of one who is not to be named."""

from typing import Any

import pytest
from sqlalchemy import select

from actions.complaint.form import FORM, begin, go_on, open_confirmed
from actions.outcome import Outcome
from bot.desk.casework.access import case_for_agent, cases_beside_chat
from bot.desk.people.agents import create_agent
from bot.desk.wording.composer import Situation, compose
from bot.desk.wording.speaking import estate_values
from bot.store import actors
from bot.store.states import Role, TurnState
from bot.store.tables import Agent, Case, Turn
from tests.actions.conftest import Dialogue
from tests.support.clock import MORNING
from tests.support.estates import sample_estate, sample_words


def opened(dialogue: Dialogue, text: str, category: str) -> tuple[Outcome, Case]:
    """She complains and confirms."""
    dialogue.hears(begin, text, "complaint", category=category)
    dialogue.form = FORM
    outcome = dialogue.hears(open_confirmed, "确认", "affirm")
    with dialogue.store.read() as session:
        return outcome, session.scalars(select(Case).order_by(Case.id.desc())).first()  # type: ignore[return-value]


def reads(outcome: Outcome) -> str:
    situation = Situation(now=MORNING, values=estate_values(sample_estate(), now=MORNING))
    return compose(outcome.replies, words=sample_words(), situation=situation, strict=True)[0].text


def hire(dialogue: Dialogue, name: str, role: Role) -> int:
    return dialogue.does(
        lambda call: (
            create_agent(
                call.session,
                name=name,
                login=f"login-{role}",
                password="correct horse 电池",
                role=role,
                by=actors.OPERATOR,
                now=call.now,
            ).id
        )
    )


@pytest.mark.parametrize(
    "text", ["我要投诉客服部陈静，态度特别差", "投诉你们客服主管，说话阴阳怪气", "你们经理骂人，我要投诉"]
)
def test_the_head_of_service_does_not_handle_a_complaint_about_herself(wang: Dialogue, text: str) -> None:
    chen_jing = hire(wang, "陈静", Role.SUPERVISOR)
    outcome, case = opened(wang, text, "staff")
    assert (case.department, case.person_in_charge) == ("公司品质监督部", "林国栋")
    assert "这件事不经过陈静，由公司品质监督部林国栋处理" in reads(outcome)
    with wang.store.read() as session:
        agent = session.get_one(Agent, chen_jing)
        assert case_for_agent(session, case.number, agent=agent) is None


def test_another_supervisor_sees_it_and_is_told(wang: Dialogue, people: Any) -> None:
    hire(wang, "陈静", Role.SUPERVISOR)
    _, case = opened(wang, "我要投诉陈静，她挂我电话", "staff")
    with wang.store.read() as session:
        assert case_for_agent(session, case.number, agent=session.get_one(Agent, people.chen.agent_id))


def test_who_is_the_only_one_to_read_it_is_told_to_her_honestly(wang: Dialogue, people: Any) -> None:
    hire(wang, "陈静", Role.SUPERVISOR)
    wang.does(lambda call: setattr(call.session.get_one(Agent, people.chen.agent_id), "active", False))
    outcome, case = opened(wang, "我要投诉客服部陈静，态度特别差", "staff")
    assert case.person_in_charge == "陈静"
    assert "目前只有陈静" in reads(outcome)
    assert "公司品质监督部林国栋（0571-85550188）" in reads(outcome)


@pytest.mark.parametrize("text", ["前台小李挂我电话", "我找你们经理投诉保安老刘，他骂人", "保安在岗亭睡觉"])
def test_any_other_complaint_of_a_colleague_goes_its_usual_way(wang: Dialogue, text: str) -> None:
    _, case = opened(wang, text, "staff")
    assert (case.department, case.person_in_charge) == ("客户服务部", "陈静")


def test_who_is_not_to_be_named_is_not_in_the_words_nor_in_the_place(wang: Dialogue) -> None:
    text = "小同志你好，我是3-2-1201的业主，楼上每天晚上蹦跳吵得睡不着，别说是我讲的"
    _, case = opened(wang, text, "noise")
    assert case.summary == "楼上每天晚上蹦跳吵得睡不着"
    assert (case.place, case.household_id, case.contact) == ("3栋2单元1301", None, None)


def test_it_stands_beside_her_chat_for_supervisors_only(wang: Dialogue, people: Any) -> None:
    opened(wang, "匿名投诉楼上1301每天晚上吵", "noise")
    with wang.store.read() as session:
        seen = {
            role: len(
                cases_beside_chat(
                    session,
                    resident_id=people.wang.resident_id,
                    conversation_id=people.wang.conversation_id,
                    seen_by=(role, 0),
                    limit=9,
                )
            )
            for role in (Role.AGENT, Role.SUPERVISOR)
        }
    assert seen == {Role.AGENT: 0, Role.SUPERVISOR: 1}


def test_said_at_last_it_keeps_all_of_the_complaint_from_agents(wang: Dialogue, people: Any) -> None:
    def turn(number: int) -> None:
        wang.does(
            lambda call: call.session.add(
                Turn(
                    key=f"turn-{people.wang.conversation_id}-{number}",
                    conversation_id=people.wang.conversation_id,
                    epoch=0,
                    period=0,
                    state=TurnState.DONE,
                    desk="test",
                    lease_until=call.now,
                    created_at=call.now,
                )
            )
        )

    turn(1)
    wang.hears(begin, "楼上1301每天晚上吵", "complaint", category="noise")
    wang.form = FORM
    turn(2)
    wang.hears(go_on, "别告诉他们是我说的", "complaint", asked="complaint_wish")
    with wang.store.read() as session:
        assert session.scalars(select(Turn.supervisors_only).order_by(Turn.id)).all() == [True, True]

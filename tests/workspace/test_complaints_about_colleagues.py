"""What 小李 and 陈姐 see of a complaint about 小李: the case, the chat it came from, the notices."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.casework.cases import resolve_case
from bot.desk.talk.conversations import request_person
from bot.desk.talk.left_matters import keep_left
from bot.desk.talk.transcript import record_inbound
from bot.desk.talk.turns import TurnDone, claim_turn, finish_turn, keep_from_agents
from bot.desk.wording.composer import Utterance
from bot.desk.wording.speaking import speaker
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Case
from tests.support.casework import open_lift_case
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.workspace.browser import Browser

SAID = "客服小李昨天挂我电话"
NAMED = "您说的是客服小李挂您电话，对吗？"


@pytest.fixture
def number(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 complained of 小李; the turn and the case are the supervisor's."""
    chat = cast.wang.conversation_id
    with store.write() as session:
        record_inbound(session, conversation_id=chat, channel_id="1", text=SAID, now=clock())
    with store.write() as session:
        turn = claim_turn(session, desk="desk", now=clock(), lease=timedelta(seconds=30))
        assert turn
        keep_from_agents(session, turn.key)
        done = finish_turn(
            session,
            turn.turn_id,
            desk="desk",
            outcome="answered",
            answer=None,
            utterances=[Utterance(NAMED)],
            now=clock(),
        )
        assert isinstance(done, TurnDone)
        return open_lift_case(
            session,
            cast.wang,
            clock(),
            kind=CaseKind.COMPLAINT,
            category="staff",
            urgency=Urgency.NORMAL,
            summary=SAID,
            supervisors_only=True,
        ).number


def pages(browser: Browser, cast: Cast, number: str) -> str:
    """Everything that could show it."""
    chat = cast.wang.conversation_id
    urls = [
        f"/desk/cases/{number}",
        "/desk/cases?show=all",
        "/desk/cases?show=all&words=客服小李昨天",
        f"/desk/chats/{chat}",
        f"/desk/chats/{chat}/messages?after=0&event=0",
        f"/desk/chats/{chat}/person",
        "/desk/chats/list",
        "/desk/notices",
    ]
    return "\n".join(browser.get(url).text for url in urls)


def test_the_agent_reads_nothing_of_it(li: Browser, cast: Cast, number: str) -> None:
    shown = pages(li, cast, number)
    for secret in (number, "挂我电话", "挂您电话"):
        assert secret not in shown
    assert "只有主管可以查看" in shown
    assert li.get(f"/desk/cases/{number}").status_code == 404
    assert li.post(f"/desk/cases/{number}/note", text="看看").status_code == 404


def test_the_supervisor_reads_all_of_it(chen: Browser, cast: Cast, number: str) -> None:
    shown = pages(chen, cast, number)
    for known in (number, SAID, NAMED, "仅主管可看"):
        assert known in shown
    case = chen.get(f"/desk/cases/{number}").text
    assert "陈姐</option>" in case or ">陈姐<" in case
    assert ">小李<" not in case


def test_what_came_of_it_is_kept_from_the_agent_too(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock, number: str
) -> None:
    with store.write() as session:
        case = session.scalars(select(Case)).one()
        say = speaker(sample_words(), sample_estate(), now=clock())
        resolve_case(session, case, result="已对小李批评教育", say=say, by=cast.chen.by, now=clock())
    assert "批评教育" not in pages(li, cast, number)
    assert "批评教育" in pages(chen, cast, number)


def test_what_the_assistant_left_undone_stands_beside_the_chat_while_a_person_is_called(
    li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    chat = cast.zhou.conversation_id
    with store.write() as session:
        keep_left(session, chat, ["楼上天天装修", "物业费多收了"])
    assert "物业费多收了" not in li.get(f"/desk/chats/{chat}/person").text
    with store.write() as session:
        request_person(session, chat, reason="asked", by=actors.resident(cast.zhou.resident_id), now=clock())
    shown = li.get(f"/desk/chats/{chat}/person").text
    assert "楼上天天装修" in shown
    assert "物业费多收了" in shown

"""A resident presses how content she is: served by the desk, without the Rasa server (R42)."""

from sqlalchemy import select

from bot.desk.casework.cases import close_case, resolve_case
from bot.desk.service.floor import read_one_served
from bot.store.engine import Store
from bot.store.service_tables import CaseRating
from bot.store.tables import Conversation
from tests.doubles.rasa.fake import FakeRasa
from tests.messaging.conftest import Li
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer
from tests.support.visitor import Visitor


def test_she_presses_not_content_and_is_not_asked_again(
    wang: Visitor, server: DeskServer, rasa: FakeRasa, store: Store, cast: Cast, clock: HandClock
) -> None:
    rasa.fail("unavailable")
    with store.write() as session:
        chat = session.get_one(Conversation, wang.conversation)
        person = Person(chat.resident_id, chat.id, cast.wang.home)
        case = case_of(session, open_lift_case(session, person, clock()))
        resolve_case(session, case, result="换了门机", by=cast.li.by, now=clock())
        close_case(session, case, by=cast.li.by, now=clock())
    server.desk.hub.publish("desk")
    wang.hears("这次办得怎么样")
    assert wang.presses('/thanks{"rating": 1}').status_code == 201
    wang.hears("已经转告张建国和主管")
    with store.read() as session:
        assert session.scalars(select(CaseRating.score)).one() == 1
    assert rasa.calls == []


def test_while_a_person_serves_another_matter_of_hers_her_press_counts(
    wang: Visitor, li: Li, server: DeskServer, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        chat = session.get_one(Conversation, wang.conversation)
        person = Person(chat.resident_id, chat.id, cast.wang.home)
        case = case_of(session, open_lift_case(session, person, clock()))
        resolve_case(session, case, result="换了门机", by=cast.li.by, now=clock())
        close_case(session, case, by=cast.li.by, now=clock())
    server.desk.hub.publish("desk")
    wang.hears("这次办得怎么样")
    li.answers(wang.conversation, "您好，水费的事我来查")
    wang.hears("水费的事我来查")
    assert wang.presses('/thanks{"rating": 2}').status_code == 201
    wang.hears("谢谢您的评价")
    with store.read() as session:
        served = read_one_served(session, wang.conversation, now=clock())
        assert served is not None
        assert served.unanswered_since is None  # nobody owes a press an answer
    li.hands_back(wang.conversation, "")
    assert wang.presses('/thanks{"rating": 3}').status_code == 201
    wang.hears("您的评价我们已经收到")  # once for each case
    with store.read() as session:
        assert session.scalars(select(CaseRating.score)).one() == 2

"""Instead of waiting she leaves a number: a case with a promised time, without the Rasa server (R31)."""

from sqlalchemy import select

from bot.store.engine import Store
from bot.store.states import CaseKind, Mode
from bot.store.tables import Case, Conversation, Promise, Resident
from tests.doubles.rasa.fake import FakeRasa
from tests.support.clock import HandClock
from tests.support.visitor import Visitor


def waits(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.fail("unavailable")
    visitor.says("门禁卡刷不开，转人工")
    visitor.hears("排上人工")


def test_the_number_she_is_asked_for_becomes_a_case(visitor: Visitor, rasa: FakeRasa, store: Store) -> None:
    waits(visitor, rasa)
    visitor.says("给我回个电话吧")
    visitor.hears("请把电话号码写在这里")
    assert visitor.looks()
    assert visitor.mode == "waiting"  # her place is kept
    visitor.says("13812341234")
    assert "ZX2026-0001" in visitor.hears("已经登记回电")
    with store.read() as session:
        case = session.scalars(select(Case)).one()
        assert (case.kind, case.contact, "门禁卡刷不开" in case.summary) == (
            CaseKind.INQUIRY,
            "13812341234",
            True,
        )
        assert session.scalars(select(Promise.what)).all() == ["respond"]
        chat = session.scalars(select(Conversation)).one()
        assert (chat.mode, session.get_one(Resident, chat.resident_id).phone) == (Mode.BOT, "13812341234")


def test_at_night_a_button_asks_for_it(visitor: Visitor, rasa: FakeRasa, clock: HandClock) -> None:
    clock.turn(hours=12)  # nobody is there
    rasa.fail("unavailable")
    visitor.says("转人工")
    closed = visitor.hears("明天08:30上班后答复您")
    assert "给您打电话" in closed
    assert [button["title"] for button in visitor.looks()[-1]["buttons"]] == ["给我回电"]
    assert visitor.presses('/human{"callback": true}').status_code == 201
    visitor.hears("请把电话号码写在这里")
    visitor.says("13900001111")
    assert "明天14:00前" in visitor.hears("已经登记回电")

"""Emergencies through the whole desk: Rasa stopped, slow or well, queues ahead, pages over real HTTP."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.desk.estate.duty_part import DutySettings, SmsAccepted, SmsGateway, Webhook
from bot.messaging.emergency_turns import other_matters
from bot.messaging.paging.webhook import SIGNATURE, TIMESTAMP, signature
from bot.store.emergency_tables import Alarm, Page, PageState
from bot.store.engine import Store
from bot.store.tables import CaseEvent, Message, Turn
from tests.doubles.paging.receiver import PageReceiver
from tests.doubles.rasa.fake import FakeRasa, parse
from tests.support.clock import HandClock
from tests.support.desk_server import OPERATOR, DeskServer, estate_with
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor, until

HELP = "走楼梯，不要乘电梯"


@pytest.fixture
def receiver() -> object:
    """A webhook's and a gateway's other end."""
    started = PageReceiver().start()
    yield started
    started.stop()


def duty(**devices: object) -> DutySettings:
    found = estate_with().duty
    assert found is not None
    return found.model_copy(update=devices)


# --- instructions without Rasa ----------------------------------------------------------------------


def test_instructions_come_with_the_rasa_server_stopped(wang: Visitor, rasa: FakeRasa) -> None:
    rasa.stop()
    wang.says("着火了，楼道全是烟")
    assert HELP in wang.hears(HELP)
    assert "哪一栋" in wang.hears("哪一栋")
    lines = wang.until_idle()
    assert [line["emergency"] for line in lines["turns"]] == ["fire"]
    assert not any("系统暂时有点慢" in text for text in wang.said())
    assert lines["turns"][0]["cases"][0]["kind"] == "emergency"


def test_instructions_come_while_rasa_hangs_on_an_earlier_message(wang: Visitor, rasa: FakeRasa) -> None:
    rasa.fail("slow", times=1)
    wang.says("你好")
    assert rasa.hanging.wait(10)
    wang.says("电梯困住了，我在里面")
    wang.hears("不要扒门")
    rasa.mend()
    wang.hears("收到：你好")


@pytest.mark.parametrize("fault", ["unavailable", "killed_before", "killed_after", "garbled"])
def test_instructions_come_while_rasa_is_killed_in_the_middle(
    wang: Visitor, rasa: FakeRasa, clock: HandClock, fault: str
) -> None:
    rasa.fail(fault)
    wang.says("电梯坏了")
    wang.says("不对，里面困了人，电梯里有人在喊")
    wang.hears("不要扒门")
    rasa.mend()
    wang.hears("收到：电梯坏了", clock=clock)


def test_rasa_repeats_nothing_when_it_is_there(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("着火了")
    wang.hears(HELP)
    wang.until_idle()
    assert rasa.calls == []
    assert not any("收到：" in text for text in wang.said())


def test_another_matter_of_the_same_message_is_still_served(wang: Visitor, rasa: FakeRasa) -> None:
    text = "电梯困住了快来人。另外物业费怎么交"

    def two_matters(one: str) -> dict[str, object]:
        said = parse(one)
        if one == text:
            said["matters"] = [
                {"intent": "repair", "category": "lift", "span": [0, 9], "confidence": 0.9},
                {"intent": "fee", "category": "account", "span": [9, len(text)], "confidence": 0.9},
            ]
        return said

    rasa.parser = two_matters
    wang.says(text)
    wang.hears("不要扒门")
    wang.hears("收到：另外物业费怎么交")
    assert rasa.calls[0]["metadata"]["emergency"] == {"kind": "entrapment", "under_way": "entrapment"}
    lines = wang.until_idle()
    assert lines["turns"][0]["emergency"] == "entrapment"


def test_what_comes_later_is_told_that_an_emergency_is_under_way(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("水管爆了，水喷得到处都是")
    wang.hears("总阀")
    wang.says("对了，停车费怎么交")
    wang.hears("收到：对了，停车费怎么交")
    assert rasa.calls[0]["metadata"]["emergency"] == {"kind": None, "under_way": "flood"}


def test_after_a_no_the_first_message_is_the_assistants(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("楼道有股糊味")
    wang.hears("看见火")
    assert wang.presses("/emergency_no").status_code == 201
    wang.hears("收到：楼道有股糊味")
    assert len(rasa.calls) == 1


@pytest.mark.parametrize(("own", "others"), [(200, 0), (20, 9)], ids=["in her chat", "in other chats too"])
def test_two_hundred_messages_ahead_in_queues_hold_nothing_up(
    server: DeskServer, rasa: FakeRasa, clock: HandClock, own: int, others: int
) -> None:
    rasa.fail("unavailable")
    wang = Visitor(server.url, operator=OPERATOR)
    for one in [Visitor(server.url, operator=OPERATOR) for _ in range(others)]:
        for number in range(20):
            one.says(f"第{number}句")
    for number in range(own):
        wang.says(f"第{number}句")
    wang.says("有人触电了")
    wang.hears("不要用手去拉触电的人")


def test_two_desks_make_one_alarm_of_two_neighbours(
    server: DeskServer, start_desk: StartDesk, store: Store
) -> None:
    if not store.is_postgres:
        pytest.skip("two desks share a database only on PostgreSQL")
    other = start_desk("desk-2")
    one, two = Visitor(server.url, operator=OPERATOR), Visitor(other.url, operator=OPERATOR)
    one.says("5栋着火了")
    two.says("5栋着火了")
    one.hears(HELP)
    two.hears(HELP)
    with store.read() as session:
        assert len(session.scalars(select(Alarm)).all()) == 1


def test_a_silent_doubt_pages_a_person_by_the_desks_own_clock(
    wang: Visitor, rasa: FakeRasa, clock: HandClock, store: Store
) -> None:
    rasa.stop()
    wang.says("楼道有股糊味")
    wang.hears("看见火")
    clock.turn(seconds=61)
    wang.says("你好")  # news wakes the clock; by itself it looks within 15 s
    wang.hears(HELP)
    with store.read() as session:
        assert session.scalars(select(Alarm.confirmed)).all() == [False]


# --- pages ------------------------------------------------------------------------------------------


def test_the_webhook_takes_a_signed_page_and_the_resident_is_told(
    start_desk: StartDesk,
    rasa: FakeRasa,
    receiver: PageReceiver,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAGE_SECRET_OF_THE_TEST", "a page secret")
    webhook = Webhook(url=f"{receiver.url}/hook", secret_env="PAGE_SECRET_OF_THE_TEST")
    estate = estate_with().model_copy(update={"duty": duty(webhook=webhook)})
    wang = Visitor(start_desk(estate=estate).url, operator=OPERATOR, resident="王阿姨")
    wang.says("5栋1单元电梯困住了，我手机13812345678")
    wang.hears("已通知值班人员")
    (call,) = receiver.calls
    assert (
        call.headers[SIGNATURE] == f"sha256={signature('a page secret', call.headers[TIMESTAMP], call.body)}"
    )
    document = call.json()
    assert (document["kind"], document["place"], document["confirmed"]) == ("entrapment", "5栋1单元", True)
    assert "13812345678" not in call.body.decode()
    with store.read() as session:
        states = {row.device: row.state for row in session.execute(select(Page.device, Page.state))}
        assert states == {"desk": PageState.QUEUED, "webhook": PageState.SENT}


def test_a_gateway_that_says_no_is_tried_again_and_then_shown(
    start_desk: StartDesk, receiver: PageReceiver, clock: HandClock, store: Store
) -> None:
    gateway = SmsGateway(
        url=f"{receiver.url}/sms",
        form={"mobile": "{phone}", "text": "{text}", "apikey": "{env:PATH}"},
        accepted=SmsAccepted(field="code", equals=0),
    )
    receiver.answers = [(200, {"code": 5, "msg": "no"})] * 2 + [(200, {"code": 0})]
    estate = estate_with().model_copy(update={"duty": duty(sms=gateway)})
    wang = Visitor(start_desk(estate=estate).url, operator=OPERATOR)
    wang.says("着火了")
    wang.hears(HELP)

    def failed(times: int) -> bool:
        with store.read() as session:
            page = session.scalars(select(Page).where(Page.device == "sms")).one()
            return page.attempts == times and page.state is PageState.QUEUED

    for times in (1, 2):
        until(partial(failed, times), what=f"refusal {times}")
        assert "已通知" not in "".join(wang.said())
        clock.turn(seconds=15)
    wang.hears("已通知值班人员")
    assert receiver.calls[0].form()["mobile"] == "13800000131"
    assert "火情" in receiver.calls[0].form()["text"]


def test_without_any_device_taking_it_nobody_is_called_told(
    start_desk: StartDesk, receiver: PageReceiver, store: Store
) -> None:
    receiver.answers = [(404, {})]
    estate = estate_with().model_copy(update={"duty": duty(webhook=Webhook(url=f"{receiver.url}/hook"))})
    wang = Visitor(start_desk(estate=estate).url, operator=OPERATOR)
    wang.says("着火了")
    wang.hears(HELP)

    def failed() -> bool:
        with store.read() as session:
            return "emergency_page_failed" in session.scalars(select(CaseEvent.kind)).all()

    until(failed, what="the failed page")
    assert "已通知" not in "".join(wang.said())


def test_a_desk_that_died_while_paging_pages_again(
    start_desk: StartDesk, receiver: PageReceiver, clock: HandClock, store: Store
) -> None:
    receiver.hang = True
    estate = estate_with().model_copy(update={"duty": duty(webhook=Webhook(url=f"{receiver.url}/hook"))})
    first = start_desk(estate=estate)
    wang = Visitor(first.url, operator=OPERATOR)
    wang.says("着火了")
    until(lambda: receiver.calls, what="the call that hangs")
    first.stop()
    receiver.hang = False
    receiver.release.set()
    clock.turn(seconds=40)
    start_desk("desk-2", estate=estate)
    until(lambda: len(receiver.calls) >= 2, what="the second call")

    def sent() -> bool:
        with store.read() as session:
            wanted = select(Page.state).where(Page.device == "webhook", Page.round == 1)
            return session.scalars(wanted).first() is PageState.SENT

    until(sent, what="the page")


def test_the_turn_and_the_message_keep_what_it_was(wang: Visitor, store: Store) -> None:
    wang.says("着火了")
    wang.hears(HELP)
    wang.until_idle()
    with store.read() as session:
        assert session.scalars(select(Turn.outcome)).all() == ["emergency"]
        message = session.scalars(select(Message).where(Message.text == "着火了")).one()
        assert message.parse is not None
        assert message.parse["emergency"] == "fire"


def test_only_real_other_matters_are_handed_on() -> None:
    one = {"text": "着火了", "matters": [{"intent": "repair", "category": "fire_equipment", "span": [0, 3]}]}
    assert other_matters([one], "fire") is None
    text = "楼上着火了，顺便问下快递柜在哪"
    two = {
        "text": text,
        "matters": [
            {"intent": "repair", "category": "fire_equipment", "span": [0, 5]},
            {"intent": "inquiry", "category": "daily", "span": [6, len(text)]},
        ],
    }
    assert other_matters([two], "fire") == "顺便问下快递柜在哪"

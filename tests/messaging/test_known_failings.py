"""Where helpdesks fail the people who write to them, each as a test. What needs a browser: tests/browser.

Two of the list are elsewhere: the browser lost in mid-sentence, messages missing until a reload
(tests/browser/test_people.py).
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.estate.duty_part import DutySettings, SmsGateway, Webhook
from bot.desk.people.notices import give_notice
from bot.desk.service.presence import heartbeat
from bot.desk.talk.transcript import record_outbound
from bot.store.engine import Store
from bot.store.states import Lane, Mode, Sender
from bot.store.tables import Conversation, Message
from tests.doubles.paging.receiver import PageReceiver
from tests.doubles.rasa.fake import FakeRasa
from tests.messaging.conftest import Li
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.desk_at_work import DeskAtWork
from tests.support.desk_server import OPERATOR, estate_with
from tests.support.estates import sample_estate, sample_words
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor, until


def looks(store: Store, clock: HandClock) -> None:
    """The clock of a desk looks once."""
    tick(store, sample_estate(), sample_words(), desk="one", now=clock)


def mode_of(store: Store, conversation_id: int) -> Mode:
    with store.read() as session:
        return session.get_one(Conversation, conversation_id).mode


# --- 1: the bot goes on answering after a person took over -----------------------------------------------


def test_after_a_person_took_over_the_bot_is_not_even_asked(wang: Visitor, li: Li, rasa: FakeRasa) -> None:
    li.takes_over(wang.conversation)
    wang.says("电梯坏了")
    li.answers(wang.conversation, "您好，我是小李")
    wang.hears("我是小李")
    until(lambda: rasa.parsed == ["电梯坏了"], what="the mood, read apart from the dialogue")
    assert rasa.calls == []
    assert wang.said() == ["您好，我是小李"]


# --- 2: nobody is notified when no browser is open -------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[PageReceiver]:
    """A webhook's and a gateway's other end."""
    other_end = PageReceiver().start()
    yield other_end
    other_end.stop()


def test_with_no_browser_open_people_are_called_out(
    start_desk: StartDesk, receiver: PageReceiver, rasa: FakeRasa, cast: Cast, clock: HandClock
) -> None:
    duty = sample_estate().on_duty
    devices: dict[str, object] = {
        "webhook": Webhook(url=f"{receiver.url}/hook"),
        "sms": SmsGateway(url=f"{receiver.url}/sms", form={"to": "{phone}", "text": "{text}"}),
    }
    called = DutySettings(chain=duty.chain, **devices)  # type: ignore[arg-type]
    server = start_desk(estate=estate_with().model_copy(update={"duty": called}))
    wang = Visitor(server.url, operator=OPERATOR, resident="王阿姨")
    rasa.fail("unavailable")
    wang.says("转人工")
    wang.hears("正在通知他们")
    clock.turn(seconds=61)
    server.desk.hub.publish("desk")
    until(lambda: len(receiver.calls) == 2, what="both calls")
    hook = next(call for call in receiver.calls if call.path == "/hook").json()
    sms = next(call for call in receiver.calls if call.path == "/sms").form()
    assert (hook["event"], hook["name"]) == ("chat.waiting", "陈静")
    assert sms["to"] == "0571-85550101"
    assert "请陈静登录工作台接待" in sms["text"]
    assert "王" not in sms["text"]  # nothing of a resident's lies open on a telephone


# --- 3, 4: the chat stays with somebody who went away or never answers; yesterday's absent agent ----------


def test_who_comes_back_the_next_day_does_not_wait_for_yesterdays_colleague(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        heartbeat(session, cast.li.agent_id, now=clock())
    desk.replies(cast.li, cast.wang, "您好，我是小李")
    clock.turn(hours=9)
    desk.hears(cast.wang, "在吗，那件事怎么样了")
    looks(store, clock)
    assert mode_of(store, cast.wang.conversation_id) is Mode.WAITING
    with store.write() as session:
        heartbeat(session, cast.chen.agent_id, now=clock())
    looks(store, clock)
    desk.takes_over(cast.wang, cast.chen)
    assert desk.conversation(cast.wang).owner_id == cast.chen.agent_id


# --- 5: after closing, the next message reaches neither bot nor person -------------------------------------


def test_after_closing_the_next_message_is_answered(wang: Visitor, li: Li, rasa: FakeRasa) -> None:
    li.answers(wang.conversation, "已经修好了")
    wang.hears("已经修好了")
    li.hands_back(wang.conversation, "")
    wang.says("灯又不亮了")
    wang.hears("收到：灯又不亮了")


# --- 6: after the hand-back the bot is silent, or does not know what the person said -----------------------


def test_after_the_hand_back_the_bot_speaks_and_knows_what_was_promised(
    wang: Visitor, li: Li, rasa: FakeRasa
) -> None:
    li.answers(wang.conversation, "我请李工明早过去")
    wang.hears("我请李工明早过去")
    li.hands_back(wang.conversation, "李工已答应您明早九点上门")
    wang.says("好")
    assert "李工已答应您明早九点上门" in wang.hears("收到：好")
    assert rasa.calls[0]["metadata"]["note"] == "李工已答应您明早九点上门"


# --- 7: an agent answers from her phone, and the bot speaks at the same time -------------------------------


def test_an_answer_from_anywhere_silences_the_bot_in_the_same_moment(
    wang: Visitor, li: Li, rasa: FakeRasa
) -> None:
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    assert rasa.hanging.wait(10)
    li.answers(wang.conversation, "师傅已经出发")  # no page of hers is open
    rasa.mend()
    wang.hears("师傅已经出发")
    wang.says("谢谢")
    until(lambda: "谢谢" in rasa.parsed, what="the next message, read for its mood")
    assert [text for text in wang.said() if "收到" in text] == []


# --- 10: a service clock reset by the bot's own message ----------------------------------------------------


def test_words_of_the_desk_do_not_stop_the_clock_for_a_persons_answer(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock
) -> None:
    desk.replies(cast.li, cast.wang, "您好，我是小李")
    desk.hears(cast.wang, "师傅到哪了？")
    clock.turn(minutes=2)
    with store.write() as session:
        heartbeat(session, cast.li.agent_id, now=clock())
        give_notice(session, key="x", kind="case_urged", agent_id=cast.li.agent_id, now=clock())
        record_outbound(
            session,
            conversation_id=cast.wang.conversation_id,
            sender=Sender.SYSTEM,
            text="您的报修工单有了新的时间",
            lane=Lane.PEOPLE,
            epoch=None,
            now=clock(),
        )
    clock.turn(timedelta(minutes=1))
    with store.write() as session:
        heartbeat(session, cast.li.agent_id, now=clock())
    looks(store, clock)
    assert mode_of(store, cast.wang.conversation_id) is Mode.WAITING


# --- and: an emergency while a person serves -----------------------------------------------------------


def test_an_emergency_is_instructed_at_once_while_a_person_serves(
    wang: Visitor, li: Li, rasa: FakeRasa, store: Store
) -> None:
    li.answers(wang.conversation, "您好，我是小李")
    wang.hears("我是小李")
    wang.says("我被困在3栋2单元电梯里了！")
    wang.hears("不要")
    assert mode_of(store, wang.conversation) is Mode.HUMAN
    with store.read() as session:
        senders = session.scalars(select(Message.sender).order_by(Message.seq)).all()
    assert Sender.BOT not in senders

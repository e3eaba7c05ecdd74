"""Who owns a conversation at the instant of sending: a person comes in, goes, and the bot knows its place."""

from sqlalchemy import select

from bot.store.engine import Store
from bot.store.states import Delivery, Mode
from bot.store.tables import Message, OutboxRow
from tests.doubles.rasa.fake import FakeRasa
from tests.messaging.conftest import Li
from tests.support.visitor import Visitor, until


def test_a_takeover_while_rasa_thinks_silences_the_answer(
    wang: Visitor, li: Li, rasa: FakeRasa, store: Store
) -> None:
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    assert rasa.hanging.wait(10)
    li.answers(wang.conversation, "我是小李，马上处理")
    rasa.mend()
    wang.hears("我是小李")

    def cancelled() -> Message | None:
        with store.read() as session:
            return session.scalars(
                select(Message).join(OutboxRow).where(OutboxRow.state == Delivery.CANCELLED)
            ).first()

    kept = until(cancelled, what="the cancelled answer")
    assert "收到：电梯坏了" in kept.text
    assert not any("收到：电梯坏了" in text for text in wang.said())


def test_while_a_person_serves_the_bot_is_silent_and_mood_is_read(
    wang: Visitor, li: Li, rasa: FakeRasa, store: Store
) -> None:
    li.answers(wang.conversation, "您好，我是小李")
    wang.hears("小李")
    wang.says("你们到底管不管！")

    def mood() -> int | None:
        with store.read() as session:
            return session.scalars(select(Message.upset).where(Message.text == "你们到底管不管！")).one()

    until(lambda: mood() == 2, what="the mood")
    assert rasa.calls == []
    assert rasa.parsed == ["你们到底管不管！"]
    assert wang.turns()["idle"]


def test_the_mood_is_read_later_when_rasa_is_down(wang: Visitor, li: Li, rasa: FakeRasa) -> None:
    li.answers(wang.conversation, "您好，我是小李")
    wang.hears("小李")
    rasa.stop()
    wang.says("第一句！")
    rasa.start()
    wang.says("第二句！")
    until(lambda: sorted(rasa.parsed) == ["第一句！", "第二句！"], what="both moods")


def test_the_hand_back_begins_a_new_period_with_what_the_person_left(
    wang: Visitor, li: Li, rasa: FakeRasa
) -> None:
    wang.says("电梯坏了")
    wang.hears("收到：电梯坏了")
    li.answers(wang.conversation, "师傅下午三点到")
    wang.hears("师傅下午三点到")
    wang.says("好的")
    li.hands_back(wang.conversation, "师傅下午三点到")
    wang.says("谢谢")
    wang.hears("收到：谢谢")
    first, second = rasa.calls
    assert (first["conversation"], second["conversation"]) == (
        f"c{wang.conversation}-p1",
        f"c{wang.conversation}-p2",
    )
    assert second["metadata"]["note"] == "师傅下午三点到"
    assert "师傅下午三点到" in wang.hears("收到：谢谢")


def test_an_answer_of_a_person_goes_out_although_the_bot_is_stuck(
    wang: Visitor, li: Li, rasa: FakeRasa
) -> None:
    rasa.stop()
    wang.says("电梯坏了")
    li.answers(wang.conversation, "师傅已经出发")
    wang.hears("师傅已经出发")
    assert wang.mode == Mode.HUMAN.value

"""The Rasa server down, slow, failing, killed: said once, honestly, and every message answered in the end."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.store.engine import Store
from bot.store.states import Mode
from bot.store.tables import Conversation, Message, Notice, Turn
from tests.doubles.rasa.fake import FakeRasa
from tests.support.clock import HandClock
from tests.support.desk_server import OPERATOR, DeskServer, estate_with
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor, until

SAFE = "您的消息已经收到并保存"


def test_down_is_told_once_and_answered_when_it_is_back(
    wang: Visitor, rasa: FakeRasa, clock: HandClock
) -> None:
    rasa.stop()
    wang.says("电梯坏了")
    wang.hears(SAFE)
    wang.says("三楼")
    rasa.start()
    wang.hears("收到：电梯坏了", clock=clock)
    wang.hears("收到：三楼", clock=clock)
    assert sum(SAFE in text for text in wang.said()) == 1


def test_a_second_outage_is_told_again(wang: Visitor, rasa: FakeRasa, clock: HandClock) -> None:
    for number in (1, 2):
        rasa.stop()
        wang.says(f"第{number}次")
        until(partial(_was_told, wang, number), what="the word about the outage")
        rasa.start()
        wang.hears(f"收到：第{number}次", clock=clock)


def _was_told(wang: Visitor, times: int) -> bool:
    return sum(SAFE in text for text in wang.said()) == times


def test_a_short_restart_goes_unnoticed(start_desk: StartDesk, rasa: FakeRasa) -> None:
    server = start_desk(estate=estate_with(slow_after=timedelta(seconds=20)))
    wang = Visitor(server.url, operator=OPERATOR)
    rasa.stop()
    wang.says("电梯坏了")
    until(lambda: not server.desk.dispatcher.watch.is_ready, what="the outage is seen")
    rasa.start()
    wang.hears("收到：电梯坏了")
    assert not any(SAFE in text for text in wang.said())


def test_slow_is_told_while_the_answer_is_awaited(wang: Visitor, rasa: FakeRasa) -> None:
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    wang.hears(SAFE)
    rasa.mend()
    wang.hears("收到：电梯坏了")
    assert len(rasa.calls) == 1, "the call that was slow is the one that answers"


def test_tries_that_met_no_assistant_are_not_held_against_a_message(
    wang: Visitor, rasa: FakeRasa, clock: HandClock, store: Store
) -> None:
    rasa.stop()
    wang.says("电梯坏了")
    wang.hears(SAFE)
    for _ in range(6):
        until(partial(_is_put_off, store, clock), what="the turn is put off")
        clock.turn(seconds=31)
    rasa.fail("unavailable", times=2)
    rasa.start()
    wang.hears("收到：电梯坏了", clock=clock)
    assert wang.mode == "bot"


def _is_put_off(store: Store, clock: HandClock) -> bool:
    with store.read() as session:
        retry_at = session.scalars(select(Turn.retry_at)).one()
        return retry_at is not None and retry_at > clock()


def test_who_threatens_gets_a_person_though_the_assistant_is_away(
    wang: Visitor, rasa: FakeRasa, store: Store
) -> None:
    rasa.stop()
    wang.says("再不来修，我就打12345曝光你们")
    wang.hears("您说的我们很重视")
    with store.read() as session:
        waiting = session.get_one(Conversation, wang.conversation)
        assert (waiting.mode, waiting.reason) == (Mode.WAITING, "threat")


def test_the_assistant_is_told_of_a_threat_and_of_none_where_she_only_asks(
    wang: Visitor, rasa: FakeRasa
) -> None:
    wang.says("不交物业费会怎么样")
    wang.hears("收到：不交物业费会怎么样")
    wang.says("那我找记者来")
    wang.hears("收到：那我找记者来")
    assert [call["metadata"]["escalation"]["now"] for call in rasa.calls] == [None, "threat"]


@pytest.mark.parametrize("fault", ["unavailable", "killed_before", "killed_after", "empty", "garbled"])
def test_a_failed_call_is_repeated_and_answered_once(wang: Visitor, rasa: FakeRasa, fault: str) -> None:
    rasa.fail(fault, times=1)
    wang.says("电梯坏了")
    wang.hears("收到：电梯坏了")
    wang.until_idle()
    assert sum("收到" in text and SAFE not in text for text in wang.said()) == 1
    assert len({call["turn"] for call in rasa.calls}) == 1, "the same turn, so that it is replayed"
    assert len(rasa.played) == 1


def test_a_turn_that_fails_again_and_again_goes_to_a_person(
    wang: Visitor, rasa: FakeRasa, clock: HandClock, store: Store
) -> None:
    rasa.fail("unavailable", where="这句有毒")
    wang.says("这句有毒")

    def with_a_person() -> bool:
        if wang.http.get("/health").json()["queue"]["turns_waiting"]:
            clock.turn(seconds=1)
        return wang.looks() is not None and wang.mode == "waiting"

    until(with_a_person, what="a person called")
    wang.hears("同事")
    with store.read() as session:
        assert session.get_one(Conversation, wang.conversation).reason == "outage"


def test_a_person_is_one_word_away_with_rasa_down(wang: Visitor, rasa: FakeRasa, store: Store) -> None:
    rasa.stop()
    wang.says("转人工")
    assert "同事" in wang.hears("您是下一位")
    with store.read() as session:
        conversation = session.get_one(Conversation, wang.conversation)
        assert (conversation.mode, conversation.reason) == (Mode.WAITING, "asked")
    wang.until_idle()


def test_a_person_is_one_word_away_with_rasa_slow(wang: Visitor, rasa: FakeRasa) -> None:
    rasa.fail("slow")
    wang.says("转人工")
    wang.hears("您是下一位")
    rasa.mend()
    wang.until_idle()
    assert wang.mode == "waiting"
    assert len(wang.said()) == 1


def test_what_is_old_by_then_goes_to_a_person_in_one_summary(
    wang: Visitor, rasa: FakeRasa, clock: HandClock, store: Store
) -> None:
    rasa.stop()
    wang.says("电梯坏了")
    wang.hears(SAFE)
    wang.says("还没有人来吗")
    clock.turn(minutes=31)
    rasa.start()
    wang.hears("同事")
    until(lambda: wang.turns()["idle"], what="idle")
    assert wang.mode == "waiting"
    assert not any("收到：" in text for text in wang.said()), "old messages are not played to the bot"
    with store.read() as session:
        notices = session.scalars(select(Notice).where(Notice.kind == "old_messages")).all()
        assert [notice.conversation_id for notice in notices] == [wang.conversation]
        assert session.get_one(Conversation, wang.conversation).reason == "old"


def test_what_is_not_old_is_answered_by_the_bot(wang: Visitor, rasa: FakeRasa, clock: HandClock) -> None:
    rasa.stop()
    wang.says("电梯坏了")
    wang.hears(SAFE)
    clock.turn(minutes=29)
    rasa.start()
    wang.hears("收到：电梯坏了")
    assert wang.mode == "bot"


def test_a_desk_that_died_leaves_its_turn_to_the_next(
    start_desk: StartDesk, rasa: FakeRasa, clock: HandClock, store: Store
) -> None:
    first = start_desk("desk-1")
    wang = Visitor(first.url, operator=OPERATOR)
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    assert rasa.hanging.wait(10)
    first.stop()
    rasa.mend()
    second = start_desk("desk-2")
    again = Visitor(second.url, token=wang.token)
    clock.turn(seconds=31)
    again.hears("收到：电梯坏了")
    with store.read() as session:
        turn = session.scalars(select(Turn)).one()
        assert (turn.desk, turn.attempts) == ("desk-2", 2)
        assert len(session.scalars(select(Message).where(Message.turn_id == turn.id)).all()) >= 2


def test_health_tells_who_is_away(server: DeskServer, rasa: FakeRasa, visitor: Visitor) -> None:
    well = visitor.http.get("/health").json()
    assert (well["status"], well["rasa"], well["model"]) == ("ok", "ready", "fake-model")
    rasa.stop()
    ill = visitor.http.get("/health")
    assert (ill.status_code, ill.json()["status"], ill.json()["rasa"]) == (200, "degraded", "away")
    assert ill.json()["queue"]["messages"] == 0

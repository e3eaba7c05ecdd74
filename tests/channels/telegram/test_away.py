"""Who wrote while the desk was away hears once that it was, ahead of the answer."""

from datetime import timedelta

import pytest

from bot.desk.service import presence
from bot.desk.talk.conversations import answer
from tests.channels.telegram.conftest import StartTelegramDesk, TelegramDesk
from tests.channels.telegram.test_hearing import words
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import make_cast
from tests.support.clock import HandClock

AWAY, LOST = words("utter_telegram_away"), "没有收到"


@pytest.fixture
def known(desk: TelegramDesk, wang: TelegramPerson) -> TelegramDesk:
    """王阿姨 has written before."""
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    return desk


def while_away(desk: TelegramDesk, **away: float) -> None:
    desk.server.stop()
    desk.clock.turn(timedelta(**away))


def count(person: TelegramPerson, part: str) -> int:
    return sum(part in text for text in person.texts())


def test_late_messages_get_one_word_and_their_answers(
    known: TelegramDesk, start: StartTelegramDesk, wang: TelegramPerson, telegram: FakeTelegram
) -> None:
    known.server.stop()
    wang.says("楼道灯坏了")
    wang.says("五楼那盏")
    known.clock.turn(timedelta(hours=2))
    start("desk-2")
    telegram.until(lambda: count(wang, "五楼那盏"))
    assert (count(wang, AWAY), count(wang, LOST)) == (1, 0)
    assert AWAY in wang.texts()[1]


def test_who_is_answered_in_time_hears_nothing_of_it(known: TelegramDesk, wang: TelegramPerson) -> None:
    known.clock.turn(timedelta(hours=2))
    wang.says("楼道灯坏了")
    known.telegram.until(lambda: count(wang, "楼道灯坏了"))
    assert count(wang, AWAY) == 0


def test_after_more_than_a_day_who_wrote_before_is_told_what_may_be_lost(
    known: TelegramDesk,
    start: StartTelegramDesk,
    wang: TelegramPerson,
    zhou: TelegramPerson,
    telegram: FakeTelegram,
    clock: HandClock,
) -> None:
    while_away(known, hours=30)
    wang.says("电梯好了吗")
    again = start("desk-2")
    telegram.until(lambda: count(wang, "电梯好了吗"))
    clock.turn(timedelta(hours=1))
    wang.says("谢谢")
    zhou.says("我是新来的")
    telegram.until(lambda: count(wang, "谢谢") and zhou.texts())
    assert (count(wang, LOST), count(zhou, LOST)) == (1, 0)
    assert again.conversation(wang)


def test_a_person_who_serves_her_says_it_herself(
    known: TelegramDesk, start: StartTelegramDesk, wang: TelegramPerson, telegram: FakeTelegram
) -> None:
    li = make_cast(known.store, now=known.clock()).li.agent_id
    hers = known.conversation(wang).id
    known.writes(
        lambda session: answer(session, hers, agent_id=li, text="我是小李", client_id="1", now=known.clock())
    )
    telegram.until(lambda: count(wang, "我是小李"))
    known.server.stop()
    wang.says("师傅来了吗")
    known.clock.turn(timedelta(hours=2))
    known.writes(lambda session: presence.heartbeat(session, li, now=known.clock()))
    again = start("desk-2")
    telegram.until(lambda: "师傅来了吗" in [message.text for message in again.heard(wang)])
    assert count(wang, AWAY) == 0


def test_an_emergency_is_not_held_up_by_it(
    known: TelegramDesk, start: StartTelegramDesk, wang: TelegramPerson, telegram: FakeTelegram
) -> None:
    known.server.stop()
    wang.says("救命，我被困在电梯里了")
    known.clock.turn(timedelta(hours=2))
    start("desk-2")
    telegram.until(lambda: count(wang, "不要扒门"))
    assert count(wang, AWAY) == 0

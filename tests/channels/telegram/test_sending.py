"""Sending: limits and their units, 429 of one chat, unknown outcomes by lane, faults for good, pictures."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.conversations import answer, take_over
from bot.desk.talk.transcript import NewAttachment, record_outbound
from bot.messaging.channels.base import OutgoingFile, OutgoingMessage
from bot.messaging.channels.telegram.cutting import CAPTION, TEXT, cut, pieces, units
from bot.messaging.live import OUTBOX
from bot.store.channel_tables import TelegramButton, TelegramChat
from bot.store.states import Delivery, Lane, Sender
from bot.store.tables import Agent, Notice, OutboxRow
from tests.channels.telegram.conftest import QUICK, StartTelegramDesk, TelegramDesk
from tests.channels.telegram.test_hearing import picture
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


def write(
    desk: TelegramDesk, person: TelegramPerson, text: str, lane: Lane = Lane.BOT, **more: object
) -> int:
    """Put a message to her into the outbox."""
    number = desk.conversation(person).id

    def work(session: Session) -> int:
        return record_outbound(
            session,
            conversation_id=number,
            sender=Sender.SYSTEM,
            text=text,
            lane=lane,
            epoch=None,
            now=desk.clock(),
            **more,  # type: ignore[arg-type]
        ).id

    message_id = desk.writes(work)
    desk.server.desk.hub.publish(OUTBOX)
    return message_id


def row(desk: TelegramDesk, message_id: int) -> OutboxRow:
    wanted = select(OutboxRow).where(OutboxRow.message_id == message_id)
    return desk.reads(lambda session: session.scalars(wanted).one())


def becomes(desk: TelegramDesk, message_id: int, state: Delivery) -> OutboxRow:
    desk.telegram.until(lambda: row(desk, message_id).state is state)
    return row(desk, message_id)


@pytest.fixture
def known(desk: TelegramDesk, wang: TelegramPerson) -> TelegramDesk:
    """She has written, and was answered."""
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    return desk


# --- lengths ---------------------------------------------------------------------------------------------


@given(st.text(alphabet="好。！😀\n a", max_size=900), st.integers(min_value=2, max_value=120))
def test_cutting_loses_nothing_and_every_part_fits(text: str, longest: int) -> None:
    parts = cut(text, longest)
    assert all(0 < units(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_long_text_is_cut_at_a_sentence() -> None:
    sentence = "这是一句话，说的是水管。"
    parts = cut(sentence * 600)
    assert all(part.endswith("。") and units(part) <= TEXT for part in parts)


def test_short_words_stand_under_the_picture_and_long_ones_before_it() -> None:
    file = OutgoingFile(1, "image/jpeg", "", "0" * 64)

    def message(text: str) -> OutgoingMessage:
        return OutgoingMessage(1, 1, "1", Lane.PEOPLE, text, (), [file, file])

    assert [(one.text, one.file is not None) for one in pieces(message("看图"))] == [
        ("看图", True),
        ("", True),
    ]
    long = "好" * (CAPTION + 1)
    assert [one.file is not None for one in pieces(message(long))] == [False, True, True]


def test_a_persons_long_answer_arrives_in_order_and_whole(known: TelegramDesk, wang: TelegramPerson) -> None:
    text = "".join(f"第{number}条，请您看一下。" for number in range(900))
    number = known.conversation(wang).id

    def work(session: Session) -> int:
        agent = Agent(login="xiaoli", name="小李", password_hash="-", created_at=known.clock())
        session.add(agent)
        session.flush()
        take_over(session, number, agent_id=agent.id, now=known.clock())
        answered = answer(session, number, agent_id=agent.id, text=text, client_id="1", now=known.clock())
        return answered.message.id  # type: ignore[union-attr]

    message_id = known.writes(work)
    known.server.desk.hub.publish(OUTBOX)
    becomes(known, message_id, Delivery.SENT)
    assert "".join(wang.texts()[1:]) == text


def test_a_long_answer_that_breaks_off_goes_on_where_it_broke(
    known: TelegramDesk, wang: TelegramPerson
) -> None:
    text = "好。" * 3000
    fault = known.telegram.fail("error", code=500, method="sendMessage", times=0)
    before = len(known.telegram.calls_of("sendMessage"))
    message_id = write(known, wang, text, Lane.PEOPLE)
    known.telegram.until(lambda: len(known.telegram.calls_of("sendMessage")) > before)
    fault.times = 1
    known.telegram.until(lambda: _turn(known, 10) and row(known, message_id).state is Delivery.SENT)
    assert "".join(wang.texts()[1:]) == text


# --- pictures and buttons --------------------------------------------------------------------------------


def test_pictures_and_files_of_a_person_arrive(known: TelegramDesk, wang: TelegramPerson) -> None:
    store = known.server.desk.attachments
    files = [
        NewAttachment("image/jpeg", 1, store.keep_file(picture())),
        NewAttachment("application/pdf", 1, store.keep_file(b"%PDF"), name="通知.pdf"),
    ]
    becomes(known, write(known, wang, "请看", Lane.PEOPLE, attachments=files), Delivery.SENT)
    photo, document = wang.sees()[1:]
    assert photo["caption"] == "请看"
    assert known.telegram.world.files[photo["photo"][0]["file_id"]].data == picture()
    assert known.telegram.world.files[document["document"]["file_id"]].data == b"%PDF"


def test_a_message_sent_again_carries_the_same_keys(known: TelegramDesk, wang: TelegramPerson) -> None:
    known.telegram.fail("cut", method="sendMessage")
    buttons = [{"title": "好" * 10, "payload": "/choose" + "很长" * 60}, {"title": "不", "payload": "/deny"}]
    message_id = write(known, wang, "可以吗", Lane.PEOPLE, buttons=buttons)
    known.telegram.until(lambda: _turn(known, 10) and row(known, message_id).state is Delivery.SENT)
    wanted = select(TelegramButton.key).where(TelegramButton.message_id == message_id)
    keys = known.reads(lambda session: set(session.scalars(wanted)))
    shown = wang.sees()[-1]["reply_markup"]["inline_keyboard"]
    assert {button["callback_data"] for line in shown for button in line} == keys
    assert all(len(key.encode()) <= 64 for key in keys)


def test_a_status_asked_for_again_renews_the_one_above(known: TelegramDesk, wang: TelegramPerson) -> None:
    key = "utter_status_one"
    becomes(known, write(known, wang, "已派单", reply_key=key), Delivery.SENT)
    becomes(known, write(known, wang, "处理中", reply_key=key), Delivery.SENT)
    assert wang.texts()[1:] == ["处理中"]
    wang.says("现在呢")
    known.telegram.until(lambda: len(wang.texts()) == 3)
    becomes(known, write(known, wang, "已处理", reply_key=key), Delivery.SENT)
    assert wang.texts()[-1] == "已处理"
    assert wang.texts()[1] == "处理中"


# --- faults ----------------------------------------------------------------------------------------------


def test_429_of_one_chat_stops_no_other_and_is_waited_for(
    known: TelegramDesk, wang: TelegramPerson, zhou: TelegramPerson
) -> None:
    known.telegram.fail("error", code=429, retry_after=3600, chat_id=wang.id, times=None)
    held = write(known, wang, "一")
    known.telegram.until(lambda: row(known, held).error)
    write(known, wang, "二", Lane.PEOPLE)
    zhou.says("在吗")
    known.telegram.until(zhou.texts)
    assert row(known, held).due_at >= known.clock() + timedelta(minutes=59)
    kinds = known.reads(lambda session: list(session.scalars(select(Notice.kind))))
    assert "telegram_held" in kinds
    refused = len([one for one in known.telegram.refused if one == ("sendmessage", 429)])
    assert refused == 1  # nobody knocks again while it lasts
    known.telegram.mend()
    known.clock.turn(timedelta(hours=1, seconds=1))
    known.telegram.until(lambda: {"一", "二"} <= set(wang.texts()))


def test_an_emergency_knocks_all_the_same(known: TelegramDesk, wang: TelegramPerson) -> None:
    known.telegram.fail("error", code=429, retry_after=3600, chat_id=wang.id)
    held = write(known, wang, "通知", Lane.BULK)
    known.telegram.until(lambda: row(known, held).error)
    becomes(known, write(known, wang, "请离开电梯", Lane.EMERGENCY), Delivery.SENT)
    assert wang.texts()[-1] == "请离开电梯"


@pytest.mark.parametrize("kind", ["lost_answer", "garbled"])
def test_an_unknown_outcome_of_the_bot_is_shown_as_unknown_and_not_sent_again(
    known: TelegramDesk, wang: TelegramPerson, kind: str
) -> None:
    known.telegram.fail(kind, method="sendMessage")
    becomes(known, write(known, wang, "答复"), Delivery.UNKNOWN)
    assert wang.texts()[1:] == ["答复"]


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.PEOPLE])
def test_an_unknown_outcome_where_twice_is_better_than_never_is_sent_again(
    known: TelegramDesk, wang: TelegramPerson, lane: Lane
) -> None:
    known.telegram.fail("lost_answer", method="sendMessage")
    message_id = write(known, wang, "请离开电梯", lane)
    known.telegram.until(lambda: _turn(known, 10) and row(known, message_id).state is Delivery.SENT)
    assert wang.texts()[1:] == ["请离开电梯"] * 2


def test_a_refusal_in_words_is_tried_again(known: TelegramDesk, wang: TelegramPerson) -> None:
    known.telegram.fail("error", code=500, method="sendMessage")
    message_id = write(known, wang, "答复")
    known.telegram.until(lambda: _turn(known, 10) and row(known, message_id).state is Delivery.SENT)
    assert wang.texts()[1:] == ["答复"]


def test_telegram_away_is_waited_for(known: TelegramDesk, wang: TelegramPerson) -> None:
    known.telegram.stop()
    message_id = write(known, wang, "答复")
    known.telegram.until(lambda: row(known, message_id).error)
    known.telegram.start()
    known.telegram.until(lambda: _turn(known, 10) and row(known, message_id).state is Delivery.SENT)
    assert wang.texts()[1:] == ["答复"]


def test_who_blocked_the_bot_is_recorded_and_not_written_to_again(
    known: TelegramDesk, wang: TelegramPerson
) -> None:
    wang.chat.blocked = True  # the update about it is still on its way
    assert "blocked" in (becomes(known, write(known, wang, "一"), Delivery.FAILED).error or "")
    chat = select(TelegramChat.blocked_why).where(TelegramChat.chat_id == wang.id)
    assert "blocked" in (known.reads(lambda session: session.scalar(chat)) or "")
    calls = len(known.telegram.calls_of("sendMessage"))
    becomes(known, write(known, wang, "二"), Delivery.FAILED)
    assert len(known.telegram.calls_of("sendMessage")) == calls


def test_the_pace_of_one_chat_and_of_all_keeps_telegrams_limits(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    telegram.rates, telegram.world.clock = True, time.time
    desk = start(pace=replace(QUICK, limits=replace(QUICK.limits, seconds_per_chat=1.0, per_second=25.0)))
    wang.says("在吗")
    telegram.until(wang.texts)
    for number in range(5):
        write(desk, wang, f"{number}", Lane.PEOPLE)
    telegram.until(lambda: len(wang.texts()) == 6)
    assert ("sendmessage", 429) not in telegram.refused


def test_she_sees_that_the_desk_is_working_when_it_takes_a_moment(
    known: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    assert wang.chat.actions == []  # a quick answer needs no sign
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    known.telegram.until(lambda: wang.chat.actions == ["typing"])
    rasa.mend()
    known.telegram.until(lambda: len(wang.texts()) >= 2)


def _turn(desk: TelegramDesk, seconds: float) -> bool:
    """Let the desk's clock go on while something is waited for."""
    desk.clock.turn(seconds=seconds)
    return True

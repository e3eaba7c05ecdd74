"""Silence in the middle of something: one reminder, at a decent hour, only while nobody wrote."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock.clock import tick
from bot.desk.talk.conversations import request_person
from bot.desk.talk.reminders import KEY, decent, due_reminders, note_open_question, remind
from bot.desk.talk.transcript import record_outbound
from bot.desk.wording.speaking import speaker
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import Lane, Sender
from bot.store.tables import Message
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

ESTATE, WORDS = sample_estate(), sample_words()


def asked(session: Session, cast: Cast, clock: HandClock, *, open_: bool = True) -> int:
    """The assistant asked 王阿姨 something, at this moment."""
    conversation_id = cast.wang.conversation_id
    record_outbound(
        session,
        conversation_id=conversation_id,
        sender=Sender.BOT,
        text="请问什么时候开始的？",
        lane=Lane.BOT,
        epoch=0,
        reply_key="utter_ask",
        now=clock(),
    )
    note_open_question(session, conversation_id, open_=open_, estate=ESTATE, now=clock())
    return conversation_id


def reminded(session: Session) -> list[str]:
    return [one.text for one in session.query(Message).filter(Message.reply_key == KEY)]


def test_she_is_reminded_once_by_the_clock(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        conversation_id = asked(session, cast, clock)
    clock.turn(timedelta(hours=1, minutes=59))
    assert tick(store, ESTATE, WORDS, desk="a", now=clock).told == []
    clock.turn(timedelta(minutes=1))
    assert tick(store, ESTATE, WORDS, desk="a", now=clock).told == [conversation_id]
    clock.turn(timedelta(hours=5))
    assert tick(store, ESTATE, WORDS, desk="a", now=clock).told == []
    with store.read() as session:
        (text,) = reminded(session)
    assert "取消" in text


def test_an_answer_or_the_end_of_the_form_takes_the_reminder_away(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        asked(session, cast, clock)
        note_open_question(session, cast.wang.conversation_id, open_=False, estate=ESTATE, now=clock())
        clock.turn(timedelta(hours=3))
        assert due_reminders(session, clock()) == []


def test_nobody_is_reminded_while_a_person_is_called(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        conversation_id = asked(session, cast, clock)
        request_person(session, conversation_id, reason="asked", by=actors.BOT, now=clock())
        clock.turn(timedelta(hours=3))
        say = speaker(WORDS, ESTATE, now=clock())
        assert not remind(session, conversation_id, say=say, now=clock())
        assert reminded(session) == []
        assert due_reminders(session, clock()) == []


def test_a_reminder_waits_for_the_morning() -> None:
    evening = datetime(2026, 11, 25, 23, 30, tzinfo=ESTATE.zone)
    night = datetime(2026, 11, 26, 3, 0, tzinfo=ESTATE.zone)
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=ESTATE.zone)
    morning = datetime(2026, 11, 26, 7, 0, tzinfo=ESTATE.zone)
    assert [decent(at, ESTATE) for at in (evening, night, noon)] == [
        at.astimezone(UTC) for at in (morning, morning, noon)
    ]


def test_an_estate_may_go_without(store: Store, cast: Cast, clock: HandClock) -> None:
    quiet = ESTATE.model_copy(
        update={"conversation": ESTATE.conversation.model_copy(update={"remind_after": None})}
    )
    with store.write() as session:
        note_open_question(session, cast.wang.conversation_id, open_=True, estate=quiet, now=clock())
        assert due_reminders(session, clock() + timedelta(days=9)) == []

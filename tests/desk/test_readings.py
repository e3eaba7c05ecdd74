"""What a message really meant: said by a person at the desk, or by the resident."""

from datetime import datetime

import pytest

from bot.desk.talk.readings import (
    NoWordsToRead,
    UnknownReading,
    correct_reading,
    keep_choice,
    readings_to_learn,
)
from bot.desk.talk.transcript import record_inbound
from bot.store.engine import Store
from bot.store.reading_tables import ReadingSource
from bot.store.states import Sender
from bot.store.tables import Conversation, Message
from tests.support.audit import lines_about
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock

PARSE = {"intent": "repair", "matters": [{"intent": "repair", "category": "door", "span": [0, 5]}]}


def wrote(store: Store, person: Person, text: str, now: datetime, payload: str | None = None) -> int:
    with store.write() as session:
        recorded = record_inbound(
            session,
            conversation_id=person.conversation_id,
            channel_id=f"{text}{payload}",
            text=text,
            payload=payload,
            now=now,
        )
        recorded.message.parse = PARSE
        return recorded.message.id


def test_an_agent_puts_a_reading_right_and_it_is_audited(store: Store, cast: Cast, clock: HandClock) -> None:
    message = wrote(store, cast.wang, "又开始了，受不了", clock())
    with store.write() as session:
        kept = correct_reading(session, message, "complaint", "noise", by=cast.li.by, now=clock())
        assert (kept.read_intent, kept.read_category) == ("repair", "door")
        assert (kept.intent, kept.category, kept.corrected_by) == ("complaint", "noise", cast.li.by)
        assert [line.what for line in lines_about(session, f"message:{message}")] == ["correct_reading"]


def test_a_second_thought_replaces_the_first(store: Store, cast: Cast, clock: HandClock) -> None:
    message = wrote(store, cast.wang, "又开始了，受不了", clock())
    with store.write() as session:
        correct_reading(session, message, "complaint", "noise", by=cast.li.by, now=clock())
        correct_reading(session, message, "complaint", "renovation", by=cast.chen.by, now=clock())
        assert [(one.category, one.corrected_by) for one in readings_to_learn(session)] == [
            ("renovation", cast.chen.by)
        ]


def test_a_person_knows_better_than_a_button(store: Store, cast: Cast, clock: HandClock) -> None:
    message = wrote(store, cast.wang, "那个又来了", clock())
    wrote(store, cast.wang, "噪音", clock(), payload="/complaint")
    with store.write() as session:
        conversation = cast.wang.conversation_id
        chosen = keep_choice(
            session, conversation_id=conversation, intent="repair", category="lift", consent=True, now=clock()
        )
        assert chosen is not None
        assert (chosen.message_id, chosen.source) == (message, ReadingSource.RESIDENT)
        correct_reading(session, message, "complaint", "noise", by=cast.li.by, now=clock())
        assert [one.intent for one in readings_to_learn(session)] == ["complaint"]


def test_without_the_operators_consent_no_choice_is_kept(store: Store, cast: Cast, clock: HandClock) -> None:
    wrote(store, cast.wang, "那个又来了", clock())
    with store.write() as session:
        conversation = cast.wang.conversation_id
        kept = keep_choice(
            session,
            conversation_id=conversation,
            intent="repair",
            category="lift",
            consent=False,
            now=clock(),
        )
        assert kept is None
        assert readings_to_learn(session) == []


@pytest.mark.parametrize(("intent", "category"), [("repair", "dragon"), ("nonsense", None), ("repair", None)])
def test_a_reading_no_sentence_knows_is_refused(
    store: Store, cast: Cast, clock: HandClock, intent: str, category: str | None
) -> None:
    message = wrote(store, cast.wang, "又开始了", clock())
    with store.write() as session, pytest.raises(UnknownReading):
        correct_reading(session, message, intent, category, by=cast.li.by, now=clock())


def test_a_button_and_our_own_words_have_no_reading(store: Store, cast: Cast, clock: HandClock) -> None:
    pressed = wrote(store, cast.wang, "我要报修", clock(), payload="/repair")
    with store.write() as session:
        conversation = session.get_one(Conversation, cast.wang.conversation_id)
        ours = Message(
            conversation_id=conversation.id, seq=90, revision=90, sender=Sender.BOT, created_at=clock()
        )
        ours.text = "您好"
        session.add(ours)
        session.flush()
        for message in (pressed, ours.id, 99_999):
            with pytest.raises(NoWordsToRead):
                correct_reading(session, message, "repair", "lift", by=cast.li.by, now=clock())

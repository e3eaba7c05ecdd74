"""The answer to 您和家人现在怎么样: for the person in charge, not for the assistant."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event
from bot.desk.emergencies.alarms import add_voice, lock_row, slots_of
from bot.desk.emergencies.heard import NOTHING_HEARD, Heard, said_last
from bot.desk.emergencies.telling import Telling
from bot.desk.people.notices import give_notice
from bot.desk.talk.reminders import has_open_question
from bot.language.emergency.talk import read_talk
from bot.language.person_request import asks_for_person
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, AlarmVoice
from bot.store.states import Mode
from bot.store.tables import Conversation, Message

ANSWER_LASTS = timedelta(days=1)
"""So long the first words after "how are you" are taken for the answer."""


def hear_how_she_is(
    session: Session, message: Message, conversation: Conversation, *, telling: Telling, now: datetime
) -> Heard:
    """Keep her answer on the case and tell the person in charge; another matter is the assistant's."""
    alarm = _asked(session, conversation, now)
    if (
        alarm is None
        or message.payload
        or read_talk(message.text) == "other"
        or asks_for_person(message.text)
    ):
        return NOTHING_HEARD
    alarm = lock_row(session, alarm.id)
    add_voice(session, alarm, message, "after", now=now)
    by = actors.resident(conversation.resident_id)
    event = add_event(session, alarm.case, "emergency_aftermath", note=message.text, by=by, now=now)
    give_notice(
        session,
        key=f"alarm:{alarm.id}:aftermath:{event.id}",
        kind="emergency_aftermath",
        agent_id=alarm.case.assignee_id,
        case_id=alarm.case_id,
        conversation_id=conversation.id,
        details={"number": alarm.case.number},
        now=now,
    )
    slots = {**slots_of(alarm), "kept": has_open_question(session, conversation.id)}
    telling.say(session, conversation.id, "utter_emergency_aftermath", slots=slots, now=now)
    return Heard(alarm.kind, alarm.id, spoke=True)


def _asked(session: Session, conversation: Conversation, now: datetime) -> Alarm | None:
    """The alarm that is over and after which she was asked how she is; nothing was said to her since."""
    last = session.scalars(said_last(conversation.id)).one_or_none()
    if conversation.mode is Mode.HUMAN or last is None or last.reply_key != "utter_emergency_over":
        return None
    return session.scalars(
        select(Alarm)
        .join(AlarmVoice)
        .where(
            AlarmVoice.conversation_id == conversation.id,
            Alarm.state == AlarmState.OVER,
            Alarm.over_at > now - ANSWER_LASTS,
        )
        .order_by(Alarm.id.desc())
        .limit(1)
    ).first()

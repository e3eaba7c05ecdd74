"""What happens by time in an emergency: a doubt nobody answered, an alarm nobody took."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.clock.lease import ClockLease
from bot.desk import paging
from bot.desk.emergencies.hearing import silence
from bot.desk.emergencies.questions import due_questions, earliest_question, put_question_off
from bot.desk.emergencies.telling import Telling

PUT_OFF = "clock.emergency_put_off"


def watch_emergencies(lease: ClockLease, telling: Telling, *, told: list[int]) -> None:
    """Do what is due, each row apart; conversations that were told go into `told`."""
    with lease.store.read() as session:
        at = lease.now()
        questions, alarms = due_questions(session, at), paging.due_alarms(session, at)
    for question_id in questions:
        conversation_id = lease.apart(
            partial(silence, question_id=question_id, telling=telling),
            put_off=partial(put_question_off, question_id=question_id),
            event=PUT_OFF,
            which={"question": question_id},
        )
        if conversation_id is not None:
            told.append(conversation_id)
    for alarm_id in alarms:
        lease.apart(
            partial(paging.page_again, alarm_id=alarm_id, estate=telling.estate),
            put_off=partial(paging.put_off, alarm_id=alarm_id),
            event=PUT_OFF,
            which={"alarm": alarm_id},
        )


def earliest(session: Session) -> datetime | None:
    """When the next of both must be looked at."""
    times = [earliest_question(session), paging.earliest_alarm(session)]
    return min((at for at in times if at is not None), default=None)

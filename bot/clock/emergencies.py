"""What happens by time in an emergency: a doubt nobody answered, an alarm nobody took."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.desk import paging
from bot.desk.emergencies.hearing import silence
from bot.desk.emergencies.questions import due_questions, earliest_question, put_question_off
from bot.desk.emergencies.telling import Telling
from bot.store.engine import Store
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

KeepLease = Callable[[Session, datetime], None]


def watch_emergencies(
    store: Store, telling: Telling, *, now: Callable[[], datetime], keep_lease: KeepLease, told: list[int]
) -> None:
    """Do what is due, each row in a transaction of its own; conversations that were told go into `told`.

    What `keep_lease` raises (another desk turns the clock now) ends it; a bad row stops no other.
    """
    with store.read() as session:
        questions, alarms = due_questions(session, now()), paging.due_alarms(session, now())
    for question_id in questions:
        act = partial(silence, question_id=question_id, telling=telling)
        conversation_id = _do(store, act, partial(put_question_off, question_id=question_id), now, keep_lease)
        if conversation_id is not None:
            told.append(conversation_id)
    for alarm_id in alarms:
        page = partial(paging.page_again, alarm_id=alarm_id, estate=telling.estate)
        _do(store, page, partial(paging.put_off, alarm_id=alarm_id), now, keep_lease)


def earliest(session: Session) -> datetime | None:
    """When the next of both must be looked at."""
    times = [earliest_question(session), paging.earliest_alarm(session)]
    return min((at for at in times if at is not None), default=None)


def _do(
    store: Store,
    act: Callable[..., int | None],
    put_off: Callable[..., None],
    now: Callable[[], datetime],
    keep_lease: KeepLease,
) -> int | None:
    at = now()
    with store.write() as session:
        keep_lease(session, at)
    try:
        with store.write() as session:
            return act(session, now=at)
    except StoreError:
        raise  # no fault of this row
    except Exception as fault:
        # Whatever it is, one bad row must not stop the others: it is reported and tried again soon.
        log.exception("clock.emergency_put_off")
        with store.write() as session:
            put_off(session, now=at, reason=f"{type(fault).__name__}: {fault}")
        return None

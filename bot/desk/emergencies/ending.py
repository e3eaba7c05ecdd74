"""An emergency that ends by an ordinary act of its case, or because the resident takes it back.

Whatever ends the case ends the paging; the record, the words to the residents and the closing questions are
those of the alarm's own buttons. An alarm whose case ended in any other way is settled by the clock
(`bot/desk/paging.py`).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import paging
from bot.desk.casework.case_rows import OPEN_STATUSES, Say, add_event
from bot.desk.casework.cases import IllegalCaseMove, close_case, resolve_case, start_case
from bot.desk.emergencies import help as help_
from bot.desk.emergencies.alarms import OPEN, lock_alarm, voices_count
from bot.desk.emergencies.telling import Telling
from bot.desk.people.notices import give_notice
from bot.store.emergency_tables import Alarm, AlarmState
from bot.store.tables import Case


class ClosingQuestionsFirst(Exception):
    """An emergency is closed with its four answers (R17); none of them was given yet."""


def start(session: Session, case: Case, *, agent_id: int, by: str, telling: Telling, now: datetime) -> None:
    """开始处理: who starts on an alarm nobody has taken has it now; then as for any case."""
    alarm = _alarm(session, case)
    if alarm is not None and alarm.state is AlarmState.RAISED:
        help_.acknowledge(session, alarm.id, agent_id=agent_id, telling=telling, now=now)
    start_case(session, case, by=by, now=now)


def resolve(
    session: Session, case: Case, *, result: str, by: str, telling: Telling, say: Say | None, now: datetime
) -> None:
    """处理完成: the danger is over, paging stops, whoever cried is asked how she is."""
    alarm = _alarm(session, case)
    if alarm is None or alarm.state not in OPEN:
        resolve_case(session, case, result=result, by=by, now=now, say=say)
        return
    if case.status not in OPEN_STATUSES:
        raise IllegalCaseMove(case.number, case.status, case.status)
    _take(session, alarm, by=by, now=now)
    resolve_case(session, case, result=result, by=by, now=now)
    help_.end(session, alarm.id, by=by, telling=telling, now=now)


def close(session: Session, case: Case, *, why: str | None, by: str, now: datetime) -> None:
    """结案: only with the answers of the closing. Raises ClosingQuestionsFirst, IllegalCaseMove."""
    alarm = _alarm(session, case)
    if alarm is not None and alarm.state is AlarmState.OVER and not alarm.afterwards:
        raise ClosingQuestionsFirst(case.number)
    close_case(session, case, by=by, now=now, why=why)


def take_back(session: Session, case: Case, *, by: str, now: datetime) -> bool:
    """The resident says, and confirmed, that nobody need come. True: it is over by her word.

    Nobody is called any more; the case stays for a person to look at and to close with its questions. Where
    somebody has it already, or other people cried as well, her word is told to the people and they decide.
    """
    alarm = _alarm(session, case)
    if alarm is None or alarm.state not in OPEN:
        return False
    add_event(session, case, "emergency_taken_back", by=by, now=now)
    give_notice(
        session,
        key=f"alarm:{alarm.id}:taken_back:{now.isoformat()}",
        kind="emergency_taken_back",
        agent_id=case.assignee_id,
        case_id=case.id,
        details={"number": case.number, "emergency": alarm.kind},
        now=now,
    )
    alone = voices_count(session, alarm.id) <= 1
    if alarm.state is not AlarmState.RAISED or not alone:
        return False
    _take(session, alarm, by=by, now=now)
    help_.end(session, alarm.id, by=by, telling=None, now=now)
    return True


def _alarm(session: Session, case: Case) -> Alarm | None:
    """The alarm of the case, locked with the conversations of its voices; None for an ordinary case."""
    alarm_id = session.scalars(select(Alarm.id).where(Alarm.case_id == case.id)).one_or_none()
    if alarm_id is None:
        return None
    alarm = lock_alarm(session, alarm_id)
    session.refresh(case)
    return alarm


def _take(session: Session, alarm: Alarm, *, by: str, now: datetime) -> None:
    """Who ends what nobody had taken has answered for it: no further page."""
    if alarm.state is not AlarmState.RAISED:
        return
    alarm.state, alarm.next_at = AlarmState.ACKNOWLEDGED, None
    alarm.acknowledged_at, alarm.acknowledged_by = now, by
    paging.cancel_pages(session, alarm.id)
    add_event(session, alarm.case, "emergency_acknowledged", by=by, now=now)
    session.flush()

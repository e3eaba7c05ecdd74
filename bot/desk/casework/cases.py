"""A case 工单 from its opening to its end (R7–R10): who is in charge, what is done with it, its history.

How it is opened stands in `case_opening.py`, its states in `case_moves.py`, what is promised for it in
`promises.py`; their names can be had from here, too. Words for the resident come through `say`
(`bot/desk/wording/speaking.py`); without it she is not told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.casework.access import sees_complaints_of_colleagues
from bot.desk.casework.case_moves import MOVES, IllegalCaseMove, change_status
from bot.desk.casework.case_opening import NoSuchHousehold, OpenedCase, open_case
from bot.desk.casework.case_rows import (
    OPEN_STATUSES,
    Say,
    add_event,
    as_told,
    lock_case,
    tell_resident,
)
from bot.desk.casework.complained_of import may_have
from bot.desk.casework.promise_times import PromisedTime
from bot.desk.casework.promises import (
    cancel_promises,
    keep_promise,
    make_promises,
    open_promises,
    promise_time,
)
from bot.desk.estate.model import Estate
from bot.desk.people import notices
from bot.desk.talk.transcript import storable
from bot.store import actors
from bot.store.states import CaseStatus, Role
from bot.store.tables import Agent, Case, CaseEvent

__all__ = [
    "MOVES",
    "OPEN_STATUSES",
    "IllegalCaseMove",
    "NoSuchHousehold",
    "NotForThem",
    "OpenedCase",
    "Urged",
    "add_note",
    "assign_case",
    "change_status",
    "close_case",
    "keep_promise",
    "open_case",
    "promise_time",
    "reopen_case",
    "resolve_case",
    "start_case",
    "urge_case",
    "withdraw_case",
]


class NotForThem(PermissionError):
    """A complaint about a colleague is no agent's to handle."""


@dataclass(frozen=True)
class Urged:
    """The person in charge was reminded, for the `count`-th time; `next_due` is what is owed next."""

    count: int
    person: str
    department: str
    next_due: PromisedTime | None


def assign_case(
    session: Session,
    case: Case,
    *,
    by: str,
    now: datetime,
    agent_id: int | None = None,
    person: str | None = None,
    department: str | None = None,
    say: Say | None = None,
) -> CaseEvent:
    """Put a named person in charge: an agent of the desk, or somebody known by name only.

    The promised response is kept by it, and with `say` the resident hears who comes. Raises NotForThem
    where the case complains of a colleague and the agent is no supervisor.
    """
    case = lock_case(session, case.id)
    if case.status not in OPEN_STATUSES:
        raise IllegalCaseMove(case.number, case.status, CaseStatus.ASSIGNED)
    if agent_id is not None:
        agent = session.get_one(Agent, agent_id)
        secret = case.supervisors_only and not sees_complaints_of_colleagues(Role(agent.role))
        if secret or not may_have(session, case.id, agent):
            raise NotForThem(case.number)
        person = agent.name
    if not person:
        raise ValueError("a case needs a named person: give agent_id or person")
    old = case.person_in_charge
    case.assignee_id, case.person_in_charge = agent_id, storable(person)[:60]
    case.department = (department or case.department)[:60]
    if case.status in (CaseStatus.ACCEPTED, CaseStatus.REOPENED):
        change_status(session, case, CaseStatus.ASSIGNED, by=by, now=now)
    event = add_event(session, case, "assigned", old=old, new=case.person_in_charge, by=by, now=now)
    if by not in (actors.BOT, actors.CLOCK):  # what a machine does is no answer of a person
        keep_promise(session, case, "respond", by=by, now=now)
    if agent_id is not None:
        _notice(session, case, "case_assigned", event, now)
    _tell(session, case, "utter_case_assigned", say, by, now)
    return event


def start_case(session: Session, case: Case, *, by: str, now: datetime) -> CaseEvent:
    """Somebody is on the spot and works on it: response and visit are kept."""
    event = change_status(session, case, CaseStatus.IN_PROGRESS, by=by, now=now)
    for what in ("respond", "visit"):
        keep_promise(session, case, what, by=by, now=now)
    return event


def add_note(session: Session, case: Case, text: str, *, by: str, now: datetime) -> CaseEvent:
    """A line for colleagues; the resident does not see it. Raises ValueError when it says nothing."""
    if not text.strip():
        raise ValueError("an empty note says nothing")
    return add_event(session, lock_case(session, case.id), "note", note=text.strip(), by=by, now=now)


def resolve_case(
    session: Session, case: Case, *, result: str, by: str, now: datetime, say: Say | None = None
) -> CaseEvent:
    """The work is done: every promise is kept, and with `say` the resident is asked to look."""
    event = change_status(session, case, CaseStatus.RESOLVED, why=result or None, by=by, now=now)
    case.details = {**case.details, "result": storable(result)}
    for what in ("respond", "visit", "resolve"):
        keep_promise(session, case, what, by=by, now=now)
    _tell(session, case, "utter_case_resolved", say, by, now, result=storable(result) or None)
    return event


def close_case(session: Session, case: Case, *, by: str, now: datetime, why: str | None = None) -> CaseEvent:
    """The resident is content (or never answered): the end of a resolved case."""
    event = change_status(session, case, CaseStatus.CLOSED, by=by, now=now, why=why)
    cancel_promises(session, case)
    return event


def reopen_case(
    session: Session,
    case: Case,
    *,
    estate: Estate,
    by: str,
    now: datetime,
    why: str | None = None,
    say: Say | None = None,
) -> CaseEvent:
    """It is not good after all: the promised times run anew and the person in charge hears of it."""
    event = change_status(session, case, CaseStatus.REOPENED, by=by, now=now, why=why)
    make_promises(session, case, estate=estate, now=now)
    _notice(session, case, "case_reopened", event, now)
    _tell(session, case, "utter_case_reopened", say, by, now)
    return event


def withdraw_case(
    session: Session, case: Case, *, by: str, now: datetime, why: str | None = None
) -> CaseEvent:
    """The resident takes it back: nothing is owed, and the person in charge need not come."""
    event = change_status(session, case, CaseStatus.WITHDRAWN, by=by, now=now, why=why)
    cancel_promises(session, case)
    _notice(session, case, "case_withdrawn", event, now)
    return event


def urge_case(session: Session, case: Case, *, by: str, now: datetime, note: str | None = None) -> Urged:
    """The resident asks for speed 催单: the person in charge is reminded. Raises IllegalCaseMove when
    the case is not open any more (nothing to hurry)."""
    case = lock_case(session, case.id)
    if case.status not in OPEN_STATUSES:
        raise IllegalCaseMove(case.number, case.status, case.status)
    event = add_event(session, case, "urged", note=note, by=by, now=now)
    _notice(session, case, "case_urged", event, now)
    count = session.scalar(
        select(func.count())
        .select_from(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.kind == "urged")
    )
    ahead = [one for one in open_promises(session, case.id) if one.due_at > now]
    next_due = as_told(ahead[0]) if ahead else None
    return Urged(count or 1, case.person_in_charge, case.department, next_due)


def _notice(session: Session, case: Case, kind: str, event: CaseEvent, now: datetime) -> None:
    notices.give_notice(
        session,
        key=f"case:{case.id}:{kind}:{event.id}",
        kind=kind,
        agent_id=case.assignee_id,
        case_id=case.id,
        details={"number": case.number, "person": case.person_in_charge},
        now=now,
    )


def _tell(
    session: Session, case: Case, key: str, say: Say | None, by: str, now: datetime, **slots: Any
) -> None:
    if say is not None:
        tell_resident(session, case, key, say=say, slots=slots, by=by, now=now)

"""A case 工单 from its opening to its end (R7–R10): numbers, states, who is in charge, its history.

`change_status` is the one function that changes a status; every change is an event with old, new, who,
why, when. Words for the resident come through `say` (`bot/desk/wording/speaking.py`); without it she is
not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.casework.access import sees_complaints_of_colleagues
from bot.desk.casework.case_rows import (
    OPEN_STATUSES,
    Say,
    add_event,
    lock_case,
    tell_resident,
    tell_supervisors,
)
from bot.desk.casework.complained_of import USUAL, Charge, PassedBy, keep_from, may_have
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
from bot.language.when import read_since
from bot.store import actors
from bot.store.counters import next_value
from bot.store.states import CaseKind, CaseStatus, Role, Urgency
from bot.store.tables import Agent, Case, CaseEvent, Household, Promise

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

_S = CaseStatus
_ENDS = {_S.RESOLVED, _S.WITHDRAWN}
MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    _S.ACCEPTED: frozenset({_S.ASSIGNED, _S.IN_PROGRESS, *_ENDS}),
    _S.ASSIGNED: frozenset({_S.IN_PROGRESS, *_ENDS}),
    _S.IN_PROGRESS: frozenset({_S.ASSIGNED, *_ENDS}),
    _S.RESOLVED: frozenset({_S.CLOSED, _S.REOPENED}),
    _S.REOPENED: frozenset({_S.ASSIGNED, _S.IN_PROGRESS, *_ENDS}),
    _S.CLOSED: frozenset({_S.REOPENED}),
    _S.WITHDRAWN: frozenset({_S.REOPENED}),
}


@dataclass
class IllegalCaseMove(Exception):
    """The table of moves has no such move; nothing was changed."""

    number: str
    old: CaseStatus
    new: CaseStatus

    def __str__(self) -> str:
        return f"case {self.number} cannot go from {self.old} to {self.new}"


class NotForThem(PermissionError):
    """A complaint about a colleague is no agent's to handle."""


class NoSuchHousehold(LookupError):
    """The estate has no home with this key."""


@dataclass(frozen=True)
class OpenedCase:
    """What the resident is told of a new case: its number, who is in charge, by when."""

    id: int
    number: str
    department: str
    person: str
    promises: tuple[PromisedTime, ...]


@dataclass(frozen=True)
class Urged:
    """The person in charge was reminded, for the `count`-th time; `next_due` is what is owed next."""

    count: int
    person: str
    department: str
    next_due: PromisedTime | None


def open_case(
    session: Session,
    *,
    estate: Estate,
    kind: CaseKind,
    category: str,
    urgency: Urgency,
    summary: str,
    place: str | None,
    since: str | None,
    contact: str | None,
    household_key: str | None,
    resident_id: int | None,
    conversation_id: int | None,
    by: str,
    now: datetime,
    supervisors_only: bool = False,
    details: Mapping[str, Any] | None = None,
    charge: Charge = USUAL,
) -> OpenedCase:
    """Open a case: number, department with a named person, and the promised times of the SLA table.

    `supervisors_only`: it complains of somebody at the desk, as every complaint of the category "staff" does;
    every supervisor gets a notice. `charge`: who handles it, where it is about the one who would (R8).
    Raises NoSuchHousehold for a home the estate does not have.
    """
    supervisors_only = supervisors_only or (kind is CaseKind.COMPLAINT and category == "staff")
    row = estate.sla_for(kind, category, urgency)
    department, person = _in_charge(estate, row.department, charge)
    case = Case(
        number=_next_number(session, estate, kind, now),
        kind=kind,
        category=category,
        urgency=urgency,
        status=CaseStatus.ACCEPTED,
        summary=storable(summary),
        place=_short(place, 120),
        since=_short(since, 120),
        contact=_short(contact, 60),
        household_id=_household_id(session, household_key),
        resident_id=resident_id,
        conversation_id=conversation_id,
        department=department,
        person_in_charge=person,
        supervisors_only=supervisors_only,
        details={**(details or {}), **_began(since, estate, now)},
        created_at=now,
    )
    session.add(case)
    session.flush()
    add_event(session, case, "opened", new=CaseStatus.ACCEPTED, by=by, now=now)
    kept_from = charge.kept_from if isinstance(charge, PassedBy) else ()
    keep_from(session, case.id, kept_from)
    if supervisors_only:
        tell_supervisors(session, case, now, but=kept_from)
    promises = make_promises(session, case, estate=estate, now=now)
    return OpenedCase(case.id, case.number, department, person, tuple(_time(one) for one in promises))


def _in_charge(estate: Estate, department_key: str, charge: Charge) -> tuple[str, str]:
    if isinstance(charge, PassedBy):
        return charge.department, charge.person
    department = estate.department(department_key)
    return department.name, department.person


def _began(since: str | None, estate: Estate, now: datetime) -> dict[str, Any]:
    """What "昨晚十点到现在" means in real times, kept beside her words; nothing where nobody can tell."""
    when = read_since(since or "", now=now, zone=estate.zone)
    if when is None or (when.begins is None and when.repeats is None):
        return {}
    return {"began": when.as_dict()}


def change_status(
    session: Session, case: Case, new: CaseStatus, *, by: str, now: datetime, why: str | None = None
) -> CaseEvent:
    """Change a case's status and write down old, new, why, by whom, when. Raises IllegalCaseMove."""
    case = lock_case(session, case.id)
    old = case.status
    if new not in MOVES[old]:
        raise IllegalCaseMove(case.number, old, new)
    case.status = new
    case.closed_at = now if new in (CaseStatus.CLOSED, CaseStatus.WITHDRAWN) else None
    return add_event(session, case, "status", old=old, new=new, note=why, by=by, now=now)


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
    next_due = _time(ahead[0]) if ahead else None
    return Urged(count or 1, case.person_in_charge, case.department, next_due)


def _next_number(session: Session, estate: Estate, kind: CaseKind, now: datetime) -> str:
    """BX2026-0001: the kind's prefix, the estate's year, and a number without gaps."""
    year = now.astimezone(estate.zone).year
    return f"{estate.case_prefixes[kind]}{year}-{next_value(session, f'case:{kind}:{year}'):04d}"


def _household_id(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    found = session.scalar(select(Household.id).where(Household.key == key))
    if found is None:
        raise NoSuchHousehold(key)
    return found


def _short(text: str | None, limit: int) -> str | None:
    return None if text is None else storable(text)[:limit]


def _time(promise: Promise) -> PromisedTime:
    return PromisedTime(promise.what, promise.due_at, promise.warn_at, promise.tell_at)


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

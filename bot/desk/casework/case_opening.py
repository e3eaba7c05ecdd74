"""A new case 工单: its number, the department with a named person, the times promised for it (R7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event, as_told, tell_supervisors
from bot.desk.casework.complained_of import USUAL, Charge, PassedBy, keep_from
from bot.desk.casework.promise_times import PromisedTime
from bot.desk.casework.promises import make_promises
from bot.desk.estate.model import Estate
from bot.desk.talk.transcript import storable
from bot.language.when.meaning import read_since
from bot.store.counters import next_value
from bot.store.states import CaseKind, CaseStatus, Urgency
from bot.store.tables import Case, Household


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
    return OpenedCase(case.id, case.number, department, person, tuple(as_told(one) for one in promises))


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

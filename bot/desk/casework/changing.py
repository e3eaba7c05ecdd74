"""A case put right beside the chat: category, urgency, place, words; two merged, with undo (R40)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES, Say, add_event, lock_case, tell_resident
from bot.desk.casework.cases import IllegalCaseMove, change_status
from bot.desk.casework.promises import cancel_promises, make_promises
from bot.desk.estate.model import Estate
from bot.desk.talk.transcript import storable
from bot.store.states import CaseStatus, Urgency
from bot.store.tables import Case

MERGED_INTO = "merged_into"
"""In `Case.details`: the number of the case that this one is part of."""


class NotMergeable(ValueError):
    """The two are the same, not both open, one is an emergency, or they are not the same person's."""


def change_case(
    session: Session,
    case: Case,
    *,
    estate: Estate,
    category: str | None = None,
    urgency: Urgency | None = None,
    summary: str | None = None,
    place: str | None = None,
    by: str,
    now: datetime,
) -> list[str]:
    """Put an open case right; the names of what changed. Other times hold for another category or urgency.

    What is None stays as it is. Raises IllegalCaseMove for a case that is not open.
    """
    case = lock_case(session, case.id)
    if case.status not in OPEN_STATUSES:
        raise IllegalCaseMove(case.number, case.status, case.status)
    wanted: dict[str, Any] = {
        "category": category,
        "urgency": urgency,
        "summary": None if summary is None else storable(summary),
        "place": None if place is None else storable(place)[:120] or None,
    }
    changed = [name for name, value in wanted.items() if value is not None and value != getattr(case, name)]
    for name in changed:
        old = getattr(case, name)
        setattr(case, name, wanted[name])
        short = {"old": str(old)[:60] if old else None, "new": str(wanted[name])[:60]}
        add_event(session, case, f"changed_{name}", **short, by=by, now=now)
    if {"category", "urgency"} & set(changed):
        cancel_promises(session, case)
        make_promises(session, case, estate=estate, now=now)
    session.flush()
    return changed


def merge_cases(
    session: Session, case: Case, into: Case, *, by: str, now: datetime, say: Say | None = None
) -> None:
    """`case` is the same matter as `into`: it ends there; with `say` she hears which number counts.

    Raises NotMergeable. `unmerge_case` takes it back.
    """
    first, second = sorted((case.id, into.id))
    lock_case(session, first)
    lock_case(session, second)
    session.refresh(case)
    session.refresh(into)
    both_open = case.status in OPEN_STATUSES and into.status in OPEN_STATUSES
    same_person = case.resident_id == into.resident_id or case.household_id == into.household_id
    emergency = "emergency" in (case.kind, into.kind)
    if case.id == into.id or not both_open or not same_person or emergency:
        raise NotMergeable
    change_status(session, case, CaseStatus.WITHDRAWN, by=by, now=now, why=into.number)
    cancel_promises(session, case)
    case.details = {**case.details, MERGED_INTO: into.number}
    add_event(session, case, "merged_into", new=into.number, by=by, now=now)
    add_event(session, into, "merged_from", new=case.number, note=case.summary, by=by, now=now)
    if say is not None:
        slots = {"into": into.number}
        tell_resident(session, case, "utter_case_merged", say=say, slots=slots, by=by, now=now)


def unmerge_case(session: Session, case: Case, *, estate: Estate, by: str, now: datetime) -> None:
    """They were two matters after all: the case is open again, its times run anew. Raises NotMergeable."""
    case = lock_case(session, case.id)
    into = case.details.get(MERGED_INTO)
    if into is None:
        raise NotMergeable
    change_status(session, case, CaseStatus.REOPENED, by=by, now=now)
    case.details = {name: value for name, value in case.details.items() if name != MERGED_INTO}
    make_promises(session, case, estate=estate, now=now)
    add_event(session, case, "unmerged", new=into, by=by, now=now)

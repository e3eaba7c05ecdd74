"""The states of a case 工单 and the one function that changes them: every change is an event (R9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event, lock_case
from bot.store.states import CaseStatus
from bot.store.tables import Case, CaseEvent

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

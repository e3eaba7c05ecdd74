"""How a case stands with what was promised: on time, late, or nothing owed. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.store.states import PromiseState
from bot.store.tables import Case, Promise


@dataclass(frozen=True)
class PromiseStanding:
    """`state`: "open" (what is owed next, and when), "late" (what is overdue), "none" (nothing owed)."""

    state: Literal["open", "late", "none"]
    what: str | None = None
    due_at: datetime | None = None


def promise_standing(session: Session, case: Case, *, now: datetime) -> PromiseStanding:
    """Return where a case stands at `now`. A time that was promised anew replaces the one that was missed."""
    if case.status not in OPEN_STATUSES:
        return PromiseStanding("none")
    promises = session.scalars(
        select(Promise)
        .where(
            Promise.case_id == case.id,
            Promise.kept_at.is_(None),
            Promise.state.in_((PromiseState.OPEN, PromiseState.MISSED)),
        )
        .order_by(Promise.due_at, Promise.id)
    ).all()
    newest = {promise.what: promise for promise in sorted(promises, key=lambda one: one.id)}
    late = [one for one in promises if one.due_at <= now and newest[one.what] is one]
    if late:
        return PromiseStanding("late", late[-1].what, late[-1].due_at)
    ahead = [one for one in promises if one.due_at > now]
    return PromiseStanding("open", ahead[0].what, ahead[0].due_at) if ahead else PromiseStanding("none")

"""Who may see which case: the one door for residents and for agents. "Not yours" looks like "not there"."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.store.states import Role
from bot.store.tables import Agent, Case, Residency


def case_for_resident(
    session: Session, number: str, *, resident_id: int | None, conversation_id: int | None
) -> Case | None:
    """The case, if she or this conversation opened it, or it is about a home of hers that is verified."""
    return session.scalars(
        select(Case).where(Case.number == number.strip().upper(), _hers(resident_id, conversation_id))
    ).one_or_none()


def cases_of_resident(
    session: Session,
    *,
    resident_id: int | None,
    conversation_id: int | None,
    open_only: bool = False,
    limit: int = 10,
) -> list[Case]:
    """The cases she may see, the newest first."""
    wanted = select(Case).where(_hers(resident_id, conversation_id))
    if open_only:
        wanted = wanted.where(Case.status.in_(OPEN_STATUSES))
    return list(session.scalars(wanted.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)))


def case_for_agent(session: Session, number: str, *, agent: Agent) -> Case | None:
    """The case, if this person of the desk may see it: staff see what is theirs, the others all."""
    return session.scalars(
        select(Case).where(Case.number == number.strip().upper(), _theirs(agent))
    ).one_or_none()


def cases_for_agent(
    session: Session, *, agent: Agent, open_only: bool = True, limit: int = 100, offset: int = 0
) -> Sequence[Case]:
    """The cases this person of the desk may see, the newest first."""
    wanted = select(Case).where(_theirs(agent))
    if open_only:
        wanted = wanted.where(Case.status.in_(OPEN_STATUSES))
    ordered = wanted.order_by(Case.created_at.desc(), Case.id.desc())
    return session.scalars(ordered.limit(limit).offset(offset)).all()


def _hers(resident_id: int | None, conversation_id: int | None) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if conversation_id is not None:
        ways.append(Case.conversation_id == conversation_id)
    if resident_id is not None:
        ways.append(Case.resident_id == resident_id)
        verified = select(Residency.household_id).where(
            Residency.resident_id == resident_id, Residency.verified_at.is_not(None)
        )
        ways.append(Case.household_id.in_(verified))
    return or_(*ways) if ways else false()


def _theirs(agent: Agent) -> ColumnElement[bool]:
    if not agent.active:
        return false()
    if agent.role == Role.STAFF:
        return Case.assignee_id == agent.id
    return Case.id.is_not(None)

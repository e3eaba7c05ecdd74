"""Who may see which case: the one door for residents and for agents. "Not yours" looks like "not there".

A complaint about somebody at the desk (`supervisors_only`) is for supervisors and admins: agents and staff
see neither the case nor what was said of it, not even where it is assigned to them (R8, R24). One about a
supervisor is kept from her as well. Who complained anonymously is told to supervisors on request only.
"""

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.store.kept_from_tables import CaseKeptFrom
from bot.store.states import Role
from bot.store.tables import Agent, Case, Residency

SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMIN})


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


def cases_beside_chat(
    session: Session, *, resident_id: int, conversation_id: int, seen_by: tuple[Role, int], limit: int
) -> list[Case]:
    """The resident's cases as a person of the desk (her role, her id) may see them, the newest first."""
    wanted = select(Case).where(_hers(resident_id, conversation_id), visible_to(*seen_by))
    if seen_by[0] not in SUPERVISING:
        # Beside her chat it would tell who complained.
        wanted = wanted.where(Case.details["anonymous"].as_boolean().is_not(True))
    return list(session.scalars(wanted.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)))


def case_for_agent(session: Session, number: str, *, agent: Agent) -> Case | None:
    """The case, if this person of the desk may see it: staff see what is theirs, the others all."""
    return session.scalars(
        select(Case).where(Case.number == number.strip().upper(), _theirs(agent))
    ).one_or_none()


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


def sees_complaints_of_colleagues(role: Role) -> bool:
    """May this role read complaints about people of the desk, and the talk they come from?"""
    return role in SUPERVISING


def reads_secrets(session: Session, role: Role, agent_id: int, conversation_id: int) -> bool:
    """May she read the secret lines of this chat? Not where one of its cases is kept from her."""
    kept = (
        select(CaseKeptFrom)
        .join(Case, Case.id == CaseKeptFrom.case_id)
        .where(CaseKeptFrom.agent_id == agent_id, Case.conversation_id == conversation_id)
    )
    return role in SUPERVISING and session.scalars(kept.limit(1)).first() is None


def visible_to(role: Role, agent_id: int) -> ColumnElement[bool]:
    """Return the condition on `Case` for what an active person of this role may see."""
    if role in SUPERVISING:
        return Case.id.not_in(select(CaseKeptFrom.case_id).where(CaseKeptFrom.agent_id == agent_id))
    own = Case.assignee_id == agent_id if role is Role.STAFF else true()
    return and_(own, Case.supervisors_only.is_(False))


def _theirs(agent: Agent) -> ColumnElement[bool]:
    return visible_to(Role(agent.role), agent.id) if agent.active else false()

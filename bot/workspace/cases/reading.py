"""What the case pages show. `case_for` is the one door to a case; the list knows the same rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.desk.casework.access import case_for_agent, sees_complaints_of_colleagues, visible_to
from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.desk.casework.complained_of import may_have
from bot.desk.people.names import names_of
from bot.store.states import CaseKind, PromiseState, Role
from bot.store.tables import Agent, Case, Household, Promise
from bot.workspace.faults import not_there
from bot.workspace.visits import Me

PAGE = 50
SHOWS = ("open", "mine", "overdue", "all")


@dataclass(frozen=True)
class CaseFilter:
    """What the list shows: one of `SHOWS`, a kind or all, words to search for, the page from 1."""

    show: str = "open"
    kind: CaseKind | None = None
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class CaseList:
    cases: Sequence[Case]
    total: int
    pages: int
    overdue: int
    """How many open cases in all are overdue, for the filter's badge."""


def case_for(session: Session, me: Me, number: str) -> Case:
    """The case of that number, if she may see it. Raises a 404 otherwise."""
    found = case_for_agent(session, number, agent=session.get_one(Agent, me.id))
    if found is None:
        raise not_there()
    return found


def may_be_given(session: Session, case: Case, agent: Agent) -> bool:
    """May this colleague have the case? One about a colleague is no agent's, one about her is not hers."""
    for_her = not case.supervisors_only or sees_complaints_of_colleagues(Role(agent.role))
    return for_her and may_have(session, case.id, agent)


def case_list(session: Session, me: Me, wanted: CaseFilter, now: datetime) -> CaseList:
    """The cases of the filter that she may see: overdue and urgent ones first."""
    matching = _matching(_visible(me), me, wanted, now)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    nearest = (
        select(func.min(Promise.due_at))
        .where(Promise.case_id == Case.id, Promise.state == PromiseState.OPEN)
        .correlate(Case)
        .scalar_subquery()
    )
    # Open cases by the time that is owed next, then the others by age.
    ordered = matching.order_by(
        Case.status.not_in(OPEN_STATUSES), nearest.is_(None), nearest, Case.created_at.desc(), Case.id.desc()
    )
    cases = session.scalars(
        ordered.options(selectinload(Case.promises), joinedload(Case.household), joinedload(Case.resident))
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    ).all()
    late = _visible(me).where(_overdue(now))
    overdue = session.scalar(select(func.count()).select_from(late.subquery())) or 0
    return CaseList(cases, total, max(1, -(-total // PAGE)), overdue)


def names_in(session: Session, case: Case) -> dict[str, str]:
    """The names behind "agent:3" and "duty:周强" in the case's history and promises."""
    return names_of(
        session, {event.by for event in case.events} | {promise.source for promise in case.promises}
    )


def is_late(promise: Promise, now: datetime) -> bool:
    """The time is over and it was not done."""
    missed = promise.state is PromiseState.MISSED and promise.kept_at is None
    return missed or (promise.state is PromiseState.OPEN and promise.due_at <= now)


def _visible(me: Me) -> Select[Case]:
    return select(Case).where(visible_to(me.role, me.id))


def _matching(cases: Select[Case], me: Me, wanted: CaseFilter, now: datetime) -> Select[Case]:
    if wanted.show == "open":
        cases = cases.where(Case.status.in_(OPEN_STATUSES))
    elif wanted.show == "mine":
        cases = cases.where(Case.status.in_(OPEN_STATUSES), Case.assignee_id == me.id)
    elif wanted.show == "overdue":
        cases = cases.where(_overdue(now))
    if wanted.kind is not None:
        cases = cases.where(Case.kind == wanted.kind)
    for word in wanted.words.split()[:5]:
        like = _containing(word)
        homes = select(Household.id).where(Household.key.like(like, escape="\\"))
        cases = cases.where(
            or_(
                Case.number.ilike(like, escape="\\"),
                Case.summary.ilike(like, escape="\\"),
                Case.place.ilike(like, escape="\\"),
                Case.household_id.in_(homes),
            )
        )
    return cases


def _overdue(now: datetime) -> ColumnElement[bool]:
    late = exists().where(
        Promise.case_id == Case.id,
        or_(
            (Promise.state == PromiseState.OPEN) & (Promise.due_at <= now),
            (Promise.state == PromiseState.MISSED) & Promise.kept_at.is_(None),
        ),
    )
    return Case.status.in_(OPEN_STATUSES) & late


def _containing(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, f"\\{special}")
    return f"%{word}%"

"""Praise 表扬: kept in her words for the person praised, the head of the department, or everybody (R1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.estate.model import Department, Estate
from bot.desk.people.notices import give_notice
from bot.desk.talk.transcript import storable
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Agent

LONGEST = 500


@dataclass(frozen=True)
class Praised:
    """Who hears of it: the department, and the colleague herself where she is one of the desk."""

    department: Department
    colleague: str | None


def pass_praise_on(
    session: Session,
    *,
    estate: Estate,
    conversation_id: int,
    turn: str,
    text: str,
    department_key: str | None,
    by: str,
    now: datetime,
) -> Praised:
    """Give notice of it to whom it names among the people of the desk, and to the department's head.

    Where neither has an account, it is a notice for everybody. Written once a turn.
    """
    department = _department(estate, department_key)
    people = list(session.scalars(select(Agent).where(Agent.active)))
    named = next((one for one in people if _is_named(one.name, text)), None)
    head = next((one for one in people if one.name == department.person), None)
    hearers: list[int | None] = list(dict.fromkeys(one.id for one in (named, head) if one is not None))
    details = {"text": storable(text)[:LONGEST], "department": department.name, "by": by}
    for agent_id in hearers or [None]:
        give_notice(
            session,
            key=f"praise:{turn}:{agent_id or 'all'}",
            kind="praise",
            agent_id=agent_id,
            conversation_id=conversation_id,
            details=details,
            now=now,
        )
    return Praised(department, named.name if named else None)


def _department(estate: Estate, key: str | None) -> Department:
    known = {one.key: one for one in estate.departments}
    row = estate.sla_for(CaseKind.SUGGESTION, "*", Urgency.NORMAL)
    return known.get(key or "") or estate.department(row.department)


def _is_named(name: str, text: str) -> bool:
    return len(name) > 1 and name in text

"""Of whom at the desk a complaint speaks, and who handles it then: never the one it is about (R8)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.access import SUPERVISING
from bot.desk.estate.model import Department, Estate
from bot.desk.people.agents import active_agents
from bot.store.kept_from_tables import CaseKeptFrom
from bot.store.tables import Agent


@dataclass(frozen=True)
class Usual:
    """It is about nobody who would handle it."""


@dataclass(frozen=True)
class PassedBy:
    """It is about the one who would handle it: `department` and `person` do, and `kept_from` never see it."""

    named: str
    department: str
    person: str
    kept_from: frozenset[int]


@dataclass(frozen=True)
class NobodyElse:
    """It is about the only one who could read it here; `around` (or None) is whom she may call instead."""

    named: str
    around: str | None


Charge = Usual | PassedBy | NobodyElse
USUAL = Usual()


def charge_of_complaint(
    session: Session, *, estate: Estate, department: Department, text: str, of_the_head: bool
) -> Charge:
    """Return who handles a complaint in these words that would go to `department`.

    `of_the_head`: she names the head by the office ("你们客服主管") and not by name.
    """
    supervising = [one for one in active_agents(session) if one.role in SUPERVISING]
    named = [one for one in supervising if one.name in text]
    if department.person in text or of_the_head:
        named += [one for one in supervising if one.name == department.person and one not in named]
    elif not named:
        return Usual()
    who = department.person if department.person in text or not named else named[0].name
    others = [one for one in supervising if one not in named]
    above = estate.above
    if not others:
        return NobodyElse(who, f"{above.name}{above.person}（{above.phone}）" if above else None)
    if above is not None:
        charge = (above.name, above.person)
    elif who == department.person:
        charge = (estate.service_center, others[0].name)
    else:
        charge = (department.name, department.person)
    return PassedBy(who, *charge, frozenset(one.id for one in named))


def keep_from(session: Session, case_id: int, agent_ids: Collection[int]) -> None:
    """Keep the case from these people of the desk, whatever their role."""
    session.add_all(CaseKeptFrom(case_id=case_id, agent_id=one) for one in agent_ids)
    session.flush()


def may_have(session: Session, case_id: int, agent: Agent) -> bool:
    """May the case be given to her, as far as it is not about her?"""
    kept = select(CaseKeptFrom).where(CaseKeptFrom.case_id == case_id, CaseKeptFrom.agent_id == agent.id)
    return session.scalars(kept).first() is None

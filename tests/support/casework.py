"""王阿姨's lift, for tests that need a case."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.cases import OpenedCase, open_case
from bot.store import actors
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Case
from tests.support.cast import Person
from tests.support.estates import sample_estate


def open_lift_case(session: Session, person: Person, now: datetime, **other: Any) -> OpenedCase:
    """An urgent repair at the person's home, opened by the bot in her conversation."""
    wanted: dict[str, Any] = {
        "kind": CaseKind.REPAIR,
        "category": "lift",
        "urgency": Urgency.URGENT,
        "summary": "电梯又坏了",
        "place": "3栋2单元 电梯",
        "since": "昨晚",
        "contact": "13800001234",
        "household_key": person.home,
        "resident_id": person.resident_id,
        "conversation_id": person.conversation_id,
        "by": actors.BOT,
    }
    return open_case(session, estate=sample_estate(), now=now, **{**wanted, **other})


def case_of(session: Session, opened: OpenedCase) -> Case:
    """The row behind what `open_case` answered."""
    return session.scalars(select(Case).where(Case.id == opened.id)).one()

"""The questions the desk asks without Rasa: is it so (a doubt), and what helps those who come."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.people.notices import give_notice
from bot.store.emergency_tables import EmergencyQuestion

DOUBT: Final = "doubt"
DETAIL: Final = "detail"


def open_question(session: Session, conversation_id: int) -> EmergencyQuestion | None:
    """The question about a doubtful cry that still waits for its answer."""
    return session.scalars(
        select(EmergencyQuestion)
        .where(
            EmergencyQuestion.conversation_id == conversation_id,
            EmergencyQuestion.what == DOUBT,
            EmergencyQuestion.outcome.is_(None),
        )
        .order_by(EmergencyQuestion.id.desc())
        .limit(1)
    ).first()


def due_questions(session: Session, now: datetime, *, limit: int = 100) -> list[int]:
    """Questions that were not answered in time."""
    return list(
        session.scalars(
            select(EmergencyQuestion.id)
            .where(EmergencyQuestion.due_at <= now)
            .order_by(EmergencyQuestion.due_at, EmergencyQuestion.id)
            .limit(limit)
        )
    )


def earliest_question(session: Session) -> datetime | None:
    """When the next unanswered question must be looked at."""
    return session.scalars(
        select(EmergencyQuestion.due_at)
        .where(EmergencyQuestion.due_at.is_not(None))
        .order_by(EmergencyQuestion.due_at)
        .limit(1)
    ).one_or_none()


def open_detail(session: Session, conversation_id: int, alarm_id: int) -> EmergencyQuestion | None:
    """The question for those who come, while it has no answer."""
    return session.scalars(
        select(EmergencyQuestion)
        .where(
            EmergencyQuestion.conversation_id == conversation_id,
            EmergencyQuestion.alarm_id == alarm_id,
            EmergencyQuestion.what == DETAIL,
            EmergencyQuestion.outcome.is_(None),
        )
        .order_by(EmergencyQuestion.id.desc())
        .limit(1)
    ).first()


def put_question_off(session: Session, question_id: int, *, now: datetime, reason: str) -> None:
    """A question that could not be acted upon is tried again soon, and everyone sees that it failed."""
    question = session.get_one(EmergencyQuestion, question_id, populate_existing=True)
    if question.due_at is not None and question.due_at <= now:
        question.due_at = now + timedelta(seconds=30)
    give_notice(
        session,
        key=f"emergency_question:{question_id}:fault:{now.isoformat()}",
        kind="emergency_fault",
        conversation_id=question.conversation_id,
        details={"reason": reason[:200]},
        now=now,
    )

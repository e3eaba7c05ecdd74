"""Is she content (R42)? Asked once for each closed case, in decent hours, never while a person serves her."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event
from bot.desk.estate.model import Estate
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.service.telling import ServiceVoice
from bot.store.service_tables import CaseRating
from bot.store.states import CaseKind, CaseStatus, Mode
from bot.store.tables import Case, Conversation, Message

PAYLOAD_BEGINS = '/thanks{"rating": '
PAYLOAD = re.compile(re.escape(PAYLOAD_BEGINS) + r"([123])\}")
"""What the buttons under the question send; the desk serves them without asking Rasa."""
ASKED_WITHIN = timedelta(days=3)
"""A case closed longer ago is not asked about any more."""
NOT_CONTENT = 1


@dataclass(frozen=True)
class AskRating:
    """Ask about this case now."""

    case_id: int


def due_ratings(
    session: Session, *, estate: Estate, now: datetime
) -> tuple[tuple[AskRating, ...], datetime | None]:
    """Whom to ask now; or, out of hours, when to ask."""
    waiting = session.scalars(
        select(Case.id)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(CaseRating, CaseRating.case_id == Case.id)
        .where(
            Case.status == CaseStatus.CLOSED,
            Case.closed_at > now - ASKED_WITHIN,
            Case.kind != CaseKind.EMERGENCY,
            Case.supervisors_only.is_(False),
            CaseRating.case_id.is_(None),
            Conversation.mode == Mode.BOT,
        )
        .order_by(Case.closed_at)
        .limit(50)
    ).all()
    if not waiting:
        return (), None
    opens = next_decent(estate, now)
    return (tuple(map(AskRating, waiting)), None) if opens <= now else ((), opens)


def next_decent(estate: Estate, now: datetime) -> datetime:
    """`now` itself in the hours of `rate_hours`, else when they begin next."""
    begins, ends = estate.service.rate_hours
    local = now.astimezone(estate.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    if begins <= minute < ends:
        return now
    day = midnight if minute < begins else midnight + timedelta(days=1)
    return day + timedelta(minutes=begins)


def ask_rating(session: Session, act: AskRating, *, voice: ServiceVoice, now: datetime) -> int | None:
    """Ask, once: the row is there before the words are."""
    case = session.get(Case, act.case_id)
    if case is None or case.conversation_id is None:
        return None
    conversation = lock_conversation(session, case.conversation_id)
    if session.get(CaseRating, case.id) is not None or conversation.mode is not Mode.BOT:
        return None
    session.add(CaseRating(case_id=case.id, asked_at=now))
    session.flush()
    slots = {"number": case.number, "kind": case.kind.value}
    voice.tell(session, conversation.id, "utter_ask_rating", slots, now=now)
    return conversation.id


def rate(session: Session, conversation_id: int, *, score: int, by: str, now: datetime) -> Case | None:
    """Her answer, for the case she was asked about last; an answer twice counts once. None: nothing is asked.

    Whoever is not content reaches the people in charge: a notice, and a line in the case.
    """
    found = session.execute(
        select(CaseRating, Case)
        .join(Case, Case.id == CaseRating.case_id)
        .where(Case.conversation_id == conversation_id, CaseRating.score.is_(None))
        .order_by(CaseRating.asked_at.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    rating, case = found
    rating.score, rating.rated_at = score, now
    add_event(session, case, "rated", new=str(score), by=by, now=now)
    if score == NOT_CONTENT:
        give_notice(
            session,
            key=f"rated:{case.id}",
            kind="rated_low",
            agent_id=case.assignee_id,
            case_id=case.id,
            conversation_id=conversation_id,
            details={"person": case.person_in_charge},
            now=now,
        )
    session.flush()
    return case


def rate_while_served(
    session: Session, message: Message, *, voice: ServiceVoice, by: str, now: datetime
) -> bool:
    """A press that comes while a person serves her, when no turn of the assistant would hear it.

    It counts at once and is answered with a word; it asks nobody for anything. False: it is no such press.
    """
    score = rating_in(message.payload)
    conversation = session.get_one(Conversation, message.conversation_id)
    if score is None or conversation.mode is not Mode.HUMAN:
        return False
    case = rate(session, conversation.id, score=score, by=by, now=now)
    message.handled_at = now
    slots = {"score": score, "person": case.person_in_charge if case else None}
    voice.tell(session, conversation.id, "utter_rated" if case else "utter_rated_already", slots, now=now)
    return True


def is_rating() -> ColumnElement[bool]:
    """Is it a press on one of these buttons? It asks for no answer of a person's."""
    return func.coalesce(Message.payload, "").startswith(PAYLOAD_BEGINS, autoescape=True)


def rating_in(payload: str | None) -> int | None:
    """The score a button stands for, or None."""
    found = PAYLOAD.fullmatch(payload or "")
    return int(found[1]) if found else None

"""What every use case around a case 工单 needs: its row locked, its history, a word to the resident."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.promise_times import PromisedTime
from bot.desk.people import notices
from bot.desk.rows import lock_conversation
from bot.desk.talk.transcript import record_outbound, storable, was_said
from bot.store.states import CaseStatus, Lane, Role, Sender
from bot.store.tables import Agent, Case, CaseEvent, Message, Promise

Say = Callable[[str, Mapping[str, Any]], str]
"""Words a response key with its slots (`bot/desk/wording/speaking.py`); use cases hold keys only."""

OPEN_STATUSES = frozenset(
    {CaseStatus.ACCEPTED, CaseStatus.ASSIGNED, CaseStatus.IN_PROGRESS, CaseStatus.REOPENED}
)


def lock_case(session: Session, case_id: int) -> Case:
    """The case as it is now, locked until the transaction ends; its conversation is locked before it.

    (Lock order: conversation, case, promise.) Raises SQLAlchemy's NoResultFound where there is none.
    """
    conversation_id = session.scalar(select(Case.conversation_id).where(Case.id == case_id))
    if conversation_id is not None:
        lock_conversation(session, conversation_id)
    return session.execute(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def add_event(
    session: Session,
    case: Case,
    kind: str,
    *,
    by: str,
    now: datetime,
    old: str | None = None,
    new: str | None = None,
    note: str | None = None,
) -> CaseEvent:
    """One line of the case's history."""
    event = CaseEvent(
        case_id=case.id,
        kind=kind,
        old=old,
        new=new,
        note=None if note is None else storable(note),
        by=by,
        at=now,
    )
    session.add(event)
    session.flush()
    session.expire(case, ["events"])
    return event


def case_slots(case: Case) -> dict[str, Any]:
    """What a sentence about the case may name; times are ISO, kinds and categories are keys."""
    return {
        "number": case.number,
        "kind": case.kind.value,
        "category": case.category,
        "status": case.status.value,
        "summary": case.summary,
        "place": case.place,
        "department": case.department,
        "person": case.person_in_charge,
    }


def tell_resident(
    session: Session, case: Case, key: str, *, say: Say, slots: Mapping[str, Any], by: str, now: datetime
) -> Message | None:
    """Write a word to the conversation the case came from, and into its history.

    The slot `again` is true where the same was said in this conversation before: no apology twice (R13).
    Without a conversation (a case taken by telephone) a notice asks a person to call: None.
    """
    if case.conversation_id is None:
        notices.give_notice(
            session,
            key=f"case:{case.id}:call:{key}:{now.isoformat()}",
            kind="call_resident",
            agent_id=case.assignee_id,
            case_id=case.id,
            details={"about": key, "contact": case.contact},
            now=now,
        )
        return None
    again = was_said(session, case.conversation_id, key)
    text = say(key, {**case_slots(case), "again": again, **slots})
    message = record_outbound(
        session,
        conversation_id=case.conversation_id,
        sender=Sender.SYSTEM,
        text=text,
        lane=Lane.PEOPLE,
        epoch=None,
        reply_key=key,
        now=now,
    )
    add_event(session, case, "told", new=key, note=text, by=by, now=now)
    return message


def tell_supervisors(session: Session, case: Case, now: datetime, *, but: Collection[int] = ()) -> None:
    """Give every supervisor and admin a notice of a complaint about somebody at the desk (R8), `but` her."""
    for agent_id in session.scalars(
        select(Agent.id).where(
            Agent.active, Agent.role.in_((Role.SUPERVISOR, Role.ADMIN)), Agent.id.not_in(but)
        )
    ):
        notices.give_notice(
            session,
            key=f"case:{case.id}:about_colleague:{agent_id}",
            kind="about_colleague",
            agent_id=agent_id,
            case_id=case.id,
            details={"number": case.number},
            now=now,
        )


def as_told(promise: Promise) -> PromisedTime:
    """The promised time as use cases hand it out."""
    return PromisedTime(promise.what, promise.due_at, promise.warn_at, promise.tell_at)

"""Calling people out to a chat nobody took (R34): each step another person, over webhook and text message.

The rows are written before anything is called; `bot/messaging/paging/service_calls.py` makes the calls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.desk.estate.model import ANY, Estate
from bot.desk.paging import SMS, WEBHOOK
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.service.roster import on_roster
from bot.store.emergency_tables import PageState
from bot.store.service_tables import ServiceCall
from bot.store.states import CaseKind, Mode, Urgency
from bot.store.tables import Conversation

DESK = "desk"
"""The notice on everybody's desk page: every step has it, so that a step counts as called."""
TRIES = 3
FIRST_RETRY = timedelta(seconds=5)


@dataclass(frozen=True)
class Called:
    """One person of the chain."""

    name: str
    phone: str | None


@dataclass(frozen=True)
class ClaimedCall:
    """A call this desk makes until its lease ends. Nothing of the resident's is in it."""

    call_id: int
    device: str
    name: str
    address: str
    reason: str
    waiting_since: datetime
    conversation_id: int


def chain(estate: Estate, at: datetime) -> tuple[Called, ...]:
    """Who is called one after the other: who is on the roster, then the head of the department."""
    row = estate.sla_for(CaseKind.INQUIRY, ANY, Urgency.NORMAL)
    head = estate.department(row.department)
    people = [Called(one.name, one.phone) for one in on_roster(estate, at) if one.phone]
    return (*people, Called(head.person, head.phone))


def call_out(session: Session, conversation_id: int, *, step: int, estate: Estate, now: datetime) -> bool:
    """Call the person of this step. False when the chat was taken, or the step is called already."""
    conversation = lock_conversation(session, conversation_id)
    people = chain(estate, now)
    since = conversation.waiting_since
    if conversation.mode is not Mode.WAITING or since is None or step >= len(people):
        return False
    key = f"untaken:{conversation_id}:{since.isoformat()}:{step}"
    if not give_notice(
        session,
        key=key,
        kind="chat_untaken",
        conversation_id=conversation_id,
        details={"person": people[step].name},
        now=now,
    ):
        return False
    for device, address in _devices(estate, people[step]):
        done = device == DESK
        session.add(
            ServiceCall(
                conversation_id=conversation_id,
                wait_began_at=since,
                step=step,
                device=device,
                name=people[step].name,
                address=address,
                due_at=now,
                state=PageState.SENT if done else PageState.QUEUED,
                sent_at=now if done else None,
            )
        )
    session.flush()
    return True


def claim_call(session: Session, *, desk: str, now: datetime, lease: timedelta) -> ClaimedCall | None:
    """Take the earliest call that is due; one whose chat was taken meanwhile is cancelled."""
    due = or_(
        and_(ServiceCall.state == PageState.QUEUED, ServiceCall.due_at <= now),
        and_(ServiceCall.state == PageState.SENDING, ServiceCall.lease_until < now),
    )
    while True:
        call = session.scalars(
            select(ServiceCall)
            .where(due)
            .order_by(ServiceCall.due_at, ServiceCall.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if call is None:
            return None
        conversation = session.get_one(Conversation, call.conversation_id)
        if conversation.mode is not Mode.WAITING or conversation.waiting_since != call.wait_began_at:
            call.state = PageState.CANCELLED
            session.flush()
            continue
        call.state, call.desk, call.lease_until = PageState.SENDING, desk, now + lease
        call.attempts += 1
        session.flush()
        return ClaimedCall(
            call.id,
            call.device,
            call.name,
            call.address,
            conversation.reason or "asked",
            call.wait_began_at,
            call.conversation_id,
        )


def call_made(
    session: Session, call_id: int, *, desk: str, fault: str | None, permanent: bool, now: datetime
) -> None:
    """What came of a call: taken, to be tried again, or failed, which everybody is told."""
    call = session.get_one(ServiceCall, call_id)
    if call.state is not PageState.SENDING or call.desk != desk:
        return
    if fault is None:
        call.state, call.sent_at, call.error = PageState.SENT, now, None
    elif permanent or call.attempts >= TRIES:
        call.state, call.error = PageState.FAILED, fault[:300]
        give_notice(
            session,
            key=f"service_call:{call.id}:failed",
            kind="page_failed",
            conversation_id=call.conversation_id,
            details={"person": call.name},
            now=now,
        )
    else:
        call.state, call.error = PageState.QUEUED, fault[:300]
        call.due_at = now + FIRST_RETRY * 2 ** (call.attempts - 1)
    session.flush()


def _devices(estate: Estate, person: Called) -> list[tuple[str, str]]:
    duty, found = estate.on_duty, [(DESK, "")]
    if duty.webhook is not None:
        found.append((WEBHOOK, ""))
    if duty.sms is not None and person.phone:
        found.append((SMS, person.phone))
    return found

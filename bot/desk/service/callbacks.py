"""Instead of waiting she leaves a number (R31): a case with a promised time, and she waits no more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.cases import OpenedCase, open_case
from bot.desk.casework.promise_times import PromisedTime
from bot.desk.estate.model import Estate
from bot.desk.people.residents import homes_of, remember_contact
from bot.desk.rows import lock_conversation
from bot.desk.talk.conversations import withdraw_request
from bot.store.states import CaseKind, Mode, Sender, Urgency
from bot.store.tables import Conversation, Message

PAYLOAD = '/human{"callback": true}'
"""What the button 给我回电 sends; the desk serves it without asking Rasa."""
ASKED = "callback_asked"
"""In `Conversation.facts`: she wants to be called and was asked for her number."""
_WORDS_KEPT = 6


@dataclass(frozen=True)
class CallbackKept:
    """A case with her number and a promised time."""

    opened: OpenedCase

    @property
    def due(self) -> PromisedTime:
        return self.opened.promises[0]


@dataclass(frozen=True)
class NumberNeeded:
    """She is asked for a number; she keeps her place meanwhile."""


def wants_number(conversation: Conversation) -> bool:
    """Was she asked for a number, and not given up since?"""
    return bool(conversation.facts.get(ASKED)) and conversation.mode is Mode.WAITING


def leave_callback(
    session: Session, conversation_id: int, *, phone: str | None, estate: Estate, by: str, now: datetime
) -> CallbackKept | NumberNeeded:
    """Open the case and let her out of the queue; without any number, ask for one first."""
    conversation = lock_conversation(session, conversation_id)
    number = phone or conversation.resident.phone
    if number is None:
        conversation.facts = {**conversation.facts, ASKED: True}
        return NumberNeeded()
    if phone is not None:
        remember_contact(session, resident_id=conversation.resident_id, phone=phone)
    homes = homes_of(session, conversation.resident_id)
    opened = open_case(
        session,
        estate=estate,
        kind=CaseKind.INQUIRY,
        category="other",
        urgency=Urgency.NORMAL,
        summary=_summary(session, conversation) or number,
        place=None,
        since=None,
        contact=number,
        household_key=homes[0].key if homes and homes[0].verified else None,
        resident_id=conversation.resident_id,
        conversation_id=conversation.id,
        by=by,
        now=now,
    )
    conversation.facts = {name: value for name, value in conversation.facts.items() if name != ASKED}
    withdraw_request(session, conversation.id, why="callback", by=by, now=now)
    return CallbackKept(opened)


def _summary(session: Session, conversation: Conversation) -> str:
    """Her last words, so that whoever calls knows why."""
    texts = session.scalars(
        select(Message.text)
        .where(
            Message.conversation_id == conversation.id,
            Message.sender == Sender.RESIDENT,
            Message.payload.is_(None),
            Message.text != "",
        )
        .order_by(Message.seq.desc())
        .limit(_WORDS_KEPT)
    ).all()
    return "\n".join(reversed(texts))

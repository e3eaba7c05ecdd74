"""What the emergency check made of a message, and what it needs to know of what was said before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.store.emergency_tables import AlarmVoice, EmergencyQuestion
from bot.store.states import Sender
from bot.store.tables import Message


@dataclass(frozen=True)
class Heard:
    """What the message was: `kind` of an emergency, `alarm_id` where people are paged or read along."""

    kind: str | None = None
    alarm_id: int | None = None
    spoke: bool = False
    """Something was written for the resident."""

    @property
    def concerns(self) -> bool:
        """Does it concern an emergency at all?"""
        return self.kind is not None


NOTHING_HEARD = Heard()


def was_heard(session: Session, message_id: int) -> bool:
    """Was this message acted on before? (An edited message comes again under its own id.)"""
    cry = session.scalars(select(AlarmVoice.id).where(AlarmVoice.message_id == message_id)).first()
    asked = session.scalars(
        select(EmergencyQuestion.id).where(
            (EmergencyQuestion.message_id == message_id) | (EmergencyQuestion.answer_id == message_id)
        )
    ).first()
    return cry is not None or asked is not None


def since_spoken(session: Session, conversation_id: int, now: datetime) -> timedelta:
    """How long ago something was last said to her; very long where nothing was."""
    last = session.scalars(said_last(conversation_id)).one_or_none()
    return now - last.created_at if last is not None else timedelta.max


def said_last(conversation_id: int) -> Select[Message]:
    """The newest words to her, whoever said them."""
    return (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.sender != Sender.RESIDENT)
        .order_by(Message.seq.desc())
        .limit(1)
    )

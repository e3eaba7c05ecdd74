"""What the emergency check made of a message, and whether it acted on it before."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.emergency_tables import AlarmVoice, EmergencyQuestion


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

"""What is left of a turn for Rasa when the emergency check has served some of its messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.desk.emergencies.alarms import alarm_of_conversation
from bot.desk.emergencies.questions import DOUBT
from bot.store.emergency_tables import Alarm, AlarmVoice, EmergencyQuestion
from bot.store.tables import Message


@dataclass(frozen=True)
class EmergencyPart:
    """`kind`: what the desk served of the turn, None for nothing; `texts` are left for the assistant;
    `under_way`: an emergency that goes on in this chat."""

    kind: str | None
    texts: tuple[str, ...]
    under_way: str | None

    @property
    def served_whole(self) -> bool:
        """Nothing is left for the assistant."""
        return self.kind is not None and not self.texts

    def as_metadata(self) -> dict[str, Any] | None:
        """What Rasa is told; None where there is no emergency."""
        if self.kind is None and self.under_way is None:
            return None
        return {"kind": self.kind, "under_way": self.under_way}


def emergency_part(
    session: Session, conversation_id: int, message_ids: Sequence[int], now: datetime
) -> EmergencyPart:
    """Read what the check did with these messages. A doubt that was answered with no gives the first
    message back to the assistant: "电梯停在半空" is then a lift to be mended."""
    kind: str | None = None
    texts: list[str] = []
    for message in (session.get_one(Message, one) for one in message_ids):
        served, text = _served(session, message)
        kind = served or kind
        if text is not None:
            texts.append(text)
    alarm = alarm_of_conversation(session, conversation_id, now)
    return EmergencyPart(kind, tuple(texts), alarm.kind if alarm else None)


def _served(session: Session, message: Message) -> tuple[str | None, str | None]:
    """(kind the desk served, text left for the assistant)."""
    voice = session.scalars(
        select(Alarm.kind).join(AlarmVoice).where(AlarmVoice.message_id == message.id)
    ).first()
    if voice is not None:
        return voice, None
    question = session.scalars(
        select(EmergencyQuestion).where(
            EmergencyQuestion.what == DOUBT,
            or_(EmergencyQuestion.message_id == message.id, EmergencyQuestion.answer_id == message.id),
        )
    ).first()
    if question is None:
        return None, message.text
    if question.outcome == "no" and question.answer_id == message.id:
        return None, session.get_one(Message, question.message_id).text
    return question.kind, None

"""Somebody who waits for a person is told once that her further words were added, and not again."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.store.states import Mode


def acknowledge_waiting(session: Session, conversation_id: int, *, now: datetime) -> bool:
    """Return True the first time in this waiting, and note it; False when it was said, or nobody waits."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.mode is not Mode.WAITING or conversation.waiting_told_at is not None:
        return False
    conversation.waiting_told_at = now
    return True

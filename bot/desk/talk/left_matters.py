"""What the assistant had begun or kept for later when a person was called: nothing she said is forgotten."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.store.states import Mode
from bot.store.tables import Conversation

_FACT = "left_matters"


def keep_left(session: Session, conversation_id: int, matters: Sequence[str]) -> None:
    """Keep her words for what was left undone, in the place of what was kept at an earlier call."""
    conversation = lock_conversation(session, conversation_id)
    conversation.facts = {**conversation.facts, _FACT: list(matters)}


def left_of(conversation: Conversation) -> list[str]:
    """Return what the assistant left undone, while a person is called or serves; else nothing."""
    return list(conversation.facts.get(_FACT) or ()) if conversation.mode is not Mode.BOT else []

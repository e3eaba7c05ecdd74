"""Fetching and locking rows the same way everywhere.

Lock order: the conversation first, then its turns, messages and outbox rows. Whoever changes any of
them holds the conversation's row, so that a takeover and a sending can never pass each other.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.tables import Conversation

LOOKS = 100
"""How often one claim looks again when another desk was quicker; then the next claim goes on."""


class NoSuchConversation(LookupError):
    """There is no conversation with this id."""


def lock_conversation(session: Session, conversation_id: int) -> Conversation:
    """The conversation as it is now, locked until the transaction ends. Raises `NoSuchConversation`."""
    # On SQLite the whole writing transaction is the lock; on PostgreSQL NO KEY UPDATE lets rows that
    # merely refer to the conversation be written by others meanwhile.
    found = session.execute(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchConversation(f"no conversation {conversation_id}")
    return found

"""Who writes: the resident behind a conversation and what the desk knows of her."""

from actions.heard import Heard
from actions.room import Call
from bot.desk.rows import NoSuchConversation
from bot.store.tables import Conversation, Resident


def resident_id_of(call: Call, heard: Heard) -> int:
    """Return the resident's id. Raises NoSuchConversation for a conversation the store does not know."""
    conversation = call.session.get(Conversation, heard.conversation_id)
    if conversation is None:
        raise NoSuchConversation(f"no conversation {heard.conversation_id}")
    return conversation.resident_id


def contact_known(call: Call, resident_id: int) -> str | None:
    """Return the phone she left earlier, so that she is not asked twice."""
    return call.session.get_one(Resident, resident_id).phone

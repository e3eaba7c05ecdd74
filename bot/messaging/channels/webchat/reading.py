"""What a page may read of its conversation, as JSON: messages by revision, mode, who types."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import since
from bot.messaging.channels.webchat.faults import ChatFault
from bot.store.states import Lane, Mode, Sender, TurnState
from bot.store.tables import Attachment, Conversation, Message, Turn

PAGE = 200


def messages_after(session: Session, conversation_id: int, after: int) -> dict[str, Any]:
    """The next page of what is new or changed, the cursor behind it, the mode, and who is typing."""
    conversation = session.get_one(Conversation, conversation_id)
    found = since(session, conversation_id, after, for_resident=True, limit=PAGE)
    return {
        "messages": [message_json(message) for message in found],
        "next": found[-1].revision if found else after,
        "mode": conversation.mode.value,
        "agent": conversation.owner.name if conversation.owner else None,
        "typing": "bot" if _bot_at_work(session, conversation) else None,
    }


def message_json(message: Message) -> dict[str, Any]:
    """One message as its resident sees it. Her own carry the id her page gave them."""
    own = message.sender is Sender.RESIDENT
    return {
        "id": message.id,
        "seq": message.seq,
        "revision": message.revision,
        "from": message.sender.value,
        "urgent": not own and message.outbox is not None and message.outbox.lane is Lane.EMERGENCY,
        "name": message.agent.name if message.agent else None,
        "text": message.text,
        "buttons": [{"title": one["title"], "payload": one["payload"]} for one in message.buttons],
        "attachments": [_attachment_json(one) for one in message.attachments],
        "at": _iso(message.created_at),
        "client_id": message.channel_id if own else None,
        "state": "sent",
        "read": message.read_at is not None,
    }


def visible_attachment(session: Session, conversation_id: int, attachment_id: int) -> Attachment:
    """A file of the caller's own conversation. Raises ChatFault("not_found") for any other."""
    found = session.scalars(
        select(Attachment)
        .join(Message)
        .where(
            Attachment.id == attachment_id,
            Message.conversation_id == conversation_id,
            Message.visible,
        )
    ).one_or_none()
    if found is None:
        raise ChatFault("not_found")
    return found


def _bot_at_work(session: Session, conversation: Conversation) -> bool:
    if conversation.mode is Mode.HUMAN:
        return False
    running = select(Turn.id).where(Turn.conversation_id == conversation.id, Turn.state == TurnState.RUNNING)
    return session.scalars(running).first() is not None


def _attachment_json(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "url": f"/chat/api/attachments/{attachment.id}",
        "media_type": attachment.media_type,
        "width": attachment.width,
        "height": attachment.height,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

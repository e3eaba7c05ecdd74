"""What was said: messages in and out, in order, for ever.

One counter a conversation gives out both places (`seq`) and changes (`revision`), so that one cursor
brings a reader everything new and everything changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from bot.desk.rows import NoSuchConversation, lock_conversation
from bot.store.states import Delivery, Lane, Mode, Sender
from bot.store.tables import Attachment, Conversation, Message, OutboxRow


@dataclass(frozen=True)
class NewAttachment:
    """A file whose bytes already lie under the data folder, named by `sha256`."""

    media_type: str
    size: int
    sha256: str
    name: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Recorded:
    """A message of a resident is stored; `new` is False when the channel delivered it again."""

    message: Message
    new: bool


def next_number(session: Session, conversation_id: int) -> int:
    """The next `seq` or `revision` of the conversation; its row stays locked until the transaction ends."""
    number = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(counter=Conversation.counter + 1)
        .returning(Conversation.counter)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if number is None:
        raise NoSuchConversation(f"no conversation {conversation_id}")
    return number


def record_inbound(
    session: Session,
    *,
    conversation_id: int,
    channel_id: str,
    text: str,
    payload: str | None = None,
    attachments: Sequence[NewAttachment] = (),
    now: datetime,
) -> Recorded:
    """Store what a resident sent, once per `channel_id` (a redelivery changes nothing)."""
    conversation = lock_conversation(session, conversation_id)
    known = _by_channel_id(session, conversation_id, channel_id)
    if known is not None:
        return Recorded(known, new=False)
    message = _new_message(session, conversation_id, Sender.RESIDENT, text, attachments, now)
    message.channel_id = channel_id
    message.payload = None if payload is None else storable(payload)
    conversation.last_message_at = now
    session.flush()
    return Recorded(message, new=True)


def was_said(session: Session, conversation_id: int, key: str) -> bool:
    """Was a reply of this key written to her in this conversation before? No apology is said twice (R13)."""
    said = select(Message.id).where(Message.conversation_id == conversation_id, Message.reply_key == key)
    return session.scalars(said.limit(1)).first() is not None


def record_outbound(
    session: Session,
    *,
    conversation_id: int,
    sender: Sender,
    text: str,
    lane: Lane,
    epoch: int | None,
    buttons: Sequence[Mapping[str, Any]] = (),
    turn_id: int | None = None,
    agent_id: int | None = None,
    reply_key: str | None = None,
    attachments: Sequence[NewAttachment] = (),
    channel_id: str | None = None,
    now: datetime,
) -> Message:
    """Write a message to the resident with its outbox row; she sees it when the channel took it.

    The bot's rows carry the epoch of their turn; written too late (a person took over meanwhile) they
    are kept as CANCELLED for the agent to see. Nobody else's rows are checked here.
    """
    if (sender is Sender.BOT) != (epoch is not None):
        raise ValueError("the bot's rows, and only they, carry an epoch")
    conversation = lock_conversation(session, conversation_id)
    message = _new_message(session, conversation_id, sender, text, attachments, now)
    message.buttons = [dict(button) for button in buttons]
    message.turn_id, message.agent_id = turn_id, agent_id
    message.reply_key, message.channel_id = reply_key, channel_id
    message.visible = False
    message.outbox = OutboxRow(
        conversation_id=conversation_id,
        channel=conversation.channel,
        lane=lane,
        state=Delivery.QUEUED if may_send(conversation, epoch) else Delivery.CANCELLED,
        epoch=epoch,
        due_at=now,
    )
    conversation.last_message_at = now
    session.flush()
    return message


def may_send(conversation: Conversation, epoch: int | None) -> bool:
    """The epoch rule (design §2): rows without an epoch always; the bot's only while nothing changed."""
    return epoch is None or (conversation.epoch == epoch and conversation.mode is not Mode.HUMAN)


def touch(session: Session, message: Message) -> None:
    """Let every reader see that the message changed (delivered, cancelled, read)."""
    message.revision = next_number(session, message.conversation_id)


def mark_read(session: Session, conversation_id: int, *, up_to: int, now: datetime) -> list[Message]:
    """The resident has seen everything up to `seq` `up_to`; returns the messages that were unread."""
    lock_conversation(session, conversation_id)
    unread = list(
        session.scalars(
            select(Message).where(
                Message.conversation_id == conversation_id,
                Message.seq <= up_to,
                Message.sender != Sender.RESIDENT,
                Message.visible,
                Message.read_at.is_(None),
            )
        )
    )
    for message in unread:
        message.read_at = now
        touch(session, message)
    return unread


def since(
    session: Session, conversation_id: int, after: int, *, for_resident: bool, limit: int = 200
) -> list[Message]:
    """What is new or changed after revision `after`, by revision; a resident gets what she may see only."""
    wanted = select(Message).where(Message.conversation_id == conversation_id, Message.revision > after)
    if for_resident:
        wanted = wanted.where(Message.visible)
    wanted = wanted.order_by(Message.revision).limit(limit)
    loads = selectinload(Message.attachments), selectinload(Message.outbox), selectinload(Message.agent)
    return list(session.scalars(wanted.options(*loads)))


def storable(text: str) -> str:
    """The text with what no database can hold (NUL, half a surrogate pair) shown as U+FFFD."""
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _new_message(
    session: Session,
    conversation_id: int,
    sender: Sender,
    text: str,
    attachments: Sequence[NewAttachment],
    now: datetime,
) -> Message:
    number = next_number(session, conversation_id)
    message = Message(
        conversation_id=conversation_id,
        seq=number,
        revision=number,
        sender=sender,
        text=storable(text),
        created_at=now,
        attachments=[attached(file) for file in attachments],
    )
    session.add(message)
    return message


def attached(file: NewAttachment) -> Attachment:
    """The row of a file, to be put to its message."""
    return Attachment(
        media_type=file.media_type,
        name=storable(file.name),
        size=file.size,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
    )


def _by_channel_id(session: Session, conversation_id: int, channel_id: str) -> Message | None:
    return session.scalars(
        select(Message).where(Message.conversation_id == conversation_id, Message.channel_id == channel_id)
    ).one_or_none()

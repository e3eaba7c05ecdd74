"""Where every channel hands in what a resident sent: stored first, acknowledged after (design §5.1)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.emergencies.heard import NOTHING_HEARD, Heard
from bot.desk.service.ratings import rate_while_served
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.transcript import NewAttachment, record_inbound, storable
from bot.messaging.emergencies import EmergencyCheck
from bot.store import actors
from bot.store.tables import Conversation, Message


@dataclass(frozen=True)
class Received:
    """A message of a resident is stored; `new` is False when the channel delivered it again."""

    message: Message
    new: bool
    heard: Heard = NOTHING_HEARD
    """What the emergency check did about it."""


def receive(
    session: Session,
    *,
    conversation_id: int,
    channel_id: str,
    text: str,
    payload: str | None = None,
    attachments: Sequence[NewAttachment] = (),
    emergencies: EmergencyCheck,
    now: datetime,
) -> Received:
    """Store one message of a resident, whole, once per `channel_id`; the caller commits, then acknowledges.

    What is an emergency is acted upon in the same transaction, ahead of every queue.

    What no database can hold (NUL, half a character) is shown as U+FFFD; the message then keeps the
    original, escaped, beside what is understood of it (`parse["original"]`).
    """
    recorded = record_inbound(
        session,
        conversation_id=conversation_id,
        channel_id=channel_id,
        text=text,
        payload=payload,
        attachments=attachments,
        now=now,
    )
    if recorded.new and storable(text) != text:
        recorded.message.parse = {"original": json.dumps(text)}
        session.flush()
    heard = emergencies.look(session, recorded.message, now=now) if recorded.new else NOTHING_HEARD
    if recorded.new and payload is not None:
        voice = ServiceVoice(emergencies.telling.words, emergencies.telling.estate)
        by = actors.resident(session.get_one(Conversation, conversation_id).resident_id)
        rate_while_served(session, recorded.message, voice=voice, by=by, now=now)
    return Received(recorded.message, recorded.new, heard)


def is_blank(text: str) -> bool:
    """Nothing that a person could read: spaces and unseen characters only."""
    return not any(character.isprintable() and not character.isspace() for character in text)

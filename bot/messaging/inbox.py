"""Where every channel hands in what a resident sent: stored first, acknowledged after (design §5.1)."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.transcript import NewAttachment, Recorded, record_inbound, storable


def receive(
    session: Session,
    *,
    conversation_id: int,
    channel_id: str,
    text: str,
    payload: str | None = None,
    attachments: Sequence[NewAttachment] = (),
    now: datetime,
) -> Recorded:
    """Store one message of a resident, whole, once per `channel_id`; the caller commits, then acknowledges.

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
    return recorded


def is_blank(text: str) -> bool:
    """Nothing that a person could read: spaces and unseen characters only."""
    return not any(character.isprintable() and not character.isspace() for character in text)

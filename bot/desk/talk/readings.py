"""What a message really meant: put right by a person at the desk, or chosen by the resident herself.

Kept for the next training (`./guanjia train --review`); the words stay with the message and leave it only
without personal data. What a resident chose is kept only where the operator agreed (estate.yml, `learning`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.language.known_readings import known_readings
from bot.store import actors
from bot.store.reading_tables import CorrectedReading, ReadingSource
from bot.store.states import Sender
from bot.store.tables import Message


@dataclass(frozen=True)
class UnknownReading(Exception):
    """No training sentence has this intent and category."""

    intent: str
    category: str | None


@dataclass(frozen=True)
class NoWordsToRead(Exception):
    """The message is none of a resident's, or holds no typed words."""

    message_id: int


def correct_reading(
    session: Session, message_id: int, intent: str, category: str | None, *, by: str, now: datetime
) -> CorrectedReading:
    """A person says what a resident's message meant; a later word of a person replaces the earlier one.

    Raises UnknownReading, NoWordsToRead. Whoever calls has looked whether `by` may see the message.
    """
    corrected = _keep(session, message_id, ReadingSource.AGENT, intent, category, by=by, now=now)
    audit.note(session, by=by, what="correct_reading", subject=f"message:{message_id}", now=now)
    return corrected


def keep_choice(
    session: Session,
    *,
    conversation_id: int,
    intent: str,
    category: str | None,
    consent: bool,
    now: datetime,
) -> CorrectedReading | None:
    """She chose between two readings of her last typed words. None without the operator's consent."""
    if not consent:
        return None
    message = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.sender == Sender.RESIDENT,
            Message.payload.is_(None),
            Message.text != "",
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ).first()
    if message is None:
        return None
    return _keep(session, message.id, ReadingSource.RESIDENT, intent, category, by=actors.BOT, now=now)


def readings_to_learn(session: Session) -> list[CorrectedReading]:
    """Every corrected reading, oldest first; where a person and the resident differ, the person's."""
    rows = session.scalars(select(CorrectedReading).order_by(CorrectedReading.id))
    best: dict[int, CorrectedReading] = {}
    for row in rows:
        if row.message_id not in best or row.source is ReadingSource.AGENT:
            best[row.message_id] = row
    return list(best.values())


def _keep(
    session: Session,
    message_id: int,
    source: ReadingSource,
    intent: str,
    category: str | None,
    *,
    by: str,
    now: datetime,
) -> CorrectedReading:
    if (intent, category) not in known_readings():
        raise UnknownReading(intent, category)
    message = session.get(Message, message_id)
    if (
        message is None
        or message.sender is not Sender.RESIDENT
        or message.payload
        or not message.text.strip()
    ):
        raise NoWordsToRead(message_id)
    row = session.scalars(
        select(CorrectedReading).where(
            CorrectedReading.message_id == message_id, CorrectedReading.source == source
        )
    ).first()
    if row is None:
        row = CorrectedReading(message_id=message_id, source=source)
        session.add(row)
    row.read_intent, row.read_category = _read(message.parse or {})
    row.intent, row.category = intent, category
    row.corrected_at, row.corrected_by, row.exported_at = now, by, None
    session.flush()
    return row


def _read(parse: dict[str, Any]) -> tuple[str | None, str | None]:
    """What the assistant had read in it."""
    intent = parse.get("intent")
    matters = parse.get("matters") or []
    category = next((one.get("category") for one in matters if one.get("intent") == intent), None)
    return (str(intent) if intent else None), category

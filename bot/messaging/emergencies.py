"""The emergency check at intake: inside the transaction that stores the message, and never in its way."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies.heard import NOTHING_HEARD, Heard
from bot.desk.emergencies.hearing import hear
from bot.desk.emergencies.telling import Telling
from bot.desk.people.notices import give_notice
from bot.messaging.sender import send_in_store
from bot.store.states import Delivery, Lane
from bot.store.tables import Message, OutboxRow

log = logging.getLogger(__name__)

PAGES = "pages"
"""Topic of the hub: a page is there to be sent."""


@dataclass(frozen=True)
class EmergencyCheck:
    """Looks at every message a resident sends, before anything else does."""

    telling: Telling
    desk_id: str
    in_store: frozenset[str] = frozenset()
    """Channels of our own: there the instructions are delivered by the transaction that writes them."""

    def look(self, session: Session, message: Message, *, now: datetime) -> Heard:
        """What the message is. A fault of ours loses no message: it is kept, and a person is shown it."""
        try:
            with session.begin_nested():
                heard = hear(session, message, telling=self.telling, now=now)
                if heard.spoke:
                    self._deliver(session, message.conversation_id, now)
                return heard
        except Exception as fault:
            log.exception("emergency.check_failed", extra={"message_id": message.id})
            give_notice(
                session,
                key=f"emergency:{message.id}:fault",
                kind="emergency_fault",
                conversation_id=message.conversation_id,
                details={"reason": f"{type(fault).__name__}: {fault}"[:200]},
                now=now,
            )
            return NOTHING_HEARD

    def _deliver(self, session: Session, conversation_id: int, now: datetime) -> None:
        said = session.scalars(
            select(Message)
            .join(OutboxRow)
            .where(
                Message.conversation_id == conversation_id,
                OutboxRow.lane == Lane.EMERGENCY,
                OutboxRow.state == Delivery.QUEUED,
                OutboxRow.channel.in_(self.in_store),
            )
            .order_by(Message.id)
        ).all()
        send_in_store(session, said, desk=self.desk_id, now=now)

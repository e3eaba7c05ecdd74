"""What must not go on by itself in a restored installation: whatever was about to be sent.

Since the backup was made the old installation may have sent it. So the row is "unknown", as if the
channel had not said: the agent sees it in the chat, with the button that sends it again.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.rows import lock_conversation
from bot.desk.talk.transcript import touch
from bot.store.actors import OPERATOR
from bot.store.states import Delivery
from bot.store.tables import Lease, OutboxRow

HELD = "held after restore"


def hold_pending(session: Session, *, now: datetime) -> int:
    """Hold every outbox row that was not sent for a person's review; returns how many there are."""
    pending = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING)))
        .order_by(OutboxRow.conversation_id, OutboxRow.id)
    ).all()
    for row in pending:
        lock_conversation(session, row.conversation_id)
        row.state, row.error, row.desk, row.lease_until = Delivery.UNKNOWN, HELD, None, None
        touch(session, row.message)
    session.execute(delete(Lease))  # their holders are gone
    audit.note(session, by=OPERATOR, what="restore", subject=f"held:{len(pending)}", now=now)
    session.flush()
    return len(pending)

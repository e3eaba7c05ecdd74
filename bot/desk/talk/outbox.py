"""The outbox 发件箱: rows wait in lanes, are claimed for sending under the epoch rule, and end.

Claiming is the instant of sending: a bot's row is claimed only if the conversation still has its
epoch and is not with a person, decided in the claiming transaction under the conversation's lock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.desk import audit
from bot.desk.people.notices import give_notice
from bot.desk.rows import LOOKS, lock_conversation
from bot.desk.talk.transcript import may_send, touch
from bot.desk.talk.turn_claims import claim_passes
from bot.store.states import Delivery, Lane, Sender
from bot.store.tables import Attachment, Conversation, Message, OutboxRow


@dataclass(frozen=True)
class ClaimedDelivery:
    """An outbound message that this desk may hand to its channel until its lease ends.

    `uncertain`: a desk died while it was sending this, so the resident may have it already. A channel
    that can be asked (idempotent) gets it again; elsewhere `mark_unknown`, but emergencies and
    promises are sent again (facts.md).
    """

    message_id: int
    conversation_id: int
    channel: str
    address: str
    sender: Sender
    lane: Lane
    text: str
    buttons: list[Any]
    attachments: tuple[Attachment, ...]
    reply_key: str | None
    attempts: int
    uncertain: bool


@dataclass(frozen=True)
class Resent:
    """The message waits in its lane again."""


@dataclass(frozen=True)
class NotResendable:
    """Only what failed or is unknown can be sent again; this one is `state`."""

    state: Delivery | None


def claim_delivery(
    session: Session, *, desk: str, channels: Collection[str], now: datetime, lease: timedelta
) -> ClaimedDelivery | None:
    """The next row to send: lanes in their order, and within a conversation's lane in order.

    None when nothing is due. Rows that the epoch rule forbids are cancelled on the way.
    """
    for skip_locked in claim_passes(session):  # as in `turn_claims.claim_turn`
        for _ in range(LOOKS):
            row = _next_row(session, channels, now, skip_locked)
            if row is None:
                break
            conversation = lock_conversation(session, row.conversation_id)
            session.refresh(row)
            if not _due(row, now):
                continue
            if not may_send(conversation, row.epoch):
                _forbid(session, row)
                continue
            return _claim(session, row, conversation, desk, now, lease)
    return None


def mark_sent(
    session: Session, message_id: int, *, desk: str, now: datetime, channel_ref: str | None = None
) -> bool:
    """The channel took it: the resident sees it. Idempotent; True when this call changed anything.

    What a channel confirmed is true whoever holds the row by now, so `desk` only signs it.
    """
    row = _lock_row(session, message_id)
    if row.state is Delivery.SENT:
        return False
    row.state, row.sent_at, row.channel_ref, row.error = Delivery.SENT, now, channel_ref, None
    row.desk, row.lease_until = desk, None
    row.message.visible = True
    touch(session, row.message)
    session.flush()
    return True


def mark_unknown(session: Session, message_id: int, *, desk: str, error: str, now: datetime) -> bool:
    """The channel did not say: the agent sees "unknown" and may resend. False: not this desk's any more."""
    row = _lock_row(session, message_id)
    if not _held(row, desk):
        return False
    row.lease_until = None
    _end(session, row, Delivery.UNKNOWN, error, now)
    return True


def mark_failed(
    session: Session,
    message_id: int,
    *,
    desk: str,
    permanent: bool,
    error: str,
    retry_at: datetime | None = None,
    now: datetime,
) -> bool:
    """The channel refused: for good (a notice tells the desk), or until `retry_at`.

    A bot's row that may not be sent any more is cancelled instead of queued again. False: not this
    desk's any more.
    """
    if not permanent and retry_at is None:
        raise ValueError("a passing fault needs the time of the next try")
    row = _lock_row(session, message_id)
    if not _held(row, desk):
        return False
    row.lease_until = None
    conversation = lock_conversation(session, row.conversation_id)
    if permanent:
        _end(session, row, Delivery.FAILED, error, now)
    elif not may_send(conversation, row.epoch):
        _end(session, row, Delivery.CANCELLED, error, now)
    else:
        row.state, row.error = Delivery.QUEUED, error[:300]
        row.due_at = retry_at or now
        session.flush()
    return True


def resend(session: Session, message_id: int, *, by: str, now: datetime) -> Resent | NotResendable:
    """A person decides that a failed or unknown message goes out again (R38). Hers is the check now,
    so the epoch rule no longer applies to it."""
    row = _lock_row(session, message_id)
    if row.state not in (Delivery.FAILED, Delivery.UNKNOWN):
        return NotResendable(row.state)
    row.state, row.due_at, row.attempts = Delivery.QUEUED, now, 0
    row.epoch, row.error, row.desk, row.lease_until = None, None, None, None
    touch(session, row.message)
    audit.note(session, by=by, what="resend", subject=f"message:{message_id}", now=now)
    session.flush()
    return Resent()


_LANE_ORDER = case({lane: place for place, lane in enumerate(Lane)}, value=OutboxRow.lane)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(OutboxRow.state == Delivery.QUEUED, OutboxRow.due_at <= now),
        and_(OutboxRow.state == Delivery.SENDING, OutboxRow.lease_until < now),
    )


def _due(row: OutboxRow, now: datetime) -> bool:
    if row.state is Delivery.QUEUED:
        return row.due_at <= now
    return row.state is Delivery.SENDING and row.lease_until is not None and row.lease_until < now


def _next_row(
    session: Session, channels: Collection[str], now: datetime, skip_locked: bool
) -> OutboxRow | None:
    before = aliased(OutboxRow)
    one_is_before = exists().where(
        before.conversation_id == OutboxRow.conversation_id,
        before.lane == OutboxRow.lane,
        before.id < OutboxRow.id,
        before.state.in_((Delivery.QUEUED, Delivery.SENDING)),
    )
    return session.scalars(
        select(OutboxRow)
        .join(Conversation, Conversation.id == OutboxRow.conversation_id)
        .where(OutboxRow.channel.in_(channels), _is_due(now), ~one_is_before)
        .order_by(_LANE_ORDER, OutboxRow.due_at, OutboxRow.id)
        .limit(1)
        .with_for_update(of=Conversation, skip_locked=skip_locked, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _forbid(session: Session, row: OutboxRow) -> None:
    # A row that was being sent when its desk died may have arrived: "cancelled" would be a lie.
    row.state = Delivery.CANCELLED if row.state is Delivery.QUEUED else Delivery.UNKNOWN
    row.lease_until = None
    touch(session, row.message)
    session.flush()


def _claim(
    session: Session,
    row: OutboxRow,
    conversation: Conversation,
    desk: str,
    now: datetime,
    lease: timedelta,
) -> ClaimedDelivery:
    uncertain = row.state is Delivery.SENDING
    row.state, row.desk = Delivery.SENDING, desk
    row.lease_until, row.attempts = now + lease, row.attempts + 1
    session.flush()
    message = row.message
    return ClaimedDelivery(
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        address=conversation.address,
        sender=message.sender,
        lane=row.lane,
        text=message.text,
        buttons=list(message.buttons),
        attachments=tuple(message.attachments),
        reply_key=message.reply_key,
        attempts=row.attempts,
        uncertain=uncertain,
    )


def _lock_row(session: Session, message_id: int) -> OutboxRow:
    """The row as it is now, its conversation locked first (lock order of `rows.py`)."""
    conversation_id = session.scalars(select(Message.conversation_id).where(Message.id == message_id)).one()
    lock_conversation(session, conversation_id)
    return session.scalars(
        select(OutboxRow).where(OutboxRow.message_id == message_id).execution_options(populate_existing=True)
    ).one()


def _held(row: OutboxRow, desk: str) -> bool:
    return row.state is Delivery.SENDING and row.desk == desk


def _end(session: Session, row: OutboxRow, state: Delivery, error: str, now: datetime) -> None:
    row.state, row.error = state, error[:300]
    touch(session, row.message)
    if state is not Delivery.CANCELLED:
        give_notice(
            session,
            key=f"delivery:{row.message_id}:{state}:{row.attempts}:{row.message.revision}",
            kind=f"delivery_{state}",
            conversation_id=row.conversation_id,
            details={"message_id": row.message_id, "error": row.error},
            now=now,
        )
    session.flush()

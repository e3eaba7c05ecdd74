"""Claiming turns 轮: the first message is never held back; those that arrive while its turn runs form the
next turn together; what a dead desk left is taken up again.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.desk.rows import LOOKS, lock_conversation
from bot.desk.talk.modes import OPEN_TURN, abandon_turn
from bot.store.states import Mode, Sender, TurnState
from bot.store.tables import Attachment, Conversation, Message, Turn


@dataclass(frozen=True)
class ClaimedTurn:
    """A turn that this desk may run until its lease ends; `sender_id` names the bot period to Rasa.

    `answer` is what Rasa said in an earlier attempt, if that was kept; `note` the hand-back note, for
    the first turn of a period only.
    """

    turn_id: int
    key: str
    conversation_id: int
    resident_id: int
    channel: str
    sender_id: str
    epoch: int
    period: int
    mode: Mode
    text: str
    payload: str | None
    attachments: int
    message_ids: tuple[int, ...]
    attempts: int
    oldest_at: datetime
    first_of_conversation: bool
    first_of_period: bool
    note: str | None
    answer: dict[str, Any] | None


def claim_turn(session: Session, *, desk: str, now: datetime, lease: timedelta) -> ClaimedTurn | None:
    """The next turn for this desk: one left over (lease over, retry due) first, else the oldest message's.

    None when there is nothing to do now. A conversation with a person is never claimed.
    """
    # First without waiting for locks that others hold; only when that finds nothing, with waiting, so
    # that None means "nothing", not "somebody was just looking".
    for skip_locked in claim_passes(session):
        turn = _take_up(session, desk, now, lease, skip_locked) or _begin(
            session, desk, now, lease, skip_locked
        )
        if turn is not None:
            return _claimed(session, turn)
    return None


def claim_passes(session: Session) -> tuple[bool, ...]:
    """`skip_locked` of each look for a row to claim: SQLite has one writer, so nothing is locked there."""
    return (False,) if session.get_bind().dialect.name == "sqlite" else (True, False)


def has_unhandled(session: Session, conversation_id: int) -> bool:
    """Did the resident write something that no turn has taken up?"""
    waiting = exists().where(Message.conversation_id == conversation_id, _UNHANDLED)
    return bool(session.scalar(select(waiting)))


def has_open_turn(conversation_id: Any) -> ColumnElement[bool]:
    """Does this conversation (an id, or a column of them) have an unfinished turn?"""
    return exists().where(Turn.conversation_id == conversation_id, Turn.state.in_(OPEN_TURN))


_UNHANDLED = and_(Message.sender == Sender.RESIDENT, Message.turn_id.is_(None), Message.handled_at.is_(None))


def _take_up(session: Session, desk: str, now: datetime, lease: timedelta, skip_locked: bool) -> Turn | None:
    """A turn whose desk died, or whose retry is due; the row and its key stay the same."""
    due = or_(
        and_(Turn.state == TurnState.RUNNING, Turn.lease_until < now),
        and_(Turn.state == TurnState.WAITING, Turn.retry_at <= now),
    )
    for _ in range(LOOKS):
        turn = session.scalars(
            select(Turn)
            .join(Conversation)
            .where(due)
            .order_by(Turn.id)
            .limit(1)
            .with_for_update(of=Conversation, skip_locked=skip_locked, key_share=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if turn is None:
            return None
        conversation = lock_conversation(session, turn.conversation_id)
        session.refresh(turn)
        if conversation.epoch != turn.epoch or conversation.mode is Mode.HUMAN:
            if turn.state in OPEN_TURN:
                abandon_turn(session, turn, now=now)
            continue
        if _is_due(turn, now):
            turn.state, turn.desk, turn.retry_at = TurnState.RUNNING, desk, None
            turn.lease_until, turn.attempts = now + lease, turn.attempts + 1
            session.flush()
            return turn
    return None


def _is_due(turn: Turn, now: datetime) -> bool:
    if turn.state is TurnState.RUNNING:
        return turn.lease_until < now
    return turn.state is TurnState.WAITING and turn.retry_at is not None and turn.retry_at <= now


def _begin(session: Session, desk: str, now: datetime, lease: timedelta, skip_locked: bool) -> Turn | None:
    """A new turn for the conversation whose unhandled message is the oldest."""
    for _ in range(LOOKS):
        conversation_id = session.scalars(
            select(Conversation.id)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(_UNHANDLED, Conversation.mode != Mode.HUMAN, ~has_open_turn(Conversation.id))
            .order_by(Message.id)
            .limit(1)
            .with_for_update(of=Conversation, skip_locked=skip_locked, key_share=True)
        ).one_or_none()
        if conversation_id is None:
            return None
        conversation = lock_conversation(session, conversation_id)
        messages = _next_messages(session, conversation)
        if messages:
            return _new_turn(session, conversation, messages, desk, now, lease)
    return None


def _next_messages(session: Session, conversation: Conversation) -> list[Message]:
    """The messages of the next turn, read again under the lock; a pressed button is a turn of its own."""
    if conversation.mode is Mode.HUMAN or session.scalar(select(has_open_turn(conversation.id))):
        return []
    unhandled = session.scalars(
        select(Message).where(Message.conversation_id == conversation.id, _UNHANDLED).order_by(Message.seq)
    ).all()
    together: list[Message] = []
    for message in unhandled:
        if together and (message.payload is not None or together[0].payload is not None):
            break
        together.append(message)
    return together


def _new_turn(
    session: Session,
    conversation: Conversation,
    messages: list[Message],
    desk: str,
    now: datetime,
    lease: timedelta,
) -> Turn:
    conversation.period_turns += 1
    turn = Turn(
        key=str(uuid.uuid4()),
        conversation_id=conversation.id,
        epoch=conversation.epoch,
        period=conversation.period,
        state=TurnState.RUNNING,
        desk=desk,
        lease_until=now + lease,
        attempts=1,
        created_at=now,
        messages=messages,
    )
    session.add(turn)
    session.flush()
    return turn


def _claimed(session: Session, turn: Turn) -> ClaimedTurn:
    conversation = turn.conversation
    messages = [message for message in turn.messages if message.sender is Sender.RESIDENT]
    ids = tuple(message.id for message in messages)
    attachments = session.scalars(select(Attachment.id).where(Attachment.message_id.in_(ids))).all()
    earlier = exists().where(Turn.conversation_id == turn.conversation_id, Turn.id < turn.id)
    first_of_period = not session.scalar(select(earlier.where(Turn.period == turn.period)))
    return ClaimedTurn(
        turn_id=turn.id,
        key=turn.key,
        conversation_id=turn.conversation_id,
        resident_id=conversation.resident_id,
        channel=conversation.channel,
        sender_id=f"c{turn.conversation_id}-p{turn.period}",
        epoch=turn.epoch,
        period=turn.period,
        mode=conversation.mode,
        text="\n".join(message.text for message in messages if message.text),
        payload=messages[0].payload,
        attachments=len(attachments),
        message_ids=ids,
        attempts=turn.attempts,
        oldest_at=min(message.created_at for message in messages),
        first_of_conversation=not session.scalar(select(earlier)),
        first_of_period=first_of_period,
        note=conversation.handback_note if first_of_period else None,
        answer=turn.answer,
    )

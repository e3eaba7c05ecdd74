"""Turns 轮: the messages of one conversation handled together in one pass, leased to one desk.

The first message is never held back; those that arrive while its turn runs form the next turn
together. One open turn a conversation; many conversations at once.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.desk.composer import Utterance
from bot.desk.modes import OPEN_TURN, abandon_turn
from bot.desk.rows import lock_conversation
from bot.desk.transcript import record_outbound
from bot.store.states import Lane, Mode, Sender, TurnState
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


@dataclass(frozen=True)
class TurnDone:
    """The reply is in the outbox and the turn's messages are handled."""

    messages: tuple[Message, ...]


@dataclass(frozen=True)
class TurnAbandoned:
    """A person took the conversation while it ran: the reply is kept as cancelled, for her to see."""

    messages: tuple[Message, ...]


@dataclass(frozen=True)
class TurnLost:
    """The lease ran out and another desk has the turn, or it is finished: nothing was written."""


def claim_turn(session: Session, *, desk: str, now: datetime, lease: timedelta) -> ClaimedTurn | None:
    """The next turn for this desk: one left over (lease over, retry due) first, else the oldest message's.

    None when there is nothing to do now. A conversation with a person is never claimed.
    """
    # First without waiting for locks that others hold; only when that finds nothing, with waiting, so
    # that None means "nothing", not "somebody was just looking".
    for skip_locked in (True, False):
        turn = _take_up(session, desk, now, lease, skip_locked) or _begin(
            session, desk, now, lease, skip_locked
        )
        if turn is not None:
            return _claimed(session, turn)
    return None


def renew(session: Session, turn_id: int, *, desk: str, now: datetime, lease: timedelta) -> bool:
    """Hold the turn for another `lease`. False: it is no longer this desk's, stop working on it."""
    held = session.execute(
        update(Turn)
        .where(Turn.id == turn_id, Turn.desk == desk, Turn.state == TurnState.RUNNING)
        .values(lease_until=now + lease)
        .returning(Turn.id)
    ).scalar_one_or_none()
    return held is not None


def keep_answer(session: Session, turn_id: int, answer: dict[str, Any]) -> None:
    """Keep what Rasa answered before its words are made: a later attempt need not ask again."""
    session.execute(update(Turn).where(Turn.id == turn_id).values(answer=answer))


def finish_turn(
    session: Session,
    turn_id: int,
    *,
    desk: str,
    outcome: str,
    answer: dict[str, Any] | None,
    utterances: Sequence[Utterance],
    now: datetime,
) -> TurnDone | TurnAbandoned | TurnLost:
    """Write the reply to the outbox, mark the messages handled and end the turn, all or nothing.

    Where a person came in meanwhile (the epoch moved), the reply's rows are cancelled ones.
    """
    turn = _lock_turn(session, turn_id)
    if turn.desk != desk or turn.outcome is not None or turn.state not in _FINISHABLE:
        return TurnLost()
    conversation = lock_conversation(session, turn.conversation_id)
    if turn.state is TurnState.RUNNING and turn.epoch != conversation.epoch:
        abandon_turn(session, turn, now=now)
    turn.outcome = outcome
    if answer is not None:
        turn.answer = answer
        _keep_parse(turn, answer)
    if turn.state is TurnState.RUNNING:
        _end(turn, conversation, answered=answer is not None, now=now)
    written = tuple(_write_reply(session, turn, utterance, now) for utterance in utterances)
    session.flush()
    if turn.state is TurnState.ABANDONED:
        return TurnAbandoned(written)
    return TurnDone(written)


def postpone_turn(session: Session, turn_id: int, *, desk: str, retry_at: datetime, now: datetime) -> bool:
    """Rasa was down or slow: try the same turn again at `retry_at`. False when it is not this desk's."""
    turn = _lock_turn(session, turn_id)
    if turn.desk != desk or turn.state is not TurnState.RUNNING:
        return False
    turn.state, turn.retry_at, turn.lease_until = TurnState.WAITING, retry_at, now
    session.flush()
    return True


def retry_waiting_turns(session: Session, *, now: datetime) -> int:
    """The Rasa server is back: what waits for it is due now. Returns how many turns there are."""
    brought = session.scalars(
        update(Turn)
        .where(Turn.state == TurnState.WAITING, Turn.retry_at > now)
        .values(retry_at=now)
        .returning(Turn.id)
        .execution_options(synchronize_session=False)
    )
    return len(brought.all())


def cut_period_if_long(session: Session, conversation_id: int, *, now: datetime, cap: int = 60) -> bool:
    """Begin a new bot period after `cap` turns, because Rasa replays a period at each message.

    Never while a turn is open, never inside a form (by the last answer's `state.active_form`), never
    while a person serves. The epoch stays: nothing that is on its way is cancelled.
    """
    conversation = lock_conversation(session, conversation_id)
    if conversation.period_turns < cap or conversation.mode is Mode.HUMAN:
        return False
    if session.scalar(select(_has_open_turn(conversation_id))) or _in_form(session, conversation):
        return False
    conversation.period += 1
    conversation.period_turns = 0
    session.flush()
    return True


_FINISHABLE = (TurnState.RUNNING, TurnState.ABANDONED)

_UNHANDLED = and_(Message.sender == Sender.RESIDENT, Message.turn_id.is_(None), Message.handled_at.is_(None))


def _has_open_turn(conversation_id: Any) -> ColumnElement[bool]:
    return exists().where(Turn.conversation_id == conversation_id, Turn.state.in_(OPEN_TURN))


def _take_up(session: Session, desk: str, now: datetime, lease: timedelta, skip_locked: bool) -> Turn | None:
    """A turn whose desk died, or whose retry is due; the row and its key stay the same."""
    due = or_(
        and_(Turn.state == TurnState.RUNNING, Turn.lease_until < now),
        and_(Turn.state == TurnState.WAITING, Turn.retry_at <= now),
    )
    while True:
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


def _is_due(turn: Turn, now: datetime) -> bool:
    if turn.state is TurnState.RUNNING:
        return turn.lease_until < now
    return turn.state is TurnState.WAITING and turn.retry_at is not None and turn.retry_at <= now


def _begin(session: Session, desk: str, now: datetime, lease: timedelta, skip_locked: bool) -> Turn | None:
    """A new turn for the conversation whose unhandled message is the oldest."""
    while True:
        conversation_id = session.scalars(
            select(Conversation.id)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(_UNHANDLED, Conversation.mode != Mode.HUMAN, ~_has_open_turn(Conversation.id))
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


def _next_messages(session: Session, conversation: Conversation) -> list[Message]:
    """The messages of the next turn, read again under the lock; a pressed button is a turn of its own."""
    if conversation.mode is Mode.HUMAN or session.scalar(select(_has_open_turn(conversation.id))):
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


def _lock_turn(session: Session, turn_id: int) -> Turn:
    """The turn as it is now, its conversation locked first (lock order of `rows.py`)."""
    conversation_id = session.scalars(select(Turn.conversation_id).where(Turn.id == turn_id)).one()
    lock_conversation(session, conversation_id)
    return session.scalars(
        select(Turn).where(Turn.id == turn_id).execution_options(populate_existing=True)
    ).one()


def _keep_parse(turn: Turn, answer: dict[str, Any]) -> None:
    parse = answer.get("parse")
    if not parse:
        return
    for message in turn.messages:
        if message.sender is Sender.RESIDENT:
            message.parse, message.upset = parse, parse.get("upset")


def _end(turn: Turn, conversation: Conversation, *, answered: bool, now: datetime) -> None:
    turn.state, turn.finished_at = TurnState.DONE, now
    for message in turn.messages:
        if message.sender is Sender.RESIDENT:
            message.handled_at = now
    if answered:
        conversation.outage_told_at = None


def _write_reply(session: Session, turn: Turn, utterance: Utterance, now: datetime) -> Message:
    return record_outbound(
        session,
        conversation_id=turn.conversation_id,
        sender=Sender.BOT,
        text=utterance.text,
        buttons=utterance.button_rows(),
        lane=Lane.BOT,
        epoch=turn.epoch,
        turn_id=turn.id,
        reply_key=utterance.reply_key or None,
        now=now,
    )


def _in_form(session: Session, conversation: Conversation) -> bool:
    last = session.scalars(
        select(Turn)
        .where(
            Turn.conversation_id == conversation.id,
            Turn.period == conversation.period,
            Turn.state == TurnState.DONE,
            Turn.answer.is_not(None),
        )
        .order_by(Turn.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and bool((last.answer or {}).get("state", {}).get("active_form"))

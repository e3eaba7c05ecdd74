"""Turns 轮: the messages of one conversation handled together in one pass, leased to one desk.

One open turn a conversation; many conversations at once. Claiming stands in `turn_claims.py`, the
period that Rasa replays in `periods.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.desk.talk.modes import abandon_turn
from bot.desk.talk.periods import cut_period_if_long
from bot.desk.talk.transcript import record_outbound
from bot.desk.talk.turn_claims import ClaimedTurn, claim_turn
from bot.desk.wording.composer import Utterance
from bot.store.states import Lane, Sender, TurnState
from bot.store.tables import Conversation, Message, Turn

__all__ = [
    "ClaimedTurn",
    "TurnAbandoned",
    "TurnDone",
    "TurnLost",
    "claim_turn",
    "cut_period_if_long",
    "finish_turn",
    "keep_answer",
    "keep_from_agents",
    "postpone_turn",
    "renew",
    "retry_waiting_turns",
]


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


def renew(session: Session, turn_id: int, *, desk: str, now: datetime, lease: timedelta) -> bool:
    """Hold the turn for another `lease`. False: it is no longer this desk's, stop working on it."""
    held = session.execute(
        update(Turn)
        .where(Turn.id == turn_id, Turn.desk == desk, Turn.state == TurnState.RUNNING)
        .values(lease_until=now + lease)
        .returning(Turn.id)
    ).scalar_one_or_none()
    return held is not None


def holds_turn(session: Session, turn_id: int, *, desk: str) -> bool:
    """Is the turn still this desk's to run? Its conversation is locked, so it stays so until the commit."""
    turn = _lock_turn(session, turn_id)
    return turn.desk == desk and turn.state is TurnState.RUNNING


def keep_answer(session: Session, turn_id: int, answer: dict[str, Any]) -> None:
    """Keep what Rasa answered before its words are made: a later attempt need not ask again."""
    session.execute(update(Turn).where(Turn.id == turn_id).values(answer=answer))


def keep_from_agents(session: Session, turn_key: str, *, since: str | None = None) -> None:
    """Let supervisors and admins alone read what is said in this turn, and in those from `since` on (R8)."""
    turn = session.scalars(select(Turn).where(Turn.key == turn_key)).one_or_none()
    if turn is None:
        return
    first = session.scalar(select(Turn.id).where(Turn.key == since)) if since else None
    told = Turn.conversation_id == turn.conversation_id, Turn.id.between(first or turn.id, turn.id)
    session.execute(update(Turn).where(*told).values(supervisors_only=True))


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


def postpone_turn(
    session: Session, turn_id: int, *, desk: str, retry_at: datetime, now: datetime, counts: bool = True
) -> bool:
    """Rasa was down or slow: try the same turn again at `retry_at`. False when it is not this desk's.

    `counts`: the try says something about the turn; one that met no Rasa server says nothing.
    """
    turn = _lock_turn(session, turn_id)
    if turn.desk != desk or turn.state is not TurnState.RUNNING:
        return False
    turn.state, turn.retry_at, turn.lease_until = TurnState.WAITING, retry_at, now
    if not counts:
        turn.attempts -= 1
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


_FINISHABLE = (TurnState.RUNNING, TurnState.ABANDONED)


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

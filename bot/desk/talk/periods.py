"""Bot periods: how much of a conversation Rasa replays at each message. A new period is a new sender id."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.desk.talk.turn_claims import has_open_turn
from bot.store.states import Mode, TurnState
from bot.store.tables import Conversation, Turn


def cut_period_if_long(session: Session, conversation_id: int, *, now: datetime, cap: int = 60) -> bool:
    """Begin a new bot period after `cap` turns, because Rasa replays a period at each message.

    Never while a turn is open, never inside a form (by the last answer's `state.active_form`), never
    while a person serves. The epoch stays: nothing that is on its way is cancelled.
    """
    conversation = lock_conversation(session, conversation_id)
    if conversation.period_turns < cap or conversation.mode is Mode.HUMAN:
        return False
    if session.scalar(select(has_open_turn(conversation_id))) or _in_form(session, conversation):
        return False
    conversation.period += 1
    conversation.period_turns = 0
    session.flush()
    return True


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

"""Who serves a conversation: the one function that changes its mode, and the table of moves.

The epoch grows whenever a person comes in, changes or leaves; never at bot → waiting.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.desk.service.offers import FOR_DEPARTMENT, end_offers_of
from bot.desk.talk.transcript import touch
from bot.store.states import Delivery, Mode, Sender, TurnState
from bot.store.tables import Conversation, ConversationEvent, Message, OutboxRow, Turn

MOVES: frozenset[tuple[Mode, Mode]] = frozenset(
    {
        (Mode.BOT, Mode.WAITING),  # a person is wanted
        (Mode.BOT, Mode.HUMAN),  # a person answers unasked
        (Mode.WAITING, Mode.HUMAN),  # taken over
        (Mode.WAITING, Mode.BOT),  # no person wanted any more
        (Mode.HUMAN, Mode.HUMAN),  # transferred
        (Mode.HUMAN, Mode.BOT),  # handed back
        (Mode.HUMAN, Mode.WAITING),  # back to the queue
    }
)

OPEN_TURN = (TurnState.RUNNING, TurnState.WAITING)


@dataclass
class IllegalMove(Exception):
    """The table of moves has no such move; nothing was changed."""

    conversation_id: int
    old: Mode
    new: Mode

    def __str__(self) -> str:
        return f"conversation {self.conversation_id} cannot go from {self.old} to {self.new}"


def move(
    session: Session,
    conversation: Conversation,
    new: Mode,
    *,
    why: str,
    by: str,
    now: datetime,
    owner_id: int | None = None,
) -> ConversationEvent:
    """Change the mode (and owner) and write down old, new, why, by whom, when. Raises `IllegalMove`.

    `owner_id` is the agent who serves it from now on: given exactly when `new` is human. The bot's
    unsent messages and unfinished turns end when a person comes in.
    """
    conversation = lock_conversation(session, conversation.id)
    old = conversation.mode
    if (old, new) not in MOVES:
        raise IllegalMove(conversation.id, old, new)
    if (new is Mode.HUMAN) != (owner_id is not None):
        raise ValueError("a conversation has an owner exactly while a person serves it")
    conversation.mode, conversation.owner_id = new, owner_id
    if Mode.HUMAN in (old, new):
        conversation.epoch += 1
    _keep_waiting_fields(conversation, old, new, now)
    event = ConversationEvent(
        conversation_id=conversation.id,
        old=old,
        new=new,
        epoch=conversation.epoch,
        why=why[:200],
        by=by,
        at=now,
    )
    session.add(event)
    session.flush()
    if old is Mode.WAITING:
        end_offers_of(session, conversation, now=now)
    if new is Mode.HUMAN:
        _silence_the_bot(session, conversation, now)
    elif old is Mode.HUMAN:
        _begin_bot_period(session, conversation, now)
    session.flush()
    return event


def leave_to_person(session: Session, conversation_id: int, *, now: datetime) -> None:
    """Mark what the resident wrote and no turn handled as seen by a person: the bot never gets it."""
    session.execute(
        update(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.sender == Sender.RESIDENT,
            Message.turn_id.is_(None),
            Message.handled_at.is_(None),
        )
        .values(handled_at=now)
        .execution_options(synchronize_session="fetch")
    )


def abandon_turn(session: Session, turn: Turn, *, now: datetime) -> None:
    """End a turn in favour of a person, who sees its messages; its reply, if it still comes, is cancelled."""
    turn.state, turn.finished_at, turn.retry_at = TurnState.ABANDONED, now, None
    for message in turn.messages:
        if message.sender is Sender.RESIDENT and message.handled_at is None:
            message.handled_at = now
    session.flush()


def _keep_waiting_fields(conversation: Conversation, old: Mode, new: Mode, now: datetime) -> None:
    if new is Mode.WAITING:
        conversation.waiting_since, conversation.waiting_told_at = now, None
    elif old is Mode.WAITING:
        conversation.waiting_since = None
    if new is Mode.BOT:
        conversation.reason = None
    if new is not Mode.WAITING and FOR_DEPARTMENT in conversation.facts:
        conversation.facts = {k: v for k, v in conversation.facts.items() if k != FOR_DEPARTMENT}


def _silence_the_bot(session: Session, conversation: Conversation, now: datetime) -> None:
    rows = session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.conversation_id == conversation.id,
            OutboxRow.state == Delivery.QUEUED,
            OutboxRow.epoch.is_not(None),
        )
        .order_by(OutboxRow.id)
    )
    for row in rows.all():
        row.state = Delivery.CANCELLED
        touch(session, row.message)
    turns = session.scalars(
        select(Turn).where(Turn.conversation_id == conversation.id, Turn.state.in_(OPEN_TURN))
    )
    for turn in turns.all():
        abandon_turn(session, turn, now=now)


def _begin_bot_period(session: Session, conversation: Conversation, now: datetime) -> None:
    # Rasa's dialogue state is from before the person came in: a new period is a new sender id.
    conversation.period += 1
    conversation.period_turns = 0
    leave_to_person(session, conversation.id, now=now)

"""The queue for a person: who waits, how long, why, how upset; oldest first (R31, R32)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.store.states import Mode, Sender
from bot.store.tables import Conversation, Message

_LAST_MESSAGES = 5


@dataclass(frozen=True)
class WaitingChat:
    """One line of the queue. `upset` is the worst of the resident's last five messages, 0 to 2."""

    conversation_id: int
    channel: str
    resident_id: int
    name: str | None
    reason: str
    waiting_since: datetime
    waited: timedelta
    upset: int
    last_text: str


def waiting_chats(session: Session, now: datetime) -> list[WaitingChat]:
    """All conversations that wait for a person, oldest first."""
    waiting = session.scalars(
        select(Conversation)
        .where(Conversation.mode == Mode.WAITING)
        .order_by(Conversation.waiting_since, Conversation.id)
        .options(joinedload(Conversation.resident))
    )
    return [_line(session, conversation, now) for conversation in waiting]


def place_in_queue(session: Session, conversation: Conversation) -> int:
    """1 for the one who is next. Counts those who wait longer."""
    earlier = or_(
        Conversation.waiting_since < conversation.waiting_since,
        and_(
            Conversation.waiting_since == conversation.waiting_since,
            Conversation.id < conversation.id,
        ),
    )
    ahead = session.scalar(
        select(func.count()).select_from(Conversation).where(Conversation.mode == Mode.WAITING, earlier)
    )
    return (ahead or 0) + 1


def _line(session: Session, conversation: Conversation, now: datetime) -> WaitingChat:
    last = session.execute(
        select(Message.text, Message.upset)
        .where(Message.conversation_id == conversation.id, Message.sender == Sender.RESIDENT)
        .order_by(Message.seq.desc())
        .limit(_LAST_MESSAGES)
    ).all()
    since = conversation.waiting_since or now
    return WaitingChat(
        conversation_id=conversation.id,
        channel=conversation.channel,
        resident_id=conversation.resident_id,
        name=conversation.resident.name,
        reason=conversation.reason or "",
        waiting_since=since,
        waited=now - since,
        upset=max((upset or 0 for _, upset in last), default=0),
        last_text=last[0].text if last else "",
    )

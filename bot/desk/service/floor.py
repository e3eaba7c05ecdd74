"""Reads the floor that `plan.py` decides upon, in few queries: cheap while nobody waits and nobody serves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.service.calling import chain
from bot.desk.service.plan import Floor, Offered, Served
from bot.desk.service.presence import standings
from bot.desk.service.queue import read_queue
from bot.desk.service.ratings import is_rating
from bot.desk.service.roster import is_attended
from bot.store.service_tables import ChatOffer, Presence, ServiceCall
from bot.store.states import Mode, Sender
from bot.store.tables import Conversation, ConversationEvent, Message

STILL_TOLD = "still_told"
"""In `Conversation.facts`: the beginning of the wait in which she was told how things stand."""
IDLE_WARNED = "idle_warned"
"""In `Conversation.facts`: when she was told that the quiet chat will be closed."""
LOOKS_BACK = 60
"""Only so many numbers of a conversation are looked at for who spoke last."""


def read_floor(session: Session, *, estate: Estate, now: datetime) -> Floor:
    """Everything the plan depends on, as it is now."""
    queue = read_queue(session, estate=estate, now=now)
    served = _served(session, now)
    if not queue and not served:
        return Floor(now=now, how=estate.service, attended=False)
    ids = [chat.conversation_id for chat in queue]
    return Floor(
        now=now,
        how=estate.service,
        attended=is_attended(estate, now),
        queue=queue,
        people=standings(session, estate=estate, now=now),
        offers=_offers(session, ids),
        served=served,
        called=_called(session, ids),
        chain=len(chain(estate, now)),
        told_waiting=_told(session, ids),
    )


def _offers(session: Session, ids: Sequence[int]) -> list[Offered]:
    """The offers of the waits that are going on."""
    rows = session.scalars(
        select(ChatOffer)
        .join(Conversation, Conversation.id == ChatOffer.conversation_id)
        .where(
            ChatOffer.conversation_id.in_(ids),
            (ChatOffer.offered_at >= Conversation.waiting_since) | ChatOffer.outcome.is_(None),
        )
        .order_by(ChatOffer.id)
    )
    return [
        Offered(one.id, one.conversation_id, one.agent_id, one.until, one.outcome, one.ended_at)
        for one in rows
    ]


def _called(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(ServiceCall.conversation_id, func.max(ServiceCall.step))
        .join(Conversation, Conversation.id == ServiceCall.conversation_id)
        .where(ServiceCall.conversation_id.in_(ids), ServiceCall.wait_began_at == Conversation.waiting_since)
        .group_by(ServiceCall.conversation_id)
    )
    return {chat_id: step + 1 for chat_id, step in rows}


def _told(session: Session, ids: Sequence[int]) -> frozenset[int]:
    rows = session.execute(
        select(Conversation.id, Conversation.waiting_since, Conversation.facts).where(
            Conversation.id.in_(ids)
        )
    )
    return frozenset(
        chat_id for chat_id, since, facts in rows if since and facts.get(STILL_TOLD) == since.isoformat()
    )


def _served(session: Session, now: datetime) -> list[Served]:
    """What people serve: since when an answer is owed, or since when the resident is silent."""
    chats = session.execute(_who_spoke_last()).all()
    if not chats:
        return []
    seen = {row[0]: row[1] for row in session.execute(select(Presence.agent_id, Presence.seen_at))}
    return [served_of(row, seen.get(row.owner_id), now) for row in chats]


def read_one_served(session: Session, conversation_id: int, *, now: datetime) -> Served | None:
    """The same for one chat; None when nobody serves it."""
    row = session.execute(_who_spoke_last().where(Conversation.id == conversation_id)).one_or_none()
    if row is None:
        return None
    seen_at = session.scalar(select(Presence.seen_at).where(Presence.agent_id == row.owner_id))
    return served_of(row, seen_at, now)


def served_of(row: Any, seen_at: datetime | None, now: datetime) -> Served:
    """One served chat from what was read of it; words of the assistant and of the desk count for nothing."""
    took_at = row.took_at or now
    answered_at = max(filter(None, (row.agent_at, took_at)))
    owed = None if row.unanswered_at is None else max(row.unanswered_at, took_at)
    silent, warned = None, None
    if owed is None and row.agent_at is not None:
        silent = max(filter(None, (row.agent_at, row.resident_at, took_at)))
        told = row.facts.get(IDLE_WARNED)
        warned = datetime.fromisoformat(told) if told else None
        warned = warned if warned is not None and warned > silent else None
    return Served(
        conversation_id=row.id,
        owner_id=row.owner_id,
        heard_at=max(filter(None, (seen_at, answered_at))),
        unanswered_since=owed,
        silent_since=silent,
        warned_at=warned,
    )


def _who_spoke_last() -> Any:
    lately = (Message.conversation_id == Conversation.id, Message.seq > Conversation.counter - LOOKS_BACK)

    def newest(what: Any, *more: Any) -> Any:
        return select(func.max(what)).where(*lately, *more).correlate(Conversation).scalar_subquery()

    agent, resident = Message.sender == Sender.AGENT, Message.sender == Sender.RESIDENT
    last_answer = newest(Message.seq, agent)
    unanswered = (
        select(func.min(Message.created_at))
        .where(*lately, resident, Message.seq > func.coalesce(last_answer, 0), ~is_rating())
        .correlate(Conversation)
        .scalar_subquery()
    )
    took = (
        select(func.max(ConversationEvent.at))
        .where(ConversationEvent.conversation_id == Conversation.id, ConversationEvent.new == Mode.HUMAN)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return select(
        Conversation.id,
        Conversation.owner_id,
        Conversation.facts,
        newest(Message.created_at, agent).label("agent_at"),
        newest(Message.created_at, resident).label("resident_at"),
        unanswered.label("unanswered_at"),
        took.label("took_at"),
    ).where(Conversation.mode == Mode.HUMAN)

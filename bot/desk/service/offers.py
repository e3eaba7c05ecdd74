"""For whom a waiting chat is kept, and how that ends when it waits no more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.service_tables import ChatOffer, OfferEnd, Presence
from bot.store.tables import Conversation

FOR_DEPARTMENT = "for_department"
"""In `Conversation.facts`: the department a chat was given to, until somebody takes it."""


def open_offer(session: Session, conversation_id: int) -> ChatOffer | None:
    """For whom the chat is kept now."""
    return session.scalars(
        select(ChatOffer).where(ChatOffer.conversation_id == conversation_id, ChatOffer.outcome.is_(None))
    ).one_or_none()


def end_offers_of(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """The chat waits no more: its offer ends, taken by her it was kept for or by somebody else."""
    offer = open_offer(session, conversation.id)
    if offer is None:
        return
    taken = conversation.owner_id == offer.agent_id
    offer.outcome, offer.ended_at = OfferEnd.TAKEN if taken else OfferEnd.ELSEWHERE, now
    if taken:
        session.get_one(Presence, offer.agent_id).missed = 0
    session.flush()

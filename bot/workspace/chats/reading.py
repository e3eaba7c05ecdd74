"""The doors to a chat and to those around it. Everyone who serves chats may read every chat.

`chat_for` is the one door to a conversation (`signed_in` lets nobody else in).
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.desk.casework.access import reads_secrets
from bot.store.states import Mode
from bot.store.tables import Agent, Conversation, Residency, Resident
from bot.workspace.faults import not_there
from bot.workspace.visits import Me


def chat_for(session: Session, me: Me, conversation_id: int) -> Conversation:
    """The conversation, for someone who serves chats. Raises a 404 otherwise."""
    found = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .options(
            joinedload(Conversation.owner),
            joinedload(Conversation.resident).selectinload(Resident.homes).joinedload(Residency.household),
        )
    )
    if found is None or not me.serves_chats:
        raise not_there()
    return found


def reads_secrets_of(session: Session, me: Me, conversation_id: int) -> bool:
    """May she read the lines of this chat that agents do not read?"""
    return reads_secrets(session, me.role, me.id, conversation_id)


def waiting_count(session: Session) -> int:
    """How many residents wait for a person."""
    count = session.scalar(select(func.count()).where(Conversation.mode == Mode.WAITING))
    return count or 0


def colleagues(session: Session, me: Me) -> Sequence[Agent]:
    """Whom a chat can be given to."""
    return session.scalars(
        select(Agent).where(Agent.active, Agent.id != me.id, Agent.role != "staff").order_by(Agent.name)
    ).all()


def homes_of(resident: Resident) -> Sequence[Residency]:
    """Her homes, verified ones first."""
    return sorted(resident.homes, key=lambda home: (home.verified_at is None, home.household.key))

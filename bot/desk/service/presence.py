"""Who is at the chats (R32): heard by her page's heartbeat, and what she says of herself.

Present is who was heard within `offline_after`; nobody stays present because she forgot to sign out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.estate.model import Estate
from bot.store import actors
from bot.store.service_tables import ChatLook, ChatOffer, Chosen, Presence
from bot.store.states import Mode, Role
from bot.store.tables import Agent, Conversation

LOOKING_FOR = timedelta(seconds=60)
"""Whose page was heard on a chat within this time looks at it."""
TYPING_FOR = timedelta(seconds=8)

SERVES: frozenset[Role] = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})


class There(StrEnum):
    """Is she there? What she chose counts only while her page is heard."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True)
class Standing:
    """One person at the chats, as the rules of offering see her. `open_chats` includes offers to her."""

    agent_id: int
    name: str
    role: Role
    there: There
    open_chats: int
    capacity: int
    skills: frozenset[str]
    seen_at: datetime | None
    last_offered_at: datetime | None = None

    @property
    def is_supervisor(self) -> bool:
        return self.role in (Role.SUPERVISOR, Role.ADMIN)


def heartbeat(
    session: Session, agent_id: int, *, now: datetime, chat_id: int | None = None, typing: bool = False
) -> bool:
    """Her page is open (on the chat `chat_id`, if one). True when others see something new by it."""
    presence = _presence(session, agent_id)
    was_gone = presence.seen_at is None
    presence.seen_at = now
    looks_new = chat_id is not None and _look(session, agent_id, chat_id, now, typing)
    session.flush()
    return was_gone or looks_new


def heard_elsewhere(session: Session, agent_id: int, *, estate: Estate, now: datetime) -> None:
    """She did something from a telephone, where no page of hers beats: a sign of life.

    It holds as long as an answer may take, so that a chat she serves from there is not taken from her.
    """
    presence = _presence(session, agent_id)
    service = estate.service
    heard = now + max(service.answer_within - service.offline_after, timedelta(0))
    presence.seen_at = max(presence.seen_at or heard, heard)
    presence.missed = 0
    session.flush()


def choose(session: Session, agent_id: int, chosen: Chosen, *, by: str, now: datetime) -> None:
    """She (or a supervisor for her) says whether she takes new chats."""
    presence = _presence(session, agent_id)
    presence.chosen, presence.missed = chosen, 0
    if by == actors.agent(agent_id):
        presence.seen_at = now
    else:
        audit.note(session, by=by, what="choose_presence", subject=actors.agent(agent_id), now=now)
    session.flush()


def leave(session: Session, agent_id: int) -> None:
    """She signed out: not there from this moment on."""
    presence = session.get(Presence, agent_id)
    if presence is not None:
        presence.seen_at = None
        session.flush()


def set_limits(
    session: Session, agent_id: int, *, capacity: int | None, skills: Sequence[str], by: str, now: datetime
) -> None:
    """How many chats she takes at a time (None: the estate's number), and for which departments."""
    if capacity is not None and not 1 <= capacity <= 50:
        raise ValueError("a capacity lies between 1 and 50")
    presence = _presence(session, agent_id)
    presence.capacity, presence.skills = capacity, sorted(set(skills))
    audit.note(session, by=by, what="set_limits", subject=actors.agent(agent_id), now=now)
    session.flush()


def there(presence: Presence | None, *, estate: Estate, now: datetime) -> There:
    """What her row says at this moment."""
    if presence is None or presence.seen_at is None:
        return There.OFFLINE
    if now - presence.seen_at >= estate.service.offline_after:
        return There.OFFLINE
    return There(presence.chosen.value)


def standings(session: Session, *, estate: Estate, now: datetime) -> list[Standing]:
    """Everybody who may serve chats, by name; those who were never there are offline."""
    rows = session.execute(
        select(Agent, Presence)
        .outerjoin(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active, Agent.role.in_(SERVES))
        .order_by(Agent.name, Agent.id)
    ).all()
    chats, offers, last = _loads(session)
    return [
        Standing(
            agent_id=agent.id,
            name=agent.name,
            role=agent.role,
            there=there(presence, estate=estate, now=now),
            open_chats=chats.get(agent.id, 0) + offers.get(agent.id, 0),
            capacity=(presence.capacity if presence else None) or estate.service.capacity,
            skills=frozenset(presence.skills if presence else ()),
            seen_at=presence.seen_at if presence else None,
            last_offered_at=last.get(agent.id),
        )
        for agent, presence in rows
    ]


@dataclass(frozen=True)
class Onlooker:
    """A colleague who has the same chat open (R35)."""

    agent_id: int
    name: str
    typing: bool


def onlookers(session: Session, chat_id: int, *, but: int, now: datetime) -> list[Onlooker]:
    """Who else looks at the chat at this moment, by name."""
    rows = session.execute(
        select(Agent.id, Agent.name, ChatLook.typing_at)
        .join(ChatLook, ChatLook.agent_id == Agent.id)
        .where(
            ChatLook.conversation_id == chat_id,
            ChatLook.agent_id != but,
            ChatLook.seen_at > now - LOOKING_FOR,
        )
        .order_by(Agent.name)
    )
    return [
        Onlooker(agent_id, name, typing_at is not None and now - typing_at < TYPING_FOR)
        for agent_id, name, typing_at in rows
    ]


def _loads(session: Session) -> tuple[dict[int, int], dict[int, int], dict[int, datetime]]:
    """Chats each serves, open offers to each, when each was offered one last."""
    chats = session.execute(
        select(Conversation.owner_id, func.count())
        .where(Conversation.mode == Mode.HUMAN)
        .group_by(Conversation.owner_id)
    )
    offers = session.execute(
        select(ChatOffer.agent_id, func.count())
        .where(ChatOffer.outcome.is_(None))
        .group_by(ChatOffer.agent_id)
    )
    last = session.execute(
        select(ChatOffer.agent_id, ChatOffer.offered_at).where(
            ChatOffer.id.in_(select(func.max(ChatOffer.id)).group_by(ChatOffer.agent_id))
        )
    )
    return (
        {owner: count for owner, count in chats if owner is not None},
        {row[0]: row[1] for row in offers},
        {row[0]: row[1] for row in last},
    )


def _presence(session: Session, agent_id: int) -> Presence:
    """Her row, made when she comes for the first time; two pages of hers at once make one."""
    found = session.get(Presence, agent_id)
    if found is not None:
        return found
    session.execute(
        _insert(session, Presence)
        .values(agent_id=agent_id, chosen=Chosen.ONLINE, missed=0, skills=[])
        .on_conflict_do_nothing()
    )
    return session.get_one(Presence, agent_id)


def _look(session: Session, agent_id: int, chat_id: int, now: datetime, typing: bool) -> bool:
    found = session.get(ChatLook, (chat_id, agent_id))
    if found is None:
        session.execute(
            _insert(session, ChatLook)
            .values(
                conversation_id=chat_id, agent_id=agent_id, seen_at=now, typing_at=now if typing else None
            )
            .on_conflict_do_nothing()
        )
        return True
    was_there = now - found.seen_at < LOOKING_FOR
    was_typing = found.typing_at is not None and now - found.typing_at < TYPING_FOR
    found.seen_at = now
    if typing:
        found.typing_at = now
    return not was_there or (typing and not was_typing)


def _insert(session: Session, table: type[Presence] | type[ChatLook]) -> Any:
    on_postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgres else sqlite.insert(table)

"""One resident on one channel 会话: opened, given to a person, answered by her, handed back.

A chat that nobody owns is taken over by answering it; one that another person owns is transferred,
never talked into (R35).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.desk.casework.responding import note_response
from bot.desk.rows import NoSuchConversation, lock_conversation
from bot.desk.talk.modes import leave_to_person, move
from bot.desk.talk.outcomes import (
    AlreadyWaiting,
    AlreadyWithPerson,
    Answered,
    HandedBack,
    HeldByAnother,
    NotYours,
    PersonRequested,
    TakenOver,
    Transferred,
)
from bot.desk.talk.transcript import NewAttachment, record_outbound, storable
from bot.desk.talk.waiting import WaitingChat, place_in_queue, waiting_chats
from bot.store import actors
from bot.store.states import Lane, Mode, Role, Sender
from bot.store.tables import Agent, Conversation, Message, Resident

__all__ = [
    "AlreadyWaiting",
    "AlreadyWithPerson",
    "Answered",
    "HandedBack",
    "HeldByAnother",
    "NoSuchConversation",
    "NotYours",
    "PersonRequested",
    "TakenOver",
    "Transferred",
    "WaitingChat",
    "answer",
    "hand_back",
    "may_transfer",
    "open_conversation",
    "request_person",
    "take_over",
    "transfer",
    "waiting_chats",
    "withdraw_request",
]


def open_conversation(
    session: Session, *, channel: str, address: str, now: datetime, name: str | None = None
) -> Conversation:
    """The conversation of this address on this channel; a new one gets a new resident."""
    found = _conversation_at(session, channel, address)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            resident = Resident(name=None if name is None else storable(name), created_at=now)
            opened = Conversation(channel=channel, address=address, resident=resident, created_at=now)
            session.add_all([resident, opened])
    except IntegrityError:
        # Another desk opened it between our look and our writing.
        found = _conversation_at(session, channel, address)
        if found is None:
            raise
        return found
    return opened


def request_person(
    session: Session, conversation_id: int, *, reason: str, by: str, now: datetime
) -> PersonRequested | AlreadyWaiting | AlreadyWithPerson:
    """Put the conversation into the queue for a person (bot → waiting); `reason` is an escalation key."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.mode is Mode.HUMAN:
        return AlreadyWithPerson(_owner_name(conversation))
    if conversation.mode is Mode.WAITING:
        since = conversation.waiting_since or now
        return AlreadyWaiting(conversation.reason or reason, since, place_in_queue(session, conversation))
    conversation.reason = reason
    move(session, conversation, Mode.WAITING, why=reason, by=by, now=now)
    return PersonRequested(reason, place_in_queue(session, conversation))


def withdraw_request(session: Session, conversation_id: int, *, why: str, by: str, now: datetime) -> bool:
    """The resident needs no person any more (waiting → bot). False when she was not waiting."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.mode is not Mode.WAITING:
        return False
    move(session, conversation, Mode.BOT, why=why, by=by, now=now)
    return True


def take_over(
    session: Session, conversation_id: int, *, agent_id: int, now: datetime
) -> TakenOver | HeldByAnother:
    """The agent serves the conversation from now on. The bot's unsent words are cancelled."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.mode is Mode.HUMAN:
        if conversation.owner_id == agent_id:
            return TakenOver(conversation.epoch, already=True)
        return HeldByAnother(_owner_name(conversation))
    _move_to_agent(session, conversation, agent_id, why="taken_over", by=actors.agent(agent_id), now=now)
    return TakenOver(conversation.epoch)


def answer(
    session: Session,
    conversation_id: int,
    *,
    agent_id: int,
    text: str,
    attachments: Sequence[NewAttachment] = (),
    client_id: str,
    now: datetime,
) -> Answered | HeldByAnother:
    """The agent writes to the resident; a chat that nobody owns is taken over by it.

    `client_id` is the page's own id of the answer: sent twice, it is there once. What the resident had
    written counts as handled, and a promised response as given.
    """
    if not text.strip() and not attachments:
        raise ValueError("an answer needs words or a file")
    lock_conversation(session, conversation_id)
    channel_id = f"agent:{agent_id}:{client_id}"
    known = _known_answer(session, conversation_id, channel_id)
    if known is not None:
        return Answered(known, took_over=False)
    taken = take_over(session, conversation_id, agent_id=agent_id, now=now)
    if isinstance(taken, HeldByAnother):
        return taken
    message = record_outbound(
        session,
        conversation_id=conversation_id,
        sender=Sender.AGENT,
        text=text,
        lane=Lane.PEOPLE,
        epoch=None,  # an agent's row is checked here, when it is written, and never again
        agent_id=agent_id,
        attachments=attachments,
        channel_id=channel_id,
        now=now,
    )
    leave_to_person(session, conversation_id, now=now)
    note_response(session, conversation_id, by=actors.agent(agent_id), now=now)
    return Answered(message, took_over=not taken.already)


def hand_back(
    session: Session, conversation_id: int, *, agent_id: int, note: str | None, now: datetime
) -> HandedBack | NotYours:
    """The agent is done: a new bot period begins, which is given `note` (what was said and promised).

    What the resident wrote and nobody answered stays in the transcript and is not played to the bot.
    """
    conversation = lock_conversation(session, conversation_id)
    if conversation.mode is not Mode.HUMAN or conversation.owner_id != agent_id:
        return NotYours(_holder(conversation))
    conversation.handback_note = storable(note).strip() or None if note else None
    move(session, conversation, Mode.BOT, why="handed_back", by=actors.agent(agent_id), now=now)
    return HandedBack(conversation.epoch, conversation.period)


def transfer(
    session: Session, conversation_id: int, *, agent_id: int, to_agent_id: int, now: datetime
) -> Transferred | NotYours:
    """Give the conversation to another agent: its owner may, and a supervisor or admin may for her."""
    conversation = lock_conversation(session, conversation_id)
    if not may_transfer(session, conversation, agent_id):
        return NotYours(_holder(conversation))
    if conversation.owner_id != to_agent_id:
        by = actors.agent(agent_id)
        _move_to_agent(session, conversation, to_agent_id, why="transferred", by=by, now=now)
    return Transferred(conversation.epoch, _owner_name(conversation))


def may_transfer(session: Session, conversation: Conversation, agent_id: int) -> bool:
    """Its owner may give it on, and a supervisor or admin may for her."""
    if conversation.mode is not Mode.HUMAN:
        return False
    return conversation.owner_id == agent_id or _may_transfer_for_others(session, agent_id)


def _move_to_agent(
    session: Session, conversation: Conversation, agent_id: int, *, why: str, by: str, now: datetime
) -> None:
    agent = session.get(Agent, agent_id)
    if agent is None or not agent.active:
        raise LookupError(f"no active agent {agent_id}")
    move(session, conversation, Mode.HUMAN, why=why, by=by, now=now, owner_id=agent_id)
    session.expire(conversation, ["owner"])


def _may_transfer_for_others(session: Session, agent_id: int) -> bool:
    agent = session.get(Agent, agent_id)
    return agent is not None and agent.active and agent.role in (Role.SUPERVISOR, Role.ADMIN)


def _owner_name(conversation: Conversation) -> str:
    return conversation.owner.name if conversation.owner else ""


def _holder(conversation: Conversation) -> str | None:
    return conversation.owner.name if conversation.owner else None


def _conversation_at(session: Session, channel: str, address: str) -> Conversation | None:
    return session.scalars(
        select(Conversation).where(Conversation.channel == channel, Conversation.address == address)
    ).one_or_none()


def _known_answer(session: Session, conversation_id: int, channel_id: str) -> Message | None:
    return session.scalars(
        select(Message).where(Message.conversation_id == conversation_id, Message.channel_id == channel_id)
    ).one_or_none()

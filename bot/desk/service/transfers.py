"""A chat given on with a note (R35): to a colleague, or to a department, whose people are asked first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.service.beside import add_note
from bot.desk.service.offers import FOR_DEPARTMENT
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.conversations import NotYours, Transferred, may_transfer, transfer
from bot.desk.talk.modes import move
from bot.store import actors
from bot.store.states import Mode


@dataclass(frozen=True)
class Queued:
    """It waits for somebody of the department."""

    department: str


def give_to_colleague(
    session: Session, conversation_id: int, *, agent_id: int, to_agent_id: int, note: str, now: datetime
) -> Transferred | NotYours:
    """Give the chat to a colleague; she gets a notice, and the note stands in the chat."""
    outcome = transfer(session, conversation_id, agent_id=agent_id, to_agent_id=to_agent_id, now=now)
    if isinstance(outcome, NotYours):
        return outcome
    if note.strip():
        add_note(session, conversation_id, agent_id=agent_id, text=note, now=now)
    if to_agent_id != agent_id:
        give_notice(
            session,
            key=f"given:{conversation_id}:{outcome.epoch}",
            kind="chat_given",
            agent_id=to_agent_id,
            conversation_id=conversation_id,
            now=now,
        )
    return outcome


def give_to_department(
    session: Session,
    conversation_id: int,
    *,
    agent_id: int,
    department: str,
    note: str,
    voice: ServiceVoice,
    now: datetime,
) -> Queued | NotYours:
    """Back into the queue for the people of a department; the resident is told who goes on with it.

    Raises LookupError for a department the estate does not have.
    """
    name = department_name(voice.estate, department)
    conversation = lock_conversation(session, conversation_id)
    if not may_transfer(session, conversation, agent_id):
        return NotYours(conversation.owner.name if conversation.owner else None)
    if note.strip():
        add_note(session, conversation_id, agent_id=agent_id, text=note, now=now)
    move(session, conversation, Mode.WAITING, why="department", by=actors.agent(agent_id), now=now)
    conversation.reason = "department"
    conversation.facts = {**conversation.facts, FOR_DEPARTMENT: department}
    session.flush()
    voice.tell(session, conversation_id, "utter_to_department", {"department": name}, now=now)
    return Queued(name)


def department_name(estate: Estate, key: str) -> str:
    """What residents call it. Raises LookupError."""
    found = next((one.name for one in estate.departments if one.key == key), None)
    if found is None:
        raise LookupError(key)
    return found

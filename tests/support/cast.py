"""The cast of every test: 王阿姨 3-2-1201, her neighbour 老周 3-2-1301, 小李, 陈姐, and a stranger."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from bot.desk.people.agents import create_agent
from bot.desk.people.passwords import hashed
from bot.desk.talk.conversations import open_conversation
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Conversation, Household, Residency

PASSWORD = "correct horse 电池"


@dataclass(frozen=True)
class Person:
    """A resident (or stranger) with a conversation on the web chat."""

    resident_id: int
    conversation_id: int
    home: str | None = None


@dataclass(frozen=True)
class Colleague:
    agent_id: int
    login: str
    by: str


@dataclass(frozen=True)
class Cast:
    """`wang` and `zhou` have verified homes; `stranger` has none and may see nothing."""

    wang: Person
    zhou: Person
    stranger: Person
    li: Colleague
    chen: Colleague


def make_cast(store: Store, *, now: datetime) -> Cast:
    """Put the cast into an empty store. All agents sign in with `PASSWORD`."""
    with store.write() as session:
        return Cast(
            wang=make_person(session, "王阿姨", "1201", now),
            zhou=make_person(session, "老周", "1301", now),
            stranger=make_person(session, "陌生人", None, now),
            li=_colleague(session, "xiaoli", "小李", Role.AGENT, now),
            chen=_colleague(session, "chenjie", "陈姐", Role.SUPERVISOR, now),
        )


def make_person(session: Session, name: str, room: str | None, now: datetime) -> Person:
    """A resident with a conversation on the web chat and, given a room of 3-2, a verified home."""
    conversation: Conversation = open_conversation(
        session, channel="webchat", address=f"visitor-{name}", name=name, now=now
    )
    home = None
    if room is not None:
        home = f"3-2-{room}"
        household = Household(key=home, building="3", unit="2", room=room)
        session.add(household)
        session.flush()
        residency = Residency(resident_id=conversation.resident_id, household_id=household.id)
        residency.claimed_at = residency.verified_at = now
        residency.verified_by = actors.OPERATOR
        session.add(residency)
    return Person(conversation.resident_id, conversation.id, home)


@cache
def _hash() -> str:
    """Made once for all tests: it takes its time on purpose."""
    return hashed(PASSWORD)


def _colleague(session: Session, login: str, name: str, role: Role, now: datetime) -> Colleague:
    agent = create_agent(
        session,
        login=login,
        name=name,
        password=PASSWORD,
        role=role,
        by=actors.OPERATOR,
        now=now,
        password_hash=_hash(),
    )
    return Colleague(agent.id, login, actors.agent(agent.id))

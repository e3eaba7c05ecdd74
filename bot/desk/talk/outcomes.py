"""What may come of a use case around conversations: small frozen facts, no words for people."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.tables import Message


@dataclass(frozen=True)
class PersonRequested:
    """The conversation is in the queue now, at `place` (1 = next)."""

    reason: str
    place: int


@dataclass(frozen=True)
class AlreadyWaiting:
    """It was in the queue already; its place and reason are kept."""

    reason: str
    since: datetime
    place: int


@dataclass(frozen=True)
class AlreadyWithPerson:
    agent_name: str


@dataclass(frozen=True)
class TakenOver:
    """The agent serves it; `already` when she did before."""

    epoch: int
    already: bool = False


@dataclass(frozen=True)
class HeldByAnother:
    """Another person serves it: transfer it, do not talk into it."""

    agent_name: str


@dataclass(frozen=True)
class Answered:
    message: Message
    took_over: bool


@dataclass(frozen=True)
class HandedBack:
    epoch: int
    period: int


@dataclass(frozen=True)
class Transferred:
    epoch: int
    agent_name: str


@dataclass(frozen=True)
class NotYours:
    """The agent does not serve this conversation; `agent_name` does, or nobody."""

    agent_name: str | None

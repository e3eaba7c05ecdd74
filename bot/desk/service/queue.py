"""The queue for a person, in its one order (R32): emergencies, then the oldest first.

Who is on the block list comes after all who wait in peace; an emergency of hers does not.
Who is angry or threatens (R15) counts as waiting a fixed time longer (`head_start`), so she comes sooner
and nobody who is calm waits for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.emergencies.alarms import OPEN
from bot.desk.estate.model import ANY, Estate
from bot.desk.people.blocks import blocked_among
from bot.desk.service.offers import FOR_DEPARTMENT
from bot.store.emergency_tables import Alarm, AlarmVoice
from bot.store.states import CaseKind, Mode, Sender, Urgency
from bot.store.tables import Conversation, Message, Turn

UPSET_LOOKS_AT = 5
UPSET_WITHIN = 60
"""Only so many numbers back, so that a long conversation costs no more than a short one."""
ANGRY = 2
THREAT = "threat"
"""The reason of `bot/desk/talk/escalation.py`."""


@dataclass(frozen=True)
class Queued:
    """One chat that waits. `department` is the key of the one that answers for its matter, if known."""

    conversation_id: int
    since: datetime
    upset: int = 0
    emergency: bool = False
    threat: bool = False
    department: str | None = None
    for_supervisors: bool = False
    """She complains of somebody at the desk, so agents may not read it; or she is on the block list."""
    blocked: bool = False
    """On the block list (`bot/desk/people/blocks.py`); an emergency of hers is served as everybody's."""


def in_order(queue: Sequence[Queued], head_start: timedelta) -> list[Queued]:
    """The order in which they are served."""

    def rank(chat: Queued) -> tuple[bool, bool, datetime, int]:
        ahead = head_start if chat.upset >= ANGRY or chat.threat else timedelta(0)
        return (not chat.emergency, chat.blocked, chat.since - ahead, chat.conversation_id)

    return sorted(queue, key=rank)


def read_queue(session: Session, *, estate: Estate, now: datetime) -> list[Queued]:
    """Who waits, in order."""
    waiting = session.execute(
        select(
            Conversation.id,
            Conversation.waiting_since,
            Conversation.facts,
            Conversation.reason,
            Conversation.resident_id,
        ).where(Conversation.mode == Mode.WAITING)
    ).all()
    if not waiting:
        return []
    ids = [chat_id for chat_id, *_ in waiting]
    upset, emergencies, matters = upset_of(session, ids), _emergencies(session, ids), _matters(session, ids)
    secret = _complaints_of_colleagues(session, ids)
    on_list = blocked_among(session, {resident_id for *_, resident_id in waiting}, now=now)
    blocked = {chat_id for chat_id, *_, resident_id in waiting if resident_id in on_list} - emergencies
    queue = [
        Queued(
            conversation_id=chat_id,
            since=since or now,
            upset=upset.get(chat_id, 0),
            emergency=chat_id in emergencies,
            threat=reason == THREAT,
            department=facts.get(FOR_DEPARTMENT) or _department(estate, matters.get(chat_id)),
            for_supervisors=chat_id in secret or chat_id in blocked,
            blocked=chat_id in blocked,
        )
        for chat_id, since, facts, reason, _ in waiting
    ]
    return in_order(queue, estate.service.head_start)


def ahead_of(queue: Sequence[Queued], conversation_id: int) -> int:
    """How many are served before this one."""
    return next(
        (place for place, chat in enumerate(queue) if chat.conversation_id == conversation_id), len(queue)
    )


def upset_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """The worst of each resident's last five messages, 0 to 2."""
    latest = (
        select(Message.upset)
        .where(
            Message.conversation_id == Conversation.id,
            Message.sender == Sender.RESIDENT,
            Message.seq > Conversation.counter - UPSET_WITHIN,
        )
        .order_by(Message.seq.desc())
        .limit(UPSET_LOOKS_AT)
        .correlate(Conversation)
        .subquery()
    )
    # From the newest backwards and no further than five: a window over all sixty reads ten times as much.
    worst = select(func.max(latest.c.upset)).scalar_subquery()
    rows = session.execute(select(Conversation.id, worst).where(Conversation.id.in_(ids)))
    return {conversation_id: upset or 0 for conversation_id, upset in rows}


def _emergencies(session: Session, ids: Sequence[int]) -> set[int]:
    return set(
        session.scalars(
            select(AlarmVoice.conversation_id)
            .join(Alarm, Alarm.id == AlarmVoice.alarm_id)
            .where(AlarmVoice.conversation_id.in_(ids), Alarm.state.in_(OPEN))
        )
    )


def _complaints_of_colleagues(session: Session, ids: Sequence[int]) -> set[int]:
    return set(
        session.scalars(
            select(Message.conversation_id)
            .join(Turn, Turn.id == Message.turn_id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Message.conversation_id.in_(ids),
                Turn.supervisors_only,
                Message.seq > Conversation.counter - UPSET_WITHIN,
            )
        )
    )


def _matters(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What each resident's last understood message is about: a kind of case."""
    intent = Message.parse["intent"].as_string()
    last = (
        # Only the word leaves the database: a whole parse is the biggest part of a message.
        select(intent)
        .where(
            Message.conversation_id == Conversation.id,
            Message.sender == Sender.RESIDENT,
            Message.seq > Conversation.counter - UPSET_WITHIN,
            intent.in_(_KINDS),
        )
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = session.execute(select(Conversation.id, last).where(Conversation.id.in_(ids)))
    return {chat_id: kind for chat_id, kind in rows if kind is not None}


_KINDS = frozenset(kind.value for kind in CaseKind)


def _department(estate: Estate, kind: str | None) -> str | None:
    return None if kind is None else estate.sla_for(CaseKind(kind), ANY, Urgency.NORMAL).department

"""How people ended their chats (R41): reason codes, the searchable archive, quality checks (R45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from bot.desk import audit
from bot.desk.people.notices import give_notice
from bot.desk.talk.transcript import storable
from bot.store import actors
from bot.store.service_tables import ChatEnding, QualityCheck
from bot.store.states import Mode
from bot.store.tables import Conversation, ConversationEvent, Household, Message, Residency, Resident, Turn

REASONS: Final = ("solved", "answered", "case", "callback", "no_reply", "other")
"""Why a chat ended, as the person says; "idle" is the clock's own."""
IDLE: Final = "idle"
PAGE = 50
SAMPLE = 10
SAMPLE_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Sought:
    """What the archive is asked for; empty fields ask for nothing."""

    words: str = ""
    agent_id: int | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    with_secrets: bool = False
    """Are words searched that only supervisors may read?"""


@dataclass(frozen=True)
class Found:
    """One ended chat, with who it was and what a supervisor thought of it."""

    ending: ChatEnding
    conversation: Conversation
    check: QualityCheck | None


def record_ending(
    session: Session,
    conversation_id: int,
    *,
    agent_id: int | None,
    reason: str,
    note: str | None,
    now: datetime,
) -> ChatEnding:
    """Write down how it ended, in the transaction that ends it (call it before the move)."""
    began = session.scalar(
        select(func.max(ConversationEvent.at)).where(
            ConversationEvent.conversation_id == conversation_id,
            ConversationEvent.new == Mode.HUMAN,
            ConversationEvent.old != Mode.HUMAN,
        )
    )
    ending = ChatEnding(
        conversation_id=conversation_id,
        agent_id=agent_id,
        reason=reason,
        note=storable(note) if note else None,
        began_at=began or now,
        at=now,
    )
    session.add(ending)
    session.flush()
    return ending


def search(session: Session, sought: Sought) -> tuple[list[Found], bool]:
    """Ended chats, the newest first; True when there are more on the next page."""
    wanted = _joined().order_by(ChatEnding.at.desc(), ChatEnding.id.desc())
    for condition in _conditions(sought):
        wanted = wanted.where(condition)
    rows = session.execute(wanted.limit(PAGE + 1).offset((sought.page - 1) * PAGE)).unique().all()
    return [Found(*row) for row in rows[:PAGE]], len(rows) > PAGE


def sample(session: Session, *, now: datetime) -> list[Found]:
    """Chats of the last week that nobody checked, each colleague's in turn, so that all are looked at."""
    rows = session.execute(
        _joined()
        .where(
            ChatEnding.at > now - SAMPLE_WITHIN, QualityCheck.id.is_(None), ChatEnding.agent_id.is_not(None)
        )
        .order_by(ChatEnding.at.desc())
        .limit(SAMPLE * 20)
    ).unique()
    by_agent: dict[int | None, list[Found]] = {}
    for row in rows:
        by_agent.setdefault(row[0].agent_id, []).append(Found(*row))
    chosen: list[Found] = []
    while len(chosen) < SAMPLE and any(by_agent.values()):
        for found in by_agent.values():
            if found and len(chosen) < SAMPLE:
                chosen.append(found.pop(0))
    return chosen


def check(
    session: Session, ending_id: int, *, score: int, comment: str, by_id: int, now: datetime
) -> QualityCheck | None:
    """A supervisor's score (1 to 5) and comment; said again it replaces the earlier one. None: not there.

    The colleague is told. Raises ValueError for another score.
    """
    if not 1 <= score <= 5:
        raise ValueError("a score lies between 1 and 5")
    ending = session.get(ChatEnding, ending_id)
    if ending is None:
        return None
    row = session.scalars(
        select(QualityCheck).where(QualityCheck.ending_id == ending_id)
    ).one_or_none() or QualityCheck(ending_id=ending_id)
    row.score, row.comment, row.by_id, row.at = score, storable(comment), by_id, now
    session.add(row)
    session.flush()
    audit.note(session, by=actors.agent(by_id), what="quality_check", subject=f"ending:{ending_id}", now=now)
    if ending.agent_id is not None and ending.agent_id != by_id:
        give_notice(
            session,
            key=f"quality:{ending_id}:{now.isoformat()}",
            kind="quality_checked",
            agent_id=ending.agent_id,
            conversation_id=ending.conversation_id,
            now=now,
        )
    return row


def averages(session: Session, *, since: datetime) -> Sequence[tuple[str, int, float]]:
    """Each colleague's name, checks and mean score since then, by name."""
    rows = session.execute(
        select(ChatEnding, QualityCheck.score)
        .join(QualityCheck, QualityCheck.ending_id == ChatEnding.id)
        .where(QualityCheck.at > since)
        .options(joinedload(ChatEnding.agent))
    ).all()
    scores: dict[str, list[int]] = {}
    for ending, score in rows:
        if ending.agent is not None:
            scores.setdefault(ending.agent.name, []).append(score)
    return [(name, len(given), sum(given) / len(given)) for name, given in sorted(scores.items())]


def _joined() -> Select[ChatEnding, Conversation, QualityCheck]:
    return (
        select(ChatEnding, Conversation, QualityCheck)
        .join(Conversation, Conversation.id == ChatEnding.conversation_id)
        .outerjoin(QualityCheck, QualityCheck.ending_id == ChatEnding.id)
        .options(
            joinedload(ChatEnding.agent),
            joinedload(Conversation.resident).selectinload(Resident.homes).joinedload(Residency.household),
        )
    )


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.agent_id is not None:
        found.append(ChatEnding.agent_id == sought.agent_id)
    if sought.reason:
        found.append(ChatEnding.reason == sought.reason)
    if sought.since is not None:
        found.append(ChatEnding.at >= sought.since)
    if sought.until is not None:
        found.append(ChatEnding.at < sought.until)
    if sought.words:
        found.append(_speaks_of(sought.words, sought.with_secrets))
    return found


def _speaks_of(words: str, with_secrets: bool) -> ColumnElement[bool]:
    secret = exists().where(Turn.id == Message.turn_id, Turn.supervisors_only)
    said = exists().where(
        true() if with_secrets else ~secret,
        Message.conversation_id == ChatEnding.conversation_id,
        Message.created_at >= ChatEnding.began_at,
        Message.created_at <= ChatEnding.at,
        Message.text.contains(words, autoescape=True),
    )
    lives = exists().where(
        Residency.resident_id == Conversation.resident_id,
        Residency.household_id == Household.id,
        Household.key == words,
    )
    named = exists().where(
        Resident.id == Conversation.resident_id, Resident.name.contains(words, autoescape=True)
    )
    return or_(said, lives, named, ChatEnding.note.contains(words, autoescape=True))

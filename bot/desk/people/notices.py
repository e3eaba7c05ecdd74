"""A word to an agent, or to all at the desk: written twice under one key, it is there once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.store.tables import Notice


def give_notice(
    session: Session,
    *,
    key: str,
    kind: str,
    now: datetime,
    agent_id: int | None = None,
    case_id: int | None = None,
    conversation_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Tell an agent (or, without `agent_id`, everyone). False when this `key` was told before."""
    if session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
        return False
    notice = Notice(
        key=key,
        kind=kind,
        agent_id=agent_id,
        case_id=case_id,
        conversation_id=conversation_id,
        details=dict(details or {}),
        at=now,
    )
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        # Another desk told it at the same moment; anything else is a fault of ours.
        if session.scalar(select(Notice.id).where(Notice.key == key)) is None:
            raise
        return False
    return True


def notices_for(
    session: Session, agent_id: int, *, unseen_only: bool = True, limit: int = 100
) -> list[Notice]:
    """Hers and everyone's, newest first."""
    wanted = select(Notice).where(or_(Notice.agent_id == agent_id, Notice.agent_id.is_(None)))
    if unseen_only:
        wanted = wanted.where(Notice.seen_at.is_(None))
    return list(session.scalars(wanted.order_by(Notice.id.desc()).limit(limit)))


def see_notice(session: Session, notice_id: int, *, agent_id: int, now: datetime) -> bool:
    """She has read it; one for everyone is then read for everyone. False when it is not there for her."""
    notice = session.scalars(
        select(Notice).where(
            Notice.id == notice_id, or_(Notice.agent_id == agent_id, Notice.agent_id.is_(None))
        )
    ).one_or_none()
    if notice is None:
        return False
    if notice.seen_at is None:
        notice.seen_at = now
        session.flush()
    return True

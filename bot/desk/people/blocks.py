"""The block list 限制接待名单 (R45): for who abuses the people of the desk, and never a mute.

A blocked resident is answered by the assistant as before, her cases go on, and an emergency of hers rings
as everybody's does. What changes is who serves her: no agent is asked to, a supervisor is, after all who
wait in peace, and nobody is called at home for it. Each entry has a reason and an end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.talk.transcript import storable
from bot.store import actors
from bot.store.block_tables import ResidentBlock
from bot.store.tables import Resident

DAYS: Final = (1, 3, 7, 30)
"""For how long somebody can be blocked; longer needs another look."""


class NotABlock(ValueError):
    """No reason was given, or a time that cannot be chosen."""


def block(
    session: Session, resident_id: int, *, reason: str, days: int, by: str, now: datetime
) -> ResidentBlock:
    """Put her on the list for so many days; an entry that holds is replaced. Raises NotABlock."""
    reason = storable(reason).strip()
    if not reason or days not in DAYS:
        raise NotABlock
    session.get_one(Resident, resident_id, with_for_update={"key_share": True})
    for earlier in _unlifted(session, resident_id):
        earlier.lifted_by, earlier.lifted_at = by, now
    session.flush()
    entry = ResidentBlock(
        resident_id=resident_id, reason=reason, by=by, at=now, until=now + timedelta(days=days)
    )
    session.add(entry)
    audit.note(session, by=by, what="block_resident", subject=actors.resident(resident_id), now=now)
    session.flush()
    return entry


def lift(session: Session, resident_id: int, *, by: str, now: datetime) -> bool:
    """Take her off the list. False when she is not on it."""
    entry = block_of(session, resident_id, now=now)
    if entry is None:
        return False
    entry.lifted_by, entry.lifted_at = by, now
    audit.note(session, by=by, what="unblock_resident", subject=actors.resident(resident_id), now=now)
    session.flush()
    return True


def block_of(session: Session, resident_id: int, *, now: datetime) -> ResidentBlock | None:
    """The entry that holds for her now."""
    return session.scalars(
        select(ResidentBlock).where(ResidentBlock.resident_id == resident_id, _holds(now))
    ).one_or_none()


def blocked_among(session: Session, resident_ids: Iterable[int], *, now: datetime) -> frozenset[int]:
    """Those of these residents who are on the list now."""
    wanted = select(ResidentBlock.resident_id).where(ResidentBlock.resident_id.in_(resident_ids), _holds(now))
    return frozenset(session.scalars(wanted))


def entries(session: Session, *, now: datetime) -> Sequence[tuple[ResidentBlock, Resident]]:
    """The list as it is now, the next to end first."""
    rows = session.execute(
        select(ResidentBlock, Resident)
        .join(Resident, Resident.id == ResidentBlock.resident_id)
        .where(_holds(now))
        .order_by(ResidentBlock.until)
    )
    return [(entry, resident) for entry, resident in rows]


def _holds(now: datetime) -> ColumnElement[bool]:
    return and_(ResidentBlock.lifted_at.is_(None), ResidentBlock.until > now)


def _unlifted(session: Session, resident_id: int) -> Sequence[ResidentBlock]:
    """Also one whose time is over: one row at most is open for each resident."""
    return session.scalars(
        select(ResidentBlock).where(
            ResidentBlock.resident_id == resident_id, ResidentBlock.lifted_at.is_(None)
        )
    ).all()

"""Buckets that fill again, counted by all desks of a store: one row a writer, one statement a drop."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.pace_tables import PaceRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def take(session: Session, key: str, *, burst: int, every: timedelta, now: datetime) -> timedelta:
    """Take a drop: `burst` at once, then one `every` so often. Zero: it was there; else how long to wait."""
    at, drop = (now - _EPOCH) // _TICK, every // _TICK
    latest = at + (burst - 1) * drop
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(PaceRow) if on_postgres else sqlite.insert(PaceRow)
    taken = session.scalars(
        insert.values(key=key, full_at=at + drop)
        .on_conflict_do_update(
            index_elements=[PaceRow.key],
            set_={"full_at": case((PaceRow.full_at > at, PaceRow.full_at), else_=at) + drop},
            where=PaceRow.full_at <= latest,
        )
        .returning(PaceRow.key)
        .execution_options(synchronize_session=False)
    ).all()
    return timedelta(0) if taken else wait_for(session, key, burst=burst, every=every, now=now)


def wait_for(session: Session, key: str, *, burst: int, every: timedelta, now: datetime) -> timedelta:
    """How long until there is a drop; zero: there is one. Takes none."""
    at, drop = (now - _EPOCH) // _TICK, every // _TICK
    full_at = session.scalars(select(PaceRow.full_at).where(PaceRow.key == key)).one_or_none() or at
    return max(timedelta(0), (full_at - at - (burst - 1) * drop) * _TICK)


def forget_full(session: Session, *, now: datetime) -> None:
    """Clear away the rows of those who have been quiet since."""
    at = (now - _EPOCH) // _TICK
    session.execute(delete(PaceRow).where(PaceRow.full_at <= at).execution_options(synchronize_session=False))

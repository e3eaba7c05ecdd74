"""Jobs that only one desk may do at a time: whoever holds the lease does them, until it runs out."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.tables import Lease


def hold(session: Session, name: str, *, owner: str, now: datetime, lasts: timedelta) -> bool:
    """Take or renew the lease until `now + lasts`. False while another owner holds it."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(Lease) if on_postgres else sqlite.insert(Lease)
    held = session.scalars(
        insert.values(name=name, owner=owner, until=now + lasts)
        .on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"owner": owner, "until": now + lasts},
            where=or_(Lease.owner == owner, Lease.until <= now),
        )
        .returning(Lease.name)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(held)


def release(session: Session, name: str, *, owner: str) -> None:
    """Give the lease back, so that another desk need not wait for its end; somebody else's stays."""
    session.execute(
        delete(Lease)
        .where(Lease.name == name, Lease.owner == owner)
        .execution_options(synchronize_session=False)
    )

"""Numbers given out once and without gaps: the counter's row is locked until the transaction ends."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.tables import Counter


def next_value(session: Session, name: str) -> int:
    """The next number of this counter, from 1. A transaction rolled back gives its number back."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(Counter) if on_postgres else sqlite.insert(Counter)
    return session.scalars(
        insert.values(name=name, value=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    ).one()

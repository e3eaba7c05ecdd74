"""What an action of a turn does is a row with a key: done twice, it is there once (design §5.5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.store.tables import Effect


def once(
    session: Session,
    *,
    turn_key: str,
    action: str,
    ordinal: int,
    now: datetime,
    do: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Run `do` in this transaction unless it was done under this key; return what it returned then.

    `do` returns what JSON can hold. When it raises, nothing of it is kept and the next call runs it.
    """
    known = _result(session, turn_key, action, ordinal)
    if known is not None:
        return known
    with session.begin_nested():  # what `do` wrote goes with the key, even if the caller catches its error
        effect = Effect(turn_key=turn_key, action=action, ordinal=ordinal, result={}, at=now)
        if not _take_key(session, effect):
            # Another desk ran the same turn at the same moment and has committed.
            known = _result(session, turn_key, action, ordinal)
            if known is None:
                raise RuntimeError(f"effect {turn_key}/{action}/{ordinal} vanished while it was looked up")
            return known
        effect.result = do()
        session.flush()
        return effect.result


def _take_key(session: Session, effect: Effect) -> bool:
    # On PostgreSQL the insert waits here for a rival's transaction and fails only when that committed.
    try:
        with session.begin_nested():
            session.add(effect)
    except IntegrityError:
        return False
    return True


def _result(session: Session, turn_key: str, action: str, ordinal: int) -> dict[str, Any] | None:
    return session.scalars(
        select(Effect.result).where(
            Effect.turn_key == turn_key, Effect.action == action, Effect.ordinal == ordinal
        )
    ).one_or_none()

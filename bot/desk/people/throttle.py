"""Failed sign-ins slow down whoever makes them: counted by login and by address."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import storable
from bot.store.tables import LoginAttempt

WINDOW = timedelta(minutes=15)
LOGIN_TRIES = 5
ADDRESS_TRIES = 20


def blocked_until(session: Session, *, login: str, address: str, now: datetime) -> datetime | None:
    """When the next try is looked at; None when it may be now."""
    ends = [
        _full_until(session, _login(login), LOGIN_TRIES, now),
        _full_until(session, _address(address), ADDRESS_TRIES, now),
    ]
    return max((end for end in ends if end is not None), default=None)


def note_failure(session: Session, *, login: str, address: str, now: datetime) -> None:
    """Count one failed try against both; tries older than the window are cleared away."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
    session.add_all(
        [LoginAttempt(subject=_login(login), at=now), LoginAttempt(subject=_address(address), at=now)]
    )
    session.flush()


def forget_failures(session: Session, *, login: str) -> None:
    """She signed in: her own typing errors no longer count (the address's still do)."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.subject == _login(login)))


def _full_until(session: Session, subject: str, tries: int, now: datetime) -> datetime | None:
    """The window is full when the `tries`-th newest failure still lies in it; free when that one leaves."""
    at = session.scalars(
        select(LoginAttempt.at)
        .where(LoginAttempt.subject == subject, LoginAttempt.at > now - WINDOW)
        .order_by(LoginAttempt.at.desc())
        .offset(tries - 1)
        .limit(1)
    ).one_or_none()
    return None if at is None else at + WINDOW


def _login(login: str) -> str:
    return f"login:{storable(login)}"[:120]


def _address(address: str) -> str:
    return f"address:{storable(address)}"[:120]

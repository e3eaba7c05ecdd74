"""Residents and their homes: what she says is a claim, until a code or a person of the desk proves it.

The codes are one-time, expire, and only a slow hash of them is kept; wrong ones are throttled.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.people import throttle
from bot.store import actors
from bot.store.tables import HomeCode, Household, Residency, Resident

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What a code is made of: nothing that looks like something else (no 0 O 1 I)."""
_CODE_LENGTH = 8
_HIDDEN = "****"


@dataclass(frozen=True)
class HomeClaimed:
    """She says that she lives there; `verified` when that was proved earlier."""

    key: str
    verified: bool


@dataclass(frozen=True)
class NoSuchHome:
    """The estate has no home with this key."""

    key: str


@dataclass(frozen=True)
class IssuedCode:
    """Shown once, to the person who hands it over: "K7QP-3MXA"."""

    code: str
    home: str
    expires_at: datetime


@dataclass(frozen=True)
class Verified:
    home: str


@dataclass(frozen=True)
class WrongCode:
    """No such code, or somebody else's; not told apart."""


@dataclass(frozen=True)
class ExpiredCode:
    """It was right once: a new one is needed."""

    expired_at: datetime


@dataclass(frozen=True)
class TooManyTries:
    until: datetime


@dataclass(frozen=True)
class HomeOf:
    """A home of a resident, as the dialogue may use it."""

    key: str
    verified: bool


def claim_home(
    session: Session, *, resident_id: int, home: str, by: str, now: datetime
) -> HomeClaimed | NoSuchHome:
    """Note that she says she lives there. Said twice it is there once; it proves nothing."""
    household = _household(session, home)
    if household is None:
        return NoSuchHome(home)
    tie = _tie(session, resident_id, household, by, now)
    return HomeClaimed(household.key, tie.verified_at is not None)


def confirm_home(
    session: Session, *, resident_id: int, home: str, by: str, now: datetime
) -> Verified | NoSuchHome:
    """A person of the desk (or the operator) vouches for it."""
    household = _household(session, home)
    if household is None:
        return NoSuchHome(home)
    _verify(session, _tie(session, resident_id, household, by, now), by=by, now=now)
    return Verified(household.key)


def leave_home(session: Session, *, resident_id: int, home: str, by: str, now: datetime) -> bool:
    """Take the tie away (moved out, or a mistake). False when there was none."""
    tie = session.scalars(
        select(Residency).join(Household).where(Residency.resident_id == resident_id, Household.key == home)
    ).one_or_none()
    if tie is None:
        return False
    session.delete(tie)
    session.flush()
    subject = f"resident:{resident_id} household:{tie.household_id}"
    audit.note(session, by=by, what="leave_home", subject=subject, now=now)
    return True


def homes_of(session: Session, resident_id: int) -> list[HomeOf]:
    """Her homes, the proved ones first, then the one claimed last."""
    ties = session.execute(
        select(Household.key, Residency.verified_at)
        .join(Residency.household)
        .where(Residency.resident_id == resident_id)
        .order_by(Residency.verified_at.is_(None), Residency.claimed_at.desc(), Residency.id.desc())
    )
    return [HomeOf(key, verified_at is not None) for key, verified_at in ties]


def issue_home_code(
    session: Session, *, home: str, by: str, now: datetime, valid: timedelta
) -> IssuedCode | NoSuchHome:
    """Make a one-time code for the people of a home. It can be read here and nowhere later."""
    household = _household(session, home)
    if household is None:
        return NoSuchHome(home)
    code = "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LENGTH))
    expires_at = now + valid
    session.add(
        HomeCode(
            household_id=household.id,
            code_hash=_hash(code),
            issued_by=by,
            issued_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    audit.note(session, by=by, what="issue_home_code", subject=f"household:{household.id}", now=now)
    return IssuedCode(f"{code[:4]}-{code[4:]}", household.key, expires_at)


def verify_with_code(
    session: Session, *, resident_id: int, code: str, now: datetime, address: str | None = None
) -> Verified | WrongCode | ExpiredCode | TooManyTries:
    """Prove a home with a code. Failed tries count (by person, and by `address` where known): commit always.

    The same person may send a code of hers again; for anybody else a used code is a wrong one.
    """
    who = {"login": f"home code {resident_id}", "address": address or f"resident {resident_id}"}
    until = throttle.blocked_until(session, now=now, **who)
    if until is not None:
        return TooManyTries(until)
    plain = re.sub(r"[\s\-_·]", "", code).upper()
    found = None
    if len(plain) == _CODE_LENGTH:
        found = session.scalars(select(HomeCode).where(HomeCode.code_hash == _hash(plain))).one_or_none()
    if found is None or (found.used_at is not None and found.used_by_resident_id != resident_id):
        throttle.note_failure(session, now=now, **who)
        return WrongCode()
    if found.used_at is None and found.expires_at <= now:
        return ExpiredCode(found.expires_at)
    if found.used_at is None and not _use(session, found, resident_id, now):
        return WrongCode()  # somebody else was a moment faster
    household = session.get_one(Household, found.household_id)
    _verify(
        session,
        _tie(session, resident_id, household, actors.resident(resident_id), now),
        by=f"code:{found.id}",
        now=now,
    )
    throttle.forget_failures(session, login=who["login"])
    return Verified(household.key)


def remember_contact(
    session: Session,
    *,
    resident_id: int,
    name: str | None = None,
    honorific: str | None = None,
    phone: str | None = None,
) -> None:
    """Keep what she said of herself; what is None stays as it was."""
    resident = session.get_one(Resident, resident_id)
    resident.name = name or resident.name
    resident.honorific = honorific or resident.honorific
    resident.phone = phone or resident.phone
    session.flush()


def masked_phone(phone: str | None) -> str:
    """138****1234: for every place where the whole number is not needed (R24); "" for none."""
    digits = re.sub(r"\D", "", phone or "")
    if len(digits) >= 11:
        return f"{digits[:3]}{_HIDDEN}{digits[-4:]}"
    return f"{_HIDDEN}{digits[-3:]}" if len(digits) > 4 else _HIDDEN * bool(digits)


def _household(session: Session, key: str) -> Household | None:
    return session.scalars(select(Household).where(Household.key == key)).one_or_none()


def _tie(session: Session, resident_id: int, household: Household, by: str, now: datetime) -> Residency:
    wanted = select(Residency).where(
        Residency.resident_id == resident_id, Residency.household_id == household.id
    )
    found = session.scalars(wanted).one_or_none()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            tie = Residency(resident_id=resident_id, household_id=household.id, claimed_at=now)
            session.add(tie)
    except IntegrityError:
        return session.scalars(wanted).one()  # another turn of hers was first; anything else is raised here
    subject = f"resident:{resident_id} household:{household.id}"
    audit.note(session, by=by, what="claim_home", subject=subject, now=now)
    return tie


def _verify(session: Session, tie: Residency, *, by: str, now: datetime) -> None:
    if tie.verified_at is None:
        tie.verified_at, tie.verified_by = now, by
        session.flush()
        subject = f"resident:{tie.resident_id} household:{tie.household_id}"
        audit.note(session, by=by, what="verify_home", subject=subject, now=now)


def _use(session: Session, code: HomeCode, resident_id: int, now: datetime) -> bool:
    """Take the code, if nobody has taken it since it was read."""
    used = session.scalars(
        update(HomeCode)
        .where(HomeCode.id == code.id, HomeCode.used_at.is_(None))
        .values(used_at=now, used_by_resident_id=resident_id)
        .returning(HomeCode.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.expire(code)
    return bool(used)


def _hash(code: str) -> str:
    """Slow on purpose (some 20 ms), so that a stolen store gives no code away before it expires."""
    return hashlib.scrypt(code.encode(), salt=b"guanjia home code", n=2**13, r=8, p=1, dklen=32).hex()

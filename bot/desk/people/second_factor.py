"""The second factor 两步验证: time-based codes (RFC 6238, SHA-1, 30 s, six digits) and recovery codes.

A browser has shown its factor or it has not; a person with a confirmed factor sees nothing before. Each
code is taken once; wrong ones are throttled as passwords are. The secret is sealed (`sealing.py`): the
store alone makes nobody's codes.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.people import throttle
from bot.desk.people.sealing import Seal, is_sealed
from bot.store import actors
from bot.store.service_tables import SecondFactor, VerifiedSession
from bot.store.tables import Agent

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""So many steps a clock may be off, either way."""
RECOVERY_CODES = 8
SECRET_BYTES = 20
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

Needed = Literal["none", "code", "make"]
"""What a browser must do before anything else: nothing, show a code, make a factor."""


@dataclass(frozen=True)
class Accepted:
    """The browser may go on; `recovery_left` when a recovery code was used."""

    recovery_left: int | None = None


@dataclass(frozen=True)
class WrongCode:
    """Not the code, or one that was taken already."""


@dataclass(frozen=True)
class TooManyTries:
    until: datetime


def needed(session: Session, agent_id: int, token: str) -> Needed:
    """What this browser owes before it sees anything."""
    factor = session.get(SecondFactor, agent_id)
    if factor is None:
        return "none"
    if factor.confirmed_at is None:
        return "make" if factor.required else "none"
    return "none" if session.get(VerifiedSession, _hash(token)) is not None else "code"


def begin(session: Session, agent_id: int, *, seal: Seal) -> str:
    """A new secret (base32), shown until it is confirmed; a confirmed one is not touched.

    Raises SealBroken where the one begun before cannot be opened.
    """
    factor = _factor(session, agent_id)
    if factor.confirmed_at is not None:
        raise ValueError("the factor is confirmed; reset it first")
    if factor.secret is None:
        factor.secret = seal.close(secrets.token_bytes(SECRET_BYTES), owner=actors.agent(agent_id))
        session.flush()
    return _opened(factor.secret, agent_id, seal)


def seal_plain(session: Session, *, seal: Seal) -> int:
    """Seal the secrets that earlier desks kept as they were; how many there were."""
    factors = session.scalars(select(SecondFactor).where(SecondFactor.secret.is_not(None)).with_for_update())
    plain = [one for one in factors if one.secret is not None and not is_sealed(one.secret)]
    for one in plain:
        one.secret = seal.close(base64.b32decode(one.secret or ""), owner=actors.agent(one.agent_id))
    session.flush()
    return len(plain)


def confirm(
    session: Session, agent_id: int, *, code: str, token: str, address: str, seal: Seal, now: datetime
) -> list[str] | WrongCode | TooManyTries:
    """She has typed a code of her new secret: it holds from now on. Returns the recovery codes, once."""
    factor = _factor(session, agent_id)
    if factor.confirmed_at is not None or factor.secret is None:
        return WrongCode()
    outcome = _take(session, factor, code, address=address, seal=seal, now=now)
    if not isinstance(outcome, Accepted):
        return outcome
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    factor.confirmed_at, factor.recovery = now, [_slow_hash(one, agent_id) for one in codes]
    _verify(session, agent_id, token, now)
    _note(session, agent_id, "confirm_second_factor", by=actors.agent(agent_id), now=now)
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def show(
    session: Session, agent_id: int, *, code: str, token: str, address: str, seal: Seal, now: datetime
) -> Accepted | WrongCode | TooManyTries:
    """A code, or a recovery code, at sign-in. Failed tries are counted, so commit in any case."""
    factor = _factor(session, agent_id)
    if factor.confirmed_at is None:
        return WrongCode()
    outcome = _take(session, factor, code, address=address, seal=seal, now=now)
    if isinstance(outcome, Accepted):
        _verify(session, agent_id, token, now)
        if outcome.recovery_left is not None:
            _note(session, agent_id, "recovery_code_used", by=actors.agent(agent_id), now=now)
    return outcome


def require(session: Session, agent_id: int, required: bool, *, by: str, now: datetime) -> None:
    """An admin wants her to have one, or no longer does."""
    _factor(session, agent_id).required = required
    _note(session, agent_id, "require_second_factor" if required else "allow_one_factor", by=by, now=now)


def reset(session: Session, agent_id: int, *, by: str, now: datetime) -> None:
    """Her telephone is gone: a new factor must be made (if required) at the next sign-in."""
    factor = _factor(session, agent_id)
    factor.secret, factor.confirmed_at, factor.recovery, factor.last_step = None, None, [], 0
    session.execute(delete(VerifiedSession).where(VerifiedSession.agent_id == agent_id))
    _note(session, agent_id, "reset_second_factor", by=by, now=now)


def address_of(agent: Agent, secret: str, *, issuer: str) -> str:
    """The otpauth address that authenticator apps read from a QR code."""
    return _codes(secret).get_provisioning_uri(agent.login, issuer)


def code_at(secret: str, step: int) -> str:
    """The code of one step of 30 s since 1970."""
    return _codes(secret).generate(step * STEP_SECONDS).decode()


def _codes(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # what every authenticator app knows


def _take(
    session: Session, factor: SecondFactor, code: str, *, address: str, seal: Seal, now: datetime
) -> Accepted | WrongCode | TooManyTries:
    login = f"second factor {factor.agent_id}"
    until = throttle.blocked_until(session, login=login, address=address, now=now)
    if until is not None:
        return TooManyTries(until)
    plain = "".join(one for one in code.upper() if one.isascii() and one.isalnum())
    accepted = _by_time(factor, plain, seal, now) or _by_recovery(factor, plain)
    if accepted is None:
        throttle.note_failure(session, login=login, address=address, now=now)
        return WrongCode()
    throttle.forget_failures(session, login=login)
    session.flush()
    return accepted


def _by_time(factor: SecondFactor, code: str, seal: Seal, now: datetime) -> Accepted | None:
    if factor.secret is None or len(code) != DIGITS:
        return None
    secret, present = _opened(factor.secret, factor.agent_id, seal), int(now.timestamp()) // STEP_SECONDS
    for step in range(present - WINDOW, present + WINDOW + 1):
        if step > factor.last_step and hmac.compare_digest(code_at(secret, step), code):
            factor.last_step = step
            return Accepted()
    return None


def _by_recovery(factor: SecondFactor, code: str) -> Accepted | None:
    if len(code) != 10:
        return None
    known = _slow_hash(code, factor.agent_id)
    if known not in factor.recovery:
        return None
    factor.recovery = [one for one in factor.recovery if one != known]
    return Accepted(recovery_left=len(factor.recovery))


def _opened(sealed: str, agent_id: int, seal: Seal) -> str:
    return base64.b32encode(seal.open(sealed, owner=actors.agent(agent_id))).decode()


def _factor(session: Session, agent_id: int) -> SecondFactor:
    found = session.get(SecondFactor, agent_id, with_for_update={"key_share": True})
    if found is None:
        found = SecondFactor(agent_id=agent_id, required=False, last_step=0, recovery=[])
        session.add(found)
        session.flush()
    return found


def _verify(session: Session, agent_id: int, token: str, now: datetime) -> None:
    if session.get(VerifiedSession, _hash(token)) is None:
        session.add(VerifiedSession(token_hash=_hash(token), agent_id=agent_id, at=now))
        session.flush()


def _note(session: Session, agent_id: int, what: str, *, by: str, now: datetime) -> None:
    audit.note(session, by=by, what=what, subject=actors.agent(agent_id), now=now)
    session.flush()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _slow_hash(code: str, agent_id: int) -> str:
    return hashlib.scrypt(
        code.encode(), salt=f"recovery {agent_id}".encode(), n=2**13, r=8, p=1, dklen=32
    ).hex()

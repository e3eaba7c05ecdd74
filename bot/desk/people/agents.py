"""The people who work at the desk: sign-in with argon2, throttled; sessions; passwords.

Nothing secret is stored as it is: passwords as argon2 hashes, session tokens as SHA-256 (they are
256 random bits, so a slow hash would add nothing). A sign-in is two short transactions with the slow
comparison between them: `look_up`, then `Known.try_password` with none open, then `sign_in`.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.people import throttle
from bot.desk.people.passwords import hashed, is_outdated, matches, weakness
from bot.desk.talk.transcript import storable
from bot.store import actors
from bot.store.states import Role
from bot.store.tables import Agent, AgentSession

SESSION_LIFE = timedelta(hours=12)


@dataclass(frozen=True)
class Tried:
    """A login and a password that were compared: with which hash, was it right, the hash at today's cost."""

    login: str
    password_hash: str | None
    right: bool
    renewed: str | None = None


@dataclass(frozen=True)
class Known:
    """What the store holds of a login; `password_hash` is None where nobody has it."""

    login: str
    password_hash: str | None

    def try_password(self, password: str) -> Tried:
        """Compare. Takes its time on purpose: call it with no transaction open."""
        right = matches(self.password_hash, password)
        outdated = right and self.password_hash is not None and is_outdated(self.password_hash)
        return Tried(self.login, self.password_hash, right, hashed(password) if outdated else None)

    def new_password(self, old: str, new: str) -> "NewPassword | WrongPassword | WeakPassword":
        """Compare the old one and make the new one ready, with no transaction open."""
        if not matches(self.password_hash, old):
            return WrongPassword()
        weak = "same" if new == old else weakness(new, login=self.login)
        return WeakPassword(weak) if weak is not None else NewPassword(self.password_hash or "", hashed(new))


@dataclass(frozen=True)
class SignedIn:
    """`token` goes into the cookie and is known to the browser alone; `csrf` into every form."""

    token: str
    csrf: str
    agent_id: int
    must_change_password: bool


@dataclass(frozen=True)
class WrongLogin:
    """No such login, wrong password, or no longer active: from outside all alike."""


@dataclass(frozen=True)
class Throttled:
    """Too many failed tries; the next is looked at after `until`."""

    until: datetime


class SignedInAgent(NamedTuple):
    agent: Agent
    csrf: str


@dataclass(frozen=True)
class NewPassword:
    """A new password that was looked over, ready to be stored in the place of the old one."""

    old_hash: str
    new_hash: str


@dataclass(frozen=True)
class PasswordChanged:
    """Her other sessions have ended."""


@dataclass(frozen=True)
class WrongPassword:
    """The old password was not right."""


@dataclass(frozen=True)
class WeakPassword:
    """`reason`: "short" (under 8 characters), "login" (holds her login) or "same" (as the old one)."""

    reason: str


class LoginTaken(ValueError):
    """There is an agent with this login already."""


def create_agent(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    by: str,
    now: datetime,
    role: Role = Role.AGENT,
    must_change_password: bool = False,
    password_hash: str | None = None,
) -> Agent:
    """A new person at the desk. Raises `LoginTaken`; `ValueError` for a password `weakness` finds.

    `password_hash`: `hashed(password)` where it was made already, before the transaction began.
    """
    login = _login(login)
    if not login or not name.strip():
        raise ValueError("an agent needs a login and a name")
    if (weak := weakness(password, login=login)) is not None:
        raise ValueError(f"the password is too weak: {weak}")
    if _by_login(session, login) is not None:
        raise LoginTaken(f"the login {login!r} is taken")
    agent = Agent(
        login=login,
        name=name.strip(),
        role=role,
        password_hash=password_hash or hashed(password),
        must_change_password=must_change_password,
        created_at=now,
    )
    session.add(agent)
    session.flush()
    audit.note(session, by=by, what="create_agent", subject=actors.agent(agent.id), now=now)
    return agent


def look_up(session: Session, *, login: str, address: str, now: datetime) -> Known | Throttled:
    """What to compare a password with; nothing is compared for who is slowed down."""
    login = _login(login)
    until = throttle.blocked_until(session, login=login, address=address, now=now)
    if until is not None:
        return Throttled(until)
    agent = _by_login(session, login)
    return Known(login, agent.password_hash if agent else None)


def known_agent(session: Session, agent_id: int) -> Known:
    """The same for somebody who is signed in."""
    agent = session.get_one(Agent, agent_id)
    return Known(agent.login, agent.password_hash)


def sign_in(
    session: Session, tried: Tried, *, address: str, now: datetime
) -> SignedIn | WrongLogin | Throttled:
    """Let her in if it was right. Failed tries are counted by login and by address, so commit in any case."""
    # Locked, so that tries made at the same moment are counted one after the other.
    agent = _by_login(session, tried.login, lock=True)
    until = throttle.blocked_until(session, login=tried.login, address=address, now=now)
    if until is not None:
        return Throttled(until)
    unchanged = agent is not None and agent.password_hash == tried.password_hash
    if agent is None or not agent.active or not (tried.right and unchanged):
        throttle.note_failure(session, login=tried.login, address=address, now=now)
        return WrongLogin()
    agent.password_hash = tried.renewed or agent.password_hash
    throttle.forget_failures(session, login=tried.login)
    return _new_session(session, agent, now)


def agent_of_session(session: Session, token: str, now: datetime) -> SignedInAgent | None:
    """The agent whose browser holds `token`, and the CSRF token of its forms; None when it is over."""
    found = session.scalars(select(AgentSession).where(AgentSession.token_hash == _hash(token))).one_or_none()
    if found is None or found.expires_at <= now or not found.agent.active:
        return None
    return SignedInAgent(found.agent, found.csrf_token)


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End this browser's session; ending it twice is no error. Old sessions are cleared away with it."""
    session.execute(
        delete(AgentSession).where(
            (AgentSession.token_hash == _hash(token)) | (AgentSession.expires_at <= now)
        )
    )


def change_password(
    session: Session, new: NewPassword, *, agent_id: int, now: datetime, keep_token: str | None = None
) -> PasswordChanged | WrongPassword:
    """She gives herself a new password; every session but the one of `keep_token` ends.

    WrongPassword where the old one is no longer what `new` was compared with.
    """
    agent = session.get_one(Agent, agent_id)
    if agent.password_hash != new.old_hash:
        return WrongPassword()
    _set_password(session, agent, new.new_hash, must_change=False, keep_token=keep_token)
    by = subject = actors.agent(agent_id)
    audit.note(session, by=by, what="change_password", subject=subject, now=now)
    return PasswordChanged()


def reset_password(
    session: Session,
    *,
    agent_id: int,
    password: str,
    by: str,
    now: datetime,
    password_hash: str | None = None,
) -> None:
    """Somebody else gives her a first password, to be changed at the next sign-in; all sessions end.

    `password_hash` as in `create_agent`.
    """
    agent = session.get_one(Agent, agent_id)
    if (weak := weakness(password, login=agent.login)) is not None:
        raise ValueError(f"the password is too weak: {weak}")
    _set_password(session, agent, password_hash or hashed(password), must_change=True, keep_token=None)
    throttle.forget_failures(session, login=agent.login)
    audit.note(session, by=by, what="reset_password", subject=actors.agent(agent_id), now=now)


def deactivate_agent(session: Session, *, agent_id: int, by: str, now: datetime) -> None:
    """She no longer works here: no sign-in, no session; what she did stays under her name."""
    agent = session.get_one(Agent, agent_id)
    agent.active = False
    session.execute(delete(AgentSession).where(AgentSession.agent_id == agent_id))
    audit.note(session, by=by, what="deactivate_agent", subject=actors.agent(agent_id), now=now)
    session.flush()


def reactivate_agent(session: Session, *, agent_id: int, by: str, now: datetime) -> None:
    """She works here again, with the password she had."""
    session.get_one(Agent, agent_id).active = True
    audit.note(session, by=by, what="reactivate_agent", subject=actors.agent(agent_id), now=now)
    session.flush()


def change_role(session: Session, *, agent_id: int, role: Role, by: str, now: datetime) -> None:
    """What she may do from her next request on."""
    session.get_one(Agent, agent_id).role = role
    audit.note(session, by=by, what=f"change_role:{role.value}", subject=actors.agent(agent_id), now=now)
    session.flush()


def end_sessions(session: Session, *, agent_id: int, by: str, now: datetime) -> None:
    """Every browser of hers must sign in again."""
    session.execute(delete(AgentSession).where(AgentSession.agent_id == agent_id))
    audit.note(session, by=by, what="end_sessions", subject=actors.agent(agent_id), now=now)
    session.flush()


def active_agents(session: Session) -> list[Agent]:
    """All who work at the desk, by name."""
    return list(session.scalars(select(Agent).where(Agent.active).order_by(Agent.name, Agent.id)))


def _new_session(session: Session, agent: Agent, now: datetime) -> SignedIn:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session.add(
        AgentSession(
            agent_id=agent.id,
            token_hash=_hash(token),
            csrf_token=csrf,
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    audit.note(session, by=actors.agent(agent.id), what="sign_in", subject=actors.agent(agent.id), now=now)
    session.flush()
    return SignedIn(token, csrf, agent.id, agent.must_change_password)


def _set_password(
    session: Session, agent: Agent, password_hash: str, *, must_change: bool, keep_token: str | None
) -> None:
    agent.password_hash = password_hash
    agent.must_change_password = must_change
    others = delete(AgentSession).where(AgentSession.agent_id == agent.id)
    if keep_token is not None:
        others = others.where(AgentSession.token_hash != _hash(keep_token))
    session.execute(others)
    session.flush()


def _by_login(session: Session, login: str, *, lock: bool = False) -> Agent | None:
    wanted = select(Agent).where(Agent.login == login)
    return session.scalars(wanted.with_for_update(key_share=True) if lock else wanted).one_or_none()


def _login(text: str) -> str:
    return storable(text).strip().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

"""The people who may sign in at the desk, as an operator makes them: with a password for one time."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from bot.desk.people.agents import LoginTaken, create_agent, reset_password
from bot.desk.people.passwords import hashed
from bot.process.faults import OperatorError
from bot.store.actors import OPERATOR
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Agent

FIRST_LOGIN = "admin"


@dataclass(frozen=True)
class FirstLogin:
    """What somebody types at the first sign-in; the password must be changed there."""

    login: str
    password: str


def add_person(store: Store, *, login: str, name: str, role: Role) -> FirstLogin:
    """A new person at the desk. Raises OperatorError when the login is taken or empty."""
    password = one_time_password()
    password_hash = hashed(password)  # slow on purpose: before the transaction, which keeps others waiting
    try:
        with store.write() as session:
            create_agent(
                session,
                login=login,
                name=name,
                role=role,
                password=password,
                password_hash=password_hash,
                must_change_password=True,
                by=OPERATOR,
                now=datetime.now(UTC),
            )
    except LoginTaken as fault:
        raise OperatorError(
            "login", str(fault), "choose another, or see ./guanjia agent password --help"
        ) from fault
    except ValueError as fault:
        raise OperatorError("agent", str(fault), "give both") from fault
    return FirstLogin(login, password)


def new_password(store: Store, *, login: str) -> FirstLogin:
    """A new one-time password for somebody who lost hers; all her sessions end."""
    password = one_time_password()
    password_hash = hashed(password)
    with store.write() as session:
        agent = session.scalars(select(Agent).where(Agent.login == login.strip().lower())).one_or_none()
        if agent is None:
            raise OperatorError("login", f"there is no {login!r}", "see ./guanjia agent list")
        reset_password(
            session,
            agent_id=agent.id,
            password=password,
            password_hash=password_hash,
            by=OPERATOR,
            now=datetime.now(UTC),
        )
        return FirstLogin(agent.login, password)


def first_login(store: Store) -> FirstLogin | None:
    """The first person, made when there is nobody yet; None when there is somebody."""
    with store.read() as session:
        if session.scalars(select(Agent.id).limit(1)).first() is not None:
            return None
    return add_person(store, login=FIRST_LOGIN, name="Admin", role=Role.ADMIN)


def one_time_password() -> str:
    """Random (60 bits), and easy to read out: no 0/o, 1/l."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
    return "-".join(groups)

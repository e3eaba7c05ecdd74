"""People of the desk, as an admin keeps them: who may sign in, as what, with which factors."""

import secrets
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.people import agents, second_factor
from bot.desk.people.passwords import hashed
from bot.store.service_tables import Presence, SecondFactor
from bot.store.states import Role
from bot.store.tables import Agent, AgentSession
from bot.workspace import pages
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK
from bot.workspace.visits import Visit, see_other

NAME_LIMIT = 60
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


def people(visit: Visit) -> Response:
    """Everybody, those who left at the end."""
    with visit.parts.store.read() as session:
        return _page(visit, session)


def create(visit: Visit) -> Response:
    """A new colleague; her first password is shown once, to be changed at her first sign-in."""
    login, name = visit.needed("login", limit=NAME_LIMIT), visit.needed("name", limit=NAME_LIMIT)
    role, password = _role(visit), first_password()
    password_hash = hashed(password)  # slow on purpose: before the transaction, which keeps others waiting
    with visit.parts.store.write() as session:
        try:
            agent = agents.create_agent(
                session,
                login=login,
                name=name,
                password=password,
                password_hash=password_hash,
                role=role,
                must_change_password=True,
                by=visit.me.by,
                now=visit.now,
            )
        except agents.LoginTaken:
            raise Refusal(409, "login_taken") from None
        if visit.form.get("factor"):
            second_factor.require(session, agent.id, True, by=visit.me.by, now=visit.now)
        return _page(visit, session, shown=(agent, password))


def change_role(visit: Visit) -> Response:
    """What she may do from now on; the last admin stays one."""
    role = _role(visit)

    def act(session: Session, agent: Agent) -> None:
        if role is not Role.ADMIN:
            _keep_an_admin(session, agent)
        agents.change_role(session, agent_id=agent.id, role=role, by=visit.me.by, now=visit.now)

    return _do(visit, act)


def reset_password(visit: Visit) -> Response:
    """A new first password, shown once; her sessions end."""
    password = first_password()
    password_hash = hashed(password)
    with visit.parts.store.write() as session:
        agent = _agent(visit, session)
        agents.reset_password(
            session,
            agent_id=agent.id,
            password=password,
            password_hash=password_hash,
            by=visit.me.by,
            now=visit.now,
        )
        return _page(visit, session, shown=(agent, password))


def deactivate(visit: Visit) -> Response:
    """She no longer works here. Nobody locks herself out."""

    def act(session: Session, agent: Agent) -> None:
        if agent.id == visit.me.id:
            raise Refusal(409, "not_yourself")
        _keep_an_admin(session, agent)
        agents.deactivate_agent(session, agent_id=agent.id, by=visit.me.by, now=visit.now)

    return _do(visit, act)


def reactivate(visit: Visit) -> Response:
    """She works here again."""
    return _do(
        visit,
        lambda session, agent: agents.reactivate_agent(
            session, agent_id=agent.id, by=visit.me.by, now=visit.now
        ),
    )


def end_sessions(visit: Visit) -> Response:
    """Every browser of hers must sign in again."""
    return _do(
        visit,
        lambda session, agent: agents.end_sessions(session, agent_id=agent.id, by=visit.me.by, now=visit.now),
    )


def require_factor(visit: Visit) -> Response:
    """She must, or need not, have a second factor."""
    wanted = bool(visit.form.get("required"))
    return _do(
        visit,
        lambda session, agent: second_factor.require(
            session, agent.id, wanted, by=visit.me.by, now=visit.now
        ),
    )


def reset_factor(visit: Visit) -> Response:
    """Her telephone is gone: the factor she had counts no more."""
    return _do(
        visit,
        lambda session, agent: second_factor.reset(session, agent.id, by=visit.me.by, now=visit.now),
    )


def first_password() -> str:
    """Easy to read aloud, hard to guess: nothing that looks like something else."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def _do(visit: Visit, act: Callable[[Session, Agent], None]) -> Response:
    with visit.parts.store.write() as session:
        act(session, _agent(visit, session))
    visit.say_more(DESK)
    return see_other("/desk/people")


def _agent(visit: Visit, session: Session) -> Agent:
    found = session.get(Agent, visit.number("agent"))
    if found is None:
        raise not_there()
    return found


def _role(visit: Visit) -> Role:
    chosen = visit.needed("role", limit=20)
    if chosen not in set(Role):
        raise Refusal(422, "bad_choice")
    return Role(chosen)


def _keep_an_admin(session: Session, agent: Agent) -> None:
    others = session.scalar(
        select(func.count()).where(Agent.active, Agent.role == Role.ADMIN, Agent.id != agent.id)
    )
    if Role(agent.role) is Role.ADMIN and not others:
        raise Refusal(409, "last_admin")


def _page(visit: Visit, session: Session, *, shown: tuple[Agent, str] | None = None) -> Response:
    found = session.scalars(select(Agent).order_by(Agent.active.desc(), Agent.name, Agent.id)).all()
    sessions = session.execute(
        select(AgentSession.agent_id, func.count())
        .where(AgentSession.expires_at > visit.now)
        .group_by(AgentSession.agent_id)
    )
    return pages.page(
        visit,
        "people/list.html",
        area="people",
        people=found,
        sessions={row[0]: row[1] for row in sessions},
        factors={row.agent_id: row for row in session.scalars(select(SecondFactor))},
        seen={row.agent_id: row.seen_at for row in session.scalars(select(Presence))},
        shown=shown,
    )

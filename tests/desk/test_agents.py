"""Sign-in, sessions and passwords; who guesses is slowed down, and learns nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.people import agents
from bot.desk.people.agents import (
    PasswordChanged,
    SignedIn,
    Throttled,
    WeakPassword,
    WrongLogin,
    WrongPassword,
)
from bot.desk.people.throttle import ADDRESS_TRIES, LOGIN_TRIES, WINDOW
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Agent, AgentSession, LoginAttempt
from tests.support.audit import lines_about
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock

ELSEWHERE = "203.0.113.9"


def _signs_in(
    store: Store, clock: HandClock, login: str = "xiaoli", password: str = PASSWORD, address: str = "10.0.0.7"
) -> SignedIn | WrongLogin | Throttled:
    with store.read() as session:
        known = agents.look_up(session, login=login, address=address, now=clock())
    if isinstance(known, Throttled):
        return known
    tried = known.try_password(password)
    with store.write() as session:
        return agents.sign_in(session, tried, address=address, now=clock())


def _signed_in(store: Store, clock: HandClock, login: str = "xiaoli") -> SignedIn:
    outcome = _signs_in(store, clock, login)
    assert isinstance(outcome, SignedIn)
    return outcome


def _who(store: Store, clock: HandClock, token: str) -> str | None:
    with store.read() as session:
        found = agents.agent_of_session(session, token, clock())
        return None if found is None else found.agent.name


def test_xiaoli_signs_in_and_is_known_by_her_token(store: Store, clock: HandClock, cast: Cast) -> None:
    signed = _signed_in(store, clock)
    assert _who(store, clock, signed.token) == "小李"
    with store.read() as session:
        found = agents.agent_of_session(session, signed.token, clock())
        assert found is not None
        agent, csrf = found
        assert (agent.id, csrf) == (cast.li.agent_id, signed.csrf)
        lines = lines_about(session, cast.li.by)
    assert [line.what for line in lines] == ["sign_in", "create_agent"]


def test_a_login_is_read_without_regard_to_case_and_blanks(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    assert isinstance(_signs_in(store, clock, " XiaoLi "), SignedIn)


@pytest.mark.parametrize(
    ("login", "password"),
    [("xiaoli", "wrong password"), ("nobody", PASSWORD), ("xiaoli", ""), ("xia\x00oli", "\ud800")],
)
def test_whatever_is_wrong_looks_alike(
    store: Store, clock: HandClock, cast: Cast, login: str, password: str
) -> None:
    assert _signs_in(store, clock, login, password) == WrongLogin()


def test_no_secret_is_stored_as_it_is(store: Store, clock: HandClock, cast: Cast) -> None:
    signed = _signed_in(store, clock)
    with store.read() as session:
        assert session.scalars(select(AgentSession.token_hash)).one() != signed.token
        assert session.get_one(Agent, cast.li.agent_id).password_hash.startswith("$argon2id$")


def test_a_session_ends_after_twelve_hours(store: Store, clock: HandClock, cast: Cast) -> None:
    token = _signed_in(store, clock).token
    clock.turn(hours=11, minutes=59)
    assert _who(store, clock, token) == "小李"
    clock.turn(minutes=1)
    assert _who(store, clock, token) is None


def test_signing_out_ends_this_session_only(store: Store, clock: HandClock, cast: Cast) -> None:
    here, there = _signed_in(store, clock).token, _signed_in(store, clock).token
    for _ in range(2):
        with store.write() as session:
            agents.sign_out(session, here, now=clock())
    assert (_who(store, clock, here), _who(store, clock, there)) == (None, "小李")


def test_a_made_up_token_is_nobodys(store: Store, clock: HandClock, cast: Cast) -> None:
    _signed_in(store, clock)
    assert [_who(store, clock, token) for token in ("", "x", "\ud800", "a" * 10_000)] == [None] * 4


def test_guessing_one_login_is_slowed_down_from_every_address(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    for number in range(LOGIN_TRIES):
        assert _signs_in(store, clock, password="guess", address=f"10.0.0.{number}") == WrongLogin()
    blocked = Throttled(clock() + WINDOW)
    assert _signs_in(store, clock, address=ELSEWHERE) == blocked
    assert isinstance(_signs_in(store, clock, "chenjie", address=ELSEWHERE), SignedIn)


def test_guessing_many_logins_from_one_address_is_slowed_down(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    for number in range(ADDRESS_TRIES):
        _signs_in(store, clock, f"guess{number}", "guess", ELSEWHERE)
    assert isinstance(_signs_in(store, clock, address=ELSEWHERE), Throttled)
    assert isinstance(_signs_in(store, clock), SignedIn)


def test_the_slowed_down_may_try_again_when_the_oldest_try_is_old(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    for _ in range(LOGIN_TRIES):
        _signs_in(store, clock, password="guess")
        clock.turn(minutes=1)
    blocked = _signs_in(store, clock)
    assert isinstance(blocked, Throttled)
    clock.at = blocked.until - timedelta(seconds=1)
    assert _signs_in(store, clock) == blocked
    clock.at = blocked.until
    assert isinstance(_signs_in(store, clock), SignedIn)


def test_her_own_typing_errors_are_forgotten_when_she_is_in(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    for _ in range(2):
        for _ in range(LOGIN_TRIES - 1):
            _signs_in(store, clock, password="typo")
        assert isinstance(_signs_in(store, clock), SignedIn)
    with store.read() as session:
        assert set(session.scalars(select(LoginAttempt.subject))) == {"address:10.0.0.7"}


def _changes(
    store: Store, clock: HandClock, cast: Cast, old: str, new: str, keep: str | None = None
) -> object:
    with store.read() as session:
        known = agents.known_agent(session, cast.li.agent_id)
    ready = known.new_password(old, new)
    if not isinstance(ready, agents.NewPassword):
        return ready
    with store.write() as session:
        return agents.change_password(session, ready, agent_id=cast.li.agent_id, keep_token=keep, now=clock())


def test_a_new_password_ends_her_other_sessions(store: Store, clock: HandClock, cast: Cast) -> None:
    here, there = _signed_in(store, clock).token, _signed_in(store, clock).token
    chen = _signed_in(store, clock, "chenjie").token
    assert _changes(store, clock, cast, PASSWORD, "另一个很长的密码", here) == PasswordChanged()
    assert [_who(store, clock, token) for token in (here, there, chen)] == ["小李", None, "陈姐"]
    assert _signs_in(store, clock) == WrongLogin()
    assert isinstance(_signs_in(store, clock, password="另一个很长的密码"), SignedIn)


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("wrong", "another long one", WrongPassword()),
        (PASSWORD, "short", WeakPassword("short")),
        (PASSWORD, PASSWORD, WeakPassword("same")),
        (PASSWORD, "XiaoLi12345", WeakPassword("login")),
    ],
)
def test_a_bad_new_password_changes_nothing(
    store: Store, clock: HandClock, cast: Cast, old: str, new: str, outcome: object
) -> None:
    assert _changes(store, clock, cast, old, new) == outcome
    assert isinstance(_signs_in(store, clock), SignedIn)


def test_a_password_that_changed_while_it_was_compared_lets_nobody_in(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    with store.read() as session:
        known = agents.known_agent(session, cast.li.agent_id)
    tried, ready = known.try_password(PASSWORD), known.new_password(PASSWORD, "yet another one")
    assert _changes(store, clock, cast, PASSWORD, "另一个很长的密码") == PasswordChanged()
    assert isinstance(ready, agents.NewPassword)
    with store.write() as session:
        assert agents.sign_in(session, tried, address="10.0.0.7", now=clock()) == WrongLogin()
        again = agents.change_password(session, ready, agent_id=cast.li.agent_id, now=clock())
    assert again == WrongPassword()
    assert isinstance(_signs_in(store, clock, password="另一个很长的密码"), SignedIn)


def test_a_reset_password_must_be_changed(store: Store, clock: HandClock, cast: Cast) -> None:
    token = _signed_in(store, clock).token
    with store.write() as session:
        agents.reset_password(
            session, agent_id=cast.li.agent_id, password="first-of-all", by="operator", now=clock()
        )
    assert _who(store, clock, token) is None
    again = _signs_in(store, clock, password="first-of-all")
    assert isinstance(again, SignedIn)
    assert again.must_change_password


def test_who_left_is_out_at_once(store: Store, clock: HandClock, cast: Cast) -> None:
    token = _signed_in(store, clock).token
    with store.write() as session:
        agents.deactivate_agent(session, agent_id=cast.li.agent_id, by=cast.chen.by, now=clock())
    assert (_who(store, clock, token), _signs_in(store, clock)) == (None, WrongLogin())
    with store.read() as session:
        assert [agent.name for agent in agents.active_agents(session)] == ["陈姐"]


def test_a_login_is_given_once_and_a_weak_password_never(store: Store, clock: HandClock, cast: Cast) -> None:
    with store.write() as session:
        with pytest.raises(agents.LoginTaken):
            agents.create_agent(
                session, login="XIAOLI", name="x", password=PASSWORD, by="operator", now=clock()
            )
        with pytest.raises(ValueError, match="too weak: short"):
            agents.create_agent(
                session, login="new", name="x", password="1234567", by="operator", now=clock()
            )
        admin = agents.create_agent(
            session,
            login="admin",
            name="管理员",
            password=PASSWORD,
            role=Role.ADMIN,
            by="operator",
            now=clock(),
            must_change_password=True,
        )
    assert (admin.role, admin.must_change_password) == (Role.ADMIN, True)

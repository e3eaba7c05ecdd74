"""People of the desk, kept by an admin; the second factor at sign-in."""

import html
import re

import pytest
from sqlalchemy import select

from bot.desk.people.agents import change_role, create_agent
from bot.desk.people.second_factor import code_at
from bot.store import actors
from bot.store.engine import Store
from bot.store.service_tables import SecondFactor
from bot.store.states import Role
from bot.store.tables import Agent, AuditRow
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


@pytest.fixture
def admin(open_browser: OpenBrowser, store: Store, cast: Cast, clock: HandClock) -> Browser:
    """老板's browser."""
    with store.write() as session:
        create_agent(
            session,
            login="boss",
            name="老板",
            password=PASSWORD,
            role=Role.ADMIN,
            by=actors.OPERATOR,
            now=clock(),
        )
    return open_browser().sign_in("boss", PASSWORD)


def test_a_new_colleague_gets_a_first_password_that_opens_only_its_change(
    admin: Browser, open_browser: OpenBrowser
) -> None:
    page = admin.post("/desk/people", login="Zhao", name="小赵", role="staff").text
    shown = re.search(r'class="code">([^<]+)<', page)
    assert shown
    assert 'code">' not in admin.get("/desk/people").text  # only once
    zhao = open_browser()
    assert zhao.try_sign_in("zhao", html.unescape(shown[1])).status_code == 303
    assert zhao.get("/desk/cases").headers["location"] == "/desk/password"
    taken = admin.post("/desk/people", fragment=True, login="zhao", name="另一位", role="agent")
    assert taken.headers["X-Desk-Fault"] == "login_taken"


def test_only_admins_keep_people(chen: Browser, li: Browser, cast: Cast) -> None:
    for browser in (chen, li):
        assert browser.get("/desk/people").status_code == 404
        assert browser.post(f"/desk/people/{cast.li.agent_id}/deactivate").status_code == 404


def test_a_role_holds_from_the_next_request_and_staff_see_their_own_cases_only(
    admin: Browser, li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    assert li.get("/desk/chats").status_code == 200
    assert admin.post(f"/desk/people/{cast.li.agent_id}/role", role="staff").status_code == 303
    assert li.get("/desk/chats").status_code == 404
    assert li.get("/desk/cases").status_code == 200
    assert admin.post(f"/desk/people/{cast.li.agent_id}/role", role="king").status_code == 422
    with store.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.what == "change_role:staff")).one()
        assert line.subject == cast.li.by


def test_whoever_leaves_is_signed_out_everywhere_and_may_come_back(
    admin: Browser, li: Browser, open_browser: OpenBrowser, cast: Cast
) -> None:
    admin.post(f"/desk/people/{cast.li.agent_id}/deactivate")
    assert li.get("/desk/chats").headers["location"].startswith("/desk/sign-in")
    assert open_browser().try_sign_in(cast.li.login, PASSWORD).status_code == 401
    admin.post(f"/desk/people/{cast.li.agent_id}/reactivate")
    assert open_browser().try_sign_in(cast.li.login, PASSWORD).status_code == 303


def test_the_last_admin_and_oneself_stay(admin: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    with store.read() as session:
        boss = session.scalars(select(Agent.id).where(Agent.login == "boss")).one()
    assert (
        admin.post(f"/desk/people/{boss}/role", fragment=True, role="agent").headers["X-Desk-Fault"]
        == "last_admin"
    )
    assert (
        admin.post(f"/desk/people/{boss}/deactivate", fragment=True).headers["X-Desk-Fault"] == "not_yourself"
    )
    with store.write() as session:
        change_role(session, agent_id=cast.chen.agent_id, role=Role.ADMIN, by=actors.OPERATOR, now=clock())
    assert admin.post(f"/desk/people/{boss}/role", role="agent").status_code == 303


def test_a_required_second_factor_is_made_before_anything_else(
    admin: Browser, li: Browser, open_browser: OpenBrowser, store: Store, cast: Cast, clock: HandClock
) -> None:
    admin.post(f"/desk/people/{cast.li.agent_id}/factor", required="1")
    assert li.get("/desk/chats").headers["location"] == "/desk/second-factor"
    assert li.post("/desk/presence/beat", fragment=True).headers["X-Desk-Fault"] == "second_factor"
    assert li.get("/desk/live").headers["location"] == "/desk/second-factor"
    page = li.get("/desk/second-factor").text
    assert "<svg" in page
    shown = re.search(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}", page)  # what she types where there is no camera
    assert shown
    secret = shown[0].replace(" ", "")
    with store.read() as session:
        assert secret not in (session.get_one(SecondFactor, cast.li.agent_id).secret or secret)
    assert li.post("/desk/second-factor", code="000000").status_code == 422
    made = li.post("/desk/second-factor", code=code_at(secret, int(clock().timestamp()) // 30))
    codes = re.findall(r'class="code">([A-Z2-9]{5}-[A-Z2-9]{5})<', made.text)
    assert len(codes) == 8
    assert li.get("/desk/chats").status_code == 200

    other = open_browser()
    assert other.try_sign_in(cast.li.login, PASSWORD).status_code == 303
    assert other.get("/desk/chats").headers["location"] == "/desk/second-factor"
    token = re.search(r'name="csrf" value="([^"]+)"', other.get("/desk/second-factor").text)
    assert token
    other.csrf = token[1]
    clock.turn(seconds=30)
    code = code_at(secret, int(clock().timestamp()) // 30)
    assert other.post("/desk/second-factor", code=code).headers["location"] == "/desk/"
    assert other.get("/desk/chats").status_code == 200


def test_staff_may_have_a_second_factor_too(open_browser: OpenBrowser, repairer: Colleague) -> None:
    browser = open_browser().sign_in(repairer.login, PASSWORD)
    assert "<svg" in browser.get("/desk/second-factor").text

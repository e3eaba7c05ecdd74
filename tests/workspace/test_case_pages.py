"""The cases 工单: who sees which, and each thing that can be done with one."""

import re

import pytest
from sqlalchemy import select

from bot.desk.casework.access import case_for_agent
from bot.store.engine import Store
from bot.store.states import CaseKind, CaseStatus
from bot.store.tables import Agent, Case, Message
from tests.support.audit import lines_about
from tests.support.casework import open_lift_case
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


@pytest.fixture
def number(store: Store, cast: Cast, clock: HandClock) -> str:
    """The number of 王阿姨's lift case."""
    with store.write() as session:
        return open_lift_case(session, cast.wang, clock()).number


@pytest.fixture
def wanggong(open_browser: OpenBrowser, repairer: Colleague) -> Browser:
    """王工 of the repair staff, signed in."""
    return open_browser().sign_in(repairer.login, PASSWORD)


def case_of(store: Store, cast: Cast, number: str) -> Case:
    with store.read() as session:
        found = case_for_agent(session, number, agent=session.get_one(Agent, cast.li.agent_id))
        assert found
        return found


def told(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Message.text).where(Message.sender == "system")))


def test_a_case_goes_its_whole_way(
    li: Browser, store: Store, cast: Cast, number: str, repairer: Colleague
) -> None:
    url = f"/desk/cases/{number}"
    steps: list[tuple[str, dict[str, str], CaseStatus]] = [
        ("assign", {"to": str(repairer.agent_id), "tell": "1"}, CaseStatus.ASSIGNED),
        ("start", {}, CaseStatus.IN_PROGRESS),
        ("note", {"text": "电梯公司已到场"}, CaseStatus.IN_PROGRESS),
        ("resolve", {"result": "更换门机皮带", "tell": "1"}, CaseStatus.RESOLVED),
        ("reopen", {"why": "业主说又停了", "tell": "1"}, CaseStatus.REOPENED),
        ("resolve", {"result": "更换主板"}, CaseStatus.RESOLVED),
        ("close", {"why": "业主确认"}, CaseStatus.CLOSED),
    ]
    for act, fields, status in steps:
        assert li.post(f"{url}/{act}", fragment=False, **fields).headers["location"] == url
        assert case_of(store, cast, number).status is status
    page = li.get(url).text
    for line in ("交由 王工 负责", "电梯公司已到场", "业主说又停了", "小李"):
        assert line in page
    assert len(told(store)) == 3


def test_a_case_may_go_to_somebody_known_by_name_only(
    li: Browser, store: Store, cast: Cast, number: str
) -> None:
    li.post(f"/desk/cases/{number}/assign", person="电梯公司 刘工")
    assert case_of(store, cast, number).person_in_charge == "电梯公司 刘工"
    assert told(store) == []


def test_a_promised_time_is_told_and_lies_ahead(li: Browser, store: Store, cast: Cast, number: str) -> None:
    url = f"/desk/cases/{number}"
    past = li.post(f"{url}/promise", fragment=True, what="visit", due_at="2026-11-25T08:00")
    assert (past.status_code, past.headers["X-Desk-Fault"]) == (422, "bad_time")
    assert li.post(f"{url}/promise", fragment=True, what="visit", due_at="soon").status_code == 422
    li.post(f"{url}/promise", what="visit", due_at="2026-11-25T15:30", tell="1")
    assert "今天 15:30" in li.get(url).text
    assert len(told(store)) == 1


def test_a_step_that_the_case_cannot_take_is_refused(li: Browser, number: str) -> None:
    refused = li.post(f"/desk/cases/{number}/close", fragment=True)
    assert (refused.status_code, refused.headers["X-Desk-Fault"]) == (409, "illegal_move")
    assert "结案说明" not in li.get(f"/desk/cases/{number}").text


def test_repair_staff_see_their_own_cases_only(
    li: Browser, wanggong: Browser, number: str, repairer: Colleague
) -> None:
    url = f"/desk/cases/{number}"
    assert number not in wanggong.get("/desk/cases?show=all").text
    hidden, absent = wanggong.get(url), wanggong.get("/desk/cases/BX2026-9999")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text == absent.text
    assert wanggong.post(f"{url}/note", text="偷看").status_code == 404
    li.post(f"{url}/assign", to=str(repairer.agent_id))
    assert number in wanggong.get("/desk/cases?show=mine").text
    assert wanggong.post(f"{url}/start").status_code == 303


def test_the_list_filters(
    li: Browser, store: Store, cast: Cast, clock: HandClock, number: str, repairer: Colleague
) -> None:
    with store.write() as session:
        other = open_lift_case(
            session,
            cast.zhou,
            clock(),
            kind=CaseKind.COMPLAINT,
            category="noise",
            summary="楼上夜间装修 100%",
        ).number

    def listed(query: str) -> set[str]:
        page = li.get(f"/desk/cases?{query}").text
        return {one for one in (number, other) if one in page}

    assert listed("") == {number, other}
    assert listed("kind=complaint") == {other}
    assert listed("words=1201") == {number}
    assert listed("words=%25") == {other}
    assert listed("show=mine") == set()
    assert listed("show=overdue") == set()
    li.post(f"/desk/cases/{number}/assign", to=str(cast.li.agent_id))
    assert listed("show=mine") == {number}
    clock.turn(days=3)
    li.sign_in(cast.li.login, PASSWORD)
    assert listed("show=overdue&words=1201") == {number}
    assert listed("show=nonsense&kind=nonsense&page=x&words=%00") == {number, other}


def test_a_category_is_shown_by_its_name(li: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        number = open_lift_case(
            session, cast.wang, clock(), kind=CaseKind.FEE, category="how_computed", summary="怎么算的"
        ).number
    for url in ("/desk/cases", f"/desk/cases/{number}", f"/desk/chats/{cast.wang.conversation_id}"):
        page = li.get(url).text
        assert "费用 · 收费标准" in page, url
        assert "how_computed" not in re.sub(r"<[^>]*>", "", page), url


def test_the_contact_is_masked_and_showing_it_is_written_down(
    li: Browser, store: Store, cast: Cast, number: str
) -> None:
    page = li.get(f"/desk/cases/{number}").text
    assert "138****1234" in page
    assert "13800001234" not in page
    assert "13800001234" in li.post(f"/desk/cases/{number}/contact", fragment=True).text
    with store.read() as session:
        shown, read = lines_about(session, f"case:{case_of(store, cast, number).id}")
        assert (shown.by, shown.what, read.what) == (cast.li.by, "phone_shown", "read_case")

"""A complaint about 陈姐 is kept from her; who complained anonymously is shown on request, and audited."""

import pytest
from sqlalchemy import select

from bot.desk.casework.complained_of import PassedBy
from bot.desk.people.agents import create_agent
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, Role, Urgency
from bot.store.tables import AuditRow, Case
from tests.support.casework import open_lift_case
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser

ABOUT_CHEN = "陈姐昨天在电话里骂我"
ABOUT_ZHOU = "楼上每天半夜打麻将"


@pytest.fixture
def about_chen(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 complained of 陈姐; there is another supervisor, 方主任."""
    with store.write() as session:
        create_agent(
            session,
            login="fang",
            name="方主任",
            password=PASSWORD,
            role=Role.SUPERVISOR,
            by=actors.OPERATOR,
            now=clock(),
        )
        return open_lift_case(
            session,
            cast.wang,
            clock(),
            kind=CaseKind.COMPLAINT,
            category="staff",
            urgency=Urgency.NORMAL,
            summary=ABOUT_CHEN,
            supervisors_only=True,
            charge=PassedBy("陈姐", "公司品质监督部", "林国栋", frozenset({cast.chen.agent_id})),
        ).number


@pytest.fixture
def unnamed(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 complained of 老周 and is not to be named."""
    with store.write() as session:
        return open_lift_case(
            session,
            cast.wang,
            clock(),
            kind=CaseKind.COMPLAINT,
            category="noise",
            urgency=Urgency.NORMAL,
            summary=ABOUT_ZHOU,
            details={"anonymous": True},
        ).number


def shown(browser: Browser, cast: Cast, number: str) -> str:
    urls = [
        f"/desk/cases/{number}",
        "/desk/cases?show=all",
        f"/desk/cases?show=all&words={number}",
        f"/desk/chats/{cast.wang.conversation_id}",
        f"/desk/chats/{cast.wang.conversation_id}/person",
        "/desk/notices",
    ]
    return "\n".join(browser.get(url).text for url in urls)


def test_the_supervisor_it_is_about_reads_nothing_of_it(chen: Browser, cast: Cast, about_chen: str) -> None:
    assert chen.get(f"/desk/cases/{about_chen}").status_code == 404
    assert about_chen not in shown(chen, cast, "BX0000-0000")
    assert chen.post(f"/desk/cases/{about_chen}/note", text="看看").status_code == 404


def test_another_supervisor_handles_it(open_browser: OpenBrowser, cast: Cast, about_chen: str) -> None:
    fang = open_browser().sign_in("fang", PASSWORD)
    page = fang.get(f"/desk/cases/{about_chen}").text
    assert ABOUT_CHEN in page
    assert "林国栋" in page
    assert ">陈姐<" not in page
    assert about_chen in fang.get("/desk/notices").text


def test_the_agent_sees_the_case_and_not_who_complained(li: Browser, cast: Cast, unnamed: str) -> None:
    page = li.get(f"/desk/cases/{unnamed}").text
    assert ABOUT_ZHOU in page
    assert "王阿姨" not in page
    assert f"/desk/chats/{cast.wang.conversation_id}" not in page
    assert li.post(f"/desk/cases/{unnamed}/complainer", fragment=True).status_code == 404
    assert unnamed not in li.get(f"/desk/chats/{cast.wang.conversation_id}/person").text


def test_the_supervisor_sees_the_name_on_request_and_it_is_written_down(
    chen: Browser, store: Store, cast: Cast, unnamed: str
) -> None:
    assert "王阿姨" not in chen.get(f"/desk/cases/{unnamed}").text
    assert "王阿姨" in chen.post(f"/desk/cases/{unnamed}/complainer", fragment=True).text
    with store.read() as session:
        case = session.scalars(select(Case)).one()
        looks = session.scalars(
            select(AuditRow.by).where(
                AuditRow.what == "complainer_shown", AuditRow.subject == f"case:{case.id}"
            )
        ).all()
    assert looks == [cast.chen.by]

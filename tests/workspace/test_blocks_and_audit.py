"""The block list: who abuses the desk is for supervisors, nobody is muted. The log of looks (R24, R45)."""

from sqlalchemy import select

from bot.desk.people.blocks import block_of
from bot.desk.service.queue import read_queue
from bot.store.engine import Store
from bot.store.service_tables import ChatOffer, ServiceCall
from bot.store.tables import AuditRow
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.support.cries import Cries
from tests.support.estates import sample_estate
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser
from tests.workspace.test_service_pages import clock_looks, wants_a_person


def blocks(browser: Browser, cast: Cast, *, reason: str = "连续三天辱骂客服", days: str = "3") -> int:
    """A supervisor restricts 王阿姨 from beside her chat."""
    url = f"/desk/chats/{cast.wang.conversation_id}/block"
    return browser.post(url, reason=reason, days=days).status_code


def test_who_abuses_the_desk_waits_for_a_supervisor_after_the_others(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    assert blocks(chen, cast) == 303
    wants_a_person(store, cast.wang, clock)
    clock.turn(minutes=1)
    wants_a_person(store, cast.zhou, clock)
    for browser in (li, chen):
        browser.post("/desk/presence/beat", fragment=True)
    with store.read() as session:
        queue = read_queue(session, estate=sample_estate(), now=clock())
        assert [one.conversation_id for one in queue] == [
            cast.zhou.conversation_id,
            cast.wang.conversation_id,
        ]
    clock_looks(store, clock)
    with store.read() as session:
        asked = {row.conversation_id: row.agent_id for row in session.scalars(select(ChatOffer))}
    assert asked == {
        cast.zhou.conversation_id: cast.li.agent_id,
        cast.wang.conversation_id: cast.chen.agent_id,
    }
    page = li.get(f"/desk/chats/{cast.wang.conversation_id}").text
    assert "限制接待，至" in page
    assert "连续三天辱骂客服" in page  # she sees why


def test_nobody_is_called_at_home_for_who_is_on_the_list(
    chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    blocks(chen, cast)
    wants_a_person(store, cast.wang, clock)
    for _ in range(3):
        clock.turn(minutes=10)
        clock_looks(store, clock)
    with store.read() as session:
        assert session.scalars(select(ServiceCall)).all() == []


def test_it_ends_by_itself_and_is_taken_back_before(
    chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    blocks(chen, cast, days="1")
    assert "连续三天辱骂客服" in chen.get("/desk/blocks").text
    blocks(chen, cast, reason="再次辱骂", days="7")
    assert "连续三天辱骂客服" not in chen.get("/desk/blocks").text  # one entry holds
    assert chen.post(f"/desk/blocks/{cast.wang.resident_id}/lift").status_code == 303
    assert "名单是空的" in chen.get("/desk/blocks").text
    blocks(chen, cast, days="1")
    clock.turn(hours=25)
    with store.read() as session:
        assert block_of(session, cast.wang.resident_id, now=clock()) is None
        done = session.scalars(select(AuditRow.what).where(AuditRow.what.like("%block_resident"))).all()
    assert done == ["block_resident", "block_resident", "unblock_resident", "block_resident"]


def test_an_agent_restricts_nobody_and_nobody_is_restricted_without_reason_or_end(
    li: Browser, chen: Browser, cast: Cast
) -> None:
    assert blocks(li, cast) == 404
    assert li.get("/desk/blocks").status_code == 404
    assert "限制接待" not in li.get(f"/desk/chats/{cast.wang.conversation_id}").text
    assert blocks(chen, cast, reason="") == 422
    assert blocks(chen, cast, days="365") == 422


def test_who_looked_at_whom_is_read_by_supervisors_and_that_is_a_line_too(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    chat = cast.wang.conversation_id
    li.get(f"/desk/chats/{chat}")
    assert "小李" in chen.get("/desk/audit").text
    page = chen.get(f"/desk/audit?agent={cast.li.agent_id}").text
    assert f"会话 {chat}" in page
    assert "打开会话" in page
    assert "打开查阅记录" not in page  # that was 陈姐
    assert "打开查阅记录" in chen.get("/desk/audit").text
    assert "没有记录" in chen.get("/desk/audit?day=2020-01-01").text
    assert f"会话 {chat}" not in chen.get("/desk/audit?subject=conversation:0").text
    assert li.get("/desk/audit").status_code == 404


def test_the_log_has_pages(chen: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        for number in range(120):
            session.add(
                AuditRow(by=cast.li.by, what="read_chat", subject=f"conversation:{number}", at=clock())
            )
    first, second = chen.get("/desk/audit").text, chen.get("/desk/audit?page=2").text
    assert "下一页" in first
    assert "上一页" in second
    assert "会话 119" in first
    assert "会话 119" not in second


def test_an_emergency_of_hers_is_everybodys(
    store: Store, chen: Browser, cast: Cast, clock: HandClock
) -> None:
    blocks(chen, cast)
    Cries(store, clock).hears(cast.wang, "电梯困住了，里面两个孩子")
    wants_a_person(store, cast.wang, clock)
    with store.read() as session:
        (only,) = read_queue(session, estate=sample_estate(), now=clock())
    assert only.emergency
    assert not only.blocked
    assert not only.for_supervisors


def test_repair_staff_see_neither(open_browser: OpenBrowser, repairer: Colleague) -> None:
    browser = open_browser().sign_in(repairer.login, PASSWORD)
    assert browser.get("/desk/audit").status_code == 404
    assert browser.get("/desk/blocks").status_code == 404

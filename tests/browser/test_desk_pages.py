"""Every page of the desk in light, dark and on a phone: looked over by axe (WCAG A and AA), photographed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from bot.desk.casework.cases import close_case, resolve_case
from bot.desk.people.agents import change_role
from bot.desk.service import beside, endings, presence
from bot.desk.talk import conversations
from bot.desk.talk.transcript import record_inbound, record_outbound
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, Lane, Role, Sender, Urgency
from tests.browser.conftest import DESKTOP, PHONE, keep_screenshot
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer

AXE = (Path(__file__).parent / "axe" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
LOOKS = {"light": (DESKTOP, "light"), "dark": (DESKTOP, "dark"), "phone": (PHONE, "light")}


@pytest.fixture
def busy_desk(server: DeskServer, store: Store, cast: Cast, clock: HandClock) -> dict[str, str]:
    """A desk in the middle of its day; its pages by name."""
    with store.write() as session:
        change_role(session, agent_id=cast.chen.agent_id, role=Role.ADMIN, by=actors.OPERATOR, now=clock())
        number = _wangs_lift(session, cast, clock)
        _zhous_fee(session, cast, clock)
        presence.heartbeat(session, cast.li.agent_id, now=clock())
    chat = f"/desk/chats/{cast.wang.conversation_id}"
    return {
        "chats": "/desk/chats",
        "chat": chat,
        "wall": "/desk/wall",
        "phrases": "/desk/phrases",
        "archive": "/desk/archive",
        "quality": "/desk/quality",
        "people": "/desk/people",
        "cases": "/desk/cases",
        "case": f"/desk/cases/{number}",
        "alarms": "/desk/alarms",
        "notices": "/desk/notices",
        "password": "/desk/password",
        "factor": "/desk/second-factor",
        "empty": "/desk/archive?words=没有这样的话",
        "error": "/desk/cases/BX2020-9999",
    }


def _wangs_lift(session: Session, cast: Cast, clock: HandClock) -> str:
    opened = open_lift_case(session, cast.wang, clock() - timedelta(hours=2))
    said = [("电梯又停在五楼了", 0), ("两个小时了，没有人来", 1), ("第三次了！你们到底管不管", 2)]
    for number, (text, upset) in enumerate(said):
        message = record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id=f"w{number}",
            text=text,
            now=clock.turn(seconds=40),
        ).message
        message.upset, message.parse = upset, {"intent": "repair", "matters": [LIFT]}
        if number == 0:
            record_outbound(
                session,
                conversation_id=cast.wang.conversation_id,
                sender=Sender.BOT,
                text="已经登记报修，方便留个电话吗？",
                lane=Lane.BOT,
                epoch=0,
                now=clock(),
            )
    beside.add_trait(session, cast.wang.resident_id, kind="need", text="独居老人", by=cast.li.by, now=clock())
    beside.add_note(
        session,
        cast.wang.conversation_id,
        agent_id=cast.li.agent_id,
        text="@陈姐 上周也报过同一部电梯",
        now=clock(),
    )
    conversations.request_person(
        session, cast.wang.conversation_id, reason="angry", by=actors.BOT, now=clock()
    )
    return opened.number


LIFT = {"intent": "repair", "category": "lift"}


def _zhous_fee(session: Session, cast: Cast, clock: HandClock) -> None:
    case = case_of(
        session,
        open_lift_case(
            session,
            cast.zhou,
            clock(),
            kind=CaseKind.FEE,
            category="how_computed",
            urgency=Urgency.NORMAL,
            summary="物业费怎么算的",
        ),
    )
    resolve_case(session, case, result="已说明单价和面积", by=cast.li.by, now=clock())
    close_case(session, case, by=cast.li.by, now=clock())
    conversations.answer(
        session,
        cast.zhou.conversation_id,
        agent_id=cast.li.agent_id,
        text="老周您好，按面积计算",
        client_id="1",
        now=clock(),
    )
    endings.record_ending(
        session,
        cast.zhou.conversation_id,
        agent_id=cast.li.agent_id,
        reason="answered",
        note="已说明收费标准",
        now=clock(),
    )
    conversations.hand_back(
        session, cast.zhou.conversation_id, agent_id=cast.li.agent_id, note="已说明收费标准", now=clock()
    )


def signed_in(chromium: Browser, server: DeskServer, login: str, look: str) -> Page:
    viewport, scheme = LOOKS[look]
    context = chromium.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(f"{server.url}/desk/")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="会话", exact=True)).to_be_visible()
    return page


def violations(page: Page) -> list[str]:
    """What axe finds, one line each: the rule, and where."""
    page.evaluate(AXE)  # through the browser's own door: the page's policy lets no script in
    found: dict[str, Any] = page.evaluate("(options) => window.axe.run(document, options)", RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("look", list(LOOKS))
def test_every_page_can_be_read_by_everybody(
    chromium: Browser, server: DeskServer, busy_desk: dict[str, str], cast: Cast, look: str
) -> None:
    page = signed_in(chromium, server, cast.chen.login, look)
    faults = {}
    for name, url in busy_desk.items():
        page.goto(f"{server.url}{url}")
        page.evaluate("() => document.fonts.ready")
        found = violations(page)
        keep_screenshot(page, f"look-{name}-{look}")
        if found:
            faults[name] = found
    page.context.close()
    assert faults == {}

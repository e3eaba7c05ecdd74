"""The notices 提醒: whose they are, and how they are read."""

import re

from bot.desk.people.notices import give_notice
from bot.store.engine import Store
from tests.support.casework import open_lift_case
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


def test_a_notice_is_shown_until_it_is_seen(li: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = open_lift_case(session, cast.wang, clock())
        details = {"what": "visit", "due_at": clock().isoformat(), "person": "张建国"}
        give_notice(session, key="1", kind="promise_warning", case_id=case.id, details=details, now=clock())
    assert "1 条新提醒" in li.get("/desk/now", fragment=True).text
    page = li.get("/desk/notices").text
    assert "承诺时限临近" in page
    assert case.number in page
    ids = re.search(r'name="ids" value="(\d+)"', page)
    assert ids
    assert li.post("/desk/notices/seen", ids=ids[1]).status_code == 303
    assert "条新提醒" not in li.get("/desk/now", fragment=True).text
    assert li.post("/desk/notices/seen", fragment=True, ids="1,x").status_code == 400


def test_repair_staff_get_only_what_is_addressed_to_them(
    open_browser: OpenBrowser, store: Store, cast: Cast, repairer: Colleague, clock: HandClock
) -> None:
    with store.write() as session:
        give_notice(session, key="all", kind="delivery_failed", now=clock())
        give_notice(session, key="li", kind="case_urged", agent_id=cast.li.agent_id, now=clock())
        give_notice(session, key="him", kind="case_assigned", agent_id=repairer.agent_id, now=clock())
    page = open_browser().sign_in(repairer.login, PASSWORD).get("/desk/notices").text
    assert "有工单交给您" in page
    assert "消息发送失败" not in page
    assert "业主催办" not in page

"""The bills beside the chat: of the home she proved, on request, and who looked is written down."""

import pytest

from bot.store.engine import Store
from bot.store.tables import Household
from tests.support.audit import lines_about
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.fees import put_in_bills
from tests.workspace.browser import Browser


@pytest.fixture(autouse=True)
def bills(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        put_in_bills(session, now=clock())


def test_the_bills_of_a_proved_home_are_shown_and_that_is_written_down(
    li: Browser, store: Store, cast: Cast
) -> None:
    url = f"/desk/chats/{cast.wang.conversation_id}"
    page = li.get(url).text
    assert "查看账单" in page
    assert "3007.20" not in page
    shown = li.post(f"{url}/account", fragment=True, home="3-2-1201").text
    assert "89.50㎡ × 2.80元 × 12个月 = 3007.20元" in shown
    assert "合计还需缴 1527.89元" in shown
    assert "3976.90" not in shown
    with store.read() as session:
        home = session.query(Household).filter_by(key="3-2-1201").one()
        (line,) = lines_about(session, f"household:{home.id}")
        assert (line.by, line.what) == (cast.li.by, "account_shown")


@pytest.mark.parametrize("home", ["3-2-1301", "9-9-999", ""])
def test_no_other_home_is_shown_in_her_chat(li: Browser, cast: Cast, home: str) -> None:
    answer = li.post(f"/desk/chats/{cast.wang.conversation_id}/account", fragment=True, home=home)
    assert answer.status_code == 422
    assert "3976.90" not in answer.text


def test_a_stranger_has_no_bills_to_show(li: Browser, cast: Cast) -> None:
    url = f"/desk/chats/{cast.stranger.conversation_id}"
    assert "查看账单" not in li.get(url).text
    assert li.post(f"{url}/account", fragment=True, home="3-2-1201").status_code == 422

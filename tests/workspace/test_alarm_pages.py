"""Alarms on the desk's pages: shown to everyone, taken by one, followed to the end."""

import pytest
from sqlalchemy import select

from bot.store.emergency_tables import Alarm, AlarmState, Page, PageState
from bot.store.engine import Store
from bot.store.states import CaseStatus
from bot.store.tables import AgentSession, Case
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.support.cries import Cries
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser

AFTERWARDS = {"cause": "门机故障", "damage": "无人受伤", "insurance": "已出具说明", "prevention": "更换门机"}


@pytest.fixture
def cries(store: Store, cast: Cast, clock: HandClock) -> Cries:
    found = Cries(store, clock)
    found.hears(cast.wang, "电梯困住了，里面两个孩子")
    return found


def state(store: Store) -> AlarmState:
    with store.read() as session:
        return session.scalars(select(Alarm.state)).one()


def test_every_page_carries_the_bar_and_its_bell(li: Browser, cries: Cries) -> None:
    for url in ("/desk/chats", "/desk/cases", "/desk/notices", "/desk/alarms"):
        page = li.get(url).text
        assert 'hx-get="/desk/now"' in page
        assert "alarms.js" in page


def test_the_bar_names_kind_place_and_words_and_asks_to_be_taken(li: Browser, cries: Cries) -> None:
    bar = li.get("/desk/now", fragment=True).text
    for words in ("电梯困人", "3栋2单元1201", "两个孩子", "我来处理", 'data-raised="1"', "YJ2026-0001"):
        assert words in bar


def test_a_screen_that_shows_it_is_a_page_that_was_delivered(
    li: Browser, cries: Cries, cast: Cast, store: Store
) -> None:
    assert "utter_emergency_notified" not in cries.told(cast.wang)
    li.get("/desk/now", fragment=True)
    li.get("/desk/now", fragment=True)
    assert cries.told(cast.wang).count("utter_emergency_notified") == 1
    with store.read() as session:
        assert session.scalars(select(Page.state)).all() == [PageState.SENT]


def test_nobody_is_told_by_a_page_that_is_not_signed_in(
    open_browser: OpenBrowser, cries: Cries, cast: Cast
) -> None:
    assert open_browser().get("/desk/now", fragment=True).status_code == 401
    assert "utter_emergency_notified" not in cries.told(cast.wang)


def test_taken_it_rings_no_more_and_the_resident_knows_who(
    li: Browser, chen: Browser, cries: Cries, cast: Cast, store: Store
) -> None:
    answer = li.post("/desk/alarms/1/acknowledge")
    assert answer.headers["location"] == "/desk/cases/YJ2026-0001"
    assert "data-raised" not in chen.get("/desk/now", fragment=True).text
    assert "小李" in chen.get("/desk/now", fragment=True).text
    assert "小李" in cries.last_words(cast.wang)
    assert chen.post("/desk/alarms/1/acknowledge").status_code == 409


def test_staff_on_duty_take_alarms_too(
    open_browser: OpenBrowser, repairer: Colleague, cries: Cries, store: Store
) -> None:
    wanggong = open_browser().sign_in(repairer.login, PASSWORD)
    assert "我来处理" in wanggong.get("/desk/now", fragment=True).text
    assert wanggong.post("/desk/alarms/1/acknowledge").status_code == 303
    assert wanggong.get("/desk/cases/YJ2026-0001").status_code == 200


def test_the_whole_way_with_its_minutes_on_the_case_page(
    li: Browser, cries: Cries, cast: Cast, store: Store
) -> None:
    li.get("/desk/now", fragment=True)
    for act in ("acknowledge", "arrive", "over"):
        cries.clock.turn(minutes=2)
        assert li.post(f"/desk/alarms/1/{act}").status_code == 303
    assert li.post("/desk/alarms/1/close", cause="门机故障").status_code == 422
    closed = li.post("/desk/alarms/1/close", fragment=False, **AFTERWARDS)
    assert closed.status_code == 303
    page = li.get("/desk/cases/YJ2026-0001").text
    for words in (
        "呼叫值班员：周强",
        "已告知如何自救",
        "工作台已送达",
        "已有人接手",
        "已到场",
        "险情解除",
        "门机故障",
    ):
        assert words in page
    with store.read() as session:
        assert session.scalars(select(Case.status)).one() is CaseStatus.CLOSED
    assert "已解除" in li.get("/desk/alarms").text


def test_the_case_page_shows_who_was_called_and_whom_to_tell(li: Browser, cries: Cries) -> None:
    part = li.get("/desk/alarms/of/YJ2026-0001", fragment=True).text
    for words in ("待接手", "周强", "工作台", "本单元（1 个会话）", "发送通知"):
        assert words in part


def test_neighbours_hear_it_by_one_action(li: Browser, cries: Cries, cast: Cast) -> None:
    assert li.post("/desk/alarms/1/neighbours", scope="unit").status_code == 303
    assert cries.told(cast.zhou) == ["utter_emergency_neighbours"]
    assert li.post("/desk/alarms/1/neighbours", scope="moon").status_code == 422


def test_the_ordinary_buttons_of_the_case_end_the_alarm_and_ask_the_closing_questions(
    li: Browser, cries: Cries, cast: Cast, store: Store
) -> None:
    assert li.post("/desk/cases/YJ2026-0001/start").status_code == 303
    assert state(store) is AlarmState.ACKNOWLEDGED
    assert li.post("/desk/cases/YJ2026-0001/resolve", result="人已救出").status_code == 303
    assert state(store) is AlarmState.OVER
    assert cries.told(cast.wang)[-1] == "utter_emergency_over"
    refused = li.post("/desk/cases/YJ2026-0001/close")
    assert refused.status_code == 409
    assert "事后记录" in refused.text
    assert li.post("/desk/alarms/1/close", fragment=False, **AFTERWARDS).status_code == 303
    assert "YJ2026" not in li.get("/desk/now", fragment=True).text


def test_a_false_cry_is_closed_as_such(li: Browser, cries: Cries, store: Store) -> None:
    li.post("/desk/alarms/1/acknowledge")
    assert li.post("/desk/alarms/1/false").status_code == 303
    assert state(store) is AlarmState.FALSE
    assert "确认为误报" in li.get("/desk/cases/YJ2026-0001").text


def test_an_act_needs_the_token_and_an_alarm_that_is_there(li: Browser, cries: Cries, store: Store) -> None:
    li.csrf = "forged"
    assert li.post("/desk/alarms/1/acknowledge").status_code == 403
    with store.read() as session:
        li.csrf = session.scalars(select(AgentSession.csrf_token)).one()
    assert li.post("/desk/alarms/99/acknowledge").status_code == 404
    assert state(store) is AlarmState.RAISED


def test_an_ordinary_case_has_no_alarm(li: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    from tests.support.casework import open_lift_case

    with store.write() as session:
        number = open_lift_case(session, cast.wang, clock()).number
    assert li.get(f"/desk/alarms/of/{number}", fragment=True).status_code == 204
    assert "没有正在处理的警报" in li.get("/desk/alarms").text

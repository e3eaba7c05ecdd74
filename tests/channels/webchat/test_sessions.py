"""Who may read what: sessions, cookies, the private return link, foreign pages, the operator."""

import httpx
import pytest
from sqlalchemy import select

from bot.store.engine import Store
from bot.store.tables import Household, Residency, WebVisit
from tests.support.clock import HandClock
from tests.support.desk_server import OPERATOR, DeskServer
from tests.support.visitor import Visitor

SESSION = "/chat/api/session"
MESSAGES = "/chat/api/messages"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What a page is told does not depend on the kind of database."""
    return sqlite_url


@pytest.fixture
def browser(server: DeskServer) -> httpx.Client:
    """A browser with an empty jar; it says where its calls come from, as browsers do."""
    return httpx.Client(base_url=server.url, headers={"Origin": server.url}, trust_env=False, timeout=20)


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error"]["code"]
    return code


def send(browser: httpx.Client, text: str, **headers: str) -> httpx.Response:
    body = {"client_id": f"client-{abs(hash(text))}", "text": text}
    return browser.post(MESSAGES, json=body, headers=headers)


def test_a_new_browser_gets_a_cookie_no_script_can_read(browser: httpx.Client) -> None:
    answer = browser.post(SESSION, json={})
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert send(browser, "您好").status_code == 201


def test_a_browser_that_comes_back_goes_on_with_its_conversation(browser: httpx.Client) -> None:
    first = browser.post(SESSION, json={}).json()
    again = browser.post(SESSION, json={})
    assert again.status_code == 200
    assert again.json() == {key: first[key] for key in ("conversation", "return_link")}


def test_the_tokens_themselves_are_not_in_the_store(browser: httpx.Client, store: Store) -> None:
    opened = browser.post(SESSION, json={}).json()
    link = opened["return_link"].rsplit("/", 1)[1]
    with store.read() as session:
        visit = session.scalars(select(WebVisit)).one()
        assert opened["token"] not in (visit.token_hash, visit.return_hash)
        assert link not in (visit.token_hash, visit.return_hash)


def test_the_return_link_opens_the_conversation_in_another_browser(
    browser: httpx.Client, server: DeskServer
) -> None:
    link = browser.post(SESSION, json={}).json()["return_link"]
    send(browser, "电梯坏了")
    with httpx.Client(base_url=server.url, trust_env=False) as other:
        followed = other.get(link)
        assert (followed.status_code, followed.headers["location"]) == (303, "/")
        said = other.get(MESSAGES).json()["messages"]
        assert said[0]["text"] == "电梯坏了"
        assert other.get(link).status_code == 303, "followed again, it changes nothing"


@pytest.mark.parametrize("token", ["x", "0" * 64])
def test_a_wrong_return_link_says_so_on_the_page(browser: httpx.Client, token: str) -> None:
    answer = browser.get(f"/chat/r/{token}")
    assert answer.status_code == 404
    assert "专属链接无效或已过期" in answer.text
    assert "<textarea" in answer.text, "she can write all the same"


def test_a_session_token_is_no_return_link(browser: httpx.Client) -> None:
    token = browser.post(SESSION, json={}).json()["token"]
    assert browser.get(f"/chat/r/{token}").status_code == 404


def test_a_stranger_without_session_is_told_so(browser: httpx.Client) -> None:
    assert code_of(browser.get(MESSAGES)) == "session_missing"
    answer = browser.get(MESSAGES, headers={"Authorization": "Bearer made-up"})
    assert (answer.status_code, code_of(answer)) == (401, "session_unknown")
    browser.cookies.set("guanjia_chat", "made-up")
    assert code_of(browser.get(MESSAGES)) == "session_unknown"


def test_an_expired_session_is_told_so_and_a_new_one_begins(browser: httpx.Client, clock: HandClock) -> None:
    first = browser.post(SESSION, json={}).json()
    clock.turn(days=400)
    answer = browser.get(MESSAGES)
    assert (answer.status_code, code_of(answer)) == (401, "session_expired")
    assert browser.get(first["return_link"]).status_code == 404
    second = browser.post(SESSION, json={})
    assert second.status_code == 201
    assert second.json()["conversation"] != first["conversation"]


def test_who_keeps_coming_keeps_her_session(browser: httpx.Client, clock: HandClock) -> None:
    first = browser.post(SESSION, json={}).json()
    for _ in range(12):
        clock.turn(days=20)
        assert browser.post(SESSION, json={}).json()["conversation"] == first["conversation"]


def test_a_page_of_another_site_can_change_nothing(browser: httpx.Client) -> None:
    browser.post(SESSION, json={})
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = send(browser, "转账", **headers)
        assert (answer.status_code, code_of(answer)) == (403, "foreign_origin")
    del browser.headers["Origin"]
    assert code_of(send(browser, "转账")) == "foreign_origin", "a cookie alone is not enough"
    assert send(browser, "转账", **{"Sec-Fetch-Site": "same-origin"}).status_code == 201


def test_an_apps_token_needs_no_origin(visitor: Visitor) -> None:
    assert visitor.post_text("您好").status_code == 201


def test_nobody_reads_her_neighbours_conversation(server: DeskServer) -> None:
    wang, stranger = Visitor(server.url), Visitor(server.url)
    wang.says("我家在3-2-1201")
    assert stranger.looks() == []


def test_a_visitor_cannot_say_who_she_is_this_way(browser: httpx.Client) -> None:
    for who in ({"resident": "老周"}, {"home": "3-2-1301"}):
        answer = browser.post(SESSION, json=who)
        assert (answer.status_code, code_of(answer)) == (403, "operator_only")
    answer = browser.post(SESSION, json={"home": "3-2-1301"}, headers={"Authorization": "Bearer a guess"})
    assert answer.status_code == 403


def test_the_operator_opens_a_conversation_with_a_verified_home(server: DeskServer, store: Store) -> None:
    with store.write() as session:
        session.add(Household(key="3-2-1201", building="3", unit="2", room="1201"))
    Visitor(server.url, operator=OPERATOR, resident="王阿姨", home="3-2-1201")
    with store.read() as session:
        tie = session.scalars(select(Residency)).one()
        assert (tie.household.key, tie.resident.name, tie.verified_by) == ("3-2-1201", "王阿姨", "operator")
        assert tie.verified_at is not None


def test_the_operator_is_told_of_a_home_that_is_not_there(server: DeskServer) -> None:
    answer = httpx.post(
        f"{server.url}{SESSION}",
        json={"resident": "王阿姨", "home": "9-9-9999"},
        headers={"Authorization": f"Bearer {OPERATOR}"},
        trust_env=False,
    )
    assert (answer.status_code, code_of(answer)) == (422, "home_unknown")
    assert "9-9-9999" in answer.json()["error"]["message"]


def test_turn_lines_are_the_operators_only(visitor: Visitor) -> None:
    answer = visitor.http.get("/chat/api/turns")
    assert (answer.status_code, code_of(answer)) == (403, "operator_only")


def test_the_page_tells_what_it_knows_of_the_session(browser: httpx.Client, clock: HandClock) -> None:
    assert '"session": "none"' in browser.get("/").text
    browser.post(SESSION, json={})
    assert '"session": "known"' in browser.get("/").text
    clock.turn(days=400)
    assert '"session": "expired"' in browser.get("/").text

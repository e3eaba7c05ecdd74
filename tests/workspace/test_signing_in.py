"""Signing in 登录: who gets in, who waits, and what a foreign page cannot do."""

from starlette.applications import Starlette

from bot.desk.people.agents import create_agent
from bot.store import actors
from bot.store.engine import Store
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


def test_a_stranger_sees_nothing_but_the_sign_in(open_browser: OpenBrowser, cast: Cast) -> None:
    browser = open_browser()
    chat = cast.wang.conversation_id
    for url in ("/desk/", "/desk/chats", f"/desk/chats/{chat}", "/desk/cases", "/desk/notices"):
        answer = browser.get(url)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in")
    assert browser.get("/desk/live").status_code == 303
    asked = browser.post(f"/desk/chats/{chat}/answer", fragment=True, text="您好")
    assert asked.status_code == 401
    assert "登录已过期" in asked.text


def test_after_signing_in_she_is_back_where_she_was(open_browser: OpenBrowser, cast: Cast) -> None:
    wanted = f"/desk/chats/{cast.wang.conversation_id}"
    browser = open_browser()
    assert browser.get(wanted).headers["location"] == f"/desk/sign-in?next={wanted}"
    answer = browser.try_sign_in(cast.li.login, PASSWORD, back=wanted)
    assert answer.headers["location"] == wanted
    assert browser.get(wanted).status_code == 200


def test_the_way_back_never_leaves_the_desk(open_browser: OpenBrowser, cast: Cast) -> None:
    for elsewhere in ("https://evil.example/desk/", "//evil.example/desk/x", "/desk/\\evil", "/chat"):
        answer = open_browser().try_sign_in(cast.li.login, PASSWORD, back=elsewhere)
        assert answer.headers["location"] == "/desk/"


def test_a_wrong_password_says_so_and_keeps_the_name(open_browser: OpenBrowser, cast: Cast) -> None:
    answer = open_browser().try_sign_in(cast.li.login, "wrong")
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert f'value="{cast.li.login}"' in answer.text


def test_too_many_tries_wait_until_a_time_that_is_said(
    open_browser: OpenBrowser, cast: Cast, clock: HandClock
) -> None:
    browser = open_browser()
    for _ in range(5):
        browser.try_sign_in(cast.li.login, "wrong")
    refused = browser.try_sign_in(cast.li.login, PASSWORD)
    assert refused.status_code == 429
    assert "今天 09:15" in refused.text
    clock.turn(minutes=16)
    assert browser.try_sign_in(cast.li.login, PASSWORD).status_code == 303


def test_a_sign_in_sent_from_another_site_is_not_taken(open_browser: OpenBrowser, cast: Cast) -> None:
    fields = {"login": cast.li.login, "password": PASSWORD, "form": "guessed"}
    answer = open_browser().client.post("/desk/sign-in", data=fields)
    assert answer.status_code == 403
    assert "guanjia_desk=" not in answer.headers["set-cookie"]


def test_the_session_cookie_is_for_the_server_alone(parts: Parts, secure: Parts, cast: Cast) -> None:
    for given, wanted in ((parts, False), (secure, True)):
        browser = Browser(Starlette(routes=routes(given)), base="https://desk.test")
        answer = browser.try_sign_in(cast.li.login, PASSWORD)
        cookie = answer.headers.get_list("set-cookie")[0].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert ("secure" in cookie) == wanted


def test_a_first_password_opens_nothing_until_it_is_changed(
    open_browser: OpenBrowser, store: Store, clock: HandClock
) -> None:
    with store.write() as session:
        create_agent(
            session,
            login="new",
            name="新来的小张",
            password="first-words",
            must_change_password=True,
            by=actors.OPERATOR,
            now=clock(),
        )
    browser = open_browser()
    browser.try_sign_in("new", "first-words")
    browser.read_token()
    assert browser.get("/desk/chats").headers["location"] == "/desk/password"
    assert browser.get("/desk/chats/list", fragment=True).status_code == 403
    for new, again, said in (
        ("short", "short", "新密码太短"),
        ("long enough 1", "long enough 2", "两次输入的新密码不一致"),
    ):
        answer = browser.post("/desk/password", old="first-words", new=new, again=again)
        assert answer.status_code == 422
        assert said in answer.text
    changed = browser.post("/desk/password", old="first-words", new="my own words", again="my own words")
    assert changed.status_code == 303
    assert browser.get("/desk/chats").status_code == 200


def test_every_form_needs_the_sessions_own_token(li: Browser, chen: Browser, cast: Cast) -> None:
    url = f"/desk/chats/{cast.wang.conversation_id}/take-over"
    li.csrf = ""
    assert li.post(url).status_code == 403
    li.csrf = chen.csrf
    refused = li.post(url, fragment=True)
    assert refused.status_code == 403
    assert refused.headers["HX-Retarget"] == "#toasts"
    li.read_token()
    assert li.post(url).status_code == 303


def test_signing_out_ends_the_session(li: Browser) -> None:
    token = li.client.cookies["guanjia_desk"]
    assert li.post("/desk/sign-out").status_code == 303
    li.client.cookies.set("guanjia_desk", token)
    assert li.get("/desk/chats").headers["location"].startswith("/desk/sign-in")


def test_a_session_is_over_after_its_day(li: Browser, clock: HandClock) -> None:
    clock.turn(hours=13)
    assert li.get("/desk/chats/list", fragment=True).status_code == 401

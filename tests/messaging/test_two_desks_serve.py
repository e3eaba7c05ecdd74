"""Two desk processes on one PostgreSQL: who waits at one is offered, served and answered at the other."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.doubles.rasa.fake import FakeRasa
from tests.support.cast import PASSWORD, Cast
from tests.support.desk_server import OPERATOR, DeskServer
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor, until


@pytest.fixture
def store_url(postgres_url: str) -> str:
    """Only a database of its own is shared by two processes."""
    return postgres_url


class Browser:
    """Somebody of the desk at one of the desks."""

    def __init__(self, server: DeskServer, login: str) -> None:
        self.http = httpx.Client(base_url=server.url, timeout=30, trust_env=False)
        form = re.search(r'name="form" value="([^"]+)"', self.http.get("/desk/sign-in").text)
        assert form
        fields = {"form": form[1], "login": login, "password": PASSWORD}
        assert self.http.post("/desk/sign-in", data=fields).status_code == 303
        token = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/desk/password").text)
        assert token
        self.http.headers.update({"X-CSRF-Token": token[1], "HX-Request": "true"})

    def sees(self, url: str, part: str) -> str:
        """Wait until the page says so."""

        def page() -> str:
            text = self.http.get(url).text
            return text if part in text else ""

        found: str = until(page, what=part)
        return found

    def posts(self, url: str, **fields: str) -> int:
        return self.http.post(url, data=fields).status_code


def test_a_chat_of_one_desk_is_served_at_the_other(start_desk: StartDesk, rasa: FakeRasa, cast: Cast) -> None:
    first, second = start_desk("desk-1"), start_desk("desk-2")
    li, chen = Browser(second, cast.li.login), Browser(first, cast.chen.login)
    for one in (li, chen):
        assert one.posts("/desk/presence/beat") == 204
    wang = Visitor(first.url, operator=OPERATOR, resident="王阿姨")
    rasa.fail("unavailable")
    wang.says("转人工")
    wang.hears("您是下一位")
    chat = f"/desk/chats/{wang.conversation}"
    li.sees("/desk/now", f'action="{chat}/take-over"')  # an agent before the supervisor, at once
    with ThreadPoolExecutor(2) as both:  # both press at the same moment, each at her own desk
        taken = list(both.map(lambda one: one.posts(f"{chat}/take-over"), (li, chen)))
    assert sorted(taken) == [303, 409]
    owner, other = (li, chen) if taken[0] == 303 else (chen, li)
    assert owner.posts(f"{chat}/answer", text="您好，我在另一台机器上", client_id="1") == 204
    wang.hears("我在另一台机器上")
    wang.says("收到")
    owner.sees(f"{chat}/messages?after=0&event=0&note=0", "收到")
    other.sees("/desk/chats", "接待")

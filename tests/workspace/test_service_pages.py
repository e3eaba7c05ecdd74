"""Being there, offers, the live wall, quick phrases: what a person's pages do with them."""

import re

from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.service.presence import heartbeat, standings
from bot.desk.talk import conversations
from bot.store import actors
from bot.store.engine import Store
from bot.store.service_tables import ChatOffer, OfferEnd
from tests.support.cast import PASSWORD, Cast, Colleague, Person
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


def wants_a_person(store: Store, person: Person, clock: HandClock) -> str:
    with store.write() as session:
        conversations.request_person(
            session, person.conversation_id, reason="asked", by=actors.BOT, now=clock()
        )
    return f"/desk/chats/{person.conversation_id}"


def clock_looks(store: Store, clock: HandClock) -> None:
    tick(store, sample_estate(), sample_words(), desk="one", now=clock)


def test_a_chat_is_offered_to_whose_page_is_open_and_she_may_decline(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    url = wants_a_person(store, cast.wang, clock)
    assert li.post("/desk/presence/beat", fragment=True).status_code == 204
    clock_looks(store, clock)
    shown = li.get("/desk/now", fragment=True).text
    assert "王阿姨" in shown
    assert f'action="{url}/take-over"' in shown
    assert "王阿姨" not in chen.get("/desk/now", fragment=True).text
    assert "正在请 小李" in chen.get("/desk/chats").text
    offer = re.search(r"offers/(\d+)/decline", shown)
    assert offer
    assert chen.post(f"/desk/offers/{offer[1]}/decline", fragment=True).status_code == 404
    assert li.post(f"/desk/offers/{offer[1]}/decline", fragment=True).status_code == 204
    with store.read() as session:
        assert session.scalars(select(ChatOffer.outcome)).one() is OfferEnd.DECLINED


def test_busy_takes_no_new_chats_and_the_wall_says_who_is_there(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    for browser in (li, chen):
        browser.post("/desk/presence/beat", fragment=True)
    assert 'data-chosen="busy"' in li.post("/desk/presence", fragment=True, chosen="busy").text
    wants_a_person(store, cast.wang, clock)
    clock_looks(store, clock)
    with store.read() as session:
        assert session.scalars(select(ChatOffer.agent_id)).one() == cast.chen.agent_id
    clock.turn(minutes=2)
    wall = chen.get("/desk/wall").text
    assert "小李" in wall
    assert "不在线" in wall  # nobody's page was heard for two minutes
    assert li.post("/desk/presence", fragment=True, chosen="sleeping").status_code == 422


def test_a_supervisor_sets_capacity_and_skills_and_an_agent_may_not(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    url = f"/desk/wall/{cast.li.agent_id}"
    assert chen.post(url, capacity="2", skill_finance="1", chosen="online").status_code == 303
    with store.read() as session:
        li_there = next(
            one
            for one in standings(session, estate=sample_estate(), now=clock())
            if one.agent_id == cast.li.agent_id
        )
    assert (li_there.capacity, li_there.skills) == (2, frozenset({"finance"}))
    assert li.post(url, capacity="9").status_code == 404
    assert chen.post(url, capacity="0").status_code == 422


def test_who_else_looks_and_writes_is_shown(
    li: Browser, chen: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    url = wants_a_person(store, cast.wang, clock)
    chen.post("/desk/presence/beat", fragment=True, chat=str(cast.wang.conversation_id))
    assert "陈姐 也在看" in li.get(f"{url}/head", fragment=True).text
    chen.post(f"{url}/typing", fragment=True)
    assert "陈姐 正在输入" in li.get(f"{url}/head", fragment=True).text
    assert "正在输入" not in chen.get(f"{url}/head", fragment=True).text
    clock.turn(minutes=1)
    assert "陈姐" not in li.get(f"{url}/head", fragment=True).text.split("chat-acts")[0]


def test_own_phrases_are_hers_and_shared_ones_the_supervisors(li: Browser, chen: Browser, cast: Cast) -> None:
    assert li.post("/desk/phrases", title="我的", text="我是{agent}，稍等").status_code == 303
    assert li.post("/desk/phrases", title="共享", text="大家好", shared="1").status_code == 404
    assert chen.post("/desk/phrases", title="停水", text="{home}今晚停水", shared="1").status_code == 303
    refused = chen.post("/desk/phrases", fragment=True, title="错", text="{nobody}", shared="1")
    assert refused.headers["X-Desk-Fault"] == "unknown_variable"
    url = f"/desk/chats/{cast.wang.conversation_id}"
    hers, chens = li.get(url).text, chen.get(url).text
    assert 'data-phrase="我是小李，稍等"' in hers
    assert 'data-phrase="3-2-1201今晚停水"' in hers
    assert "我的" not in chens.split('id="phrases"')[1].split("</ul>")[0]


def test_a_shipped_phrase_can_be_changed_hidden_and_taken_back(
    li: Browser, chen: Browser, cast: Cast
) -> None:
    url = f"/desk/chats/{cast.wang.conversation_id}"
    assert "由我来跟进" in li.get(url).text
    chen.post("/desk/phrases", title="问候", text="您好", shared="1", key="greet", hidden="1")
    assert "由我来跟进" not in li.get(url).text
    changed = re.search(r'name="id" value="(\d+)"', chen.get("/desk/phrases").text)
    assert changed
    assert li.post("/desk/phrases/delete", id=changed[1], shared="1").status_code == 404
    assert chen.post("/desk/phrases/delete", id=changed[1], shared="1").status_code == 303
    assert "由我来跟进" in li.get(url).text


def test_unknown_variables_of_a_chat_are_left_to_be_filled_in(li: Browser, cast: Cast) -> None:
    page = li.get(f"/desk/chats/{cast.stranger.conversation_id}").text
    assert "工单【工单号】我们会在【时间】办好" in page


def test_repair_staff_have_no_presence_and_no_wall(open_browser: OpenBrowser, repairer: Colleague) -> None:
    browser = open_browser().sign_in(repairer.login, PASSWORD)
    for url in ("/desk/wall", "/desk/phrases"):
        assert browser.get(url).status_code == 404
    assert browser.post("/desk/presence/beat").status_code == 404
    assert 'id="offers"' not in browser.get("/desk/now", fragment=True).text


def test_signing_out_is_going_away(li: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    li.post("/desk/presence/beat", fragment=True)
    li.post("/desk/sign-out")
    wants_a_person(store, cast.wang, clock)
    with store.write() as session:
        heartbeat(session, cast.chen.agent_id, now=clock())
    clock_looks(store, clock)
    with store.read() as session:
        assert session.scalars(select(ChatOffer.agent_id)).one() == cast.chen.agent_id


def test_a_long_list_says_how_many_there_are_and_shows_all_on_request(
    li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        for number in range(35):
            chat = conversations.open_conversation(
                session,
                channel="webchat",
                address=f"v{number}",
                name=f"业主{number}",
                now=clock.turn(seconds=1),
            )
            conversations.answer(
                session, chat.id, agent_id=cast.chen.agent_id, text="在", client_id="1", now=clock()
            )
    page = li.get("/desk/chats").text
    assert '<span class="group-count">35</span>' in page
    assert "业主34" in page
    assert ">业主1<" not in page
    assert ">业主1<" in li.get("/desk/chats?everyone=1").text

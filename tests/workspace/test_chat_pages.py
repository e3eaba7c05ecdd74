"""The chats 会话: taking over, answering, handing back, and what the pages show of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot.desk.rows import lock_conversation
from bot.desk.talk import conversations, outbox
from bot.desk.talk.effects import once
from bot.desk.talk.transcript import NewAttachment, record_inbound, record_outbound
from bot.messaging.live import Hub
from bot.store import actors
from bot.store.channel_tables import MessageVersion, TelegramMessage
from bot.store.engine import Store
from bot.store.states import Delivery, Lane, Mode, Sender, TurnState
from bot.store.tables import Conversation, Message, Residency, Resident, Turn
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.support.audit import lines_about
from tests.support.cast import PASSWORD, Cast, Colleague, Person
from tests.support.clock import HandClock
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser


@pytest.fixture
def waiting(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 wrote angrily and waits; the address of her chat."""
    with store.write() as session:
        write(session, cast.wang, "电梯又坏了，第三次了！", clock, upset=2)
        conversations.request_person(
            session, cast.wang.conversation_id, reason="angry", by=actors.BOT, now=clock()
        )
    return f"/desk/chats/{cast.wang.conversation_id}"


def write(session: Session, person: Person, text: str, clock: HandClock, upset: int | None = None) -> Message:
    message = record_inbound(
        session, conversation_id=person.conversation_id, channel_id=f"w-{text}", text=text, now=clock()
    ).message
    message.upset = upset
    return message


def said_by_agents(store: Store, person: Person) -> list[str]:
    with store.read() as session:
        wanted = select(Message.text).where(
            Message.conversation_id == person.conversation_id, Message.sender == Sender.AGENT
        )
        return list(session.scalars(wanted))


def mode_of(store: Store, person: Person) -> Mode:
    with store.read() as session:
        return session.get_one(Conversation, person.conversation_id).mode


def test_the_list_says_who_waits_how_long_and_why(li: Browser, waiting: str, clock: HandClock) -> None:
    clock.turn(minutes=4)
    page = li.get("/desk/chats").text
    assert "等待人工" in page
    assert "王阿姨" in page
    assert "情绪激动" in page
    assert 'datetime="2026-11-25T09:00:00+08:00"' in page
    assert "1 位业主等待人工" in li.get("/desk/now", fragment=True).text


def test_the_first_to_take_over_gets_the_chat(li: Browser, chen: Browser, waiting: str) -> None:
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda one: one.post(f"{waiting}/take-over", fragment=True), (li, chen)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    winner = "陈姐" if answers[0] is refused else "小李"
    assert f"这个会话由{winner}接待" in refused.text
    assert refused.headers["X-Desk-Fault"] == "held"


def test_answering_a_chat_nobody_owns_takes_it_over(
    li: Browser, waiting: str, store: Store, cast: Cast
) -> None:
    answer = li.post(f"{waiting}/answer", fragment=True, text="王女士您好，我马上核实。", client_id="1")
    assert answer.status_code == 204
    assert answer.headers["X-Took-Over"] == "1"
    assert mode_of(store, cast.wang) is Mode.HUMAN
    assert "您正在接待" in li.get(waiting).text


def test_an_answer_sent_twice_is_there_once(li: Browser, waiting: str, store: Store, cast: Cast) -> None:
    for _ in range(2):
        li.post(f"{waiting}/answer", fragment=True, text="马上到。", client_id="same")
    assert said_by_agents(store, cast.wang) == ["马上到。"]


def test_an_answer_after_losing_the_chat_is_refused_with_the_way_on(
    li: Browser, chen: Browser, waiting: str, store: Store, cast: Cast
) -> None:
    li.post(f"{waiting}/take-over")
    li.post(f"{waiting}/transfer", to=str(cast.chen.agent_id))
    refused = li.post(f"{waiting}/answer", fragment=True, text="还在吗？", client_id="2")
    assert refused.status_code == 409
    assert "陈姐" in refused.text
    assert "您写的内容还在" in refused.text
    assert said_by_agents(store, cast.wang) == []
    assert "陈姐</strong> 接待" in li.get(waiting).text


def test_a_supervisor_may_take_a_colleagues_chat_and_an_agent_may_not(
    li: Browser, chen: Browser, waiting: str, cast: Cast
) -> None:
    chen.post(f"{waiting}/take-over")
    assert "转给我" not in li.get(waiting).text
    assert li.post(f"{waiting}/transfer", to=str(cast.li.agent_id)).status_code == 409
    chen.post(f"{waiting}/transfer", to=str(cast.li.agent_id))
    assert "转给我" in chen.get(waiting).text
    assert chen.post(f"{waiting}/transfer", to=str(cast.chen.agent_id)).status_code == 303


def test_handing_back_leaves_a_note_for_the_assistant(
    li: Browser, chen: Browser, waiting: str, store: Store, cast: Cast
) -> None:
    li.post(f"{waiting}/take-over")
    assert chen.post(f"{waiting}/hand-back", note="不是我的").status_code == 409
    assert li.post(f"{waiting}/hand-back", note="已答应明早九点上门").status_code == 303
    with store.read() as session:
        chat = session.get_one(Conversation, cast.wang.conversation_id)
        assert (chat.mode, chat.handback_note) == (Mode.BOT, "已答应明早九点上门")


def test_an_empty_or_endless_answer_is_refused_with_a_word(li: Browser, waiting: str) -> None:
    empty = li.post(f"{waiting}/answer", fragment=True, text="  \x00 ")
    assert (empty.status_code, empty.headers["X-Desk-Fault"]) == (422, "empty")
    long = li.post(f"{waiting}/answer", fragment=True, text="很" * 4001)
    assert long.status_code == 422
    assert "最多 4000 个字，现在是 4001 个字" in long.text
    assert li.post(f"{waiting}/answer", fragment=True, text="很" * 90_000).status_code == 413


def test_a_cancelled_reply_is_struck_and_says_what_it_had_done(
    li: Browser, waiting: str, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        turn = Turn(
            key="k1",
            conversation_id=cast.wang.conversation_id,
            epoch=0,
            period=1,
            state=TurnState.DONE,
            desk="d",
            lease_until=clock(),
            created_at=clock(),
        )
        session.add(turn)
        session.flush()
        once(session, turn_key="k1", action="open_repair", ordinal=0, now=clock(), do=lambda: OPENED)
        record_outbound(
            session,
            conversation_id=cast.wang.conversation_id,
            sender=Sender.BOT,
            text="已为您登记维修",
            lane=Lane.BOT,
            epoch=0,
            turn_id=turn.id,
            now=clock(),
        )
    li.post(f"{waiting}/take-over")
    page = li.get(waiting).text
    assert "<s>已为您登记维修</s>" in page
    assert "已取消，业主没有看到" in page
    assert '<a href="/desk/cases/BX2026-0001">BX2026-0001</a>' in page


OPENED = {"number": "BX2026-0001"}


def test_the_page_fetches_only_what_is_new(
    li: Browser, waiting: str, store: Store, cast: Cast, clock: HandClock
) -> None:
    page = li.get(waiting).text
    found = re.search(r'data-after="(\d+)" data-event="(\d+)"', page)
    assert found
    li.post(f"{waiting}/take-over")
    with store.write() as session:
        write(session, cast.wang, "有人吗", clock)
    fresh = li.get(f"{waiting}/messages?after={found[1]}&event={found[2]}", fragment=True).text
    assert "有人吗" in fresh
    assert "小李 开始接待" in fresh
    assert "第三次了" not in fresh
    assert li.get(f"{waiting}/messages?after=x", fragment=True).status_code == 400


def test_earlier_messages_come_page_by_page(li: Browser, store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        for number in range(230):
            write(session, cast.wang, f"第{number}条。", clock)
    url = f"/desk/chats/{cast.wang.conversation_id}"
    page = li.get(url).text
    assert "第229条。" in page
    assert "第129条。" not in page
    before = re.search(r'data-before="(\d+)"', page)
    assert before
    earlier = li.get(f"{url}/messages?before={before[1]}", fragment=True).text
    assert "第129条。" in earlier
    assert "第29条。" not in earlier


def test_what_the_resident_writes_is_never_markup(
    li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        write(session, cast.wang, "<script>alert(1)</script>", clock)
    answer = li.get(f"/desk/chats/{cast.wang.conversation_id}")
    assert "<script>alert" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_phone_is_masked_and_showing_it_is_written_down(
    li: Browser, store: Store, cast: Cast, waiting: str
) -> None:
    with store.write() as session:
        session.get_one(Resident, cast.wang.resident_id).phone = "13812341234"
    page = li.get(waiting).text
    assert "138****1234" in page
    assert "13812341234" not in page
    assert "13812341234" in li.post(f"{waiting}/phone", fragment=True).text
    with store.read() as session:
        (line,) = lines_about(session, f"resident:{cast.wang.resident_id}")[:1]
        assert (line.by, line.what) == (cast.li.by, "phone_shown")


def test_a_home_is_proved_for_her_who_claims_it_only(
    li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    url = f"/desk/chats/{cast.stranger.conversation_id}"
    assert li.post(f"{url}/home-code", fragment=True, home="3-2-1201").status_code == 422
    with store.write() as session:
        wangs = session.scalars(select(Residency).where(Residency.resident_id == cast.wang.resident_id)).one()
        session.add(
            Residency(
                resident_id=cast.stranger.resident_id, household_id=wangs.household_id, claimed_at=clock()
            )
        )
    assert "自称，未核验" in li.get(url).text
    answer = li.post(f"{url}/home-code", fragment=True, home="3-2-1201")
    assert re.search(r'class="code">[A-Z2-9]{4}-[A-Z2-9]{4}<', answer.text)
    assert li.post(f"{url}/confirm-home", home="3-2-1301").status_code == 422
    assert li.post(f"{url}/confirm-home", home="3-2-1201").status_code == 303
    assert "自称，未核验" not in li.get(url).text


def test_a_message_that_failed_can_be_sent_again(
    li: Browser, waiting: str, store: Store, cast: Cast, clock: HandClock
) -> None:
    li.post(f"{waiting}/answer", text="今晚八点前给您回复。")
    with store.write() as session:
        claimed = outbox.claim_delivery(
            session, desk="d", channels=["webchat"], now=clock(), lease=timedelta(minutes=1)
        )
        assert claimed
        outbox.mark_failed(session, claimed.message_id, desk="d", error="x", permanent=True, now=clock())
    assert "发送失败" in li.get(waiting).text
    again = li.post(f"{waiting}/resend", fragment=True, message=str(claimed.message_id))
    assert again.status_code == 303
    with store.read() as session:
        row = session.get_one(Message, claimed.message_id).outbox
        assert row
        assert row.state is Delivery.QUEUED
    assert li.post(f"{waiting}/resend", fragment=True, message=str(claimed.message_id)).status_code == 409


def test_repair_staff_find_no_chats_at_all(
    open_browser: OpenBrowser, repairer: Colleague, waiting: str
) -> None:
    browser = open_browser().sign_in(repairer.login, PASSWORD)
    assert browser.get("/desk/").headers["location"] == "/desk/cases"
    for url in ("/desk/chats", waiting, f"{waiting}/messages", "/desk/chats/999999"):
        assert browser.get(url).status_code == 404
    assert browser.post(f"{waiting}/answer", text="您好").status_code == 404
    assert browser.get(waiting).text == browser.get("/desk/chats/999999").text


def test_a_change_is_told_to_the_live_pages(
    li: Browser, waiting: str, parts: Parts, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str, str | None]] = []

    def hear(self: Hub, topic: str, kind: str = "more", *, by: str | None = None) -> None:
        heard.append((topic, kind, by))

    monkeypatch.setattr(Hub, "publish", hear)
    li.post(f"{waiting}/answer", fragment=True, text="在的。", client_id="1")
    li.post(f"{waiting}/typing", fragment=True)
    chat = f"conversation:{cast.wang.conversation_id}"
    assert {("outbox", "more", None), (chat, "more", None), ("desk", "more", None)} <= set(heard)
    assert (chat, "typing", "agent") in heard


def test_a_locked_store_says_try_again_and_keeps_the_page(
    parts: Parts, waiting: str, store: Store, store_url: str, cast: Cast
) -> None:
    impatient = Store.at(store_url, busy_seconds=0.2)
    li = Browser(Starlette(routes=routes(replace(parts, store=impatient)))).sign_in(cast.li.login, PASSWORD)
    with store.write() as other:  # another writer holds the conversation
        lock_conversation(other, cast.wang.conversation_id)
        refused = li.post(f"{waiting}/answer", fragment=True, text="在的。", client_id="1")
    impatient.close()
    assert refused.status_code == 503
    assert "系统正忙" in refused.text
    assert refused.headers["HX-Retarget"] == "#toasts"


def test_voice_is_played_and_older_wordings_and_the_answered_message_are_shown(
    parts: Parts, li: Browser, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        asked = write(session, cast.wang, "地址您记下了吗？几点来人？", clock)
        answered = write(session, cast.wang, "六点以后都行", clock)
        session.add(MessageVersion(message_id=answered.id, text="五点以后都行", replaced_at=clock()))
        place = TelegramMessage(chat_id=5, telegram_id=2, message_id=answered.id, part=0)
        place.replied_to_id, place.quoted = asked.id, "几点来人？"
        session.add(place)
        voice = NewAttachment("audio/ogg", 4, "0" * 64)
        record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id="voice",
            text="",
            attachments=[voice],
            now=clock(),
        )
    shown = li.get(f"/desk/chats/{cast.wang.conversation_id}").text
    assert "<audio controls" in shown
    assert "回复：几点来人？" in shown
    assert "五点以后都行" in shown

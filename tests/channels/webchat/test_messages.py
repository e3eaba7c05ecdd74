"""Messages in and out of the web chat: stored once, read by revision, pictures, pace, live."""

import asyncio
import io
import threading
from contextlib import ExitStack

import httpx
import pytest
from PIL import Image

from bot.messaging import inbox
from bot.messaging.live import OUTBOX, TYPING, conversation_topic
from bot.store.engine import Store
from bot.store.tables import Conversation, Message
from tests.doubles.rasa.fake import FakeRasa
from tests.support.desk_server import OPERATOR, DeskServer
from tests.support.emergencies import emergencies
from tests.support.visitor import Visitor, until


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    """A real picture; `more` goes to Pillow's save."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(buffer, kind, **more)
    return buffer.getvalue()


def photo_with_place() -> bytes:
    """A phone's photo: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn right
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 0.0), 3: "E", 4: (120.0, 9.0, 0.0)})
    exif[0x010F] = "MakerOfPhones"
    return picture(exif=exif)


def test_the_same_message_again_is_the_same_message(wang: Visitor) -> None:
    first = wang.post_text("电梯坏了", client_id="client-0001")
    again = wang.post_text("电梯坏了", client_id="client-0001")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["message"]["id"] == again.json()["message"]["id"]
    wang.until_idle()
    assert [one["text"] for one in wang.looks() if one["from"] == "resident"] == ["电梯坏了"]


def test_a_used_id_with_other_words_is_refused_and_nothing_changes(wang: Visitor) -> None:
    wang.post_text("电梯坏了", client_id="client-0001")
    answer = wang.post_text("门也坏了", client_id="client-0001")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "client_id_used")


def test_history_is_read_by_revision_and_a_change_comes_again(wang: Visitor) -> None:
    wang.says("您好")
    wang.hears("收到：您好")
    before = wang.cursor
    last = wang.looks()[-1]
    assert not last["read"]
    assert wang.http.post("/chat/api/read", json={"seq": last["seq"]}).status_code == 204
    wang.looks()
    assert wang.cursor > before
    assert wang.messages[last["seq"]]["read"]


def test_more_than_a_page_of_history_comes_whole(wang: Visitor, rasa: FakeRasa, store: Store) -> None:
    texts = [f"第{number}句" for number in range(230)]
    with store.write() as session:
        now = session.get_one(Conversation, wang.conversation).created_at
        for text in texts:
            inbox.receive(
                session,
                conversation_id=wang.conversation,
                channel_id=f"client-{text}",
                text=text,
                emergencies=emergencies(),
                now=now,
            )
    assert [one["text"] for one in wang.looks() if one["from"] == "resident"] == texts


def test_a_button_that_was_not_offered_is_refused(wang: Visitor, rasa: FakeRasa) -> None:
    answer = wang.presses('/repair{"home": "3-2-1301"}')
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_button")
    assert rasa.calls == []


def test_a_picture_is_turned_upright_and_tells_no_place(wang: Visitor, server: DeskServer) -> None:
    original = photo_with_place()
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825), "the test's own photo has a place"
    answer = wang.sends_photo(original, text="看，漏水")
    assert answer.status_code == 201
    kept = answer.json()["message"]["attachments"][0]
    assert (kept["width"], kept["height"], kept["media_type"]) == (40, 60, "image/jpeg")
    got = wang.http.get(kept["url"])
    assert got.headers["content-type"] == "image/jpeg"
    assert "private" in got.headers["cache-control"]
    shown = Image.open(io.BytesIO(got.content))
    assert shown.size == (40, 60)
    assert not dict(shown.getexif())
    assert b"MakerOfPhones" not in got.content


def test_rasa_hears_of_a_picture_without_words(wang: Visitor, rasa: FakeRasa) -> None:
    wang.sends_photo(picture())
    wang.hears("1 张图片")
    assert rasa.calls[0]["metadata"]["attachments"] == 1


@pytest.mark.parametrize(
    ("kind", "kept_as"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")]
)
def test_other_kinds_of_picture_are_taken(wang: Visitor, kind: str, kept_as: str) -> None:
    answer = wang.sends_photo(picture(kind), name=f"bild.{kind.lower()}")
    assert answer.json()["message"]["attachments"][0]["media_type"] == kept_as


def test_nobody_else_sees_a_picture(wang: Visitor, server: DeskServer) -> None:
    url = wang.sends_photo(picture()).json()["message"]["attachments"][0]["url"]
    stranger = Visitor(server.url)
    assert stranger.http.get(url).status_code == 404
    assert httpx.get(f"{server.url}{url}", trust_env=False).status_code == 401


def test_who_writes_too_fast_is_slowed_and_never_muted(visitor: Visitor, server: DeskServer) -> None:
    answers = [visitor.post_text(f"第{number}句") for number in range(30)]
    taken = [answer for answer in answers if answer.status_code == 201]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert len(taken) >= 20
    assert slowed, "thirty at once are slowed"
    assert int(slowed[0].headers["retry-after"]) >= 1
    assert slowed[0].json()["error"]["code"] == "too_fast"
    assert "请稍等" in slowed[0].json()["error"]["message"]


def test_the_operators_sessions_are_not_slowed(wang: Visitor) -> None:
    assert {wang.post_text(f"第{number}句").status_code for number in range(30)} == {201}


def test_new_sessions_from_one_address_are_bounded(server: DeskServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as crowd:
        answers = []
        for _ in range(50):
            crowd.cookies.clear()
            answers.append(crowd.post("/chat/api/session", json={}))
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["error"]["code"] == "too_many_sessions"


def test_the_live_connection_says_that_there_is_more(wang: Visitor) -> None:
    with wang.live() as events:
        assert next(events) == ("more", {}), "whatever came before is fetched at once"
        wang.says("电梯坏了")
        kinds = [next(events)[0] for _ in range(2)]
        assert "more" in kinds
    wang.hears("收到：电梯坏了")


def test_the_live_connection_tells_who_types(wang: Visitor, server: DeskServer) -> None:
    with wang.live() as events:
        next(events)
        server.desk.hub.publish(conversation_topic(wang.conversation), TYPING, by="agent")
        assert next(events) == ("typing", {"by": "agent"})


def test_agents_hear_that_the_resident_types(wang: Visitor, server: DeskServer) -> None:
    heard: list[str | None] = []
    listening = threading.Event()

    async def listen() -> None:
        with server.desk.hub.subscribe(conversation_topic(wang.conversation)) as news:
            listening.set()
            event = await news.get()
            heard.append(event.by if event else None)

    done = asyncio.run_coroutine_threadsafe(listen(), server._loop)
    assert listening.wait(5)
    assert wang.http.post("/chat/api/typing", json={}).status_code == 204
    done.result(5)
    assert heard == ["resident"]


def test_too_many_live_connections_are_refused(wang: Visitor) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(wang.live()) for _ in range(8)]
        assert [next(events)[0] for events in opened] == ["more"] * 8
        answer = wang.http.get("/chat/api/live")
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_live")


def test_typing_is_shown_while_the_assistant_works(wang: Visitor, rasa: FakeRasa) -> None:
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    assert rasa.hanging.wait(10)
    assert wang.http.get("/chat/api/messages").json()["typing"] == "bot"
    rasa.mend()
    wang.hears("收到：电梯坏了")
    wang.until_idle()
    assert wang.http.get("/chat/api/messages").json()["typing"] is None


def test_one_desk_shows_what_another_desk_sent(start_desk: object, postgres: object) -> None:
    first = start_desk("desk-1")  # type: ignore[operator]
    second = start_desk("desk-2")  # type: ignore[operator]
    wang = Visitor(first.url, operator=OPERATOR)
    there = Visitor(second.url, token=wang.token)
    wang.says("电梯坏了")
    there.hears("收到：电梯坏了")


def test_what_is_not_visible_yet_is_not_shown(wang: Visitor, server: DeskServer, store: Store) -> None:
    with store.write() as session:
        conversation = session.get_one(Conversation, wang.conversation)
        conversation.counter += 1
        session.add(
            Message(
                conversation_id=conversation.id,
                seq=conversation.counter,
                revision=conversation.counter,
                sender="bot",
                text="还没有发出",
                created_at=conversation.created_at,
                visible=False,
            )
        )
    server.desk.hub.publish(OUTBOX)
    until(lambda: wang.looks() == [], what="nothing")

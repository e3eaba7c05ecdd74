"""Everything that can be wrong with what a page sends: a clear outcome each, and nothing lost."""

import io
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlalchemy import event, select

from bot.store.engine import Store
from bot.store.tables import Message
from tests.channels.webchat.test_messages import picture
from tests.doubles.rasa.fake import FakeRasa
from tests.support.desk_server import OPERATOR
from tests.support.full_disk import no_room
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import Visitor

MESSAGES = "/chat/api/messages"
MEGABYTE = 1024 * 1024


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What a page is told does not depend on the kind of database."""
    return sqlite_url


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error"]["code"]
    return code


def stored(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Message.text).where(Message.sender == "resident")))


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200b", "\x00\x00"])
def test_an_empty_message_is_told_so(wang: Visitor, store: Store, text: str) -> None:
    answer = wang.post_text(text)
    assert (answer.status_code, code_of(answer)) == (422, "empty_message")
    assert stored(store) == []


def test_only_emoji_is_a_message(wang: Visitor) -> None:
    wang.says("👍🏻👨‍👩‍👧")
    wang.hears("收到：👍🏻👨‍👩‍👧")


def test_twenty_thousand_characters_are_kept_whole(wang: Visitor, store: Store, rasa: FakeRasa) -> None:
    text = "电梯又坏了，" * 3333 + "完。"
    wang.says(text)
    wang.until_idle()
    assert stored(store) == [text]
    assert rasa.calls[0]["text"] == text
    assert wang.looks()[0]["text"] == text


def test_a_text_beyond_all_measure_is_refused_with_a_word(wang: Visitor, store: Store) -> None:
    answer = wang.post_text("长" * 50_001)
    assert (answer.status_code, code_of(answer)) == (413, "text_too_long")
    assert "50000" in answer.json()["error"]["message"]
    assert stored(store) == []


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ('"\\u0000电梯\\u0000坏了"', "\ufffd电梯\ufffd坏了"),
        ('"电梯\\ud83d坏了"', "电梯\ufffd坏了"),
        ('"电梯坏了\\udc00"', "电梯坏了\ufffd"),
        ('"电梯\\ud83d\\ude00坏了"', "电梯😀坏了"),
    ],
)
def test_what_no_database_holds_is_cleaned_and_the_original_noted(
    wang: Visitor, store: Store, raw: str, kept: str
) -> None:
    body = f'{{"client_id": "client-0001", "text": {raw}}}'.encode()
    answer = wang.http.post(MESSAGES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert answer.json()["message"]["text"] == kept
    wang.until_idle()
    with store.read() as session:
        message = session.scalars(select(Message).where(Message.sender == "resident")).one()
        assert message.text == kept
        assert message.parse is not None
        if "\ufffd" in kept:
            assert json.loads(message.parse["original"]) == json.loads(raw)
        assert message.parse["intent"], "the parse stands beside the note"


def test_bytes_of_half_a_character_are_cleaned_too(wang: Visitor) -> None:
    body = b'{"client_id": "client-0001", "text": "' + "电梯".encode() + b"\xed\xa0\xbd" + b'"}'
    answer = wang.http.post(MESSAGES, content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["message"]["text"] == "电梯\ufffd"


def test_a_text_cannot_become_markup(wang: Visitor) -> None:
    said = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    wang.says(said)
    assert wang.looks()[0]["text"] == said, "the page draws it as text"


def test_a_picture_that_is_none_is_told_so(wang: Visitor, store: Store) -> None:
    for data in (b"MZ no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:200], b""):
        answer = wang.sends_photo(data)
        assert (answer.status_code, code_of(answer)) == (415, "not_a_picture"), data[:10]
    assert stored(store) == []


def test_a_picture_of_too_many_points_is_refused(wang: Visitor) -> None:
    bomb = picture("PNG", size=(8000, 8000))
    assert len(bomb) < MEGABYTE
    answer = wang.sends_photo(bomb)
    assert (answer.status_code, code_of(answer)) == (413, "photo_too_large")


@pytest.mark.parametrize("told_length", [True, False])
def test_fifty_megabytes_are_refused_without_filling_memory(
    wang: Visitor, store: Store, told_length: bool, tmp_path: Path
) -> None:
    head = (
        b'--b\r\nContent-Disposition: form-data; name="client_id"\r\n\r\nclient-0001\r\n'
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n\r\n'
    )
    size = 50 * MEGABYTE

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(50):
            yield b"\xff" * MEGABYTE
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if told_length:
        headers["Content-Length"] = str(len(head) + size + 9)
    before = resident_memory()
    answer = wang.http.post(MESSAGES, content=body(), headers=headers, timeout=60)
    assert (answer.status_code, code_of(answer)) == (413, "photo_too_large")
    assert "10 MB" in answer.json()["error"]["message"]
    assert resident_memory() - before < 30 * MEGABYTE
    assert stored(store) == []
    assert wang.sends_photo(picture()).status_code == 201, "the next one is taken"


def resident_memory() -> int:
    """Bytes of this process (the desk runs in it) in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_a_visitor_is_served_again_when_the_database_is_free(start_desk: StartDesk, store: Store) -> None:
    server = start_desk(busy_seconds=0.3)
    wang = Visitor(server.url, operator=OPERATOR)
    client_id = uuid.uuid4().hex
    with closing(sqlite3.connect(str(store.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = wang.post_text("电梯坏了", client_id=client_id)
        assert (answer.status_code, code_of(answer)) == (503, "store_busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert "自动重发" in answer.json()["error"]["mend"]
        other.execute("ROLLBACK")
    assert wang.post_text("电梯坏了", client_id=client_id).status_code == 201
    wang.hears("收到：电梯坏了")


def test_a_full_disk_is_told_and_the_desk_goes_on_when_there_is_room(
    start_desk: StartDesk, store: Store
) -> None:
    server = start_desk()
    wang = Visitor(server.url, operator=OPERATOR)
    full = {"is": True}

    @event.listens_for(server.desk.store.engine, "begin")
    def limit(connection: object) -> None:
        pages = 1 if full["is"] else 1_000_000  # one page: the smallest SQLite allows is what it has
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    long = "电梯坏了，" * 4000
    answer = wang.post_text(long)
    assert (answer.status_code, code_of(answer)) == (503, "store_full")
    assert wang.http.get("/health").status_code == 200, "reading goes on"
    full["is"] = False
    assert wang.post_text(long).status_code == 201


def test_a_picture_on_a_full_disk_is_told_and_taken_when_there_is_room(
    start_desk: StartDesk, store: Store
) -> None:
    wang = Visitor(start_desk().url, operator=OPERATOR)
    large = noise()
    with no_room(beyond=len(large) // 2):
        answer = wang.sends_photo(large)
        assert (answer.status_code, code_of(answer)) == (503, "store_full")
    assert stored(store) == []
    assert wang.sends_photo(large).status_code == 201


def noise() -> bytes:
    """A picture that stays as large, drawn anew."""
    buffer = io.BytesIO()
    Image.effect_noise((700, 700), 90).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_unreachable_database_still_shows_the_page(start_desk: StartDesk, store: Store) -> None:
    server = start_desk()
    browser = httpx.Client(base_url=server.url, headers={"Origin": server.url}, trust_env=False)
    browser.post("/chat/api/session", json={})
    server.desk.store.close()
    database = Path(str(store.engine.url.database))
    aside = database.rename(database.with_suffix(".aside"))
    database.mkdir()
    page = browser.get("/")
    assert page.status_code == 503
    assert "系统暂时无法保存消息" in page.text
    assert '"session": "known"' in page.text
    answer = browser.post(MESSAGES, json={"client_id": "client-0001", "text": "电梯坏了"})
    assert code_of(answer) == "store_unreachable"
    assert browser.get("/health").status_code == 503
    database.rmdir()
    aside.rename(database)
    assert browser.post(MESSAGES, json={"client_id": "client-0001", "text": "电梯坏了"}).status_code == 201

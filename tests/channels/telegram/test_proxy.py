"""Where Telegram is not reachable: everything goes through the proxy that is set, and nothing beside it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest

from bot.messaging.channels.telegram.api import ALLOWED_UPDATES
from tests.channels.telegram.conftest import StartTelegramDesk
from tests.channels.telegram.test_hearing import picture
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram

UNREACHABLE = "http://api.telegram.invalid"


class Proxy(ThreadingHTTPServer):
    """An HTTP proxy that knows the way to the double alone."""

    daemon_threads = True

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.root = telegram.url
        self.passed: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Forward(BaseHTTPRequestHandler):
    server: Proxy

    def do_POST(self) -> None:
        wanted = urlsplit(self.path)  # a proxy is asked for the whole address
        self.server.passed.append(f"{wanted.scheme}://{wanted.netloc}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {"Content-Type": self.headers.get("Content-Type", "")}
        answer = httpx.request(
            self.command,
            self.server.root + wanted.path,
            content=body,
            headers=headers,
            timeout=60,
            trust_env=False,
        )
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def proxy(telegram: FakeTelegram) -> Iterator[Proxy]:
    server = Proxy(telegram)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_received_fetched_and_answered_through_the_proxy(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson, proxy: Proxy
) -> None:
    desk = start(telegram_api_url=UNREACHABLE, telegram_proxy=proxy.url)
    wang.sends_photo(picture(), caption="厨房漏水")
    telegram.until(wang.texts)
    assert [file.media_type for file in desk.heard(wang)[0].attachments] == ["image/jpeg"]
    assert set(proxy.passed) == {UNREACHABLE}
    assert set(telegram.calls_of("getUpdates")[0]["allowed_updates"]) == set(ALLOWED_UPDATES)

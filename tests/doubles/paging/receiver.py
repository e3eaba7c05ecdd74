"""The other end of a page over real HTTP: a webhook's receiver and a gateway for text messages."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class PageCall:
    """One call as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class PageReceiver:
    """Answers with `answers` in turn, then with 200; hangs while `hang` is set, until `release`."""

    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    calls: list[PageCall] = field(default_factory=list)
    hang: bool = False

    def __post_init__(self) -> None:
        self.release = threading.Event()

    def start(self) -> "PageReceiver":
        """Listen on a port of its own."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                receiver.calls.append(PageCall(self.path, dict(self.headers), body))
                if receiver.hang:
                    receiver.release.wait(20)
                status, document = receiver.answers.pop(0) if receiver.answers else (200, {"code": 0})
                answer = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Quiet: the test reads `calls`."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                """A caller that went away is part of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def stop(self) -> None:
        """Stop listening; hanging calls are let go."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

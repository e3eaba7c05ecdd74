"""A small Rasa server over real HTTP, true to the wire protocol of docs/rasa.md, with faults on demand.

It keeps what it played, as the real one's tracker does: a turn called again gets the same answer, also
after a stop. What it says is decided by `brain`; its words are in `words.yml` beside this file.
"""

import json
import socket
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Brain = Callable[[Json], Json]

WORDS = Path(__file__).with_name("words.yml")
_LONGEST_HANG = 30.0


@dataclass
class Fault:
    """What the next calls of a turn meet. `times` None: until it is mended."""

    kind: str
    """unavailable (503) · killed_before · killed_after (the work is done, the answer lost) · slow · empty
    · garbled"""
    times: int | None = None
    where: str = ""
    """Only for turns whose text holds this."""


def parse(text: str) -> Json:
    """A parse good enough to tell messages apart: complaints with marks are angry."""
    upset = 2 if "！" in text or "!" in text else 0
    intent = "repair" if "坏" in text or "漏" in text else "greet" if "你好" in text else "inquiry"
    return {
        "text": text,
        "intent": intent,
        "confidence": 0.9,
        "matters": [{"intent": intent, "category": None, "span": [0, len(text)], "confidence": 0.9}],
        "entities": [],
        "upset": upset,
    }


def echo(call: Json) -> Json:
    """Say back what was said; two words of it mean something."""
    text = call["text"]
    if "听不懂" in text:
        replies = [{"key": "utter_not_understood", "slots": {}}]
    elif "选择" in text:
        replies = [{"key": "utter_choose", "slots": {}}]
    else:
        said = call["payload"] or text or f"{call['metadata']['attachments']} 张图片"
        replies = [{"key": "utter_echo", "slots": {"said": said}}]
    return {"replies": replies, "parse": parse(text), "state": {"active_form": None}}


@dataclass
class FakeRasa:
    """One server on one port, stopped and started at will."""

    secret: str = "a secret of the tests"
    brain: Brain = echo
    parser: Callable[[str], Json] = parse
    """What the parse-only route says of a text."""
    model: str = "fake-model"
    calls: list[Json] = field(default_factory=list)
    """Every turn call that was read, in order."""
    parsed: list[str] = field(default_factory=list)
    played: dict[tuple[str, str], Json] = field(default_factory=dict)
    ready: bool = True

    def __post_init__(self) -> None:
        self.release = threading.Event()
        """Slow turns wait for it."""
        self.hanging = threading.Event()
        """Set when a slow turn has begun to wait."""
        self.port = 0
        self._faults: list[Fault] = []
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self.connections: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "FakeRasa":
        """Listen; a second start takes the same port."""
        fake = self

        class Handler(_Handler):
            rasa = fake

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that went away is what some tests are about

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """No more: connections are refused, and those that stand are cut."""
        if self._server is None or self._thread is None:
            return
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in tuple(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server = None
        self.release.clear()

    def fail(self, kind: str, *, times: int | None = None, where: str = "") -> None:
        """Let turns meet this fault from now on."""
        if kind == "slow":
            self.release.clear()
            self.hanging.clear()
        self._faults.append(Fault(kind, times, where))

    def mend(self) -> None:
        """No faults any more; slow turns go on."""
        self._faults.clear()
        self.release.set()

    def texts(self) -> list[str]:
        """The texts of the turns that were played, each once, in order."""
        return list(dict.fromkeys(call["text"] for call in self.calls))

    def play(self, call: Json) -> Json:
        """Play a turn or return what is kept of it."""
        with self._locks[call["conversation"]]:
            key = (call["conversation"], call["turn"])
            if key in self.played:
                return {**self.played[key], "replayed": True}
            self.played[key] = {"turn": call["turn"], "replayed": False, **self.brain(call)}
            return self.played[key]

    def fault_for(self, call: Json) -> str | None:
        """The fault this call meets, counted."""
        for fault in self._faults:
            if fault.where in call["text"] and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault.kind
        return None

    def hang(self) -> None:
        """Wait as a slow server does, until the test says go on."""
        self.hanging.set()
        self.release.wait(_LONGEST_HANG)


class _BadCall(ValueError):
    pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rasa: FakeRasa

    def setup(self) -> None:
        super().setup()
        self.rasa.connections.add(self.connection)

    def finish(self) -> None:
        self.rasa.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        if not self._allowed():
            return
        if self.path != "/webhooks/desk/ready":
            self._answer(404, {"error": "no such route"})
        elif self.rasa.ready:
            self._answer(200, {"model": self.rasa.model})
        else:
            self._answer(503, {"error": "the model is not ready"})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self._allowed():
            return
        routes = {"/webhooks/desk/turn": self._turn, "/webhooks/desk/parse": self._parse}
        try:
            body = json.loads(raw)
            if not isinstance(body, dict):
                raise _BadCall("the body is no JSON object")
            routes[self.path](body)
        except KeyError:
            self._answer(404, {"error": "no such route"})
        except ValueError as error:
            self._answer(400, {"error": str(error)})

    def _turn(self, body: Json) -> None:
        call = {"payload": None, "metadata": {}, "text": "", **body}
        for name in ("conversation", "turn"):
            if not isinstance(call.get(name), str) or not call[name]:
                raise _BadCall(f"{name}: a text of 1 to 200 characters is expected")
        if not isinstance(call["text"], str) or not isinstance(call["metadata"], dict):
            raise _BadCall("text, metadata: a text and an object are expected")
        call["text"] = _whole(call["text"])
        if call["payload"] is not None and not str(call["payload"]).startswith("/"):
            raise _BadCall("payload: begins with /")
        self.rasa.calls.append(call)
        self._answer_turn(call, self.rasa.fault_for(call))

    def _answer_turn(self, call: Json, fault: str | None) -> None:
        if fault == "slow":
            self.rasa.hang()
        if fault == "killed_before":
            return self._cut()
        if fault == "unavailable" or not self.rasa.ready:
            return self._answer(503, {"error": "TurnFailed"})
        answer = self.rasa.play(call)
        if fault == "killed_after":
            return self._cut()
        if fault == "empty":
            return self._answer(200, {**answer, "replies": []})
        if fault == "garbled":
            return self._answer(200, {"turn": call["turn"]})
        return self._answer(200, answer)

    def _parse(self, body: Json) -> None:
        texts = body.get("texts")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise _BadCall("texts: a list of texts is expected")
        whole = [_whole(text) for text in texts]
        self.rasa.parsed += whole
        self._answer(200, {"parses": [self.rasa.parser(text) for text in whole]})

    def _allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.rasa.secret}":
            return True
        self._answer(401, {"error": "wrong secret"})
        return False

    def _answer(self, status: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _cut(self) -> None:
        """End the connection in the middle, as a killed process does."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

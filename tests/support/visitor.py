"""A resident's own program on the web chat's HTTP interface: writes, and waits for what the desk says."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.clock import HandClock

Json = dict[str, Any]
PATIENCE = 60.0
"""Seconds; reached only when something is wrong, however busy the machine."""


def until(holds: Callable[[], Any], *, what: str = "it", seconds: float = PATIENCE) -> Any:
    """Wait for another thread or process until `holds()` is true; returns what it returned."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        found = holds()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError(f"{what} did not come about within {seconds:.0f} s")


class Visitor:
    """One session, by bearer token; `said` are the texts the desk told her."""

    def __init__(
        self, url: str, *, operator: str | None = None, token: str | None = None, **who: str
    ) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self.messages: dict[int, Json] = {}
        self.cursor = 0
        self.mode = "bot"
        self.session: Json = {}
        if token is None:
            headers = {"Authorization": f"Bearer {operator}"} if operator else {}
            answer = self.http.post("/chat/api/session", json=who, headers=headers)
            assert answer.status_code == 201, answer.text
            self.session = answer.json()
            token = self.session["token"]
            self.http.cookies.clear()
        self.token = token
        self.http.headers["Authorization"] = f"Bearer {token}"

    @property
    def conversation(self) -> int:
        return int(self.session["conversation"])

    def post_text(self, text: str, *, client_id: str | None = None) -> httpx.Response:
        """Send a text; whatever the answer is."""
        return self.http.post(
            "/chat/api/messages", json={"client_id": client_id or uuid.uuid4().hex, "text": text}
        )

    def says(self, text: str) -> Json:
        """Send a text that must be taken."""
        answer = self.post_text(text)
        assert answer.status_code == 201, answer.text
        message: Json = answer.json()["message"]
        return message

    def presses(self, payload: str) -> httpx.Response:
        """Press a button."""
        return self.http.post("/chat/api/messages", json={"client_id": uuid.uuid4().hex, "button": payload})

    def sends_photo(self, data: bytes, *, text: str = "", name: str = "photo.jpg") -> httpx.Response:
        """Upload a picture."""
        fields = {"client_id": uuid.uuid4().hex, "text": text}
        return self.http.post("/chat/api/messages", data=fields, files={"photo": (name, data, "image/jpeg")})

    def looks(self) -> list[Json]:
        """Fetch what is new or changed; all messages so far, in order."""
        while True:
            page = self.http.get("/chat/api/messages", params={"after": self.cursor})
            assert page.status_code == 200, page.text
            body = page.json()
            self.mode = body["mode"]
            for message in body["messages"]:
                self.messages[message["seq"]] = message
            self.cursor = body["next"]
            if not body["messages"]:
                return [self.messages[seq] for seq in sorted(self.messages)]

    def said(self) -> list[str]:
        """What the desk told her so far."""
        return [message["text"] for message in self.looks() if message["from"] != "resident"]

    def hears(self, part: str, *, clock: HandClock | None = None) -> str:
        """Wait until the desk said something that holds `part`; returns it.

        `clock`: it goes on meanwhile, where what she waits for is due by it (a turn that is tried again).
        """

        def heard() -> str | None:
            if clock is not None:
                clock.turn(seconds=0.1)
            return next((text for text in self.said() if part in text), None)

        found: str = until(heard, what=f"{part!r}")
        return found

    def turns(self) -> Json:
        """The turn lines (operator's sessions only)."""
        answer = self.http.get("/chat/api/turns")
        assert answer.status_code == 200, answer.text
        lines: Json = answer.json()
        return lines

    def until_idle(self) -> Json:
        """Wait until the desk has nothing left to do for her; returns the turn lines."""
        lines: Json = until(lambda: (found := self.turns())["idle"] and found, what="idle")
        return lines

    @contextmanager
    def live(self) -> Iterator[Iterator[tuple[str, Json]]]:
        """The live connection's events."""
        with self.http.stream("GET", "/chat/api/live") as stream:
            assert stream.status_code == 200
            yield _events(stream)


def _events(stream: httpx.Response) -> Iterator[tuple[str, Json]]:
    kind = ""
    for line in stream.iter_lines():
        if line.startswith("event:"):
            kind = line[6:].strip()
        elif line.startswith("data:"):
            yield kind, json.loads(line[5:])

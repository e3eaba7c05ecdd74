"""One resident at the web chat: writes, presses buttons, and waits until the desk has nothing left to do."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conversations.house import House

PATIENCE = 20.0


@dataclass
class Answered:
    """What she saw after one message: the messages of bot, agent and desk since the last."""

    messages: list[dict[str, Any]]
    turn: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for message in self.messages for button in message["buttons"]]


@dataclass
class ChatResident:
    """A session of the operator's, so that she may have a proved home and her turns can be read."""

    house: House
    name: str
    home: str | None = None
    seen: int = 0
    turns: int = 0
    last_buttons: list[dict[str, str]] = field(default_factory=list)
    conversation_id: int = 0

    def __enter__(self) -> "ChatResident":
        operator = {"Authorization": f"Bearer {self.house.settings.operator_token}"}
        self._http = httpx.Client(base_url=self.house.url, timeout=30, trust_env=False)
        body = {"resident": self.name, **({"home": self.home} if self.home else {})}
        session = self._http.post("/chat/api/session", json=body, headers=operator)
        session.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {session.json()['token']}"
        self.conversation_id = int(session.json()["conversation"])
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def says(self, text: str) -> Answered:
        """Write a message and see what comes."""
        return self._send({"text": text})

    def presses(self, title: str) -> Answered:
        """Press a button of the last messages by its title (or the start of it)."""
        found = [one for one in self.last_buttons if one["title"].startswith(title)]
        assert found, f"no button {title!r} among {[one['title'] for one in self.last_buttons]}"
        return self._send({"button": found[0]["payload"], "text": found[0]["title"]})

    def looks(self) -> Answered:
        """See what came without having written."""
        return self._answered(wait_for_turn=False)

    def _send(self, said: dict[str, str]) -> Answered:
        sent = self._http.post("/chat/api/messages", json={"client_id": uuid.uuid4().hex, **said})
        assert sent.status_code == 201, sent.text
        return self._answered(wait_for_turn=True)

    def _answered(self, *, wait_for_turn: bool) -> Answered:
        turn = self._idle(wait_for_turn)
        messages = self._news()
        answered = Answered(messages, turn)
        if answered.buttons:
            self.last_buttons = answered.buttons
        return answered

    def _idle(self, wait_for_turn: bool) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        pause = threading.Event()
        while time.monotonic() < until:
            state = self._http.get(f"/chat/api/turns?after={self.turns}").json()
            if state["idle"] and (state["turns"] or not wait_for_turn or state["mode"] == "human"):
                self.turns += len(state["turns"])
                return {**(state["turns"][-1] if state["turns"] else {}), "mode": state["mode"]}
            pause.wait(0.02)
        raise AssertionError(f"the desk did not come to rest:\n{self.house.rasa_log()[-2000:]}")

    def _news(self) -> list[dict[str, Any]]:
        fresh: list[dict[str, Any]] = []
        while True:
            page = self._http.get(f"/chat/api/messages?after={self.seen}").json()
            self.seen = page["next"]
            fresh += [one for one in page["messages"] if one["from"] != "resident"]
            if not page["messages"]:
                return fresh

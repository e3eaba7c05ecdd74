"""The desk's side of the wire to the Rasa server (docs/rasa.md): one turn, parses only, ready or not.

A turn may be called again with the same id: the server gives the answer it gave before. So a call whose
answer was lost is repeated, never played a second time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_CONNECT_SECONDS = 2.0


class RasaFault(Exception):
    """The Rasa server gave no answer to a turn."""


class RasaAway(RasaFault):
    """Not there, too slow, or it said that it cannot (503): passing, call again later."""


class RasaRefused(RasaFault):
    """It read the call and refused it (secret or body wrong): an operator must look."""


class ReplyKey(BaseModel):
    """One reply: which words, and what goes into them."""

    model_config = ConfigDict(frozen=True)
    key: str
    slots: dict[str, Any] = Field(default_factory=dict)


class TurnAnswer(BaseModel):
    """What the Rasa server answered to one turn."""

    model_config = ConfigDict(frozen=True)
    turn: str
    replayed: bool = False
    replies: list[ReplyKey]
    parse: dict[str, Any]
    state: dict[str, Any] = Field(default_factory=dict)

    @property
    def in_form(self) -> bool:
        """Is a form open? Then the bot period must not be cut."""
        return self.state.get("active_form") is not None


@dataclass(frozen=True)
class TurnCall:
    """What the desk says to the Rasa server: the resident's words and the facts it cannot know."""

    conversation: str
    turn: str
    text: str
    payload: str | None
    metadata: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {
            "conversation": self.conversation,
            "turn": self.turn,
            "text": self.text,
            "payload": self.payload,
            "metadata": self.metadata,
        }


class RasaClient:
    """A pool of connections to one Rasa server."""

    def __init__(self, url: str, secret: str, *, patience: float, connections: int = 64) -> None:
        """`patience`: seconds after which a call counts as lost."""
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=httpx.Timeout(patience, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            # Loading certificates takes a tenth of a second, and loopback has none.
            verify=url.startswith("https:"),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def turn(self, call: TurnCall) -> TurnAnswer:
        """The answer to one turn. Raises RasaAway or RasaRefused; hold no transaction while waiting."""
        said = await self._post("/webhooks/desk/turn", call.body())
        try:
            answer = TurnAnswer.model_validate(said)
        except ValidationError as fault:
            raise RasaAway(f"an answer that cannot be read: {fault.error_count()} faults") from fault
        if answer.turn != call.turn:
            raise RasaAway("the answer belongs to another turn")
        return answer

    async def parse(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """What each text says, without touching any dialogue. Raises RasaAway or RasaRefused."""
        said = await self._post("/webhooks/desk/parse", {"texts": list(texts)})
        parses = said.get("parses") if isinstance(said, dict) else None
        if not isinstance(parses, list) or len(parses) != len(texts):
            raise RasaAway("not one parse for each text")
        return parses

    async def ready(self) -> str | None:
        """The name of the loaded model, or None while the server cannot answer."""
        try:
            response = await self._http.get("/webhooks/desk/ready", timeout=_CONNECT_SECONDS)
            if response.status_code != httpx.codes.OK:
                return None
            model = response.json().get("model")
        except (httpx.HTTPError, ValueError, AttributeError):
            return None
        return str(model) if model else None

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            # Escaped JSON: half a character must not keep the rest of a call from being sent.
            response = await self._http.post(
                path, content=json.dumps(body), headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as fault:
            raise RasaAway(f"{type(fault).__name__}: {fault}") from fault
        if response.status_code in (400, 401, 403, 404, 422):
            raise RasaRefused(f"HTTP {response.status_code}: {response.text[:200]}")
        if response.status_code != httpx.codes.OK:
            raise RasaAway(f"HTTP {response.status_code}: {response.text[:200]}")
        try:
            return response.json()
        except ValueError as fault:
            raise RasaAway("an answer that is no JSON") from fault

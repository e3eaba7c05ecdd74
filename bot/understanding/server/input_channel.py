"""The one door to the Rasa server: the desk sends a turn and gets replies and parse back in one answer.

POST /webhooks/desk/turn · POST /webhooks/desk/parse · GET /webhooks/desk/ready, all behind a shared secret.
An answer of 200 means that the turn was played and kept; whatever goes wrong inside is a 503, never an
empty success.
"""

import asyncio
import gc
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.understanding.server import action_results
from bot.understanding.server.payloads import BadPayload, Pressed, read_payload
from bot.understanding.server.turn_processor import TurnProcessor

logger = logging.getLogger(__name__)

# Bytes of a call: the longest text a resident may send, escaped, and then some.
LARGEST_CALL = 1_000_000
MOST_TEXTS = 1000
WARM_UP_TEXT = "3栋2单元1201的电梯坏了"

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class BadCall(ValueError):
    """A body that does not follow the protocol; the message names the field."""


class NotReady(Exception):
    """No model is loaded and warm yet."""


@dataclass(frozen=True)
class TurnCall:
    """The body of a turn; texts hold no broken surrogates any more."""

    conversation: str
    turn: str
    text: str
    payload: str | None
    metadata: dict[str, Any]


class DeskInput(InputChannel):
    """Named in credentials.yml, with `secret`; refuses to start without one."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise RasaException("credentials.yml: the desk's channel needs a secret (GUANJIA_RASA_SECRET).")
        self._secret = f"Bearer {secret}".encode()
        self._turns: TurnProcessor | None = None
        self._warming: asyncio.Task[None] | None = None

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, which is part of its addresses."""
        return "desk"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "DeskInput":
        """Make the channel from credentials.yml."""
        return cls(str((credentials or {}).get("secret") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes; Rasa's own way of handing a message on is not taken (turn_processor.py)."""
        routes = Blueprint("desk")
        routes.add_route(self._guarded(self._turn), "/turn", methods=["POST"])
        routes.add_route(self._guarded(self._parse), "/parse", methods=["POST"])
        routes.add_route(self._guarded(self._ready), "/ready", methods=["GET"])
        routes.listener("after_server_start")(self._start)
        routes.listener("before_server_stop")(self._stop)
        return routes

    async def _start(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        app.config.REQUEST_MAX_SIZE = LARGEST_CALL
        app.config.ACCESS_LOG = False
        action_results.install()
        # Not awaited: until it is done the server answers, "not ready", and can be stopped.
        self._warming = loop.create_task(self._warm_up(app))

    async def _warm_up(self, app: Sanic) -> None:
        try:
            turns = TurnProcessor(app.ctx.agent)
            # jieba reads its dictionary and the encoder its weights at the first message: not a resident's.
            await turns.understand(WARM_UP_TEXT)
        except Exception:
            logger.exception("The desk's channel stays shut: the model cannot be used.")
        else:
            # What is loaded by now stays: the collector need not look at it again in the middle of a turn.
            gc.collect()
            gc.freeze()
            self._turns = turns

    async def _stop(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        if self._warming is not None:
            self._warming.cancel()
        if self._turns is not None:
            await self._turns.close()

    def _guarded(self, handle: Handler) -> Handler:
        async def guarded(request: Request) -> HTTPResponse:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, self._secret):
                return _error(401, "wrong secret")
            try:
                return await handle(request)
            except (BadCall, BadPayload) as error:
                return _error(400, str(error))
            except NotReady as error:
                return _error(503, str(error))
            except Exception as error:
                # The cause is logged without the message: only the type and our own sentences.
                logger.error("A call failed: %s", _chain(error))
                return _error(503, type(error).__name__)

        guarded.__name__ = handle.__name__.strip("_")
        return guarded

    async def _turn(self, request: Request) -> HTTPResponse:
        call = _read_turn(_read_body(request))
        turns = self._open()
        pressed = read_payload(call.payload, turns.domain) if call.payload else None
        return json_response(await _play(turns, call, pressed))

    async def _parse(self, request: Request) -> HTTPResponse:
        body = _read_body(request)
        texts = body.get("texts")
        if not isinstance(texts, list) or len(texts) > MOST_TEXTS:
            raise BadCall(f"texts: a list of at most {MOST_TEXTS} texts is expected")
        turns = self._open()
        return json_response({"parses": [await turns.understand(_text(text, "texts")) for text in texts]})

    async def _ready(self, request: Request) -> HTTPResponse:
        return json_response({"model": self._open().model_filename})

    def _open(self) -> TurnProcessor:
        if self._turns is None:
            raise NotReady("the model is not ready")
        return self._turns


async def _play(turns: TurnProcessor, call: TurnCall, pressed: Pressed | None) -> dict[str, Any]:
    return await turns.play(
        conversation=call.conversation,
        turn=call.turn,
        text=call.text,
        pressed=pressed,
        metadata=call.metadata,
    )


def _read_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise BadCall("the body is no JSON") from error
    if not isinstance(body, dict):
        raise BadCall("the body is no JSON object")
    return body


def _read_turn(body: dict[str, Any]) -> TurnCall:
    metadata = body.get("metadata", {})
    if not isinstance(metadata, dict):
        raise BadCall("metadata: an object is expected")
    payload = body.get("payload")
    return TurnCall(
        conversation=_name(body.get("conversation"), "conversation"),
        turn=_name(body.get("turn"), "turn"),
        text=_text(body.get("text", ""), "text"),
        payload=None if payload is None else _text(payload, "payload"),
        metadata=metadata,
    )


def _name(value: Any, field: str) -> str:
    if not isinstance(value, str) or not value or len(value) > 200:
        raise BadCall(f"{field}: a text of 1 to 200 characters is expected")
    return value


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise BadCall(f"{field}: a text is expected")
    # JSON may carry half of a character (a lone surrogate), which no encoder downstream can write.
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _error(status: int, error: str) -> HTTPResponse:
    return json_response({"error": error}, status=status)


def _chain(error: BaseException | None) -> str:
    links = []
    while error is not None:
        links.append(f"{type(error).__name__}: {error}")
        error = error.__cause__
    return " <- ".join(links)

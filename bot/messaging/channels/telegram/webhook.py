"""The door for Telegram's webhook: stored first, then answered 200; else Telegram repeats it."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.messaging.channels.telegram.names import NEWS
from bot.messaging.channels.telegram.updates import keep_updates
from bot.messaging.live import Hub
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

PATH: Final = "/telegram/webhook"
_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_MAX_BYTES: Final = 1_000_000


def webhook_secret(token: str) -> str:
    """What Telegram must say with each update: the same for all desks of one bot, guessed by nobody."""
    return hmac.new(token.encode(), b"guanjia webhook", hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Webhook:
    """Takes updates for one bot."""

    bot_id: int
    secret: str
    work: StoreWork
    hub: Hub
    now: Callable[[], datetime]

    def route(self) -> Route:
        return Route(PATH, self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """POST /telegram/webhook: 200 stored · 400 no update · 401 wrong secret · 413 · 503 not stored."""
        given = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return PlainTextResponse("wrong secret", status_code=401)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BYTES:
                return PlainTextResponse("too long", status_code=413)
        try:
            update = json.loads(body)
        except ValueError:
            return PlainTextResponse("no JSON", status_code=400)
        try:
            new = await self.work.write(partial(self._keep, update=update))
        except StoreError as error:
            log.error("telegram.not_stored", extra={"error": str(error)})
            return PlainTextResponse("not stored; send it again", status_code=503)
        if new:
            self.hub.publish(NEWS)
        return PlainTextResponse("ok")

    def _keep(self, session: Session, *, update: Any) -> int:
        return keep_updates(session, self.bot_id, [update], now=self.now())

"""GET /health: can messages be stored, is the assistant there, how much waits."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.messaging.rasa_client import RasaClient
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError
from bot.store.states import Delivery, Mode, Sender, TurnState
from bot.store.tables import Conversation, Message, OutboxRow, Turn

log = logging.getLogger(__name__)


def health_of(
    *, work: StoreWork, rasa: RasaClient, desk_id: str, channels: Callable[[], Mapping[str, Any]]
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint: 200 while messages can be stored, else 503; how the rest is doing stands in the body."""

    async def health(request: Request) -> Response:
        model = await rasa.ready()
        known = {"rasa": "ready" if model else "away", "model": model}
        try:
            queue = await work.read(_queue)
        except StoreError as error:
            log.error("health.store", extra={"error": str(error)})
            return JSONResponse({"status": "down", "store": "away", **known}, status_code=503)
        status = "ok" if model else "degraded"
        body = {"status": status, "store": "ok", **known, "queue": queue, "desk": desk_id}
        return JSONResponse({**body, **channels()})

    return health


def _queue(session: Session) -> dict[str, int]:
    def count(table: Any, *conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    return {
        "messages": count(
            Message,
            Message.sender == Sender.RESIDENT,
            Message.turn_id.is_(None),
            Message.handled_at.is_(None),
        ),
        "turns_running": count(Turn, Turn.state == TurnState.RUNNING),
        "turns_waiting": count(Turn, Turn.state == TurnState.WAITING),
        "outbox": count(OutboxRow, OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING))),
        "waiting_chats": count(Conversation, Conversation.mode == Mode.WAITING),
    }

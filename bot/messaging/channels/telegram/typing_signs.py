"""The "typing…" sign at Telegram while the desk works on an answer."""

import asyncio
import logging
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.channel import TelegramChannel
from bot.messaging.channels.telegram.names import NAME
from bot.messaging.live import TYPING, Hub
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError
from bot.store.tables import Conversation

log = logging.getLogger(__name__)

_BEFORE: Final = 0.4
"""Seconds: an answer that is quicker needs no sign."""
_LASTS: Final = 4.0
"""Seconds a sign stands."""
_MOST_CHATS: Final = 5000


class TypingSigns:
    """One per desk process."""

    def __init__(self, *, api: TelegramApi, work: StoreWork, hub: Hub, channel: TelegramChannel) -> None:
        self._api = api
        self._work = work
        self._hub = hub
        self._channel = channel
        self._shown: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Show signs until cancelled."""
        with self._hub.subscribe(TYPING) as news:
            async for event in news:
                if event.by in ("bot", "agent"):
                    conversation_id = int(event.topic.partition(":")[2])
                    task = asyncio.create_task(self._show(conversation_id))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _show(self, conversation_id: int) -> None:
        now = asyncio.get_running_loop().time
        began = now()
        try:
            chat_id = await self._work.read(partial(_chat_of, conversation_id=conversation_id))
            if chat_id is None or began - self._shown.get(chat_id, -_LASTS) < _LASTS:
                return
            await asyncio.sleep(_BEFORE)
            if self._channel.delivered_since(chat_id, began):
                return
            if len(self._shown) > _MOST_CHATS:
                self._shown.clear()
            self._shown[chat_id] = now()
            await self._api.call("sendChatAction", chat_id=chat_id, action="typing")
        except (ApiFault, StoreError) as fault:
            log.info("telegram.no_typing_sign", extra={"error": str(fault)})


def _chat_of(session: Session, conversation_id: int) -> int | None:
    conversation = session.get(Conversation, conversation_id)
    return int(conversation.address) if conversation and conversation.channel == NAME else None

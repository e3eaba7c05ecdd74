"""While a person serves, Rasa's dialogue is not asked; what the resident writes is still read for its mood.

Best effort: a message that cannot be read stays without, and the person sees it all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import touch
from bot.messaging.live import INBOX, Hub
from bot.messaging.rasa_client import RasaClient, RasaFault
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError
from bot.store.states import Mode, Sender
from bot.store.tables import Conversation, Message

log = logging.getLogger(__name__)

_BATCH = 16
_WITHIN = timedelta(minutes=30)
_LOOK_EVERY = 30.0
_LEAST_PAUSE = 1.0


class MoodReader:
    """One per desk process; two that read the same message write the same."""

    def __init__(self, *, work: StoreWork, rasa: RasaClient, hub: Hub, now: Callable[[], datetime]) -> None:
        self._work = work
        self._rasa = rasa
        self._hub = hub
        self._now = now

    async def run(self) -> None:
        """Read what residents write to people, until cancelled."""
        with self._hub.subscribe(INBOX) as wake:
            while True:
                try:
                    more = await self._read_some()
                except (RasaFault, StoreError) as fault:
                    log.warning("mood.not_read", extra={"error": str(fault)})
                    more = False
                if not more:
                    # Every message of the desk wakes this, few are for it: one look a second is plenty.
                    await asyncio.sleep(_LEAST_PAUSE)
                    await wake.wait(_LOOK_EVERY)

    async def _read_some(self) -> bool:
        """Read a batch. True when there may be more."""
        unread = await self._work.read(self._unread)
        if not unread:
            return False
        parses = await self._rasa.parse([text for _, text in unread])
        changed = await self._work.write(
            lambda session: _keep(session, [message_id for message_id, _ in unread], parses)
        )
        for conversation_id in changed:
            self._hub.conversation_changed(conversation_id)
        return len(unread) == _BATCH

    def _unread(self, session: Session) -> list[tuple[int, str]]:
        wanted = (
            select(Message.id, Message.text)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Conversation.mode == Mode.HUMAN,
                Message.sender == Sender.RESIDENT,
                Message.turn_id.is_(None),
                Message.upset.is_(None),
                Message.text != "",
                Message.created_at > self._now() - _WITHIN,
            )
            .order_by(Message.id.desc())
            .limit(_BATCH)
        )
        return [(message_id, text) for message_id, text in session.execute(wanted)]


def _keep(session: Session, message_ids: Sequence[int], parses: Sequence[dict[str, Any]]) -> set[int]:
    conversations = set()
    for message_id, parse in zip(message_ids, parses, strict=True):
        message = session.get_one(Message, message_id)
        message.parse = {**parse, **_original(message)}
        message.upset = int(parse.get("upset") or 0)
        touch(session, message)
        conversations.add(message.conversation_id)
    return conversations


def _original(message: Message) -> dict[str, Any]:
    kept = (message.parse or {}).get("original")
    return {} if kept is None else {"original": kept}

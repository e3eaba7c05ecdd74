"""The staff's group put together for one desk: what colleagues do there comes in, the mirror goes out."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.intake import Fetch
from bot.messaging.channels.telegram.updates import finish
from bot.messaging.channels.telegram_staff.acting import Acting, StaffHeard
from bot.messaging.channels.telegram_staff.checks import look_at
from bot.messaging.channels.telegram_staff.groups import note_fault
from bot.messaging.channels.telegram_staff.jobs import Claims, StaffPace
from bot.messaging.channels.telegram_staff.mirror import Mirror
from bot.messaging.channels.telegram_staff.reading import is_of_group, read_staff_update
from bot.messaging.channels.telegram_staff.wording import StaffWording
from bot.messaging.live import INBOX, OUTBOX, Hub
from bot.messaging.work import StoreWork

log = logging.getLogger(__name__)

_WORD_LIMIT = 200


class StaffRoom:
    """One per desk process."""

    def __init__(
        self,
        *,
        api: TelegramApi,
        work: StoreWork,
        hub: Hub,
        attachments: AttachmentStore,
        wording: StaffWording,
        desk_id: str,
        now: Callable[[], datetime],
        pace: StaffPace,
    ) -> None:
        self._api = api
        self._work = work
        self._hub = hub
        self._now = now
        self._wording = wording
        self._acting = Acting(api.bot_id, wording)
        claims = Claims(api.bot_id, desk_id, wording, pace)
        self.mirror = Mirror(api=api, work=work, hub=hub, attachments=attachments, claims=claims, now=now)

    async def take(self, row_id: int, raw: dict[str, Any], fetch: Fetch) -> bool:
        """Handle an update of the staff's group. False: it is none, and nothing was done.

        What it does is committed together with its being handled. Raises UnreadableUpdate.
        """
        if not is_of_group(raw):
            return False
        did = read_staff_update(raw)
        if not await self._work.read(partial(self._acting.is_ours, chat_id=did.chat_id, command=did.command)):
            return False
        fetched = await fetch(did.files)

        def work(session: Session) -> StaffHeard | None:
            now = self._now()
            heard = self._acting.do(session, did, fetched, now=now)
            if heard is not None:
                finish(session, [row_id], now=now)
            return heard

        heard = await self._work.write(work)
        if heard is None:
            return False
        await self._after(did.callback, heard)
        return True

    async def _after(self, callback: str, heard: StaffHeard) -> None:
        if heard.conversation_id is not None:
            self._hub.publish(INBOX)
            self._hub.publish(OUTBOX)
            self._hub.conversation_changed(heard.conversation_id)
        try:
            if heard.callback_word is not None:
                await self._api.call(
                    "answerCallbackQuery",
                    callback_query_id=callback,
                    text=heard.callback_word[:_WORD_LIMIT],
                    show_alert=True,
                )
            if heard.bound is not None:
                await self._greet(heard.bound)
        except ApiFault as fault:
            log.warning("telegram_staff.small_answer_lost", extra={"error": str(fault)})

    async def _greet(self, chat_id: int) -> None:
        """Say in the group that it is the staff's now, or what is still missing."""
        standing = await look_at(self._api, chat_id)
        await self._work.write(
            partial(note_fault, bot_id=self._api.bot_id, fault=standing.fault, now=self._now())
        )
        word = f"bound_{standing.fault}" if standing.fault else "bound"
        if standing.fault != "not_there":
            await self._api.call("sendMessage", chat_id=chat_id, text=self._wording.label(word))

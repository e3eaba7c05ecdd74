"""Writes the workspace into the staff's group, one call after the other; runs beside the bot's receiving.

One desk at a time: it works while that desk holds the bot's lease (receiver.py).
"""

import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
import telegram
from telegram import error as said

from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.channel import VOICE
from bot.messaging.channels.telegram_staff.jobs import Claims, Job, NotNow, What
from bot.messaging.channels.telegram_staff.outcomes import Outcomes
from bot.messaging.live import DESK, Hub
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)


class Mirror:
    """One per desk process."""

    def __init__(
        self,
        *,
        api: TelegramApi,
        work: StoreWork,
        hub: Hub,
        attachments: AttachmentStore,
        claims: Claims,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._work = work
        self._hub = hub
        self._attachments = attachments
        self._claims = claims
        self._outcomes = Outcomes(claims.bot_id)
        self._now = now

    async def run(self) -> None:
        """Write until cancelled. A fault of ours is reported and tried again; residents never wait for it."""
        with self._hub.subscribe(DESK) as wake:
            while True:
                try:
                    worked = await self._one()
                except StoreError as error:
                    log.warning("telegram_staff.store_fault", extra={"error": str(error)})
                    worked = False
                except Exception:
                    log.exception("telegram_staff.failed")
                    worked = False
                if not worked:
                    await wake.wait(self._claims.pace.look_every)

    async def _one(self) -> bool:
        """The most urgent call, made and written down. False: there is none to make now."""
        for conversation_id in await self._work.read(partial(self._claims.waiting, now=self._now())):
            job = await self._work.write(
                partial(self._claims.claim, conversation_id=conversation_id, now=self._now())
            )
            if isinstance(job, NotNow):
                return False
            if job is not None:
                await self._do(job)
                return True
        return False

    async def _do(self, job: Job) -> None:
        try:
            result = await self._call(job)
        except ApiFault as fault:
            await self._work.write(partial(self._outcomes.failed, job=job, fault=fault, now=self._now()))
            return
        await self._work.write(partial(self._outcomes.done, job=job, result=result, now=self._now()))

    async def _call(self, job: Job) -> Any:
        if job.file is not None:
            return await self._send_file(job)
        method = "sendMessage" if job.what is What.POST else str(job.what)
        return await self._api.call(method, chat_id=job.chat_id, **job.params)

    async def _send_file(self, job: Job) -> dict[str, int]:
        """A picture, a voice message or a file with its line. Raises ApiFault as a plain call does."""
        assert job.file is not None
        data = await anyio.Path(self._attachments.path(job.file.sha256)).read_bytes()
        bot, kind = self._api.bot, job.file.media_type
        more = {"caption": job.params["caption"], "message_thread_id": job.params["message_thread_id"]}
        try:
            if kind.startswith("image/"):
                sent = await bot.send_photo(job.chat_id, data, **more)
            elif kind == VOICE:
                sent = await bot.send_voice(job.chat_id, data, **more)
            else:
                name = job.file.name or str(job.file.id)
                sent = await bot.send_document(job.chat_id, io.BytesIO(data), filename=name, **more)
        except said.TelegramError as error:
            raise _as_fault(error) from error
        return {"message_id": sent.message_id}


def _as_fault(error: telegram.error.TelegramError) -> ApiFault:
    if isinstance(error, said.RetryAfter):
        after = error.retry_after
        seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
        return ApiFault(429, error.message, seconds)
    if isinstance(error, said.ChatMigrated):
        return ApiFault(400, error.message, migrated_to=error.new_chat_id)
    if isinstance(error, said.BadRequest):
        return ApiFault(400, error.message)
    if isinstance(error, said.Forbidden):
        return ApiFault(403, error.message)
    cause = type(error.__cause__).__name__ if error.__cause__ is not None else type(error).__name__
    return ApiFault(None, f"{cause}: {error.message}")

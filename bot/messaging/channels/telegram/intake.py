"""Reads stored updates one by one: in order within a chat, many chats at once.

Whatever an update does is committed together with its being handled, so that one which a killed desk
was working on is simply done again.
"""

import asyncio
import io
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import NewAttachment
from bot.messaging.attachments import AttachmentStore, NotAPicture, PictureTooLarge
from bot.messaging.channels.telegram.api import DOWNLOAD_BYTES, ApiFault, TelegramApi
from bot.messaging.channels.telegram.heard import Fetched, Heard
from bot.messaging.channels.telegram.hearing import Hearing
from bot.messaging.channels.telegram.names import NEWS
from bot.messaging.channels.telegram.reading import Incoming, SentFile, UnreadableUpdate, read_update
from bot.messaging.channels.telegram.updates import finish, waiting
from bot.messaging.emergencies import PAGES
from bot.messaging.live import DESK, INBOX, OUTBOX, Hub
from bot.messaging.work import StoreWork
from bot.store.channel_tables import TelegramUpdate, UpdateState
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

TRIES: Final = 3
"""An update on which we fail so often is kept and flagged, and the next ones go on."""

Fetch = Callable[[Sequence[SentFile]], Awaitable[Fetched]]
StaffTake = Callable[[int, dict[str, Any], Fetch], Awaitable[bool]]


@dataclass(frozen=True)
class Reading:
    """How the intake works."""

    at_once: int = 16
    look_every: float = 1.0
    album_quiet: float = 1.0
    """Seconds without a further picture until an album counts as whole."""
    file_tries: int = 3
    pause: float = 0.5
    """Seconds before something is tried again."""


class Intake:
    """One per desk process; works only while it holds the bot's lease (receiver.py)."""

    def __init__(
        self,
        *,
        work: StoreWork,
        hub: Hub,
        api: TelegramApi,
        hearing: Hearing,
        attachments: AttachmentStore,
        now: Callable[[], datetime],
        reading: Reading | None = None,
        staff: StaffTake | None = None,
    ) -> None:
        """`staff` handles what happens in the staff's own group; False: it was something else."""
        self._work = work
        self._hub = hub
        self._api = api
        self._hearing = hearing
        self._attachments = attachments
        self._now = now
        self._how = reading or Reading()
        self._staff = staff
        self._slots = asyncio.Semaphore(self._how.at_once)
        self._busy: dict[int | None, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Read until cancelled."""
        try:
            with self._hub.subscribe(NEWS) as wake:
                while True:
                    if not await self._start_some():
                        await wake.wait(self._how.look_every)
        finally:
            running = list(self._busy.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self._busy.clear()

    async def _start_some(self) -> bool:
        """Begin with every chat that has something new. False: there is none."""
        busy = frozenset(self._busy)
        try:
            rows = await self._work.read(partial(waiting, bot_id=self._api.bot_id, busy=busy))
        except StoreError as error:
            log.warning("telegram.store_fault", extra={"error": str(error)})
            return False
        by_chat: dict[int | None, list[int]] = defaultdict(list)
        for row_id, chat_id in rows:
            by_chat[chat_id].append(row_id)
        for chat_id, row_ids in by_chat.items():
            await self._slots.acquire()
            task = asyncio.create_task(self._read_chat(row_ids))
            self._busy[chat_id] = task
            task.add_done_callback(partial(self._ended, chat_id))
        return bool(by_chat)

    def _ended(self, chat_id: int | None, task: asyncio.Task[None]) -> None:
        self._busy.pop(chat_id, None)
        self._slots.release()
        self._hub.publish(NEWS)  # what came to this chat meanwhile

    async def _read_chat(self, row_ids: Sequence[int]) -> None:
        done: set[int] = set()
        for row_id in row_ids:
            failed = 0
            while row_id not in done:
                try:
                    done |= await self._read_one(row_id, last_try=failed + 1 >= TRIES)
                except StoreError as error:  # the store's fault: wait for it, however long
                    log.warning("telegram.store_fault", extra={"error": str(error)})
                    await asyncio.sleep(self._how.pause)
                except Exception:
                    failed += 1
                    log.exception("telegram.update_failed", extra={"row": row_id, "times": failed})
                    await asyncio.sleep(self._how.pause)

    async def _read_one(self, row_id: int, *, last_try: bool) -> set[int]:
        """Handle one update (an album with all its pictures); returns the rows that are done."""
        raw = await self._work.read(partial(_raw, row_id=row_id))
        if raw is None:
            return {row_id}
        try:
            if await self._by_staff(row_id, raw, last_try=last_try):
                return {row_id}
            incoming = read_update(raw)
        except UnreadableUpdate as fault:
            log.error("telegram.unreadable", extra={"row": row_id, "error": str(fault)})
            await self._work.write(partial(finish, row_ids=[row_id], now=self._now(), error=str(fault)))
            return {row_id}
        row_ids, album = await self._album(row_id, incoming) if incoming.album else ([row_id], [incoming])
        whole = replace(
            incoming,
            text=next((one.text for one in album if one.text), ""),
            files=tuple(file for one in album for file in one.files),
        )
        telegram_ids = [one.telegram_id for one in album]
        try:
            fetched = await self._fetch(whole.files)
            heard = await self._work.write(partial(self._hear, row_ids, whole, fetched, telegram_ids))
        except StoreError:
            raise
        except Exception as fault:
            if last_try:
                await self._work.write(partial(finish, row_ids=row_ids, now=self._now(), error=repr(fault)))
            raise
        await self._after(whole, heard)
        return set(row_ids)

    async def _by_staff(self, row_id: int, raw: dict[str, Any], *, last_try: bool) -> bool:
        """Was it something in the staff's group, and is it done?"""
        try:
            return self._staff is not None and await self._staff(row_id, raw, self._fetch)
        except (StoreError, UnreadableUpdate):
            raise
        except Exception as fault:
            if last_try:
                await self._work.write(partial(finish, row_ids=[row_id], now=self._now(), error=repr(fault)))
            raise

    def _hear(
        self,
        row_ids: Sequence[int],
        incoming: Incoming,
        fetched: Fetched,
        telegram_ids: Sequence[int],
        session: Session,
    ) -> Heard:
        now = self._now()
        heard = self._hearing.hear(session, incoming, fetched, telegram_ids=telegram_ids, now=now)
        finish(session, row_ids, now=now)
        return heard

    async def _after(self, incoming: Incoming, heard: Heard) -> None:
        """Wake who must know; answer the button (which only stops its waiting sign)."""
        if heard.conversation_id is not None:
            self._hub.publish(INBOX)
            self._hub.publish(OUTBOX)
            self._hub.publish(PAGES)
            self._hub.conversation_changed(heard.conversation_id)
        if heard.told:
            self._hub.publish(OUTBOX)
            self._hub.publish(DESK)
            for conversation_id in heard.told:
                self._hub.conversation_changed(conversation_id)
        try:
            for method, params in _small_answers(incoming, heard):
                await self._api.call(method, **params)
        except ApiFault as fault:
            log.warning("telegram.small_answer_lost", extra={"error": str(fault)})

    # --- albums and files --------------------------------------------------------------------------------

    async def _album(self, row_id: int, first: Incoming) -> tuple[list[int], list[Incoming]]:
        """All pictures of the album that came; waits until no further one comes for a moment."""
        rows: dict[int, Incoming] = {}
        while True:
            found = await self._work.read(partial(_same_album, row_id=row_id, album=first.album or ""))
            if found.keys() == rows.keys():
                return list(rows), list(rows.values())
            rows = found
            await asyncio.sleep(self._how.album_quiet)

    async def _fetch(self, files: Sequence[SentFile]) -> Fetched:
        """Our own copies; a file that cannot be had is counted, and the words are not held up for it."""
        kept: list[NewAttachment] = []
        for file in files:
            found = await self._fetch_one(file)
            if found is not None:
                kept.append(found)
        return Fetched(tuple(kept), len(files) - len(kept))

    async def _fetch_one(self, file: SentFile) -> NewAttachment | None:
        if file.size > DOWNLOAD_BYTES:
            return None
        for number in range(self._how.file_tries):
            try:
                data = await self._api.fetch_file(file.file_id)
                return await anyio.to_thread.run_sync(self._keep, file, data)
            except ApiFault as fault:
                log.warning("telegram.file_fault", extra={"error": str(fault)})
                if not fault.passing or number + 1 == self._how.file_tries:
                    return None
                await asyncio.sleep(max(self._how.pause, min(fault.retry_after or 0.0, 5.0)))
        return None

    def _keep(self, file: SentFile, data: bytes) -> NewAttachment:
        """Blocking. A picture is drawn anew (R24); what only claims to be one is kept as a file."""
        if file.picture:
            with suppress(NotAPicture, PictureTooLarge):
                return self._attachments.keep_picture(io.BytesIO(data), name=file.name[:200])
        media_type = "application/octet-stream" if file.picture else file.media_type[:80]
        return NewAttachment(media_type, len(data), self._attachments.keep_file(data), file.name[:200])


def _small_answers(incoming: Incoming, heard: Heard) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls that nothing depends on: the pressed button is answered, its message gets other buttons."""
    chat = {"chat_id": incoming.chat_id}
    if (word := heard.callback_word) is not None:
        answer = {"text": word, "show_alert": bool(word)}
        yield "answerCallbackQuery", {"callback_query_id": incoming.callback, **answer}
    if heard.keyboard is not None:
        where = {**chat, "message_id": incoming.telegram_id}
        yield "editMessageReplyMarkup", {**where, "reply_markup": heard.keyboard}
    if heard.group_word is not None:
        yield "sendMessage", {**chat, "text": heard.group_word}


def _raw(session: Session, row_id: int) -> dict[str, Any] | None:
    """The update as it came; None when it is handled already."""
    row = session.get(TelegramUpdate, row_id)
    if row is None or row.state is not UpdateState.NEW:
        return None
    raw = json.loads(row.raw)
    assert isinstance(raw, dict)
    return raw


def _same_album(session: Session, row_id: int, album: str) -> dict[int, Incoming]:
    """The waiting updates of this chat that belong to one album, by row."""
    first = session.get_one(TelegramUpdate, row_id)
    rows = session.scalars(
        select(TelegramUpdate)
        .where(
            TelegramUpdate.bot_id == first.bot_id,
            TelegramUpdate.chat_id == first.chat_id,
            TelegramUpdate.state == UpdateState.NEW,
            TelegramUpdate.received_at < first.received_at + timedelta(minutes=10),
        )
        .order_by(TelegramUpdate.id)
    )
    found: dict[int, Incoming] = {}
    for row in rows:
        try:
            one = read_update(json.loads(row.raw))
        except UnreadableUpdate:
            continue
        if one.album == album:
            found[row.id] = one
    return found

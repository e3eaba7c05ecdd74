"""Sending at Telegram: one message of ours is one or several there, each sent once as far as we can know."""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Never

import anyio
import httpx
import telegram
from sqlalchemy import select
from sqlalchemy.orm import Session
from telegram import error as said

from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.base import (
    Delivered,
    LengthUnit,
    Limits,
    OutgoingMessage,
    PassingFault,
    PermanentFault,
    UnknownOutcome,
)
from bot.messaging.channels.telegram.api import TelegramApi
from bot.messaging.channels.telegram.cutting import Piece, pieces
from bot.messaging.channels.telegram.names import NAME
from bot.messaging.channels.telegram.places import block, blocked_why, note_place, parts_sent
from bot.messaging.work import StoreWork
from bot.store.channel_tables import TelegramButton
from bot.store.states import Lane

log = logging.getLogger(__name__)

LIMITS: Final = Limits(
    max_length=4096,
    unit=LengthUnit.CHARACTERS,
    window_hours=None,
    answers_per_message=None,
    edits=True,
    buttons=100,
    callback_bytes=64,
    idempotent=False,
    history_hours=24,
    may_write_first=False,
    per_second=25.0,
    seconds_per_chat=1.0,
)
_TOKEN_PAUSE: Final = 60.0
_WIDE: Final = 6
"""Buttons with longer words than this stand alone in their row."""
_MOST_CHATS: Final = 5000

_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Faults before the request left: it certainly did not arrive."""


class TelegramChannel:
    """One per desk process."""

    name = NAME
    limits = LIMITS
    in_store = False

    def __init__(
        self,
        *,
        api: TelegramApi,
        work: StoreWork,
        attachments: AttachmentStore,
        now: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._api = api
        self._work = work
        self._attachments = attachments
        self._now = now
        self.limits = limits
        self._wait_until: dict[int, datetime] = {}
        """Chats that Telegram told us to leave alone until then."""
        self._delivered_at: OrderedDict[int, float] = OrderedDict()

    async def deliver(self, message: OutgoingMessage) -> Delivered | UnknownOutcome:
        """Send what Telegram has not got yet of it. Raises `PermanentFault` or `PassingFault`."""
        chat_id = int(message.address)
        self._mind_the_wait(chat_id, message.lane)
        sent, why = await self._work.read(partial(self._before, message=message, chat_id=chat_id))
        if why is not None:
            raise PermanentFault(why)
        keyboard = await self._keyboard(message) if message.buttons else None
        parts = pieces(message)
        for number, piece in enumerate(parts):
            if number in sent:
                continue
            if sent:
                await asyncio.sleep(self.limits.seconds_per_chat)
            last = number == len(parts) - 1
            try:
                telegram_id = await self._send(chat_id, piece, keyboard if last else None)
            except said.TelegramError as error:
                unknown = await self._what_happened(error, chat_id)
                log.warning("telegram.unknown_outcome", extra={"message_id": message.message_id})
                return unknown
            note = partial(
                note_place,
                chat_id=chat_id,
                telegram_id=telegram_id,
                message_id=message.message_id,
                part=number,
            )
            await self._work.write(note)
            sent[number] = telegram_id
        self._note_delivered(chat_id)
        return Delivered(str(sent[0]) if sent else None)

    def delivered_since(self, chat_id: int, moment: float) -> bool:
        """Was something delivered to that chat after `moment` (the event loop's time)?"""
        return self._delivered_at.get(chat_id, 0.0) >= moment

    # --- one part ----------------------------------------------------------------------------------------

    async def _send(self, chat_id: int, piece: Piece, keyboard: telegram.InlineKeyboardMarkup | None) -> int:
        bot = self._api.bot
        if piece.file is None:
            no_preview = telegram.LinkPreviewOptions(is_disabled=True)
            sent = await bot.send_message(
                chat_id, piece.text, reply_markup=keyboard, link_preview_options=no_preview
            )
            return sent.message_id
        path = anyio.Path(self._attachments.path(piece.file.sha256))
        data = await path.read_bytes()
        caption = piece.text or None
        if piece.file.media_type.startswith("image/"):
            sent = await bot.send_photo(chat_id, data, caption=caption, reply_markup=keyboard)
        else:
            name = piece.file.name or str(piece.file.id)
            sent = await bot.send_document(
                chat_id, data, caption=caption, filename=name, reply_markup=keyboard
            )
        return sent.message_id

    def _before(
        self, session: Session, *, message: OutgoingMessage, chat_id: int
    ) -> tuple[dict[int, int], str | None]:
        return parts_sent(session, message.message_id), blocked_why(session, self._api.bot_id, chat_id)

    async def _keyboard(self, message: OutgoingMessage) -> telegram.InlineKeyboardMarkup:
        """The buttons under their opaque keys; a message that is sent again carries the same ones."""
        keys = await self._work.write(partial(_button_keys, message=message, now=self._now()))
        rows: list[list[telegram.InlineKeyboardButton]] = []
        for key, title in keys:
            button = telegram.InlineKeyboardButton(title, callback_data=key)
            beside = rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _WIDE and len(title) <= _WIDE
            if beside:
                rows[-1].append(button)
            else:
                rows.append([button])
        return telegram.InlineKeyboardMarkup(rows)

    # --- faults ------------------------------------------------------------------------------------------

    def _mind_the_wait(self, chat_id: int, lane: Lane) -> None:
        """Do not knock while Telegram asked us to wait; an emergency knocks all the same."""
        until = self._wait_until.get(chat_id)
        if until is None:
            return
        left = (until - self._now()).total_seconds()
        if left <= 0:
            del self._wait_until[chat_id]
        elif lane is not Lane.EMERGENCY:
            raise PassingFault("429: this chat has to wait", retry_after=left)

    async def _what_happened(self, error: said.TelegramError, chat_id: int) -> UnknownOutcome:
        """Raise what is certain; return what is not."""
        if isinstance(error, said.RetryAfter):
            after = error.retry_after
            seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
            self._wait_until[chat_id] = self._now() + timedelta(seconds=seconds)
            raise PassingFault(f"429: retry after {seconds:.0f} s", retry_after=seconds) from error
        if isinstance(error, said.Forbidden):
            await self._work.write(
                partial(block, bot_id=self._api.bot_id, chat_id=chat_id, why=error.message, now=self._now())
            )
            raise PermanentFault(error.message) from error
        if isinstance(error, said.BadRequest | said.ChatMigrated):
            raise PermanentFault(error.message) from error
        if isinstance(error, said.InvalidToken):
            raise PassingFault("the token is refused", retry_after=_TOKEN_PAUSE) from error
        if isinstance(error.__cause__, _NOT_SENT):
            raise PassingFault(error.message) from error
        if error.__cause__ is None and isinstance(error, said.NetworkError | said.Conflict):
            _refused_in_words(error)
        return UnknownOutcome(error.message)

    def _note_delivered(self, chat_id: int) -> None:
        self._delivered_at[chat_id] = asyncio.get_running_loop().time()
        self._delivered_at.move_to_end(chat_id)
        while len(self._delivered_at) > _MOST_CHATS:
            self._delivered_at.popitem(last=False)


def _refused_in_words(error: said.TelegramError) -> Never:
    """Telegram itself answered that it did not do it (`"ok": false`)."""
    raise PassingFault(error.message) from error


def _button_keys(session: Session, *, message: OutgoingMessage, now: datetime) -> list[tuple[str, str]]:
    """(key, title) of each button; keys are made once for a message."""
    known: Sequence[TelegramButton] = session.scalars(
        select(TelegramButton)
        .where(TelegramButton.message_id == message.message_id)
        .order_by(TelegramButton.place)
    ).all()
    if not known:
        known = [
            TelegramButton(
                key=secrets.token_urlsafe(12),
                message_id=message.message_id,
                place=place,
                payload=str(button["payload"]),
                title=str(button["title"])[:200],
                created_at=now,
            )
            for place, button in enumerate(message.buttons)
        ]
        session.add_all(known)
        session.flush()
    return [(button.key, button.title) for button in known]

"""Sending at Telegram: one message of ours is one or several there, each sent once as far as we can know."""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from bot.messaging.channels.telegram.places import block, blocked_why, newest, note_place, parts_sent
from bot.messaging.channels.telegram.status import tell_held
from bot.messaging.work import StoreWork
from bot.store.channel_tables import TelegramButton
from bot.store.states import Lane
from bot.store.tables import Message

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
RENEWED: Final = frozenset({"utter_status_one", "utter_status_many"})
"""Answers that renew the same one right above them (she pressed a button) instead of standing there twice."""
LONG_WAIT: Final = 600.0
"""Seconds: when Telegram holds a chat so long, a person must know."""
_WIDE: Final = 6
"""Buttons with longer words than this stand alone in their row."""
_MOST_CHATS: Final = 5000

VOICE: Final = "audio/ogg"
"""What Telegram plays as a voice message; any other sound goes as a file."""
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
        before = await self._work.read(partial(self._before, message=message, chat_id=chat_id))
        if before.blocked is not None:
            raise PermanentFault(before.blocked)
        sent = before.sent
        keyboard = await self._keyboard(message) if message.buttons else None
        parts = pieces(message)
        for number, piece in enumerate(parts):
            if number in sent:
                continue
            if sent:
                await asyncio.sleep(self.limits.seconds_per_chat)
            last = number == len(parts) - 1
            try:
                telegram_id = None
                if before.renews is not None:
                    telegram_id = await self._renew(chat_id, before.renews, piece, keyboard)
                if telegram_id is None:
                    telegram_id = await self._send(chat_id, piece, keyboard if last else None)
            except said.TelegramError as error:
                unknown = await self._what_happened(error, chat_id, message.conversation_id)
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
        elif piece.file.media_type == VOICE:
            sent = await bot.send_voice(chat_id, data, caption=caption, reply_markup=keyboard)
        else:
            name = piece.file.name or str(piece.file.id)
            sent = await bot.send_document(
                chat_id, data, caption=caption, filename=name, reply_markup=keyboard
            )
        return sent.message_id

    async def _renew(
        self,
        chat_id: int,
        telegram_id: int,
        piece: Piece,
        keyboard: telegram.InlineKeyboardMarkup | None,
    ) -> int | None:
        """Change the older message; None where Telegram does not let us (then it is said anew)."""
        try:
            await self._api.bot.edit_message_text(
                piece.text, chat_id=chat_id, message_id=telegram_id, reply_markup=keyboard
            )
        except said.BadRequest as error:
            log.info("telegram.not_renewed", extra={"error": error.message})
            return None
        return telegram_id

    def _before(self, session: Session, *, message: OutgoingMessage, chat_id: int) -> "_Before":
        return _Before(
            sent=parts_sent(session, message.message_id),
            blocked=blocked_why(session, self._api.bot_id, chat_id),
            renews=_renewed(session, message, chat_id),
        )

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

    async def _what_happened(
        self, error: said.TelegramError, chat_id: int, conversation_id: int
    ) -> UnknownOutcome:
        """Raise what is certain; return what is not."""
        if isinstance(error, said.RetryAfter):
            after = error.retry_after
            seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
            now = self._now()
            self._wait_until[chat_id] = now + timedelta(seconds=seconds)
            if seconds > LONG_WAIT:
                await self._work.write(
                    partial(tell_held, conversation_id=conversation_id, seconds=seconds, now=now)
                )
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


@dataclass(frozen=True)
class _Before:
    """What the store knows before a message is sent."""

    sent: dict[int, int]
    blocked: str | None
    renews: int | None
    """The message at Telegram that this one takes the place of."""


def _renewed(session: Session, message: OutgoingMessage, chat_id: int) -> int | None:
    """The status right above, said before in the same way: nothing of hers stands in between."""
    key = session.get_one(Message, message.message_id).reply_key
    last = newest(session, chat_id)
    if key not in RENEWED or message.files or last is None:
        return None
    telegram_id, older = last
    same = older.reply_key == key and older.conversation_id == message.conversation_id
    return telegram_id if same and older.text != message.text else None


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

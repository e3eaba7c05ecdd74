"""From a raw update to what a resident did, with python-telegram-bot's types; one update at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import telegram
from telegram.constants import ChatType

_LEFT: Final = ("kicked", "left")
_TAKE_WORDS: Final = ("/start", "/human")
"""Commands whose further words belong to them; /start carries a one-time code."""


class Did(StrEnum):
    """What an update tells of."""

    WROTE = "wrote"  # words, maybe with pictures or files
    SPOKE = "spoke"  # a voice or video message
    COMMAND = "command"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    OTHER = "other"  # a kind we cannot show
    EDITED = "edited"
    PRESSED = "pressed"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    IN_GROUP = "in_group"
    NOTHING = "nothing"  # nothing that concerns us


@dataclass(frozen=True)
class SentFile:
    """A file at Telegram that the message carries."""

    file_id: str
    picture: bool
    media_type: str
    name: str
    size: int


@dataclass(frozen=True)
class Incoming:
    """One update, read."""

    did: Did
    chat_id: int
    name: str = ""
    telegram_id: int = 0
    text: str = ""
    argument: str = ""
    files: tuple[SentFile, ...] = ()
    album: str | None = None
    sent_at: datetime | None = None
    """When Telegram took it from her."""
    replied_to: int | None = None
    quoted: str = ""
    """The words she answers: the part she chose, else the whole message."""
    callback: str = ""
    data: str = ""
    place: tuple[float, float] | None = None
    phone: str = ""
    own_phone: bool = False


class UnreadableUpdate(Exception):
    """The update is not what the Bot API promises."""


def read_update(raw: dict[str, Any]) -> Incoming:
    """What happened. Raises UnreadableUpdate with the reason."""
    try:
        update = telegram.Update.de_json(raw, None)
        return _read(update)
    except Exception as fault:  # whatever the library or we stumble over is the update's own fault
        raise UnreadableUpdate(f"{type(fault).__name__}: {fault}"[:300]) from fault


def _read(update: telegram.Update) -> Incoming:
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    message = update.message or update.edited_message
    if message is None:
        return Incoming(Did.NOTHING, 0)
    if message.chat.type != ChatType.PRIVATE:
        return Incoming(Did.IN_GROUP, message.chat.id)
    if message.from_user is None or message.from_user.is_bot:
        return Incoming(Did.NOTHING, message.chat.id)
    read = _message(message)
    if update.edited_message is not None:
        return Incoming(
            Did.EDITED,
            read.chat_id,
            read.name,
            telegram_id=read.telegram_id,
            text=read.text,
            place=read.place,
        )
    return read


def _message(message: telegram.Message) -> Incoming:
    user = message.from_user
    said = message.text or message.caption or ""
    common: dict[str, Any] = {
        "chat_id": message.chat.id,
        "name": user.full_name if user else "",
        "telegram_id": message.message_id,
        "sent_at": message.date,
        "text": said,
        "replied_to": message.reply_to_message.message_id if message.reply_to_message else None,
        "quoted": _quoted(message),
        "album": message.media_group_id,
    }
    if message.text is not None and message.text.startswith("/") and message.entities:
        command, _, argument = message.text.partition(" ")
        command, argument = command.split("@")[0], argument.strip()
        if argument and command not in _TAKE_WORDS:
            return Incoming(Did.WROTE, **{**common, "text": argument})  # her words, not the command
        return Incoming(Did.COMMAND, argument=argument, **{**common, "text": command})
    if spoken := _spoken(message):
        return Incoming(Did.SPOKE, files=(spoken,), **common)
    if files := _files(message):
        return Incoming(Did.WROTE, files=files, **common)
    if message.text is not None:
        return Incoming(Did.WROTE, **common)
    return _other(message, common)


def _quoted(message: telegram.Message) -> str:
    older = message.reply_to_message
    if older is None:
        return ""
    return (message.quote.text if message.quote else "") or older.text or older.caption or ""


def _other(message: telegram.Message, common: dict[str, Any]) -> Incoming:
    place = message.venue.location if message.venue else message.location
    if place is not None:
        return Incoming(Did.LOCATION, place=(place.latitude, place.longitude), **common)
    contact = message.contact
    if contact is not None:
        common["text"] = " ".join(filter(None, (contact.first_name, contact.last_name)))
        own = contact.user_id == message.chat.id
        return Incoming(Did.CONTACT, phone=contact.phone_number, own_phone=own, **common)
    if message.sticker is not None:
        return Incoming(Did.STICKER, **{**common, "text": message.sticker.emoji or ""})
    if message.pinned_message is not None or message.new_chat_members or message.left_chat_member:
        return Incoming(Did.NOTHING, message.chat.id)
    return Incoming(Did.OTHER, **common)


def _files(message: telegram.Message) -> tuple[SentFile, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda one: one.width * one.height)
        return (SentFile(largest.file_id, True, "image/jpeg", "", largest.file_size or 0),)
    file = message.animation or message.document or message.video or message.audio
    if file is None:
        return ()
    media_type = file.mime_type or "application/octet-stream"
    picture = media_type in ("image/jpeg", "image/png", "image/webp")
    return (SentFile(file.file_id, picture, media_type, file.file_name or "", file.file_size or 0),)


def _spoken(message: telegram.Message) -> SentFile | None:
    if message.voice is not None:
        voice = message.voice
        return SentFile(voice.file_id, False, voice.mime_type or "audio/ogg", "", voice.file_size or 0)
    if message.video_note is not None:
        return SentFile(message.video_note.file_id, False, "video/mp4", "", message.video_note.file_size or 0)
    return None


def _press(query: telegram.CallbackQuery) -> Incoming:
    message = query.message
    chat_id = message.chat.id if message else query.from_user.id
    if message is not None and message.chat.type != ChatType.PRIVATE:
        return Incoming(Did.IN_GROUP, chat_id)
    return Incoming(
        Did.PRESSED,
        chat_id,
        query.from_user.full_name,
        telegram_id=message.message_id if message else 0,
        callback=query.id,
        data=query.data or "",
    )


def _membership(change: telegram.ChatMemberUpdated) -> Incoming:
    name = change.from_user.full_name
    away = change.new_chat_member.status in _LEFT
    if change.chat.type != ChatType.PRIVATE:
        return Incoming(Did.NOTHING if away else Did.IN_GROUP, change.chat.id)
    return Incoming(Did.BLOCKED if away else Did.UNBLOCKED, change.chat.id, name)

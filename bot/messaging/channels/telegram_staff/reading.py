"""From a raw update of a group to what a colleague did there; what she sends is read as a resident's is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import telegram
from telegram.constants import ChatType

from bot.messaging.channels.telegram.reading import Did, SentFile, UnreadableUpdate, read_update

_LEFT: Final = ("kicked", "left")
_SHOWABLE: Final = frozenset({Did.WROTE, Did.SPOKE, Did.COMMAND})


class StaffDid(StrEnum):
    """What an update of a group tells of."""

    SAID = "said"
    COMMAND = "command"
    UNSHOWABLE = "unshowable"  # a sticker, a place: not brought to the resident
    EDITED = "edited"
    PRESSED = "pressed"
    CLOSED = "closed"  # the topic, by hand
    OPENED = "opened"
    MIGRATED = "migrated"
    REMOVED = "removed"  # the bot
    BACK = "back"  # the bot is in the group, or may do something else there now
    NOTHING = "nothing"


@dataclass(frozen=True)
class StaffUpdate:
    """One update, read."""

    did: StaffDid
    chat_id: int
    title: str = ""
    thread_id: int | None = None
    user_id: int = 0
    telegram_id: int = 0
    text: str = ""
    """Without the command, where it is one."""
    command: str = ""
    files: tuple[SentFile, ...] = ()
    reply_to: int | None = None
    callback: str = ""
    data: str = ""
    new_chat_id: int = 0


def is_of_group(raw: dict[str, Any]) -> bool:
    """Did it happen in a group? Looked at before anything is read."""
    for name in ("message", "edited_message", "my_chat_member"):
        body = raw.get(name)
        if isinstance(body, dict):
            return _kind(body) in (ChatType.GROUP, ChatType.SUPERGROUP)
    query = raw.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    return isinstance(message, dict) and _kind(message) in (ChatType.GROUP, ChatType.SUPERGROUP)


def read_staff_update(raw: dict[str, Any]) -> StaffUpdate:
    """What happened. Raises UnreadableUpdate with the reason."""
    try:
        return _read(raw, telegram.Update.de_json(raw, None))
    except UnreadableUpdate:
        raise
    except Exception as fault:  # whatever the library or we stumble over is the update's own fault
        raise UnreadableUpdate(f"{type(fault).__name__}: {fault}"[:300]) from fault


def _read(raw: dict[str, Any], update: telegram.Update) -> StaffUpdate:
    if update.my_chat_member is not None:
        change = update.my_chat_member
        away = change.new_chat_member.status in _LEFT
        return StaffUpdate(StaffDid.REMOVED if away else StaffDid.BACK, change.chat.id)
    if update.callback_query is not None:
        return _press(update.callback_query)
    message = update.message or update.edited_message
    if message is None:
        return StaffUpdate(StaffDid.NOTHING, 0)
    return _message(raw, message, edited=update.edited_message is not None)


def _message(raw: dict[str, Any], message: telegram.Message, *, edited: bool) -> StaffUpdate:
    chat_id, thread = message.chat.id, message.message_thread_id if message.is_topic_message else None
    common: dict[str, Any] = {
        "chat_id": chat_id,
        "title": message.chat.title or "",
        "thread_id": thread,
        "user_id": message.from_user.id if message.from_user else 0,
        "telegram_id": message.message_id,
    }
    if message.migrate_to_chat_id:
        return StaffUpdate(StaffDid.MIGRATED, **common, new_chat_id=message.migrate_to_chat_id)
    if message.forum_topic_closed or message.forum_topic_reopened:
        return StaffUpdate(StaffDid.CLOSED if message.forum_topic_closed else StaffDid.OPENED, **common)
    if message.from_user is None or (message.from_user.is_bot and message.sender_chat is None):
        return StaffUpdate(StaffDid.NOTHING, chat_id)
    if edited:
        return StaffUpdate(StaffDid.EDITED, **common, text=message.text or message.caption or "")
    # Without a word of its own a message in a topic "answers" the one that made the topic.
    older = message.reply_to_message
    reply_to = older.message_id if older is not None and older.message_id != thread else None
    said = message.text or message.caption or ""
    if message.text is not None and said.startswith("/") and not said.startswith("//"):
        command, _, rest = said.partition(" ")
        return StaffUpdate(
            StaffDid.COMMAND,
            **common,
            command=command.split("@")[0].lower(),
            text=rest.strip(),
            reply_to=reply_to,
        )
    as_private = read_update(_privately(raw))
    if as_private.did is Did.NOTHING:
        return StaffUpdate(StaffDid.NOTHING, chat_id)
    did = StaffDid.SAID if as_private.did in _SHOWABLE else StaffDid.UNSHOWABLE
    return StaffUpdate(did, **common, text=said, files=as_private.files, reply_to=reply_to)


def _press(query: telegram.CallbackQuery) -> StaffUpdate:
    message = query.message
    return StaffUpdate(
        StaffDid.PRESSED,
        message.chat.id if message else 0,
        user_id=query.from_user.id,
        telegram_id=message.message_id if message else 0,
        callback=query.id,
        data=query.data or "",
    )


def _privately(raw: dict[str, Any]) -> dict[str, Any]:
    """The same message as if she had sent it in a private chat: one reader knows all kinds of content."""
    message = dict(raw.get("message") or {})
    message["chat"] = {"id": message["from"]["id"], "type": "private", "first_name": "-"}
    message.pop("reply_to_message", None)
    message.pop("media_group_id", None)
    return {"update_id": raw.get("update_id", 0), "message": message}


def _kind(message: dict[str, Any]) -> object:
    chat = message.get("chat")
    return chat.get("type") if isinstance(chat, dict) else None

"""People in Telegram, as tests play them: they write, send, edit, press, block, and see what came."""

import itertools
from collections.abc import Sequence
from typing import Any

from tests.doubles.telegram.server import FakeTelegram
from tests.doubles.telegram.world import Chat, Json

_numbers = itertools.count(1)


class TelegramPerson:
    """One person and her private chat with the bot."""

    def __init__(self, telegram: FakeTelegram, name: str, user_id: int = 0) -> None:
        self.telegram = telegram
        self.world = telegram.world
        self.id = user_id or 5_000_000_000 + next(_numbers)
        self.user: Json = {"id": self.id, "is_bot": False, "first_name": name, "language_code": "zh-hans"}
        body = {"id": self.id, "type": "private", "first_name": name}
        self.chat = self.world.chats.setdefault(self.id, Chat(body))

    # --- what she sends ----------------------------------------------------------------------------------

    def starts(self, parameter: str = "") -> int:
        """Press Start, maybe through a deep link."""
        text = f"/start {parameter}".strip()
        entity = {"type": "bot_command", "offset": 0, "length": len("/start")}
        return self.sends({"text": text, "entities": [entity]})

    def says(self, text: str, *, reply_to: int | None = None) -> int:
        content: Json = {"text": text}
        if reply_to is not None:
            content["reply_to_message"] = self.chat.messages[reply_to]
        return self.sends(content)

    def sends_photo(self, data: bytes, *, caption: str = "", group: str = "") -> int:
        file = self.world.keep_file(data, "photos", ".jpg")
        sizes = [
            {**file, "file_id": "too-small", "width": 90, "height": 60},
            {**file, "width": 1280, "height": 960},
        ]
        return self.sends({"photo": sizes, **_more(caption=caption, media_group_id=group)})

    def sends_album(self, pictures: Sequence[bytes], *, caption: str = "") -> list[int]:
        """2 to 10 pictures at once: as many updates, tied by one id."""
        group = f"album-{next(_numbers)}"
        captions = [caption, *[""] * (len(pictures) - 1)]
        return [
            self.sends_photo(data, caption=said, group=group)
            for data, said in zip(pictures, captions, strict=True)
        ]

    def sends_voice(self, data: bytes, *, seconds: int = 3, caption: str = "") -> int:
        file = self.world.keep_file(data, "voice", ".oga")
        return self.sends(
            {"voice": {**file, "duration": seconds, "mime_type": "audio/ogg"}, **_more(caption=caption)}
        )

    def sends_document(self, data: bytes, name: str, media_type: str, *, caption: str = "") -> int:
        file = self.world.keep_file(data, "documents", "")
        document = {**file, "file_name": name, "mime_type": media_type}
        return self.sends({"document": document, **_more(caption=caption)})

    def sends_location(self, latitude: float, longitude: float) -> int:
        return self.sends({"location": {"latitude": latitude, "longitude": longitude}})

    def shares_contact(self, phone: str, *, own: bool = True) -> int:
        contact: Json = {"phone_number": phone, "first_name": self.user["first_name"]}
        if own:
            contact["user_id"] = self.id
        return self.sends({"contact": contact})

    def sends_sticker(self, emoji: str) -> int:
        file = self.world.keep_file(b"RIFF", "stickers", ".webp")
        sticker = {**file, "emoji": emoji, "width": 512, "height": 512, "is_animated": False}
        return self.sends({"sticker": {**sticker, "is_video": False, "type": "regular"}})

    def sends(self, content: Json) -> int:
        """Any message; returns its number."""
        self.chat.started = True
        message = self.world.add_message(self.chat, self.user, content)
        self.world.push("message", dict(message))
        return int(message["message_id"])

    def edits(self, message_id: int, text: str) -> None:
        message = self.chat.messages[message_id]
        message["caption" if "caption" in message else "text"] = text
        message["edit_date"] = int(self.world.clock())
        self.world.push("edited_message", dict(message))

    def presses(self, title: str) -> str:
        """Press the newest button with that title; returns the callback's id."""
        for message in reversed(self.sees()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == title:
                        return self.presses_data(button["callback_data"], message)
        raise AssertionError(f"no button {title!r} among {[m.get('text') for m in self.sees()]}")

    def presses_data(self, data: str, message: Json) -> str:
        query = f"callback-{next(_numbers)}"
        self.world.callbacks[query] = self.world.clock()
        body = {"id": query, "from": self.user, "message": message, "chat_instance": "1", "data": data}
        self.world.push("callback_query", body)
        return query

    def blocks(self) -> None:
        self._membership("member", "kicked")

    def unblocks(self) -> None:
        self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> None:
        self.chat.blocked = new == "kicked"
        change: Json = {
            "chat": self.chat.body,
            "from": self.user,
            "date": int(self.world.clock()),
            "old_chat_member": {"user": self.world.bot, "status": old},
            "new_chat_member": {"user": self.world.bot, "status": new},
        }
        banned = change["new_chat_member" if new == "kicked" else "old_chat_member"]
        banned["until_date"] = 0
        self.world.push("my_chat_member", change)

    # --- what she sees -----------------------------------------------------------------------------------

    def sees(self) -> list[Json]:
        """The bot's messages in her chat, as they read now."""
        return self.world.from_bot(self.id)

    def texts(self) -> list[str]:
        return [str(one.get("text", one.get("caption", ""))) for one in self.sees()]

    def told(self, query: str) -> Json | None:
        """What the bot answered to a pressed button."""
        return self.world.callback_answers.get(query)


class TelegramGroup:
    """A group that somebody has put the bot into."""

    def __init__(self, telegram: FakeTelegram, title: str, group_id: int = -1001) -> None:
        self.world = telegram.world
        body = {"id": group_id, "type": "supergroup", "title": title}
        self.chat = self.world.chats.setdefault(group_id, Chat(body, started=True))

    def adds_bot(self, by: TelegramPerson) -> None:
        change: Json = {
            "chat": self.chat.body,
            "from": by.user,
            "date": int(self.world.clock()),
            "old_chat_member": {"user": self.world.bot, "status": "left"},
            "new_chat_member": {"user": self.world.bot, "status": "member"},
        }
        self.world.push("my_chat_member", change)

    def hears(self, by: TelegramPerson, text: str) -> None:
        self.world.push("message", self.world.add_message(self.chat, by.user, {"text": text}))

    def texts(self) -> list[Any]:
        return [one.get("text") for one in self.world.from_bot(self.chat.body["id"])]


def _more(**content: str) -> Json:
    return {name: value for name, value in content.items() if value}

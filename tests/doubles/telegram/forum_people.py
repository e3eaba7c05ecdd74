"""A supergroup with topics, as tests play the people in it: they write in topics, press, delete, upgrade."""

from typing import Any

from tests.doubles.telegram import forums
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.doubles.telegram.world import Chat, Json

RIGHTS = frozenset({"can_manage_chat", "can_manage_topics", "can_pin_messages", "can_delete_messages"})


class TelegramForum:
    """A group of colleagues; `bot_rights` are what the bot may do in it."""

    def __init__(
        self,
        telegram: FakeTelegram,
        title: str,
        *,
        group_id: int = -1002000000001,
        forum: bool = True,
        bot_rights: frozenset[str] = RIGHTS,
    ) -> None:
        self.telegram, self.world, self.id = telegram, telegram.world, group_id
        body: Json = {"id": group_id, "type": "supergroup", "title": title}
        if forum:
            body["is_forum"] = True
        chat = Chat(body, started=True, bot_rights=bot_rights, last_id=1)  # 1 is General
        self.chat = self.world.chats.setdefault(group_id, chat)

    # --- what people do ----------------------------------------------------------------------------------

    def adds_bot(self, by: TelegramPerson, code: str) -> None:
        """Through a link with `startgroup`: the bot is in, and the one who added it says /start CODE."""
        self._membership(by, "left", "administrator" if self.chat.bot_rights else "member")
        self.says(by, f"/start@{self.world.bot['username']} {code}")

    def removes_bot(self, by: TelegramPerson) -> None:
        self.chat.blocked = True
        self._membership(by, "administrator", "kicked")

    def lets_bot_in(self, by: TelegramPerson) -> None:
        """Again, after it was put out."""
        self.chat.blocked = False
        self._membership(by, "kicked", "administrator" if self.chat.bot_rights else "member")

    def says(
        self, by: TelegramPerson, text: str, topic: int | None = None, *, reply_to: int | None = None
    ) -> int:
        content: Json = {"text": text}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            content["entities"] = [command]
        return self.sends(by, content, topic, reply_to=reply_to)

    def sends_photo(self, by: TelegramPerson, data: bytes, topic: int, *, caption: str = "") -> int:
        file = self.world.keep_file(data, "photos", ".jpg")
        photo = [{**file, "width": 1280, "height": 960}]
        return self.sends(by, {"photo": photo, **({"caption": caption} if caption else {})}, topic)

    def sends_voice(self, by: TelegramPerson, data: bytes, topic: int) -> int:
        file = self.world.keep_file(data, "voice", ".oga")
        return self.sends(by, {"voice": {**file, "duration": 3, "mime_type": "audio/ogg"}}, topic)

    def sends(
        self, by: TelegramPerson, content: Json, topic: int | None, *, reply_to: int | None = None
    ) -> int:
        """Any message. In a topic, one that answers none "replies" to the message that made the topic."""
        if topic is not None:
            if self.chat.topics[topic].closed:
                raise AssertionError("a closed topic takes no messages of members")
            content |= {"message_thread_id": topic, "is_topic_message": True}
            content["reply_to_message"] = self.chat.messages[reply_to or topic]
        elif reply_to is not None:
            content["reply_to_message"] = self.chat.messages[reply_to]
        message = self.world.add_message(self.chat, by.user, content)
        if self._bot_reads(message):
            self.world.push("message", dict(message))
        return int(message["message_id"])

    def edits(self, by: TelegramPerson, number: int, text: str) -> None:
        message = self.chat.messages[number]
        assert message["from"]["id"] == by.id
        message |= {"text": text, "edit_date": int(self.world.clock())}
        self.world.push("edited_message", dict(message))

    def presses(self, by: TelegramPerson, title: str, topic: int) -> str:
        """Press the newest button with that title in the topic; returns the callback's id."""
        for message in reversed(self.in_topic(topic)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == title:
                        return by.presses_data(button["callback_data"], message)
        raise AssertionError(f"no button {title!r} in the topic: {self.texts(topic)}")

    def deletes_topic(self, topic: int) -> None:
        """Telegram tells the bot nothing of it."""
        forums.forget_topic(self.world, self.chat, topic)

    def closes_topic(self, by: TelegramPerson, topic: int) -> None:
        """By hand: the bot sees a service message."""
        self.chat.topics[topic].closed = True
        content = {"forum_topic_closed": {}, "message_thread_id": topic, "is_topic_message": True}
        message = self.world.add_message(self.chat, by.user, content)
        self.world.push("message", dict(message))

    def upgrades(self, by: TelegramPerson, new_id: int) -> "TelegramForum":
        """The group becomes a supergroup of another number (as when topics are switched on)."""
        self.chat.migrated_to = new_id
        message = self.world.add_message(self.chat, by.user, {"migrate_to_chat_id": new_id})
        self.world.push("message", dict(message))
        title = str(self.chat.body["title"])
        return TelegramForum(self.telegram, title, group_id=new_id, bot_rights=self.chat.bot_rights)

    # --- what they see -----------------------------------------------------------------------------------

    @property
    def topics(self) -> dict[int, forums.Topic]:
        return dict(self.chat.topics)

    def in_topic(self, topic: int) -> list[Json]:
        """The bot's messages there, as they read now."""
        found = self.world.from_bot(self.id)
        return [
            one for one in found if one.get("message_thread_id") == topic and "forum_topic_created" not in one
        ]

    def texts(self, topic: int | None = None) -> list[str]:
        found = self.world.from_bot(self.id) if topic is None else self.in_topic(topic)
        return [str(one.get("text", one.get("caption", ""))) for one in found]

    def _bot_reads(self, message: Json) -> bool:
        """In privacy mode a mere member reads commands to it and replies to it; an administrator all."""
        if self.chat.bot_rights:
            return True
        answered: Any = message.get("reply_to_message") or {}
        to_bot = answered.get("from", {}).get("id") == self.world.bot["id"]
        return to_bot or str(message.get("text", "")).startswith("/")

    def _membership(self, by: TelegramPerson, old: str, new: str) -> None:
        def member(status: str) -> Json:
            said: Json = {"user": self.world.bot, "status": status}
            if status == "administrator":
                said |= {name: name in self.chat.bot_rights for name in forums.ADMIN_RIGHTS}
                said["can_be_edited"] = False
            if status == "kicked":
                said["until_date"] = 0
            return said

        change: Json = {
            "chat": self.chat.body,
            "from": by.user,
            "date": int(self.world.clock()),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        self.world.push("my_chat_member", change)

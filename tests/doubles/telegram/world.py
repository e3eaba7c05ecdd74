"""What Telegram knows: chats, messages, files, and one bot's queue of updates, by the rules of its Bot API.

No HTTP here. The table of facts it is true to stands in docs/channels/telegram-double.md.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.telegram.faults import ApiError

Json = dict[str, Any]

KEPT_SECONDS = 24 * 3600
"""Updates that nobody fetches are gone after a day."""
FUTURE = 10
"""An offset further than this past the newest update confirms nothing."""
DEFAULT_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
FILE_LINK_SECONDS = 3600
CALLBACK_SECONDS = 3600


@dataclass
class Pending:
    """An update that the bot has not confirmed."""

    update_id: int
    body: Any
    at: float


@dataclass
class StoredFile:
    data: bytes
    path: str
    linked_at: float = 0.0


@dataclass
class Chat:
    """A private chat or a group, as the bot may see it."""

    body: Json
    started: bool = False
    """The person has written to the bot: before that it may not write to her."""
    blocked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    last_id: int = 0
    actions: list[str] = field(default_factory=list)
    topics: dict[int, Any] = field(default_factory=dict)
    """Forum topics by `message_thread_id` (forums.py)."""
    bot_rights: frozenset[str] = frozenset()
    """What the bot may do as an administrator of the group; empty: it is a mere member."""
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None
    """The supergroup that this group became."""

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


@dataclass
class Webhook:
    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: float = 0.0


class World:
    """One bot among people. Every public function may be called from any thread."""

    def __init__(
        self, token: str, username: str, *, first_update: int = 1, clock: Callable[[], float] = time.time
    ) -> None:
        self.token = token
        self.bot: Json = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "管家",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.lock = threading.RLock()
        self.clock = clock
        self.changed: Callable[[], None] = lambda: None
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.pending: list[Pending] = []
        self.next_update = first_update
        self.allowed: tuple[str, ...] = DEFAULT_UPDATES
        self.webhook = Webhook()
        self.commands: list[Json] = []
        self.callbacks: dict[str, float] = {}
        self.callback_answers: dict[str, Json] = {}
        self.file_limit = 20_000_000

    # --- updates -----------------------------------------------------------------------------------------

    def push(self, kind: str, body: Any) -> int | None:
        """Queue an update of this kind; None when the bot does not want the kind."""
        with self.lock:
            if kind not in self.allowed:
                return None
            update_id = self.next_update
            self.next_update += 1
            self.pending.append(Pending(update_id, {"update_id": update_id, kind: body}, self.clock()))
        self.changed()
        return update_id

    def push_raw(self, body: Json) -> int:
        """Queue an update as it stands (damaged, unknown, a duplicate), with its id if it has one."""
        with self.lock:
            update_id = body.get("update_id", self.next_update)
            self.next_update = max(self.next_update, update_id + 1)
            self.pending.append(Pending(update_id, {"update_id": update_id, **body}, self.clock()))
        self.changed()
        return int(update_id)

    def fetch(self, offset: int, limit: int) -> list[Any]:
        """Confirm what lies before `offset`, return what waits from there on (at most `limit`)."""
        with self.lock:
            self._forget_old()
            tail = self.next_update - 1
            if offset < 0:
                self.pending = self.pending[offset:]
            elif 0 < offset <= tail + FUTURE:
                self.pending = [one for one in self.pending if one.update_id >= offset]
            return [one.body for one in self.pending[:limit]]

    def first_pending(self) -> Pending | None:
        with self.lock:
            self._forget_old()
            return self.pending[0] if self.pending else None

    def confirm(self, pending: Pending) -> None:
        """A webhook took it."""
        with self.lock:
            if pending in self.pending:
                self.pending.remove(pending)

    def unconfirmed(self) -> int:
        with self.lock:
            return len(self.pending)

    def restart_ids(self, first: int) -> None:
        """As after a week of silence: the next update has any number."""
        with self.lock:
            self.next_update = first

    def _forget_old(self) -> None:
        oldest = self.clock() - KEPT_SECONDS
        self.pending = [one for one in self.pending if one.at >= oldest]

    # --- chats and messages ------------------------------------------------------------------------------

    def chat(self, chat_id: Any) -> Chat:
        try:
            return self.chats[int(chat_id)]
        except (KeyError, TypeError, ValueError):
            raise ApiError(400, "Bad Request: chat not found") from None

    def writable_chat(self, chat_id: Any) -> Chat:
        """The chat, if the bot may write to it."""
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, said, migrate_to_chat_id=chat.migrated_to)
        if chat.blocked and chat.body["type"] != "private":
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def add_message(self, chat: Chat, sender: Json, content: Json) -> Json:
        """A new message in the chat, with the next number and the present second."""
        with self.lock:
            message = {
                "message_id": chat.next_id(),
                "from": sender,
                "chat": chat.body,
                "date": int(self.clock()),
                **content,
            }
            chat.messages[message["message_id"]] = message
            return message

    def from_bot(self, chat_id: int) -> list[Json]:
        """What the bot has in that chat, as it reads now."""
        with self.lock:
            chat = self.chats[chat_id]
            return [one for one in chat.messages.values() if one["from"]["id"] == self.bot["id"]]

    def keep_file(self, data: bytes, kind: str, suffix: str) -> Json:
        """Store bytes; returns {"file_id", "file_unique_id", "file_size"}."""
        with self.lock:
            number = len(self.files) + 1
            file_id = f"file-{kind}-{number}"
            self.files[file_id] = StoredFile(data, f"{kind}/file_{number}{suffix}")
            return {"file_id": file_id, "file_unique_id": f"u{number}", "file_size": len(data)}

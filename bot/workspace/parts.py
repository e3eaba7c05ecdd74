"""What the workspace is given by `bot/app.py`: the store, the clock, live updates, the estate's facts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.desk.estate.errors import EstateProblem
from bot.desk.estate.model import Estate
from bot.desk.handbook.model import EMPTY, Handbook
from bot.desk.people.sealing import Seal
from bot.desk.talk.transcript import NewAttachment
from bot.desk.wording.words import Words
from bot.store.engine import Store

DESK = "desk"
"""The topic of everything that agents see in their lists."""
INBOX = "inbox"
"""Wakes the dispatcher: a conversation is the assistant's again."""
OUTBOX = "outbox"
"""Wakes the sender: an answer is there to be sent."""


def chat_topic(conversation_id: int) -> str:
    """The topic of one conversation, as the hub of `bot/messaging` names it."""
    return f"conversation:{conversation_id}"


class PictureRefused(Exception):
    """A picture that is none, or too large: `key` names the fault's words."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def no_pictures(upload: BinaryIO) -> NewAttachment:
    """Where nothing keeps pictures, none is taken."""
    raise PictureRefused("no_pictures")


class News(Protocol):
    """One piece of news: "more" or "typing"; `by` says who types (bot | agent | resident)."""

    @property
    def topic(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def by(self) -> str | None: ...


class Listener(Protocol):
    """What a live page has not heard yet."""

    async def get(self) -> News | None:
        """The next piece of news; None when the hub has closed."""


class Live(Protocol):
    """The hub of live updates as the workspace sees it; `bot/messaging/live.py` has the real one."""

    def publish(self, topic: str, kind: str = "more", *, by: str | None = None) -> None:
        """Say on `topic` that there is more to read. After the commit; from any thread."""

    def subscribe(self, *topics: str) -> AbstractContextManager[Listener]:
        """Listen while the block runs."""


@dataclass(frozen=True)
class Parts:
    """All the workspace needs; made once per process."""

    store: Store
    live: Live
    now: Callable[[], datetime]
    estate: Estate
    attachment_path: Callable[[str], Path]
    """Where the bytes of an attachment lie, by their sha256."""
    words: Words
    """What a resident is told, by key."""
    seal: Seal
    """Closes and opens what the store keeps sealed."""
    keep_picture: Callable[[BinaryIO], NewAttachment] = no_pictures
    """Checks and keeps a picture somebody of the desk sends. Raises PictureRefused."""
    handbook: Callable[[], Handbook] = lambda: EMPTY
    """The handbook as it is now."""
    handbook_problems: Callable[[], tuple[EstateProblem, ...]] = tuple
    """Mistakes in its files, while an older reading of them holds."""
    secure_cookies: bool = False
    """The desk is reached over https only: cookies say so."""

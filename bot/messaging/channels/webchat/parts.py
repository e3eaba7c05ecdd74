"""What the web chat works with, put together once by `bot/app.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import anyio

from bot.desk.estate.model import Estate
from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.webchat.pace import Limit
from bot.messaging.emergencies import EmergencyCheck
from bot.messaging.live import Hub
from bot.messaging.work import StoreWork

MAX_TEXT: Final = 50_000
"""Longest message in characters; longer ones are refused with a word and stay on the page."""
MAX_LIVE: Final = 8
"""Most live connections of one conversation (a browser needs one, tabs share it)."""


@dataclass
class WebChat:
    """The parts of one web chat. `public_url` is where residents reach it, if a proxy stands before."""

    work: StoreWork
    hub: Hub
    estate: Estate
    attachments: AttachmentStore
    emergencies: EmergencyCheck
    operator_token: str
    public_url: str | None
    now: Callable[[], datetime]
    messages: Limit = field(init=False)
    """A person in a hurry never meets it: 20 messages at once, then one in 2 s."""
    sessions: Limit = field(init=False)
    """Many homes may share one address (a router, a proxy): 40 at once, then one in 10 s."""
    live: dict[int, int] = field(default_factory=dict)
    """Live connections by conversation."""
    pictures: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))
    """One picture is unfolded in memory at a time."""

    def __post_init__(self) -> None:
        self.messages = Limit(self.work, "messages", burst=20, seconds=2.0, now=self.now)
        self.sessions = Limit(self.work, "sessions", burst=40, seconds=10.0, now=self.now)

    @property
    def lifetime(self) -> timedelta:
        """How long a session and its return link stay valid after the last visit."""
        return timedelta(days=self.estate.conversation.return_link_days)

"""Telegram put together for one desk process: `TelegramService.of(…)`, then its jobs and its channel."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.routing import Route

from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.base import Limits
from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.channel import LIMITS, TelegramChannel
from bot.messaging.channels.telegram.hearing import Hearing
from bot.messaging.channels.telegram.intake import Intake, Reading
from bot.messaging.channels.telegram.receiver import Receiver, Receiving
from bot.messaging.channels.telegram.typing_signs import TypingSigns
from bot.messaging.channels.telegram.webhook import PATH, Webhook, webhook_secret
from bot.messaging.channels.telegram_staff.jobs import StaffPace
from bot.messaging.channels.telegram_staff.room import StaffRoom
from bot.messaging.channels.telegram_staff.wording import StaffWording
from bot.messaging.live import Hub
from bot.messaging.voice import Voice
from bot.messaging.work import StoreWork
from bot.settings import Settings

log = logging.getLogger(__name__)

CLOUD: Final = "https://api.telegram.org"
WEBHOOK_PORTS: Final = (443, 80, 88, 8443)
MENU: Final = ("repair", "status", "human", "help")
"""The commands of the menu; their words are labels `telegram_menu`."""


@dataclass(frozen=True)
class TelegramPace:
    """How fast Telegram is served; a test makes it quicker."""

    receiving: Receiving = field(default_factory=Receiving)
    reading: Reading = field(default_factory=Reading)
    limits: Limits = LIMITS
    staff: StaffPace = field(default_factory=StaffPace)


class TelegramService:
    """Receives, reads and sends for one bot."""

    def __init__(
        self,
        *,
        settings: Settings,
        token: str,
        work: StoreWork,
        hub: Hub,
        voice: Voice,
        attachments: AttachmentStore,
        now: Callable[[], datetime],
        pace: TelegramPace,
    ) -> None:
        self._voice = voice
        self.api = TelegramApi(token, root=settings.telegram_api_url, proxy=settings.telegram_proxy)
        self.channel = TelegramChannel(
            api=self.api, work=work, attachments=attachments, now=now, limits=pace.limits
        )
        self._staff = StaffRoom(
            api=self.api,
            work=work,
            hub=hub,
            attachments=attachments,
            wording=StaffWording(voice.words, voice.estate, settings.public_url),
            desk_id=settings.desk_id,
            now=now,
            pace=pace.staff,
        )
        self.intake = Intake(
            work=work,
            hub=hub,
            api=self.api,
            hearing=Hearing(voice, self.api.bot_id, settings.public_url),
            attachments=attachments,
            now=now,
            reading=pace.reading,
            staff=self._staff.take,
        )
        address = webhook_address(settings)
        secret = webhook_secret(token)
        self.receiver = Receiver(
            api=self.api,
            work=work,
            hub=hub,
            desk_id=settings.desk_id,
            now=now,
            beside=self._read,
            webhook=(address, secret) if address else None,
            how=pace.receiving,
        )
        self._signs = TypingSigns(api=self.api, work=work, hub=hub, channel=self.channel)
        self._door = Webhook(self.api.bot_id, secret, work, hub, now)

    def routes(self) -> list[Route]:
        """The webhook's door; open also while polling, for updates still on their way."""
        return [self._door.route()]

    def jobs(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What must run, by name."""
        return {"telegram": self.receiver.run, "telegram_typing": self._signs.run}

    async def close(self) -> None:
        await self.api.close()

    async def _read(self) -> None:
        """Beside receiving: the menu once, then the intake and the staff's group."""
        words = self._voice.words.labels["telegram_menu"]
        try:
            await self.api.set_menu([(command, words[command]) for command in MENU])
        except ApiFault as fault:
            log.warning("telegram.no_menu", extra={"error": str(fault)})
        async with asyncio.TaskGroup() as both:
            both.create_task(self.intake.run())
            both.create_task(self._staff.mirror.run())


def webhook_address(settings: Settings) -> str | None:
    """Where Telegram is to bring updates; None: we fetch them.

    Telegram itself wants https and one of four ports; a Bot API server of one's own takes any address.
    """
    public = settings.public_url
    if settings.telegram_receive == "poll" or not public:
        return None
    parts = urlsplit(public)
    usable = parts.scheme == "https" and (parts.port or 443) in WEBHOOK_PORTS
    if settings.telegram_receive == "webhook" or usable:
        return public + PATH
    return None

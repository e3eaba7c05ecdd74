"""The desk as one web application: web chat, workspace, /health; its lifespan runs what works in between.

`create_app(settings)` faces the network; `create_actions(desk)` is for the Rasa server alone, on
loopback. Both stand in one process (`bot/serve.py`), each with its own pool of connections.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.clock.clock import run_clock
from bot.desk.emergencies.telling import Telling
from bot.desk.estate.model import Estate, parse_estate
from bot.desk.people.sealing import Seal
from bot.desk.people.second_factor import seal_plain
from bot.desk.talk.transcript import NewAttachment
from bot.desk.wording.words import Words, project_words
from bot.messaging.attachments import AttachmentStore, NotAPicture, PictureTooLarge
from bot.messaging.channels.base import Channel, Limits
from bot.messaging.channels.telegram import channel as telegram_channel
from bot.messaging.channels.telegram.names import NAME as TELEGRAM
from bot.messaging.channels.telegram.service import TelegramPace, TelegramService
from bot.messaging.channels.webchat.channel import WebChatChannel
from bot.messaging.channels.webchat.parts import WebChat
from bot.messaging.channels.webchat.routes import webchat_app
from bot.messaging.dispatcher import Dispatcher, Pacing
from bot.messaging.emergencies import PAGES, EmergencyCheck
from bot.messaging.endings import Endings
from bot.messaging.handbook_shelf import Shelf
from bot.messaging.health import health_of
from bot.messaging.live import DESK, OUTBOX, Hub
from bot.messaging.mood import MoodReader
from bot.messaging.paging.devices import devices_of
from bot.messaging.paging.pager import Pager
from bot.messaging.paging.service_calls import ServiceCaller
from bot.messaging.rasa_client import RasaClient
from bot.messaging.sender import Sender, Sending
from bot.messaging.voice import Voice
from bot.messaging.without_sanic import without_sanic
from bot.messaging.work import StoreWork
from bot.settings import Settings, read_estate
from bot.store.engine import Store
from bot.workspace.parts import Parts, PictureRefused
from bot.workspace.routes import routes as workspace_routes

log = logging.getLogger(__name__)

RASA_PATIENCE = 35.0
"""Seconds; a little longer than the Rasa server gives a turn, so that its own word comes first."""
_AGAIN_SECONDS = 1.0
CLOCK_LEAST = 0.7
"""Seconds the clock rests between two looks, however much news there is."""

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the desk, unless a test hands another one in."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """The parts of one desk process, put together once."""

    settings: Settings
    estate: Estate
    words: Words
    store: Store
    now: Now
    pacing: Pacing = field(default_factory=Pacing)
    sending: Sending = field(default_factory=Sending)
    telegram_pace: TelegramPace = field(default_factory=TelegramPace)

    def __post_init__(self) -> None:
        self.work = StoreWork(self.store)
        self.hub = Hub(
            desk_id=self.settings.desk_id, postgres=self.store.engine.url if self.store.is_postgres else None
        )
        self.attachments = AttachmentStore(self.settings.attachments_dir)
        folder = self.settings.handbook_folder(self.estate.handbook)
        self.shelf = Shelf(folder, self.settings.handbook_index, self.work)
        self.shelf.open()
        web_chat = WebChatChannel()
        self.channels: dict[str, Channel] = {web_chat.name: web_chat}
        self.rasa = RasaClient(self.settings.rasa_url, self.settings.rasa_secret, patience=RASA_PATIENCE)
        # Chats of a channel that is switched off are still there: its limits hold on.
        limits: dict[str, Limits] = {web_chat.name: web_chat.limits, TELEGRAM: telegram_channel.LIMITS}
        voice = Voice(self.words, self.estate, limits)
        self.telegram = self._open_telegram(voice)
        if self.telegram is not None:
            self.channels[TELEGRAM] = self.telegram.channel
        in_store = frozenset(name for name, one in self.channels.items() if one.in_store)
        self.telling = Telling(self.words, self.estate)
        self.emergencies = EmergencyCheck(self.telling, self.settings.desk_id, in_store)
        self.dispatcher = Dispatcher(
            work=self.work,
            rasa=self.rasa,
            hub=self.hub,
            endings=Endings(voice, self.estate, in_store=in_store),
            desk_id=self.settings.desk_id,
            now=self.now,
            slow_after=self.estate.conversation.slow_after,
            old_after=self.estate.conversation.old_after,
            pacing=self.pacing,
        )
        self.sender = Sender(
            work=self.work,
            hub=self.hub,
            channels=self.channels,
            desk_id=self.settings.desk_id,
            now=self.now,
            sending=self.sending,
        )
        page_devices = devices_of(
            self.estate,
            self.words,
            public_url=self.settings.public_url,
            telegram=self.telegram.api if self.telegram else None,
        )
        self.pager = Pager(
            work=self.work,
            hub=self.hub,
            devices=page_devices,
            telling=self.telling,
            desk_id=self.settings.desk_id,
            now=self.now,
        )
        self.service_caller = ServiceCaller(
            work=self.work,
            hub=self.hub,
            devices=page_devices,
            estate=self.estate,
            words=self.words,
            public_url=self.settings.public_url,
            desk_id=self.settings.desk_id,
            now=self.now,
        )
        self.mood = MoodReader(work=self.work, rasa=self.rasa, hub=self.hub, now=self.now)

    def _open_telegram(self, voice: Voice) -> TelegramService | None:
        """None without a bot's token."""
        token = self.settings.telegram_token
        if token is None:
            return None
        return TelegramService(
            settings=self.settings,
            token=token,
            work=self.work,
            hub=self.hub,
            voice=voice,
            attachments=self.attachments,
            now=self.now,
            pace=self.telegram_pace,
        )

    def web_chat(self) -> WebChat:
        """What the web chat's routes work with."""
        return WebChat(
            work=self.work,
            hub=self.hub,
            estate=self.estate,
            attachments=self.attachments,
            emergencies=self.emergencies,
            operator_token=self.settings.operator_token,
            public_url=self.settings.public_url,
            now=self.now,
        )

    @property
    def seal(self) -> Seal:
        """Closes and opens what the store keeps sealed."""
        return Seal(self.settings.seal_key)

    def workspace(self) -> Parts:
        """What the workspace's routes work with."""
        return Parts(
            store=self.store,
            live=self.hub,
            now=self.now,
            estate=self.estate,
            words=self.words,
            seal=self.seal,
            attachment_path=self.attachments.path,
            keep_picture=self._keep_picture,
            handbook=self.shelf.current,
            handbook_problems=lambda: self.shelf.problems,
            secure_cookies=(self.settings.public_url or "").startswith("https://"),
        )

    def health(self) -> Callable[[Request], Awaitable[Response]]:
        """What /health answers."""
        telegram = self.telegram
        return health_of(
            work=self.work,
            rasa=self.rasa,
            desk_id=self.settings.desk_id,
            channels=lambda: {TELEGRAM: telegram.receiver.status.as_json()} if telegram else {},
        )

    def _keep_picture(self, upload: BinaryIO) -> NewAttachment:
        """A picture of somebody at the desk, kept as a resident's is. Raises PictureRefused."""
        try:
            return self.attachments.keep_picture(upload)
        except NotAPicture as fault:
            raise PictureRefused("not_a_picture") from fault
        except PictureTooLarge as fault:
            raise PictureRefused("picture_too_large") from fault

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Dispatcher, sender, mood reader, clock and live news run while the block does."""
        jobs: dict[str, Callable[[], Awaitable[None]]] = {
            "live": self.hub.run,
            "dispatcher": self.dispatcher.run,
            "sender": self.sender.run,
            "pager": self.pager.run,
            "service_caller": self.service_caller.run,
            "mood": self.mood.run,
            "clock": self._run_clock,
            "handbook": partial(self.shelf.run, asyncio.sleep),
            **(self.telegram.jobs() if self.telegram else {}),
        }
        await asyncio.to_thread(self._seal_plain)
        async with AsyncExitStack() as stack:
            stack.callback(self.store.close)
            stack.push_async_callback(self.rasa.close)
            stack.push_async_callback(self.pager.close)
            if self.telegram is not None:
                stack.push_async_callback(self.telegram.close)
            tasks = [asyncio.create_task(_keep_going(name, job)) for name, job in jobs.items()]
            stack.push_async_callback(_end, tasks)
            stack.callback(self.hub.close)
            yield

    def _seal_plain(self) -> None:
        with self.store.write() as session:
            seal_plain(session, seal=self.seal)

    async def _run_clock(self) -> None:
        # Woken by the desk's news: whoever asks for a person is offered to one at once.
        with self.hub.subscribe(DESK) as news:

            async def wake(seconds: float) -> None:
                rest = min(seconds, CLOCK_LEAST)
                await asyncio.sleep(rest)
                await news.wait(seconds - rest)

            await run_clock(
                self.store,
                self.estate,
                self.words,
                desk=self.settings.desk_id,
                now=self.now,
                wake=wake,
                told=self._told,
            )

    def _told(self, conversation_id: int) -> None:
        self.hub.publish(OUTBOX)
        self.hub.publish(PAGES)
        self.hub.conversation_changed(conversation_id)


def open_desk(
    settings: Settings, *, now: Now = utc_now, estate: Estate | None = None, words: Words | None = None
) -> Desk:
    """Read the estate and the words, open the store (migrated before). Raises EstateError, WordsError."""
    return Desk(
        settings=settings,
        estate=estate or parse_estate(read_estate(settings.estate_path)),
        words=words or project_words(settings.project_dir),
        store=Store.at(settings.database_url),
        now=now,
    )


def create_app(settings: Settings, *, now: Now = utc_now, desk: Desk | None = None) -> Starlette:
    """The application that faces the network; `desk` hands in parts a test has put together itself."""
    parts = desk or open_desk(settings, now=now)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with parts.at_work():
            yield

    return Starlette(
        routes=[
            Route("/health", parts.health(), methods=["GET"]),
            *workspace_routes(parts.workspace()),
            *(parts.telegram.routes() if parts.telegram else ()),
            Mount("/", app=webchat_app(parts.web_chat())),
        ],
        lifespan=lifespan,
    )


def create_actions(desk: Desk) -> Starlette:
    """The custom actions for the Rasa server: loopback only, a secret, a pool of connections of its own."""
    # rasa-sdk takes most of a second to import; residents are answered meanwhile (bot/serve.py).
    with without_sanic():
        from actions.registry import all_actions
        from actions.room import Room
        from bot.messaging.actions_app import create_actions_app

    settings, store = desk.settings, Store.at(desk.settings.database_url)
    room = Room(store, desk.estate, desk.words, now=desk.now, handbook=desk.shelf.current)
    return create_actions_app(all_actions(room), secret=settings.actions_secret)


async def _keep_going(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Run a job until it is done or cancelled; one that fails is reported and begun again."""
    while True:
        try:
            return await job()
        except Exception:
            log.exception("desk.job_failed", extra={"job": name})
            await asyncio.sleep(_AGAIN_SECONDS)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

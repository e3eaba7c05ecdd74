"""The real desk over real HTTP for a test: `create_app` under uvicorn, on a port of its own."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn

from bot.app import Desk, create_app
from bot.desk.estate.model import Estate
from bot.desk.wording.words import Words, load_words
from bot.messaging.channels.telegram.service import TelegramPace
from bot.messaging.dispatcher import Pacing
from bot.messaging.sender import Sending
from bot.serve import listen
from bot.settings import Settings
from bot.store.engine import Store
from tests.doubles.rasa.fake import WORDS, FakeRasa
from tests.support.estates import PROJECT, sample_estate

OPERATOR = "an operator's token of the tests"
SLOW_AFTER = timedelta(seconds=0.4)
QUICK = Pacing(look_every=0.2, first_retry=0.1)


def settings_for(url: str, folder: Path, rasa: FakeRasa, desk_id: str = "desk-1") -> Settings:
    """An installation in `folder` that speaks to the fake Rasa server."""
    return Settings(
        project_dir=PROJECT,
        data_dir=folder,
        database_url=url,
        host="127.0.0.1",
        port=1,
        actions_port=1,
        rasa_port=1,
        rasa_url=rasa.url,
        estate_path=PROJECT / "estate.yml",
        public_url=None,
        desk_id=desk_id,
        rasa_secret=rasa.secret,
        actions_secret="not used here, but long enough",
        operator_token=OPERATOR,
        seal_key="a key of the tests",
    )


def estate_with(**conversation: Any) -> Estate:
    """The sample estate with other settings of conversations."""
    estate = sample_estate()
    changed = {"slow_after": SLOW_AFTER, **conversation}
    return estate.model_copy(update={"conversation": estate.conversation.model_copy(update=changed)})


@cache
def _words() -> Words:
    """The project's words and those of the fake Rasa server: read once, each desk of the tests needs them."""
    data = PROJECT / "nlu_data"
    return load_words(
        [PROJECT / "domain.yml", data / "domain", data / "labels.yml", data / "phrases.yml", WORDS]
    )


@dataclass
class DeskServer:
    """One desk process's insides, served from a thread."""

    settings: Settings
    now: Callable[[], datetime]
    estate: Estate | None = None
    pacing: Pacing = QUICK
    busy_seconds: float = 5.0
    telegram_pace: TelegramPace = field(default_factory=TelegramPace)

    def __post_init__(self) -> None:
        self._listen(0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _listen(self, port: int) -> None:
        self._socket = listen("127.0.0.1", port)

    def restart(self) -> "DeskServer":
        """Start again on the same port, after a stop."""
        self._listen(int(self.url.rsplit(":", 1)[1]))
        return self.start()

    def start(self) -> "DeskServer":
        """Serve; returns when the desk is at work."""
        self.desk = Desk(
            settings=self.settings,
            estate=self.estate or estate_with(),
            words=_words(),
            store=Store.at(self.settings.database_url, busy_seconds=self.busy_seconds),
            now=self.now,
            pacing=self.pacing,
            sending=Sending(look_every=0.2),
            telegram_pace=self.telegram_pace,
        )
        self.app = create_app(self.settings, now=self.now, desk=self.desk)
        self._server = _Server(
            uvicorn.Config(self.app, log_level="warning", timeout_graceful_shutdown=2, lifespan="on")
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._server.up.wait(20), "the desk did not start"
        return self

    def stop(self) -> None:
        """Stop as on SIGTERM; a second stop changes nothing."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self.desk.hub.close)
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the desk did not stop"

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])

        asyncio.run(serve())


class _Server(uvicorn.Server):
    """Signals belong to the test run; `up` is set when calls are answered."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.up.set()

"""A whole Guanjia for the dialogues: a really trained model, a Rasa server, the desk over real HTTP.

The desk's two applications run on one event loop in a thread of this process, so that a test can turn its
clock by hand; the Rasa server is a process of its own, started by the launcher as `./guanjia up` does.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy.orm import Session

from bot.app import Desk, create_actions, create_app, open_desk
from bot.clock.clock import REFUSED_NAP, tick
from bot.desk.emergencies.alarms import alarm_of_conversation
from bot.desk.emergencies.help import acknowledge, end
from bot.messaging.live import INBOX, OUTBOX
from bot.process.environments import rasa_command, rasa_environment
from bot.process.models import ensure_model
from bot.settings import PROJECT_DIR, Settings, load_settings
from bot.store import actors
from bot.store.engine import Store
from bot.store.migrate import upgrade
from tests.support.clock import HandClock

READY_SECONDS = 90.0


@dataclass
class House:
    """What a conversation test works with."""

    settings: Settings
    clock: HandClock
    store: Store
    url: str
    desk: Desk
    loop: asyncio.AbstractEventLoop

    def rasa_log(self) -> str:
        """What the Rasa server has written."""
        return (self.settings.data_dir / "rasa.log").read_text(errors="replace")

    def strike(self) -> None:
        """Let the clock do all that is due by now; another desk's lease is waited for."""
        look = partial(tick, self.store, self.desk.estate, self.desk.words, desk="test", now=self.clock)
        while look().nap == REFUSED_NAP:
            self.wake()
        self.wake()

    def end_alarm(self, session: Session, conversation_id: int, *, agent_id: int) -> None:
        """小李 takes the alarm of this chat, goes there, and it is over."""
        alarm = alarm_of_conversation(session, conversation_id, self.clock())
        assert alarm is not None
        telling, now = self.desk.telling, self.clock()
        acknowledge(session, alarm.id, agent_id=agent_id, telling=telling, now=now)
        end(session, alarm.id, by=actors.agent(agent_id), telling=telling, now=now)

    def wake(self) -> None:
        """Tell the desk that something was written to its store from outside (as another desk would)."""
        for topic in (INBOX, OUTBOX):
            self.loop.call_soon_threadsafe(self.desk.hub.publish, topic)


@contextlib.contextmanager
def running_house(folder: Path, clock: HandClock, **more: Any) -> Iterator[House]:
    """Run desk and Rasa server while the block does; both end with it. `more`: settings of the desk."""
    ports = [_free_port() for _ in range(3)]
    settings = load_settings(
        environ={},
        data_dir=folder,
        port=ports[0],
        actions_port=ports[1],
        rasa_port=ports[2],
        operator_token=secrets.token_urlsafe(24),
        **more,
    )
    upgrade(settings.database_url)
    model = asyncio.run(ensure_model(lambda line: None))
    with _rasa_server(settings, model, folder / "rasa.log"), _desk(settings, clock) as (desk, loop):
        _wait_until_ready(desk, folder / "rasa.log")
        store = Store.at(settings.database_url)
        try:
            yield House(settings, clock, store, settings.desk_url, desk, loop)
        finally:
            store.close()


@contextlib.contextmanager
def _rasa_server(settings: Settings, model: Path, log: Path) -> Iterator[None]:
    command = rasa_command(
        "run", "-i", "127.0.0.1", "-p", str(settings.rasa_port), "--endpoints", "endpoints.yml",
        "--credentials", "credentials.yml", "-m", str(model),
    )  # fmt: skip
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=PROJECT_DIR, env=rasa_environment(settings), stdout=file, stderr=file
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _desk(settings: Settings, clock: HandClock) -> Iterator[tuple[Desk, asyncio.AbstractEventLoop]]:
    desk = open_desk(settings, now=clock)
    servers = [
        _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
        for app, port in (
            (create_app(settings, desk=desk), settings.port),
            (create_actions(desk), settings.actions_port),
        )
    ]

    loop = asyncio.new_event_loop()

    async def serve() -> None:
        await asyncio.gather(*(server.serve() for server in servers))

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield desk, loop
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(20)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: it runs in a thread."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _wait_until_ready(desk: Desk, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    waiting = threading.Event()
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{desk.settings.desk_url}/health", timeout=5).json().get("rasa") == "ready":
                return
        waiting.wait(0.1)
    raise AssertionError(f"The house did not get ready:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rasa_python_for_tests() -> str | None:
    """The developers' Rasa environment, unless the caller named another one."""
    own = PROJECT_DIR / ".guanjia/envs/rasa-dev/bin/python"
    return os.environ.get("GUANJIA_RASA_PYTHON") or (str(own) if own.exists() else None)

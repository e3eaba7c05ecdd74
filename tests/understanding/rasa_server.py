"""A real Rasa server and a real action server for the tests: processes, ports, HTTP."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"
SECRET = "a secret of the tests"
ACTIONS_SECRET = "another"
STARTED_IN = 60.0

Call = dict[str, Any]
Result = tuple[int, Any]


def said(key: str, events: list[Call] | None = None, **values: Any) -> Result:
    """Return what rasa-sdk answers when an action utters a response."""
    words: dict[str, Any] = {"text": None, "buttons": [], "elements": [], "custom": {}, "image": None}
    response = {**words, "attachment": None, "template": key, "response": key, **values}
    return 200, {"events": events or [], "responses": [response]}


@dataclass
class ActionServer:
    """Answers each action with what the test put into `answers`; remembers the calls."""

    port: int
    answers: dict[str, Callable[[Call], Result]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    # An action that is to hang waits for this; `hanging` tells the test that it does.
    release: threading.Event = field(default_factory=threading.Event)
    hanging: threading.Event = field(default_factory=threading.Event)

    def named(self) -> list[str]:
        """Return the actions called so far."""
        return [call["next_action"] for call in self.calls]

    def hang(self, call: Call) -> Result:
        """Answer only when the test says so."""
        self.hanging.set()
        self.release.wait(STARTED_IN)
        return 200, {"events": [], "responses": []}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of Rasa."""
        call = await request.json()
        self.calls.append(call)
        self.tokens.append(request.query.get("token"))
        answer = self.answers[call["next_action"]]
        status, body = await asyncio.get_running_loop().run_in_executor(None, answer, call)
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)


@contextmanager
def action_server() -> Iterator[ActionServer]:
    """Run an action server beside the test."""
    server = ActionServer(free_port())
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_post("/webhook", server.answer)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", server.port).start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(runner.cleanup())
        loop.close()


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    body: Any

    @property
    def keys(self) -> list[str]:
        """Return the keys of the replies."""
        return [reply["key"] for reply in self.body["replies"]]


class RasaServer:
    """One process of the real launcher over a trained model."""

    def __init__(self, model: Path, folder: Path, actions_port: int) -> None:
        self.port = free_port()
        self.tracker_db = folder / "trackers.db"
        self.log = folder / "rasa.log"
        self._model = model
        self._actions_port = actions_port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str | None) -> None:
        """Start the process and wait until it is ready."""
        self.spawn(**environment)
        waiting = threading.Event()
        for _ in range(int(STARTED_IN / 0.05)):
            if self._process is None or self._process.poll() is not None:
                break
            if self.reachable() and self.get("/ready").status == 200:
                return
            waiting.wait(0.05)
        raise AssertionError(f"The Rasa server did not get ready:\n{self.log.read_text()[-3000:]}")

    def spawn(self, **environment: str | None) -> "subprocess.Popen[bytes]":
        """Start the process; a variable given as None is not set."""
        files = ["--endpoints", ROOT / "endpoints.yml", "--credentials", ROOT / "credentials.yml"]
        command = [sys.executable, "-m", "bot.understanding.server.launcher", "run", "-i", "127.0.0.1"]
        given = {**os.environ, **self._environment(), **environment}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*map(str, [*command, "-p", self.port, *files, "-m", self._model])],
                cwd=PROJECT,
                env={name: value for name, value in given.items() if value is not None},
                stdout=log,
                stderr=log,
            )
        return self._process

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """End it as a supervisor does; returns the exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(20)
        self._process = None
        return code

    def reachable(self) -> bool:
        """Tell whether something listens on the port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def turn(self, conversation: str, turn: str, text: str, **more: Any) -> Answer:
        """Call one turn."""
        return self.post("/turn", {"conversation": conversation, "turn": turn, "text": text, **more})

    def parse(self, *texts: str) -> list[Any]:
        """Return the parses of some texts."""
        parses: list[Any] = self.post("/parse", {"texts": list(texts)}).body["parses"]
        return parses

    def get(self, path: str, secret: str = SECRET) -> Answer:
        """Call a route."""
        return self.call(path, None, secret)

    def post(self, path: str, body: Any, secret: str = SECRET) -> Answer:
        """Call a route with a body."""
        return self.call(path, json.dumps(body).encode(), secret)

    def call(self, path: str, body: bytes | None, secret: str = SECRET) -> Answer:
        """Call a route with bytes."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhooks/desk{path}", body)
        request.add_header("Authorization", f"Bearer {secret}")
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            said = error.read()
            return Answer(error.code, json.loads(said) if said.startswith(b"{") else said.decode())

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "GUANJIA_RASA_SECRET": SECRET,
            "GUANJIA_ACTIONS_URL": f"http://127.0.0.1:{self._actions_port}/webhook",
            "GUANJIA_ACTIONS_SECRET": ACTIONS_SECRET,
            "GUANJIA_TRACKER_DB": str(self.tracker_db),
        }


def train(out: Path) -> Path:
    """Train the tests' project with the real launcher."""
    command = [
        sys.executable,
        "-m",
        "bot.understanding.server.launcher",
        "train",
        "--fixed-model-name",
        "tests",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_CACHE_DIRECTORY": str(out / "cache")}
    trained = subprocess.run(
        [*command, "--out", str(out)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert trained.returncode == 0, trained.stdout[-3000:] + trained.stderr[-3000:]
    return out / "tests.tar.gz"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

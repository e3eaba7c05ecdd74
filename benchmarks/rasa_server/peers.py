"""The two servers that are compared: how each is trained, started, asked and measured."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).resolve().parents[2]
STOCK = Path("benchmarks/rasa_server/stock")
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Surroundings:
    """What both peers share: where the actions answer, and a folder for models and trackers."""

    actions_url: str
    actions_secret: str
    folder: Path


@dataclass(frozen=True)
class Said:
    """One message as the dispatcher hands it on; `payload` is what a pressed button stands for."""

    sender: str
    turn: str
    text: str
    payload: str | None
    facts: dict[str, Any]


class Peer(ABC):
    """One Rasa server, from training to its last message."""

    name: str
    environment: str
    launcher: tuple[str, ...]
    config: Path
    credentials: Path
    endpoints: Path

    def __init__(self, surroundings: Surroundings, epochs: int = 100) -> None:
        """`epochs`: of a peer that learns in epochs; with fewer it answers as fast, only worse."""
        self.around = surroundings
        self.epochs = epochs
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret = "benchmark"
        self.process: subprocess.Popen[bytes] | None = None
        self.home = (PROJECT / ".guanjia" / "envs" / self.environment).resolve()
        self.model = surroundings.folder / f"{self.name}.tar.gz"

    def _env(self) -> dict[str, str]:
        return os.environ | {
            "RASA_TELEMETRY_ENABLED": "false",
            "OMP_NUM_THREADS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONPATH": str(PROJECT),
            "GUANJIA_RASA_SECRET": self.secret,
            "GUANJIA_ACTIONS_URL": self.around.actions_url,
            "GUANJIA_ACTIONS_SECRET": self.around.actions_secret,
            "GUANJIA_TRACKER_DB": str(self.around.folder / f"{self.name}-tracker.db"),
            "LOG_LEVEL": "WARNING",
        }

    def _rasa(self, *arguments: str) -> list[str]:
        return [str(self.home / "bin" / "python"), *self.launcher, *arguments]

    def installed_megabytes(self) -> float:
        """Size of the environment on disk, in MB."""
        done = subprocess.run(["du", "-sm", str(self.home)], capture_output=True, text=True, check=True)
        return float(done.stdout.split()[0])

    def train(self) -> float:
        """Trains on the project's whole data with nothing cached; returns seconds."""
        shutil.rmtree(PROJECT / ".rasa", ignore_errors=True)
        cache = self.around.folder / f"{self.name}-cache"
        shutil.rmtree(cache, ignore_errors=True)
        started = time.monotonic()
        subprocess.run(
            self._rasa(
                "train", *self.training_arguments(), "--force",
                "--out", str(self.around.folder), "--fixed-model-name", self.name,
            ),
            cwd=PROJECT,
            env=self._env() | {"RASA_CACHE_DIRECTORY": str(cache), "GUANJIA_CACHE": str(cache / "vectors")},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return time.monotonic() - started

    def start(self) -> float:
        """Starts the server; returns the seconds until it answers."""
        started = time.monotonic()
        self.process = subprocess.Popen(
            self._rasa(
                "run", "-i", "127.0.0.1", "-p", str(self.port), "-m", str(self.model),
                "--endpoints", str(self.endpoints), "--credentials", str(self.credentials),
            ),
            cwd=PROJECT,
            env=self._env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        deadline = started + 300
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name}: the server ended with {self.process.returncode}")
            try:
                if self.is_ready():
                    return time.monotonic() - started
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.1)
        raise RuntimeError(f"{self.name}: not ready after 300 s")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=30)

    def cpu_seconds(self) -> float:
        """CPU time the server process has used so far, in seconds."""
        assert self.process
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_megabytes(self) -> float:
        """Resident memory of the server process, in MB."""
        assert self.process
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")

    def training_arguments(self) -> list[str]:
        """What `train` must be told of config and data; our importer knows the house by itself."""
        return ["--config", str(self.config)]

    @abstractmethod
    def is_ready(self) -> bool: ...

    @abstractmethod
    async def say(self, client: httpx.AsyncClient, said: Said) -> int:
        """Sends one message; returns how many replies came. Raises on an HTTP error."""


class Guanjia(Peer):
    name = "guanjia"
    environment = "rasa"
    launcher = ("-m", "bot.understanding.server.launcher")
    config = Path("config.yml")
    credentials = Path("credentials.yml")
    endpoints = Path("endpoints.yml")

    def is_ready(self) -> bool:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return httpx.get(f"{self.url}/webhooks/desk/ready", headers=headers).status_code == 200

    async def say(self, client: httpx.AsyncClient, said: Said) -> int:
        answer = await client.post(
            f"{self.url}/webhooks/desk/turn",
            headers={"Authorization": f"Bearer {self.secret}"},
            json={
                "conversation": said.sender,
                "turn": said.turn,
                "text": said.text,
                "payload": said.payload,
                "metadata": said.facts,
            },
        )
        answer.raise_for_status()
        return len(answer.json()["replies"])


class Stock(Peer):
    name = "stock"
    environment = "rasa-tensorflow"
    launcher = ("-m", "rasa")
    config = STOCK / "config.yml"
    credentials = STOCK / "credentials.yml"
    endpoints = STOCK / "endpoints.yml"

    def training_arguments(self) -> list[str]:
        """The same sentences, rules and domain; its files in one folder, as stock Rasa reads them."""
        domain = self.around.folder / "stock-domain"
        domain.mkdir(exist_ok=True)
        for path in (PROJECT / "domain.yml", *(PROJECT / "nlu_data" / "domain").glob("*.yml")):
            shutil.copy(path, domain)
        data = ["nlu_data/nlu", "nlu_data/rules"]
        own = (PROJECT / STOCK / "config.yml").read_text(encoding="utf-8")
        config = self.around.folder / "stock-config.yml"
        config.write_text(own.replace("epochs: 100", f"epochs: {self.epochs}"), encoding="utf-8")
        return ["--config", str(config), "--domain", str(domain), "--data", *data, "--skip-validation"]

    def is_ready(self) -> bool:
        return httpx.get(f"{self.url}/webhooks/rest/").status_code == 200

    async def say(self, client: httpx.AsyncClient, said: Said) -> int:
        answer = await client.post(
            f"{self.url}/webhooks/rest/webhook",
            json={"sender": said.sender, "message": said.payload or said.text, "metadata": said.facts},
        )
        answer.raise_for_status()
        return len(answer.json())

"""The real Rasa server for the contract tests: the launcher over the small model of tests/understanding.

Runs in the Rasa side's own environment, as a process of its own; the model is trained once for the run.
"""

import os
import subprocess
import threading
from pathlib import Path

import httpx

from bot.process.environments import python_of
from bot.process.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "tests/understanding/project"
STARTS_IN = 90.0


class RealRasa:
    """One process, on one port."""

    secret = "a secret of the tests"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def train(self) -> None:
        """Train the small project of tests/understanding."""
        self._launch("train", "--fixed-model-name", "contract", "--out", str(self._folder)).communicate()
        assert (self._folder / "contract.tar.gz").exists(), self.log()

    def start(self) -> "RealRasa":
        """Start it and wait until it answers."""
        self._process = self._launch(
            *("run", "-i", "127.0.0.1", "-p", str(self.port)),
            *("--endpoints", str(ROOT / "endpoints.yml"), "--credentials", str(ROOT / "credentials.yml")),
            *("-m", str(self._folder / "contract.tar.gz")),
        )
        pause = threading.Event()
        for _ in range(int(STARTS_IN / 0.1)):
            assert self._process.poll() is None, self.log()
            if self._is_ready():
                return self
            pause.wait(0.1)
        raise AssertionError(f"not ready after {STARTS_IN:.0f} s:\n{self.log()}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        """The end of what it printed."""
        return (self._folder / "rasa.log").read_text(errors="replace")[-3000:]

    def _is_ready(self) -> bool:
        try:
            answer = httpx.get(
                f"{self.url}/webhooks/desk/ready",
                headers={"Authorization": f"Bearer {self.secret}"},
                trust_env=False,
            )
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def _launch(self, *words: str) -> "subprocess.Popen[bytes]":
        with (self._folder / "rasa.log").open("ab") as log:
            return subprocess.Popen(
                [str(python_of("rasa-dev")), "-m", "bot.understanding.server.launcher", *words],
                cwd=PROJECT,
                env={**os.environ, **self._environment()},
                stdout=log,
                stderr=log,
            )

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "RASA_CACHE_DIRECTORY": str(self._folder / "cache"),
            "GUANJIA_RASA_SECRET": self.secret,
            "GUANJIA_ACTIONS_URL": "http://127.0.0.1:9/webhook",
            "GUANJIA_ACTIONS_SECRET": "no actions here",
            "GUANJIA_TRACKER_DB": str(self._folder / "trackers.db"),
        }

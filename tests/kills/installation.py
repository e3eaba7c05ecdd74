"""A whole installation under `up`, whose processes can be killed while it works."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bot.process.environments import base_environment
from bot.process.ports import free_port
from bot.settings import PROJECT_DIR, Settings, load_settings

PROGRAMS = {"desk": "bot.serve", "rasa": "bot.understanding.server.launcher"}
PATIENCE = 120.0
"""Seconds until a process that was killed must be back."""


@dataclass
class Installation:
    """`up` on a data folder of its own; killed processes are started again by its supervisor."""

    settings: Settings
    log: Path
    supervisor: subprocess.Popen[bytes] = field(repr=False)

    @classmethod
    def started(cls, folder: Path) -> "Installation":
        port = free_port("127.0.0.1", 18080)
        log = folder / "up.log"
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "up", "--data", str(folder / "data"), "--port", str(port)],
            cwd=PROJECT_DIR,
            env=base_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        here = cls(load_settings(data_dir=folder / "data", port=port), log, supervisor)
        here.wait_until_whole()
        return here

    @property
    def url(self) -> str:
        return self.settings.desk_url

    def wait_until_whole(self) -> None:
        """Return when the desk answers and sees its Rasa server."""
        self._wait(lambda health: health.get("rasa") == "ready", "whole again")

    def wait_until_all_is_out(self) -> None:
        """Return when nothing is left to be handled or sent."""
        busy = ("messages", "turns_running", "turns_waiting", "outbox")

        def at_rest(health: dict[str, Any]) -> bool:
            queue: dict[str, int] | None = health.get("queue")  # none while the store is away
            return queue is not None and not any(queue[name] for name in busy)

        self._wait(at_rest, "at rest")

    def _wait(self, holds: Callable[[dict[str, Any]], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.supervisor.poll() is None, self.log.read_text()
            try:
                if holds(httpx.get(f"{self.url}/health", trust_env=False, timeout=5).json()):
                    return
            except (httpx.TransportError, json.JSONDecodeError):
                pass  # being started again
            time.sleep(0.1)
        raise AssertionError(f"not {what} after {PATIENCE:.0f} s:\n{self.log.read_text()[-4000:]}")

    def kill_one(self, dice: Random) -> str:
        """SIGKILL for the desk or the Rasa server, whichever the dice say and is there; returns its name."""
        there = self._children()
        if not there:
            return ""
        name = dice.choice(sorted(there))
        os.kill(there[name], signal.SIGKILL)
        return name

    def stop(self) -> None:
        self.supervisor.send_signal(signal.SIGTERM)
        self.supervisor.wait(timeout=30)

    def _children(self) -> dict[str, int]:
        children = Path(f"/proc/{self.supervisor.pid}/task/{self.supervisor.pid}/children")
        found: dict[str, int] = {}
        for pid in children.read_text().split():
            try:
                command = Path(f"/proc/{pid}/cmdline").read_text()
            except FileNotFoundError:
                continue  # gone between two looks
            found |= {name: int(pid) for name, module in PROGRAMS.items() if module in command}
        return found

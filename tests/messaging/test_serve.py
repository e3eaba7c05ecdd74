"""The desk's own process: answers, ends in order on SIGTERM, and says in one line why it cannot start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.process.ports import free_port
from tests.support.visitor import Visitor, until

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """`python -m bot.serve` on a data folder of its own."""

    def __init__(self, data: Path, **more: str) -> None:
        self.port, self.actions_port = free_port("127.0.0.1", 0), free_port("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            "GUANJIA_DATA_DIR": str(data),
            "GUANJIA_PORT": str(self.port),
            "GUANJIA_ACTIONS_PORT": str(self.actions_port),
            "GUANJIA_RASA_PORT": "9",
            **more,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.serve"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def answers(self) -> bool:
        assert self.process.poll() is None, self.ended()[1]
        try:
            return httpx.get(f"{self.url}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def ended(self, seconds: float = 15) -> tuple[int, str]:
        """Its exit code and what it printed."""
        output, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, output


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "data")
    until(process.answers, what="the desk", seconds=30)
    yield process
    if process.process.poll() is None:
        process.process.kill()
        process.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_with_a_page_open(serving: Process, number: signal.Signals) -> None:
    visitor = Visitor(serving.url)
    visitor.says("电梯坏了")
    with visitor.live() as events:
        next(events)
        serving.process.send_signal(number)
        code, output = serving.ended()
    assert (code, [line for line in output.splitlines() if "Traceback" in line]) == (0, [])


def test_the_page_is_there_before_rasa_is(serving: Process) -> None:
    assert httpx.get(serving.url, trust_env=False).status_code == 200
    assert httpx.get(f"{serving.url}/health", trust_env=False).json()["rasa"] == "away"
    assert httpx.get(f"{serving.url}/desk/sign-in", trust_env=False).status_code == 200


def test_the_actions_want_their_secret(serving: Process) -> None:
    answer = httpx.post(f"http://127.0.0.1:{serving.actions_port}/webhook", json={}, trust_env=False)
    assert answer.status_code == 401


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = Process(tmp_path / "data", GUANJIA_PORT=str(port)).ended(30)
    assert code == 1
    assert len(output.splitlines()) == 1
    assert str(port) in output


def test_a_damaged_estate_is_named_line_by_line(tmp_path: Path) -> None:
    estate = tmp_path / "estate.yml"
    estate.write_text("name: 锦绣花园\nphones: [\n", encoding="utf-8")
    code, output = Process(tmp_path / "data", GUANJIA_ESTATE_PATH=str(estate)).ended(30)
    assert code == 1
    assert "estate.yml" in output
    assert "Traceback" not in output

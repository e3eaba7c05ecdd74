"""`./guanjia` as an operator runs it: real processes, heard line by line, counted at the end."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MARK = "GUANJIA_TEST_MARK"
SETTINGS = ("GUANJIA_", "DATABASE_URL", "PYTHONPATH", "VIRTUAL_ENV")


def environment(**extra: str) -> dict[str, str]:
    """Ours, without what an earlier `./guanjia` or a developer's shell has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return {**kept, "COLUMNS": "200", **extra}


def run(
    *words: str, project: Path = PROJECT, stdin: str = "", timeout: float = 120, **extra: str
) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [str(project / "guanjia"), *words],
        env=environment(**extra),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A `./guanjia up` that runs; everything it starts carries a mark by which it is found again."""

    def __init__(self, data: Path, *words: str, port: int | None = None, **extra: str) -> None:
        self.data = data
        self.port = port or free_port()
        self.mark = uuid.uuid4().hex
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [str(PROJECT / "guanjia"), "up", "--data", str(data), "--port", str(self.port), *words],
            env=environment(**{MARK: self.mark, **extra}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._hear, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, words: str, timeout: float = 60) -> str:
        """The first line, from now on, that holds the words; fails with all lines when there is none."""
        until = time.monotonic() + timeout
        with contextlib.suppress(queue.Empty):
            while (line := self._queue.get(timeout=max(0.0, until - time.monotonic()))) is not None:
                if words in line:
                    return line
        raise AssertionError(f"{words!r} was not said in {timeout} s:\n" + "\n".join(self.lines))

    def stop(self, number: signal.Signals = signal.SIGINT, timeout: float = 20) -> int:
        """Send the signal and wait for the end; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=timeout)

    def living(self) -> dict[int, str]:
        """Every process that this `up` or a child of it started and that is still there."""
        wanted = f"{MARK}={self.mark}".encode()
        return {pid: command for pid, command, given in _processes() if wanted in given}

    def wait_until_nothing_lives(self, timeout: float = 5) -> None:
        until = time.monotonic() + timeout
        while living := self.living():
            assert time.monotonic() < until, f"still there: {living}"
            time.sleep(0.02)  # waits for the kernel, not for our own code

    def _hear(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._queue.put(line)
        self._queue.put(None)


@contextlib.contextmanager
def up(data: Path, *words: str, port: int | None = None, **extra: str) -> Iterator[Up]:
    """Start it, and see to it that nothing is left whatever happens in the block."""
    running = Up(data, *words, port=port, **extra)
    try:
        yield running
    finally:
        running.stop(signal.SIGKILL)
        running.wait_until_nothing_lives()


def _processes() -> Iterator[tuple[int, str, bytes]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if state != "Z":
                yield int(folder.name), command, (folder / "environ").read_bytes()

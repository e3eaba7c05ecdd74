"""One desk a data folder: the lock that holds it, and where the one that runs can be reached."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.process.faults import OperatorError


@dataclass(frozen=True)
class Running:
    """The `up` that serves a data folder now."""

    pid: int
    url: str
    actions_port: int
    rasa_port: int


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the folder until the block ends or this process dies, however it dies.

    Raises OperatorError when another `up` holds it.
    """
    with open(data / "up.lock", "a") as lock:
        if not _lock(lock.fileno()):
            other = running(data)
            where = f" (process {other.pid}, {other.url})" if other else ""
            raise OperatorError(
                f"data folder {data}",
                f"another ./guanjia up serves it already{where}",
                "stop that one, or name another folder with --data",
            )
        try:
            yield
        finally:
            (data / "running.json").unlink(missing_ok=True)


def announce(data: Path, now: Running) -> None:
    """Write down where the desk is reached, for `chat` and `doctor`."""
    half = data / f".running.{os.getpid()}"
    half.write_text(json.dumps(asdict(now)), encoding="utf-8")
    half.replace(data / "running.json")


def running(data: Path) -> Running | None:
    """The `up` that holds the folder now; None if there is none."""
    try:
        with open(data / "up.lock") as lock:
            if _lock(lock.fileno()):
                return None  # nobody holds it: what running.json says is from one that was killed
        return Running(**json.loads((data / "running.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""One child process: started under the leash, heard line by line, ended with everything it started."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import PROJECT_DIR

LEASH = Path(__file__).with_name("leash.py")
GRACE_SECONDS = 4.0
"""How long a child may take to end in order before it is killed."""
LONGEST_LINE = 8_000


@dataclass(frozen=True)
class Program:
    """What to run: a name for the lines it prints, the command, its environment."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(repr=False)


async def start(program: Program) -> asyncio.subprocess.Process:
    """Start it in the project folder, in a session of its own (a Ctrl-C reaches only us), on the leash.

    To be called from the main thread: the leash is tied to the thread that starts the child.
    """
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-I", str(LEASH), str(os.getpid()), *program.command],
        env=program.environment,
        cwd=PROJECT_DIR,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


async def relay(process: asyncio.subprocess.Process, hear: Callable[[str], None]) -> int:
    """Hand every line it prints to `hear` until it ends; returns its exit code (negative: the signal)."""
    assert process.stdout is not None
    async for line in _lines(process.stdout):
        hear(line)
    return await process.wait()


async def end(process: asyncio.subprocess.Process, *, grace: float = GRACE_SECONDS) -> None:
    """End it and all it started: asked first, killed after `grace` seconds."""
    try:
        if process.returncode is None and grace > 0:
            _signal_group(process, signal.SIGTERM)
            await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        pass  # it had its time: killed below
    finally:
        _signal_group(process, signal.SIGKILL)
    await process.wait()


def describe(code: int) -> str:
    """ "with code 3", or "by signal SIGKILL"."""
    if code >= 0:
        return f"with code {code}"
    try:
        return f"by signal {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    # Nobody of the group may be left; some systems say that in the second way.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines however long: one without an end is handed on in pieces."""
    rest = b""
    while chunk := await stream.read(65_536):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield _text(line)
        if len(rest) > LONGEST_LINE:
            yield _text(rest)
            rest = b""
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")

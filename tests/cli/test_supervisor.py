"""The supervisor over small real programs: ends are noticed, pauses grow, nothing is left."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.process import child
from bot.process.child import Program
from bot.process.supervisor import Backoff, NeverStarted, keep_running

QUICK = Backoff(first=0.01, longest=0.04, steady=60)


def _program(code: str, *words: str) -> Program:
    return Program("desk", [sys.executable, "-c", code, *words], dict(os.environ))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - waits for other processes
            await asyncio.sleep(0.01)


def test_a_program_that_ends_is_started_again_with_growing_pauses() -> None:
    said: list[str] = []

    async def scene() -> None:
        running = asyncio.create_task(
            keep_running(_program("raise SystemExit(3)"), say=said.append, backoff=QUICK)
        )
        await _until(lambda: len(said) >= 4)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(scene())
    assert said[:4] == [
        f"desk ended with code 3; starting it again in {pause} s" for pause in (0.01, 0.02, 0.04, 0.04)
    ]


def test_a_program_that_never_answered_is_given_up() -> None:
    async def scene() -> None:
        await keep_running(_program("raise SystemExit(3)"), say=lambda _: None, answered=lambda: False)

    with pytest.raises(NeverStarted, match="with code 3"):
        asyncio.run(scene())


def test_its_lines_are_heard_however_long_and_in_whatever_bytes() -> None:
    code = r"import sys; sys.stdout.buffer.write(b'\xe4\xbd\xa0\n\xff\n' + b'x' * 300_000 + b'\nend')"
    said: list[str] = []

    async def scene() -> None:
        process = await child.start(_program(code))
        assert await child.relay(process, said.append) == 0

    asyncio.run(scene())
    assert said[:2] == ["你", "�"]
    assert "".join(said[2:-1]) == "x" * 300_000
    assert said[-1] == "end"


def test_a_stubborn_program_and_what_it_started_are_ended() -> None:
    code = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(other.pid, flush=True)
time.sleep(600)
"""
    said: list[str] = []

    async def scene() -> int:
        process = await child.start(_program(code))
        hearing = asyncio.create_task(child.relay(process, said.append))
        await _until(lambda: bool(said))
        await child.end(process, grace=0.2)
        await hearing
        return process.pid

    pid = asyncio.run(scene())
    assert not _alive(pid)
    asyncio.run(_until(lambda: not _alive(int(said[0]))))


def test_a_program_is_asked_before_it_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = """
import pathlib, signal, sys, time
def stop(*_):
    pathlib.Path(sys.argv[1]).write_text("in order")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(600)
"""
    said: list[str] = []

    async def scene() -> None:
        process = await child.start(_program(code, str(note)))
        hearing = asyncio.create_task(child.relay(process, said.append))
        await _until(lambda: bool(said))
        await child.end(process)
        assert await hearing == 0

    asyncio.run(scene())
    assert note.read_text() == "in order"


def test_a_leashed_program_dies_with_its_parent_however_that_ends() -> None:
    leash = child.LEASH
    parent_code = f"""
import os, subprocess, sys, time
words = [sys.executable, "-I", {str(leash)!r}, str(os.getpid()), "sleep", "600"]
print(subprocess.Popen(words).pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        leashed = int(parent.stdout.readline())
        asyncio.run(_until(lambda: b"sleep" in Path(f"/proc/{leashed}/cmdline").read_bytes()[:5]))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    asyncio.run(_until(lambda: not _alive(leashed)))


def test_a_leash_without_its_parent_starts_nothing() -> None:
    words = [sys.executable, "-I", str(child.LEASH), "1", "echo", "ran"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")

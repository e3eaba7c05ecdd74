"""Keeps a program running: started again with growing pauses when it ends, ended when we end."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.process import child
from bot.process.child import Program

Say = Callable[[str], None]


@dataclass(frozen=True)
class Backoff:
    """Pauses before a new start, in seconds: doubled each time, forgotten after a steady run."""

    first: float = 0.5
    longest: float = 30.0
    steady: float = 8.0

    def pauses(self) -> Iterator[float]:
        """0.5, 1, 2 … 30, 30 …"""
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.longest)


class NeverStarted(Exception):
    """The program ended before it had answered once: starting it again would not help."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(child.describe(code))


async def keep_running(
    program: Program,
    *,
    say: Say,
    backoff: Backoff | None = None,
    answered: Callable[[], bool] = lambda: True,
) -> None:
    """Run the program until this task is cancelled, starting it again whenever it ends.

    Raises NeverStarted if it ends while `answered()` is still false.
    """
    backoff = backoff or Backoff()
    pauses = backoff.pauses()
    while True:
        started = time.monotonic()
        code = await _run_once(program, say)
        if not answered():
            raise NeverStarted(code)
        if time.monotonic() - started >= backoff.steady:
            pauses = backoff.pauses()
        pause = next(pauses)
        say(f"{program.name} ended {child.describe(code)}; starting it again in {pause:g} s")
        await asyncio.sleep(pause)


async def _run_once(program: Program, say: Say) -> int:
    process = await child.start(program)
    try:
        return await child.relay(process, lambda line: say(f"{program.name} | {line}"))
    finally:
        await child.end(process)

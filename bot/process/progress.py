"""How far a long command is, on stderr: a bar at a terminal, a line at each tenth elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

WORTH_TELLING = 500
"""Below so many nothing is said: it is over in a few seconds."""
_CHUNK = 1 << 20


class Advance(Protocol):
    """Called once for each thing that is done."""

    def __call__(self) -> None: ...


@contextmanager
def told(what: str, total: int | None, *, out: IO[str] | None = None) -> Iterator[Advance]:
    """Tell how many of `total` are done while the block runs; unknown or few: nothing is said."""
    stream = out or sys.stderr
    if total is None or total < WORTH_TELLING:
        yield lambda: None
    elif stream.isatty():
        with _bar(stream) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
    else:
        yield _Lines(what, total, stream).advance


def lines_in(path: Path) -> int:
    """How many lines a file has, read in pieces; one without an end counts, too."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            count += piece.count(b"\n")
            last = piece[-1:]
    return count + (last != b"\n")


class _Lines:
    def __init__(self, what: str, total: int, stream: IO[str]) -> None:
        self._what, self._total, self._stream = what, total, stream
        self._done, self._started = 0, time.monotonic()

    def advance(self) -> None:
        self._done += 1
        if self._done * 10 // self._total > (self._done - 1) * 10 // self._total:
            seconds = time.monotonic() - self._started
            print(
                f"{self._what}: {self._done:,} of {self._total:,} ({seconds:.0f} s)",
                file=self._stream,
                flush=True,
            )


def _bar(stream: IO[str]) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(file=stream), transient=True)

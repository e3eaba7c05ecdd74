"""The test suite in parts that run beside one another: each a pytest of its own, its output in one piece.

Two sides (docs/architecture.md: two environments that share no process), and of the desk's side the slow
folders apart, so that two cores have two things to do. What a part says is kept in `.guanjia/logs` and
printed whole when it has ended; meanwhile a line now and then tells how far each is.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.process import child
from bot.process.child import Program
from bot.process.environments import HOME, python_of

RASA_TESTS = ("tests/language", "tests/nlu", "tests/understanding", "tests/policies")
BOTH = ("tests/language",)
"""Plain Python for both sides: tested in both; the rest of RASA_TESTS needs Rasa's environment."""
APART = {
    "kills": ("tests/kills",),
    "channels": ("tests/channels",),
    "workspace": ("tests/workspace",),
    "cli": ("tests/cli",),
    "messaging": ("tests/messaging",),
    "browser": ("tests/browser",),
    "conversations": ("tests/conversations",),
}
"""Folders of the desk's side that take long; all others are one part, `desk`."""
ORDER = (
    "kills",
    "desk",
    "channels",
    "cli",
    "workspace",
    "messaging",
    "browser",
    "rasa",
    "conversations",
)
"""What takes long is begun first, so that all lanes end at about the same time."""
NO_TESTS = 5
"""pytest's exit code when nothing was selected."""
TELL_EVERY = 20.0
_PERCENT = re.compile(r"\[ *(\d+)%\]\s*$")
_FAULT = re.compile(r"^(?:FAILED|ERROR) ")
_END = re.compile(r"^=+ (.*) in [\d.]+s\b.*=+$")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One pytest: its name, whose Python, and what pytest is told to run or to leave out."""

    name: str
    side: str
    paths: tuple[str, ...]

    def command(self, options: Sequence[str]) -> list[str]:
        """The words that run it."""
        # What Rasa pins is years old and warns of itself by the hundred.
        quiet = ["-W", "ignore::DeprecationWarning"] if self.side == "rasa" else []
        return [str(python_of(f"{self.side}-dev")), "-m", "pytest", *quiet, *self.paths, *options]


@dataclass
class Run:
    """A part that runs or has run. `code` is pytest's exit code, None before its end."""

    part: Part
    began: float
    lines: list[str] = field(default_factory=list)
    percent: int = 0
    took: float = 0.0
    code: int | None = None

    @property
    def passed(self) -> bool:
        return self.code in (0, NO_TESTS)

    def hear(self, line: str) -> None:
        """Take a line of pytest's."""
        self.lines.append(line)
        if found := _PERCENT.search(line):
            self.percent = int(found[1])

    @property
    def faults(self) -> list[str]:
        """Pytest's own one-line words for each test that failed."""
        return [line for line in self.lines if _FAULT.match(line)]

    @property
    def counts(self) -> str:
        """Pytest's last words: "12 passed, 1 skipped"; "" where it did not come to them."""
        return next((found[1] for line in reversed(self.lines) if (found := _END.match(line))), "")

    @property
    def result(self) -> str:
        """How it ended, for a person."""
        word = "passed" if self.passed else f"FAILED (pytest: {self.code})"
        return f"{word}, {self.took:.0f} s{f' ({self.counts})' if self.counts else ''}"


def whole_suite(project: Path) -> list[Part]:
    """Every test there is, in parts, in the order they are begun."""
    rasa_only = [room for room in RASA_TESTS if room not in BOTH]
    apart = [room for rooms in APART.values() for room in rooms]
    ignored = tuple(f"--ignore={room}" for room in (*rasa_only, *apart))
    parts = [
        *(Part(name, "desk", rooms) for name, rooms in APART.items()),
        Part("rasa", "rasa", tuple(room for room in RASA_TESTS if (project / room).is_dir())),
        Part("desk", "desk", ("tests", *ignored)),
    ]
    return sorted(parts, key=lambda part: ORDER.index(part.name))


def of_paths(paths: Sequence[str]) -> list[Part]:
    """The named tests, once per side they belong to."""
    rasa_only = [room for room in RASA_TESTS if room not in BOTH]
    rasa = tuple(path for path in paths if _within(path, RASA_TESTS))
    desk = tuple(path for path in paths if not _within(path, rasa_only))
    return [Part(side, side, chosen) for side, chosen in (("rasa", rasa), ("desk", desk)) if chosen]


async def run_side_by_side(
    parts: Sequence[Part], options: Sequence[str], environment: dict[str, str], *, lanes: int, say: Say
) -> list[Run]:
    """Run all parts, `lanes` at a time, in their order; the runs in the order they ended.

    Cancelled, it ends what still runs.
    """
    waiting = iter(parts)
    running: list[Run] = []
    done: list[Run] = []

    async def lane() -> None:
        for part in waiting:
            run = Run(part, time.monotonic())
            running.append(run)
            await _run(run, options, environment)
            running.remove(run)
            done.append(run)
            _print(run, say)

    telling = asyncio.create_task(_tell(running, say))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(lane())
    finally:
        telling.cancel()
    return done


async def _run(run: Run, options: Sequence[str], environment: dict[str, str]) -> None:
    log = HOME / "logs" / f"test-{run.part.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # One cache for several at once would be nobody's.
    command = run.part.command(["-p", "no:cacheprovider", *options])
    wide = {"COLUMNS": "160", **environment}  # so that the reason of a fault has room beside its name
    process = await child.start(Program(run.part.name, command, wide))
    try:
        with log.open("w", encoding="utf-8") as file:

            def hear(line: str) -> None:
                file.write(line + "\n")
                file.flush()
                run.hear(line)

            run.code = await child.relay(process, hear)
    finally:
        run.took = time.monotonic() - run.began
        await child.end(process)


async def _tell(running: Sequence[Run], say: Say) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(TELL_EVERY)
        now = time.monotonic()
        far = " · ".join(f"{run.part.name} {run.percent} % ({now - run.began:.0f} s)" for run in running)
        say(f"{now - began:.0f} s: {far}")


def _print(run: Run, say: Say) -> None:
    say(f"tests ({run.part.name}): {' '.join(run.part.paths)}")
    for line in run.lines:
        print(line)
    say(f"tests ({run.part.name}): {run.result}")


def _within(path: str, rooms: Sequence[str]) -> bool:
    return any(path == room or path.startswith(f"{room}/") for room in rooms)


def summary(runs: Sequence[Run]) -> Iterator[str]:
    """The last lines: how each part ended, and every fault once more, where nobody must look for it."""
    for run in runs:
        yield f"tests ({run.part.name}): {run.result}"
    for run in runs:
        if not run.passed:
            yield f"what failed in {run.part.name} (all of it: .guanjia/logs/test-{run.part.name}.log):"
            yield from (f"  {line}" for line in run.faults or run.lines[-5:])

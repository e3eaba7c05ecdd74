"""The trained model of the training data as it is: found by content, trained when there is none."""

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.process import child
from bot.process.child import Program
from bot.process.environments import HOME, base_environment, rasa_command
from bot.process.faults import OperatorError
from bot.settings import PROJECT_DIR

MODELS = HOME / "models"
TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "nlu_data",
    "bot/understanding",
    "bot/language",
    "policies",
    "requirements/rasa.txt",
)
KEPT = 4
"""So many models stay, the newest first: going back to older data needs no training."""
_STEP = re.compile(r"(Starting to train|Restored) component '(\w+)'")


def fingerprint(project: Path = PROJECT_DIR) -> str:
    """The hash of all a model is made from; the same content gives the same name."""
    total = hashlib.sha256()
    for path in sorted(_sources(project)):
        total.update(f"{path.relative_to(project).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def model_path(project: Path = PROJECT_DIR) -> Path:
    """Where the model of the present training data is, or will be."""
    return MODELS / f"{fingerprint(project)}.tar.gz"


async def ensure_model(say: Callable[[str], None], *, again: bool = False) -> Path:
    """The model of the present training data, trained now if there is none (or `again`).

    Two that ask at once train once. Raises OperatorError when training fails.
    """
    path = model_path()
    if path.exists() and not again:
        path.touch()
        return path
    MODELS.mkdir(parents=True, exist_ok=True)
    asked_at = time.time()
    async with _only_one(say):
        if path.exists() and (not again or path.stat().st_mtime > asked_at):
            return path
        await _train(path, say, again=again)
    _forget_old()
    return path


async def _train(path: Path, say: Callable[[str], None], *, again: bool) -> None:
    """Train beside the place, then put the model there in one step."""
    half = MODELS / f".training-{os.getpid()}"
    shutil.rmtree(half, ignore_errors=True)
    name = path.name.removesuffix(".tar.gz")
    words = ["train", "--fixed-model-name", name, "--out", str(half), *(["--force"] if again else [])]
    log = HOME / "logs" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    say("training the assistant …")
    try:
        process = await child.start(Program("train", rasa_command(*words), base_environment()))
        try:
            with log.open("w", encoding="utf-8") as file:
                code = await child.relay(process, _progress(file.write, say, started))
        finally:
            await child.end(process)
        if code != 0 or not (half / path.name).exists():
            raise OperatorError(
                "training",
                f"ended {child.describe(code)}: {_last_line(log)}",
                f"read {log} and mend the data",
            )
        (half / path.name).replace(path)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    say(f"trained in {time.monotonic() - started:.0f} s")


def _progress(
    write: Callable[[str], object], say: Callable[[str], None], started: float
) -> Callable[[str], None]:
    def hear(line: str) -> None:
        write(line + "\n")
        step = _STEP.search(line)
        if step:
            verb = "training" if step[1].startswith("Start") else "from the cache:"
            say(f"  {time.monotonic() - started:4.0f} s  {verb} {step[2]}")

    return hear


def _sources(project: Path) -> Iterator[Path]:
    for name in TRAINED_FROM:
        place = project / name
        if place.is_dir():
            for path in place.rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                    yield path
        elif place.exists():
            yield place


def _forget_old() -> None:
    models = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models[KEPT:]:
        path.unlink(missing_ok=True)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


@asynccontextmanager
async def _only_one(say: Callable[[str], None]) -> AsyncIterator[None]:
    lock = os.open(MODELS / "train.lock", os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    say("another training runs, waiting for it …")
                told = True
                await asyncio.sleep(0.5)
        yield
    finally:
        os.close(lock)  # and the lock with it

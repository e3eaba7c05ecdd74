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

from bot.process import child, sentences
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
MORE_SENTENCES = "GUANJIA_MORE_SENTENCES"
"""Names the installation's own training sentences to the Rasa project (server/importer.py)."""
_STEP = re.compile(r"(Starting to train|Restored) component '(\w+)'")


def fingerprint(project: Path = PROJECT_DIR, more: Path | None = None) -> str:
    """The hash of all a model is made from; the same content gives the same name.

    `more`: a folder of the installation's own sentences (`training_folder`).
    """
    total = hashlib.sha256()
    for path in sorted(_sources(project)):
        total.update(f"{path.relative_to(project).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for path in sorted(more.glob("*.yml")) if more else ():
        total.update(f"more/{path.name}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def training_folder(data: Path) -> Path:
    """Where an installation keeps its own training sentences (`./guanjia train --review`)."""
    return data / "training"


def model_path(project: Path = PROJECT_DIR, more: Path | None = None) -> Path:
    """Where the model of the present training data is, or will be."""
    return MODELS / f"{fingerprint(project, more)}.tar.gz"


async def ensure_model(say: Callable[[str], None], *, again: bool = False, more: Path | None = None) -> Path:
    """The model of the present training data, trained now if there is none (or `again`).

    Where `./guanjia train` refused that one as clearly worse, the one that stayed in use. Two that ask at
    once train once. Raises OperatorError when training fails.
    """
    path = model_path(more=more)
    stays = None if again else kept_instead_of(path)
    if stays is not None:
        say(
            "the model of the present sentences was clearly worse (./guanjia train): the one before it serves"
        )
        stays.touch()
        return stays
    if path.exists() and not again:
        path.touch()
        return path
    MODELS.mkdir(parents=True, exist_ok=True)
    asked_at = time.time()
    async with _only_one(say):
        if path.exists() and (not again or path.stat().st_mtime > asked_at):
            return path
        await _train(path, say, again=again, more=more)
    _forget_old()
    return path


def in_use() -> Path | None:
    """The model that served last; None where there is none yet."""
    models = [path for path in _newest_first() if not _refusal(path).exists()]
    return models[0] if models else None


def refuse(path: Path, instead: Path) -> None:
    """Keep a trained model out of use; `instead` goes on serving its sentences."""
    _refusal(path).write_text(instead.name, encoding="utf-8")
    instead.touch()


def accept(path: Path) -> None:
    """Put a model into use, refused before or not."""
    _refusal(path).unlink(missing_ok=True)
    path.touch()


def kept_instead_of(path: Path) -> Path | None:
    """The model that serves instead of a refused one, while it is still there."""
    try:
        instead = MODELS / _refusal(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return instead if instead.exists() else None


def sentences_list(path: Path) -> Path:
    """Beside a model: which sentences it was trained from (sentences.py)."""
    return path.with_name(f"{path.name.removesuffix('.tar.gz')}.sentences.json")


def sentence_folders(more: Path | None, project: Path = PROJECT_DIR) -> list[Path]:
    """Where training sentences lie."""
    return [project / "nlu_data" / "nlu", *([more] if more else [])]


async def _train(path: Path, say: Callable[[str], None], *, again: bool, more: Path | None) -> None:
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
        environment = base_environment() | ({MORE_SENTENCES: str(more)} if more else {})
        process = await child.start(Program("train", rasa_command(*words), environment))
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
        sentences.keep(sentences_list(path), sentences.sentences_in(sentence_folders(more)))
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


def _newest_first() -> list[Path]:
    return sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)


def _refusal(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.tar.gz')}.refused")


def _forget_old() -> None:
    for path in _newest_first()[KEPT:]:
        for old in (path, sentences_list(path), _refusal(path)):
            old.unlink(missing_ok=True)


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

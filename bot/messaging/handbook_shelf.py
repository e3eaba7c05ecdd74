"""The handbook as this desk has it: files and published entries, read again when either changes.

Looked at every two seconds; what changed is written for the Rasa server's search in the same look. A file
with a mistake changes nothing: the last good handbook stays, and the mistake is on the desk's page.
"""

import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.estate.errors import EstateError, EstateProblem
from bot.desk.estate.reading import load_mapping
from bot.desk.handbook.model import EMPTY, Entry, Handbook, handbook_of
from bot.desk.handbook.publishing import published_entries, revision
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds until an edit counts."""

Marks = tuple[tuple[str, int, int], ...]


def read_handbook(folder: Path) -> Handbook:
    """The handbook of a folder's *.yml. Raises EstateError with every mistake; no folder is no handbook."""
    contents: dict[str, dict[str, Any]] = {}
    problems: list[EstateProblem] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            contents[path.name] = load_mapping(path.read_text(encoding="utf-8"))
        except EstateError as fault:
            problems += [
                EstateProblem(one.field.replace("estate.yml", path.name), one.reason, one.mend)
                for one in fault.problems
            ]
        except (OSError, UnicodeDecodeError) as fault:
            problems.append(EstateProblem(path.name, str(fault), "make it readable, saved as UTF-8"))
    try:
        handbook = handbook_of(contents)
    except EstateError as fault:
        problems += fault.problems
    if problems:
        raise EstateError(problems)
    return handbook


class Shelf:
    """One per desk process; `handbook` may be read from any thread."""

    def __init__(self, folder: Path, index: Path, work: StoreWork) -> None:
        self._folder, self._index, self._work = folder, index, work
        self._marks: Marks | None = None
        self._revision: tuple[int, int] | None = None
        self._of_files = self.handbook = EMPTY
        self._of_desk: tuple[Entry, ...] = ()
        self.problems: tuple[EstateProblem, ...] = ()

    def open(self) -> None:
        """Read the files for the first time. Raises EstateError: a desk does not start on a bad handbook."""
        marks = _marks(self._folder)
        self._of_files = self.handbook = read_handbook(self._folder)
        self._marks = marks

    def current(self) -> Handbook:
        """The handbook as of the last look."""
        return self.handbook

    async def run(self, wait: Callable[[float], Awaitable[None]]) -> None:
        """Look until cancelled; a store that is away is asked again."""
        while True:
            try:
                await self.look()
            except StoreError as fault:
                log.warning("handbook.store_away", extra={"error": str(fault)})
            await wait(LOOK_EVERY)

    async def look(self) -> bool:
        """Read what changed since the last look; True where something had. Raises StoreError."""
        marks = _marks(self._folder)
        published = await self._work.read(self._if_new)
        if marks == self._marks and published is None and self._index.exists():
            return False
        if marks != self._marks:
            self._marks = marks
            self._read_files()
        if published is not None:
            self._revision, self._of_desk = published
        self.handbook = self._of_files.with_entries(self._of_desk)
        _write(self._index, self.handbook)
        return True

    def _if_new(self, session: Session) -> tuple[tuple[int, int], tuple[Entry, ...]] | None:
        now = revision(session)
        return None if now == self._revision else (now, tuple(published_entries(session)))

    def _read_files(self) -> None:
        try:
            self._of_files = read_handbook(self._folder)
        except EstateError as fault:
            self.problems = fault.problems
            log.error("handbook.mistakes", extra={"problems": [str(one) for one in fault.problems]})
        else:
            self.problems = ()


def _marks(folder: Path) -> Marks:
    """What changes when a file of the folder does."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue  # taken away between the two looks
        found.append((path.name, state.st_mtime_ns, state.st_size))
    return tuple(found)


def _write(path: Path, handbook: Handbook) -> None:
    """Write what the search needs, whole or not at all."""
    entries = [
        {
            "key": one.key,
            "topic": one.topic,
            "title": one.title,
            "answer": one.answer,
            "asks": list(one.asks),
        }
        for one in handbook
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(json.dumps({"entries": entries}, ensure_ascii=False), encoding="utf-8")
    half.replace(path)

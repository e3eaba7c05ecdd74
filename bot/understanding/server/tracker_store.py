"""Keeps Rasa's dialogue state: one SQLite file, one row per turn, committed with that turn's answer.

A turn is one INSERT: what happened in it, its id and what was answered. So a turn that is called again
finds its answer, a crash leaves either the whole turn or nothing, and a failed save is an exception, never
a silent loss. The live tracker is kept in memory and taken out for the length of a turn: no session is
replayed for a message, except the first one after a restart.

This state is disposable (the desk's store is the record): it has a file of its own, survives the death
of the process, and may lose the last turns when the machine loses power.
"""

import asyncio
import json
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.understanding.server.live_tracker import LiveTracker

# Seconds a save waits for a foreign lock on the file; then the turn fails and can be called again.
BUSY_SECONDS = 2.0
# Trackers kept in memory; one of 60 messages is about 1 MB.
LIVE_TRACKERS = 200
# A bot period that was silent for so long is forgotten at the next start.
KEPT_DAYS = 60

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL,
    number INTEGER NOT NULL,
    turn TEXT,
    events TEXT NOT NULL,
    answer TEXT,
    at REAL NOT NULL,
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_row_per_turn ON turns (conversation, turn) WHERE turn IS NOT NULL;
"""


class TrackerNotKept(RasaException):
    """A tracker could not be read or saved; nothing of it was kept, the turn can be called again."""


@dataclass(frozen=True)
class KeptTurn:
    """What is kept beside a turn's events so that it can be answered again."""

    turn: str
    answer: dict[str, Any]


class TurnTrackerStore(TrackerStore):
    """Named in endpoints.yml as `type` of `tracker_store`, with `path`, the SQLite file.

    Callers hold Rasa's lock of the conversation from `retrieve` to `save`: in between the tracker is theirs
    alone, and one that is not saved is dropped, so that a failed turn leaves the conversation as it was.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        path: str = "",
        host: str | None = None,
        event_broker: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if not path:
            raise TrackerNotKept("endpoints.yml: tracker_store needs a path (GUANJIA_TRACKER_DB).")
        self._path = path
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._live: OrderedDict[str, LiveTracker] = OrderedDict()
        # Reads never wait in WAL mode and stay on the event loop; writes may wait and have a thread.
        self._reader = self._connect()
        self._writer = self._connect()
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracker-store")
        self._prepare()

    async def kept_answer(self, conversation: str, turn: str) -> dict[str, Any] | None:
        """Return what was answered to this turn, None when it was never played to its end."""
        row = self._read("SELECT answer FROM turns WHERE conversation = ? AND turn = ?", (conversation, turn))
        return json.loads(row[0][0]) if row else None

    async def save_turn(self, tracker: DialogueStateTracker, kept: KeptTurn | None) -> None:
        """Commit what is new in the tracker together with the turn's answer; TrackerNotKept if it fails."""
        if not isinstance(tracker, LiveTracker):
            raise TrackerNotKept("Only a tracker that came from this store can be saved in it.")
        events = list(tracker.events)
        new = [event.as_dict() for event in events[tracker.kept_events :]]
        row = (
            tracker.sender_id,
            tracker.turns + 1,
            kept.turn if kept else None,
            _compact(new),
            _compact(kept.answer) if kept else None,
            time.time(),
        )
        await asyncio.get_running_loop().run_in_executor(self._writing, self._insert, row)
        tracker.turns += 1
        tracker.kept_events = len(events)
        self._put_back(tracker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Commit what is new in the tracker, as no turn in particular (`rasa shell`)."""
        await self.save_turn(await self._adopted(tracker), None)

    async def retrieve(self, sender_id: str) -> LiveTracker | None:
        """Hand out the tracker, from memory if that is current, else rebuilt; None for a new conversation."""
        live = self._live.pop(sender_id, None)
        newest = self._read("SELECT max(number) FROM turns WHERE conversation = ?", (sender_id,))[0][0]
        if newest is None:
            return None
        if live is not None and live.turns == newest:
            return live
        rows = self._read("SELECT events FROM turns WHERE conversation = ? ORDER BY number", (sender_id,))
        return self._rebuild(sender_id, [json.loads(events) for (events,) in rows])

    async def get_or_create_tracker(
        self, sender_id: str, max_event_history: int | None = None, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """Hand out the tracker or a new one; other than in Rasa, a new one is not saved yet."""
        return await self.retrieve(sender_id) or LiveTracker(sender_id, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return the conversations known."""
        return [name for (name,) in self._read("SELECT DISTINCT conversation FROM turns", ())]

    def close(self) -> None:
        """Wait for a save under way and let go of the file."""
        self._writing.shutdown(wait=True)
        self._writer.close()
        self._reader.close()

    async def _adopted(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        if isinstance(tracker, LiveTracker):
            return tracker
        live = await self.get_or_create_tracker(tracker.sender_id)
        for event in list(tracker.events)[len(live.events) :]:
            live.update(event)
        return live

    def _rebuild(self, sender_id: str, turns: list[list[dict[str, Any]]]) -> LiveTracker:
        tracker = LiveTracker(sender_id, self.domain.slots)
        events = deserialise_events([event for turn in turns for event in turn])
        tracker.recreate_from_dialogue(Dialogue(sender_id, events))
        tracker.turns = len(turns)
        tracker.kept_events = len(events)
        return tracker

    def _put_back(self, tracker: LiveTracker) -> None:
        self._live[tracker.sender_id] = tracker
        while len(self._live) > LIVE_TRACKERS:
            self._live.popitem(last=False)

    def _insert(self, row: tuple[Any, ...]) -> None:
        try:
            self._writer.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise TrackerNotKept(f"The turn was not saved in {self._path}: {error}") from error

    def _read(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise TrackerNotKept(f"{self._path} could not be read: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise TrackerNotKept(f"{self._path} could not be opened: {error}") from error

    def _prepare(self) -> None:
        try:
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = NORMAL")
            self._writer.executescript(SCHEMA)
            self._writer.execute(
                "DELETE FROM turns WHERE conversation IN"
                " (SELECT conversation FROM turns GROUP BY conversation HAVING max(at) < ?)",
                (time.time() - KEPT_DAYS * 86400,),
            )
        except sqlite3.Error as error:
            raise TrackerNotKept(f"{self._path} cannot be used as tracker store: {error}") from error


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""Dialogue state: what lives in memory is what is kept, what is not saved never was."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.understanding.server import tracker_store
from bot.understanding.server.tracker_store import KeptTurn, TrackerNotKept, TurnTrackerStore


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "folder" / "trackers.db")


@pytest.fixture
def store(path: str) -> Iterator[TurnTrackerStore]:
    opened = TurnTrackerStore(path=path)
    yield opened
    opened.close()


def test_a_tracker_taken_out_and_not_saved_is_forgotten(store: TurnTrackerStore) -> None:
    async def scene() -> None:
        tracker = await store.get_or_create_tracker("王阿姨")
        tracker.update(SlotSet("place", "三号楼"))
        await store.save_turn(tracker, KeptTurn("t1", {"turn": "t1"}))

        failed = await store.retrieve("王阿姨")
        assert failed is tracker
        failed.update(SlotSet("place", "五号楼"))

        again = await store.retrieve("王阿姨")
        assert again is not None
        assert [event.value for event in again.events] == ["三号楼"]

    asyncio.run(scene())


def test_a_new_conversation_is_not_kept_before_its_first_turn(store: TurnTrackerStore) -> None:
    async def scene() -> None:
        await store.get_or_create_tracker("王阿姨")
        assert list(await store.keys()) == []
        assert await store.kept_answer("王阿姨", "t1") is None

    asyncio.run(scene())


def test_two_writers_cannot_both_go_on_from_one_state(store: TurnTrackerStore, path: str) -> None:
    async def scene() -> None:
        other = TurnTrackerStore(path=path)
        mine = await store.get_or_create_tracker("王阿姨")
        theirs = await other.get_or_create_tracker("王阿姨")
        await other.save_turn(theirs, KeptTurn("t1", {}))
        with pytest.raises(TrackerNotKept, match="UNIQUE"):
            await store.save_turn(mine, KeptTurn("t2", {}))
        assert await store.kept_answer("王阿姨", "t2") is None
        other.close()

    asyncio.run(scene())


def test_a_save_that_fails_raises_and_blocks_no_reader(store: TurnTrackerStore, path: str) -> None:
    async def scene() -> None:
        tracker = await store.get_or_create_tracker("王阿姨")
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        saving = asyncio.create_task(store.save_turn(tracker, None))
        await asyncio.sleep(0)
        assert await store.retrieve("老周") is None
        assert not saving.done()
        with pytest.raises(TrackerNotKept, match="locked"):
            await saving
        foreign.close()

    asyncio.run(scene())


def test_a_tracker_of_rasas_own_is_kept_too(store: TurnTrackerStore) -> None:
    async def scene() -> None:
        tracker = DialogueStateTracker("王阿姨", [])
        for value in ["三号楼", "五号楼"]:
            tracker.update(SlotSet("place", value))
            await store.save(tracker)
        kept = await store.retrieve("王阿姨")
        assert kept is not None
        assert [event.value for event in kept.events] == ["三号楼", "五号楼"]

    asyncio.run(scene())


def test_a_turn_is_only_played_on_a_tracker_of_this_store(store: TurnTrackerStore) -> None:
    with pytest.raises(TrackerNotKept):
        asyncio.run(store.save_turn(DialogueStateTracker("王阿姨", []), None))


def test_memory_holds_a_bounded_number_of_trackers(
    store: TurnTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "LIVE_TRACKERS", 2)

    async def scene() -> None:
        for name in ["王阿姨", "老周", "小李"]:
            await store.save(await store.get_or_create_tracker(name))
        assert list(store._live) == ["老周", "小李"]
        assert await store.retrieve("王阿姨") is not None

    asyncio.run(scene())


def test_what_was_silent_for_long_is_forgotten_at_the_next_start(store: TurnTrackerStore, path: str) -> None:
    async def save(name: str) -> None:
        await store.save(await store.get_or_create_tracker(name))

    asyncio.run(save("王阿姨"))
    asyncio.run(save("老周"))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE turns SET at = at - 61 * 86400 WHERE conversation = '老周'")
    later = TurnTrackerStore(path=path)
    assert list(asyncio.run(_keys(later))) == ["王阿姨"]
    later.close()


@pytest.mark.parametrize("damage", ["", "no folder", "no database"])
def test_a_file_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "trackers.db"
    if damage == "no folder":
        bad.mkdir()
    if damage == "no database":
        bad.write_bytes(b"this is no database, whatever its name may say" * 100)
    with pytest.raises(TrackerNotKept, match="tracker"):
        TurnTrackerStore(path=str(bad) if damage else "")


def test_rasa_makes_it_from_endpoints_yml(path: str) -> None:
    kind = "bot.understanding.server.tracker_store.TurnTrackerStore"
    made = TrackerStore.create(EndpointConfig(type=kind, path=path))
    assert isinstance(made, TurnTrackerStore)
    made.close()


def _keys(store: TurnTrackerStore) -> Coroutine[Any, Any, Any]:
    keys: Callable[[], Coroutine[Any, Any, Any]] = store.keys
    return keys()

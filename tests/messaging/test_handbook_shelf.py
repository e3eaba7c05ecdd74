"""The handbook is read again when a file or a published entry changes; a mistake changes nothing."""

import json
from pathlib import Path

import pytest
import yaml

from bot.desk.estate.errors import EstateError
from bot.desk.handbook.publishing import publish, take_back
from bot.desk.wording.speaking import speaker
from bot.messaging.handbook_shelf import Shelf, read_handbook
from bot.messaging.work import StoreWork
from bot.store.engine import Store
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.support.handbooks import content

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "handbook").mkdir()
    return tmp_path / "handbook"


@pytest.fixture
def shelf(folder: Path, tmp_path: Path, store: Store) -> Shelf:
    return Shelf(folder, tmp_path / "index.json", StoreWork(store))


def put(folder: Path, *entries: dict[str, object], name: str = "own.yml") -> None:
    (folder / name).write_text(yaml.safe_dump({"entries": list(entries)}, allow_unicode=True), "utf-8")


def keys_in(path: Path) -> list[str]:
    return [one["key"] for one in json.loads(path.read_text("utf-8"))["entries"]]


async def test_an_edited_file_counts_at_the_next_look(shelf: Shelf, folder: Path, tmp_path: Path) -> None:
    put(folder, content("bikes"))
    shelf.open()
    await shelf.look()
    assert keys_in(tmp_path / "index.json") == ["bikes"]
    assert not await shelf.look()
    put(folder, content("bikes"), content("cars"))
    assert await shelf.look()
    assert list(shelf.current().entries) == keys_in(tmp_path / "index.json") == ["bikes", "cars"]


async def test_a_mistake_leaves_the_last_good_handbook_and_is_said(shelf: Shelf, folder: Path) -> None:
    put(folder, content("bikes"))
    shelf.open()
    await shelf.look()
    put(folder, {**content("bikes"), "answer": ""})
    await shelf.look()
    assert list(shelf.current().entries) == ["bikes"]
    assert "own.yml: bikes.answer" in shelf.problems[0].field
    put(folder, content("bikes"))
    await shelf.look()
    assert shelf.problems == ()


async def test_a_desk_does_not_start_on_a_bad_handbook(shelf: Shelf, folder: Path) -> None:
    (folder / "own.yml").write_text("entries: [", "utf-8")
    with pytest.raises(EstateError, match=r"own.yml line"):
        shelf.open()


async def test_a_published_entry_goes_before_the_file_and_undo_brings_the_file_back(
    shelf: Shelf, folder: Path, store: Store, clock: HandClock
) -> None:
    put(folder, content("bikes"))
    shelf.open()
    await shelf.look()
    estate = sample_estate()
    with store.write() as session:
        edit = publish(
            session,
            {**content("bikes"), "title": "新的标题"},
            estate=estate,
            say=speaker(sample_words(), estate, now=clock()),
            by="operator",
            now=clock(),
        ).edit.id
    await shelf.look()
    assert shelf.current().entries["bikes"].title == "新的标题"
    with store.write() as session:
        take_back(session, edit, by="operator", now=clock())
    await shelf.look()
    assert shelf.current().entries["bikes"].title == "自行车停放"


async def test_no_folder_is_no_handbook(tmp_path: Path) -> None:
    assert len(read_handbook(tmp_path / "nothing")) == 0

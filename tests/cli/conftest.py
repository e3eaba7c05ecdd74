"""A data folder with the cast in it, as an `up` would have left it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from bot.store.engine import Store
from bot.store.migrate import upgrade
from tests.support.cast import Cast, make_cast
from tests.support.clock import MORNING


@dataclass(frozen=True)
class Installation:
    """A stopped desk: its settings, its store, and who is in it."""

    settings: Settings
    store: Store
    cast: Cast

    @property
    def data(self) -> Path:
        return self.settings.data_dir


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    settings = load_settings(environ={}, data_dir=tmp_path / "data")
    upgrade(settings.database_url)
    store = Store.at(settings.database_url)
    yield Installation(settings, store, make_cast(store, now=MORNING))
    store.close()

"""A start prepares the data folder again exactly when something it depends on has changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.process.preparation import is_prepared, remember
from bot.settings import Settings, load_settings
from tests.support.guanjia import PROJECT

READS = ("estate.yml", "bot/desk/estate/model.py", "bot/store/migrations/versions/0001_initial_tables.py")


@pytest.fixture
def prepared(tmp_path: Path) -> Settings:
    """A project and a data folder that an earlier start has prepared."""
    for name in READS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    settings = replace(
        load_settings(environ={}, data_dir=tmp_path / "data"),
        project_dir=tmp_path,
        estate_path=tmp_path / "estate.yml",
    )
    settings.data_dir.mkdir(exist_ok=True)
    (settings.data_dir / "guanjia.db").touch()
    remember(settings)
    return settings


def test_nothing_changed_nothing_to_do(prepared: Settings) -> None:
    (prepared.project_dir / "README.md").write_text("new", encoding="utf-8")
    assert is_prepared(prepared)


@pytest.mark.parametrize("name", READS)
def test_a_changed_estate_its_reader_or_a_migration_is_looked_at(prepared: Settings, name: str) -> None:
    with (prepared.project_dir / name).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert not is_prepared(prepared)


def test_another_database_or_a_lost_one_is_looked_at(prepared: Settings) -> None:
    assert not is_prepared(replace(prepared, database_url="postgresql://elsewhere/guanjia"))
    (prepared.data_dir / "guanjia.db").unlink()
    assert not is_prepared(prepared)

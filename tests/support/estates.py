"""The sample estate and the project's words, read once."""

from functools import lru_cache
from pathlib import Path

from bot.desk.estate.model import Estate, read_estate_text
from bot.desk.wording.words import Words, project_words

PROJECT = Path(__file__).resolve().parents[2]


@lru_cache
def sample_text() -> str:
    """The text of the sample `estate.yml`."""
    return (PROJECT / "estate.yml").read_text(encoding="utf-8")


@lru_cache
def sample_estate() -> Estate:
    """The sample estate, checked."""
    return read_estate_text(sample_text())


@lru_cache
def sample_words() -> Words:
    """All words of the project."""
    return project_words(PROJECT)

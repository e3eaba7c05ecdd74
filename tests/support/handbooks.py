"""The sample handbook, and small ones made in a test."""

from functools import cache
from typing import Any

from bot.desk.handbook.model import Entry, Handbook
from bot.messaging.handbook_shelf import read_handbook
from tests.support.estates import PROJECT


@cache
def sample_handbook() -> Handbook:
    """The handbook the program ships."""
    return read_handbook(PROJECT / "handbook")


def entry(key: str = "bikes", **changes: Any) -> Entry:
    """An entry as a file would hold it."""
    return Entry.model_validate({**content(key), **changes})


def content(key: str = "bikes") -> dict[str, Any]:
    """What a file says of an entry."""
    return {
        "key": key,
        "topic": "parking",
        "title": "自行车停放",
        "answer": "自行车停在各楼北侧的车棚，免费。",
        "sources": [{"rule": "停车管理办法", "article": "第八条", "date": "2026-01-01"}],
        "asks": ["自行车放在哪", "单车停哪里"],
    }

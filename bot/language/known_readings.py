"""Which readings there are: every intent and category that the training sentences know."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "nlu"
_INTENT = re.compile(r"^\s*-?\s*intent:\s*(?P<intent>\w+)")
_CATEGORY = re.compile(r"^\s*metadata:\s*\{.*?category:\s*(?P<category>\w+)")


@cache
def known_readings(folder: Path = FOLDER) -> frozenset[tuple[str, str | None]]:
    """(intent, category) of every block of sentences; the category is None where the intent has none."""
    found: dict[tuple[str, str | None], None] = {}
    for path in sorted(folder.rglob("*.yml")):
        for intent, block in _blocks(path.read_text(encoding="utf-8").splitlines()):
            categories = [match["category"] for match in map(_CATEGORY.match, block) if match]
            found[intent, categories[0] if categories else None] = None
    return frozenset(found)


def _blocks(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Each intent's name and the few lines behind it that may hold its metadata."""
    starts = [(place, match["intent"]) for place, line in enumerate(lines) if (match := _INTENT.match(line))]
    return [(intent, lines[place + 1 : place + 3]) for place, intent in starts]

"""Writes corrected readings out as training sentences, without personal data, into the data folder."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.talk.readings import readings_to_learn
from bot.language.private import without_private
from bot.store.engine import Store
from bot.store.reading_tables import CorrectedReading, ReadingSource

FILE = "corrected.yml"
LONGEST = 1000
"""Characters of a message that are kept."""
_HEAD = """version: "3.1"
# Written by ./guanjia train --review: misread messages, with what they really meant. Homes, phones, plates,
# names and sums are replaced by words for their kind. Look through it before you train.
nlu:
"""
_MARKUP = str.maketrans({"[": "［", "]": "］", "{": "｛", "}": "｝"})
"""What Rasa would take for an entity's mark."""


@dataclass(frozen=True)
class Reviewed:
    """What was written where."""

    path: Path
    corrected: int
    chosen: int
    new: int


def review(store: Store, estate: Estate, folder: Path, *, now: datetime) -> Reviewed:
    """Write every corrected reading to `folder`; the file is replaced as a whole."""
    with store.write() as session:
        rows = readings_to_learn(session)
        text = _HEAD + "".join(_blocks(session, rows, estate))
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{FILE}.{os.getpid()}"
        half.write_text(text if rows else "", encoding="utf-8")
        path = folder / FILE
        if rows:
            half.replace(path)
        else:
            half.unlink()
            path.unlink(missing_ok=True)
        new = sum(row.exported_at is None for row in rows)
        for row in rows:
            row.exported_at = row.exported_at or now
    by_agent = sum(row.source is ReadingSource.AGENT for row in rows)
    return Reviewed(path, by_agent, len(rows) - by_agent, new)


def _blocks(session: Session, rows: list[CorrectedReading], estate: Estate) -> list[str]:
    grouped: dict[tuple[str, str | None, int], dict[str, None]] = defaultdict(dict)
    for row in rows:
        sentence = _sentence(row, estate)
        if sentence:
            grouped[row.intent, row.category, row.message.upset or 0][sentence] = None
    return [_block(*kind, list(sentences)) for kind, sentences in sorted(grouped.items(), key=str)]


def _sentence(row: CorrectedReading, estate: Estate) -> str:
    resident = row.message.turn.conversation.resident if row.message.turn else None
    names = [estate.name, estate.greeting_name, *([resident.name] if resident and resident.name else [])]
    said = without_private(row.message.text[:LONGEST], names=names)
    return re.sub(r"\s+", " ", said).strip().translate(_MARKUP)


def _block(intent: str, category: str | None, upset: int, sentences: list[str]) -> str:
    facts = [f"category: {category}"] if category else []
    facts += [f"upset: {upset}"] if upset else []
    metadata = f"  metadata: {{{', '.join(facts)}}}\n" if facts else ""
    lines = "".join(f"    - {sentence}\n" for sentence in sentences)
    return f"- intent: {intent}\n{metadata}  examples: |\n{lines}"

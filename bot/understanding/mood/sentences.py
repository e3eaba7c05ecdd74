"""Sentences written for mood and manner alone (nlu_data/mood/sentences.yml), not for what is wanted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[3] / "nlu_data" / "mood" / "sentences.yml"
MANNERS = ("picky", "superior", "hesitant")
"""The kinds of difficult resident beside the angry one (R14)."""


@dataclass(frozen=True)
class MoodSentences:
    """`levels`: (text, how upset); `manners`: (text, manner, or "" where there is none)."""

    levels: tuple[tuple[str, int], ...]
    manners: tuple[tuple[str, str], ...]


def read(path: Path = FILE) -> MoodSentences:
    """The sentences of a file. ValueError where a level or manner is none of the known ones."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    levels = [(text, int(block["level"])) for block in content["mood"] for text in block["sentences"]]
    manners = [
        (text, str(block["manner"] or "")) for block in content["manner"] for text in block["sentences"]
    ]
    wrong = {level for _, level in levels} - {0, 1, 2} or {name for _, name in manners} - {"", *MANNERS}
    if wrong:
        raise ValueError(f"{path}: no such level or manner: {wrong}")
    return MoodSentences(tuple(levels), tuple(manners))

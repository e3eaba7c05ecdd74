"""Our lists of emergencies and look-alikes (tests/language/emergencies), for tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("emergencies")


@dataclass(frozen=True)
class Told:
    """A real emergency; `kinds` are equally right, `certainty` is "certain", "doubtful" or "any"."""

    text: str
    kinds: frozenset[str]
    certainty: str


def emergencies(file: str = "real") -> list[Told]:
    """The entries of real.txt or heldout_real.txt."""
    rows = (line.split("\t") for line in _lines(file))
    return [Told(text, frozenset(kinds.split("|")), certainty) for text, kinds, certainty in rows]


def lookalikes(file: str = "lookalikes") -> list[str]:
    """The entries of lookalikes.txt or heldout_lookalikes.txt."""
    return _lines(file)


def _lines(file: str) -> list[str]:
    text = (FOLDER / f"{file}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]

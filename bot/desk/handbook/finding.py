"""What the candidates of the search are worth: one answer, two or three to choose from, or not known (R30).

A wrong answer is worse than "not known": a score is the chance that the entry answers, beside the others and
beside none of them, learnt where ways people ask were left out (`python -m benchmarks.handbook`,
docs/handbook.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.desk.handbook.model import Entry, Handbook

ANSWER: Final = 0.55
"""From this score on the first entry is the answer."""
ANSWER_BESIDE: Final = 0.8
"""The same where her words were read as something else than a question (small talk, a form's answer)."""
OFFER: Final = 0.3
"""From this score on she is asked which of the nearest entries she means."""
NEAR: Final = 0.25
"""An entry is offered beside the first one when its score is at least this share of it."""
MOST_OFFERED: Final = 3


@dataclass(frozen=True)
class Answered:
    entry: Entry


@dataclass(frozen=True)
class Unsure:
    """One to three entries that may be meant, the likeliest first."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class NotKnown:
    """The handbook does not answer it; `nearest` are keys, for the person who will write the answer."""

    nearest: tuple[str, ...]


Found = Answered | Unsure | NotKnown


def find(
    candidates: Sequence[Mapping[str, Any]], handbook: Handbook, day: date, *, sure: float = ANSWER
) -> Found:
    """Decide on candidates ({"key", "score"}, best first); entries not in force on `day` do not count."""
    known = [
        (entry, float(one["score"]))
        for one in candidates
        if (entry := handbook.entry(str(one["key"]), day)) is not None
    ]
    nearest = tuple(entry.key for entry, _ in known)
    if not known or known[0][1] < OFFER:
        return NotKnown(nearest)
    best, score = known[0]
    if score >= sure:
        return Answered(best)
    near = [entry for entry, its in known if its >= score * NEAR]
    return Unsure(tuple(near[:MOST_OFFERED]))

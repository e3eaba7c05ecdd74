"""The second voice of the emergency check: for words the rules do not know, it raises a doubt, no more.

A table of character n-grams with weights (a logistic regression, made by
`bot/understanding/emergency_training.py`); here it is only added up: plain Python, some 30 µs a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.emergency_lexicon import KINDS
from bot.language.lexicon import FOLDER

FILE = FOLDER / "emergency" / "voice.txt"
LONGEST = 3
_LONGEST_TEXT = 120
"""Characters: it has learnt from messages, not from letters."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FEWEST_CHINESE = 2
"""It has learnt Chinese: of markup or a foreign language it knows nothing."""


@dataclass(frozen=True)
class _Table:
    bias: int
    weights: dict[str, int]
    votes: dict[str, tuple[int, ...]]


def grams(text: str) -> set[str]:
    """Pieces of one to LONGEST characters."""
    return {text[i : i + n] for n in range(1, LONGEST + 1) for i in range(len(text) - n + 1)}


def suspected_kind(text: str) -> str | None:
    """The kind of emergency that prepared `text` sounds like, or None where it sounds like none."""
    if not 1 < len(text) <= _LONGEST_TEXT or len(_CHINESE.findall(text)) < _FEWEST_CHINESE:
        return None
    table, found = _table(), grams(text)
    if table.bias + sum(table.weights.get(gram, 0) for gram in found) <= 0:
        return None
    votes = [0] * len(KINDS)
    for gram in found:
        for place, vote in enumerate(table.votes.get(gram, ())):
            votes[place] += vote
    return KINDS[votes.index(max(votes))]


@lru_cache(maxsize=1)
def _table() -> _Table:
    weights: dict[str, int] = {}
    votes: dict[str, tuple[int, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        gram, weight, told = line.split("\t")
        weights[gram] = int(weight)
        if told:
            votes[gram] = tuple(map(int, told.split()))
    return _Table(weights.pop(""), weights, votes)

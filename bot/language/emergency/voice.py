"""The second voice of the emergency check: how much a message sounds like danger, whatever the rules say.

A table of weights for pieces of text and for ideas that stand together (a logistic regression, made by
`bot/understanding/emergency/training.py`); here it is only added up, in plain Python. Each text weighs the
same, however many pieces it has: the sum is divided by the root of their number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import sqrt

from bot.language.emergency.ideas import features, ideas
from bot.language.emergency.lexicon import KINDS
from bot.language.lexicon import FOLDER

FILE = FOLDER / "emergency" / "voice.txt"
LONGEST = 3
FEWEST_PIECES = 60
"""A text of fewer pieces weighs as little as it says: "我在" is no cry."""
READS = 120
"""Characters: it has learnt from messages, not from letters."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FEWEST_CHINESE, _FEWEST_IDEAS = 2, 2
"""It has learnt Chinese, and the English words of `ideas.txt`; of another language it knows nothing."""


@dataclass(frozen=True)
class _Table:
    bias: int
    weights: dict[str, int]
    votes: dict[str, tuple[int, ...]]


def pieces(text: str) -> set[str]:
    """What the voice hears in prepared `text`: pieces of one to LONGEST characters, and ideas."""
    grams = {text[i : i + n] for n in range(1, LONGEST + 1) for i in range(len(text) - n + 1)}
    return grams | features(text)


def sounds(text: str) -> int | None:
    """Log-odds in hundredths that prepared `text` tells of danger; None where the voice has no opinion."""
    if not 1 < len(text) <= READS or not _understood(text):
        return None
    table, heard = _table(), pieces(text)
    return round(table.bias + sum(map(table.weights.get, heard, repeat(0))) / _weight(heard))


def _weight(heard: set[str]) -> float:
    return sqrt(max(len(heard), FEWEST_PIECES))


def _understood(text: str) -> bool:
    return len(_CHINESE.findall(text)) >= _FEWEST_CHINESE or len(ideas(text)) >= _FEWEST_IDEAS


def likeliest_kind(text: str) -> str:
    """Which kind of emergency prepared `text` sounds like most."""
    table, heard = _table(), pieces(text)
    votes = [vote * _weight(heard) for vote in table.votes[""]]
    for piece in heard:
        for place, vote in enumerate(table.votes.get(piece, ())):
            votes[place] += vote
    return KINDS[votes.index(max(votes))]


@lru_cache(maxsize=1)
def _table() -> _Table:
    weights: dict[str, int] = {}
    votes: dict[str, tuple[int, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        piece, weight, told = line.split("\t")
        weights[piece] = int(weight)
        if told:
            votes[piece] = tuple(map(int, told.split()))
    return _Table(weights.pop(""), weights, votes)

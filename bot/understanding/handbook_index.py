"""Finds entries of the estate's handbook by meaning and by words (docs/handbook.md says what was measured).

The desk writes the entries as one JSON file: {"entries": [{"key", "title", "answer", "asks": []}]}. An
entry is near a question when one of its asks means the same (sentence vectors) and shares its rare words
(characters and their pairs, weighed by how few entries have them). The score is the chance that the best
entry answers the question; whether that is enough is decided at the desk.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.language import normalise
from bot.understanding.encoder import Encoder, Vectors
from bot.understanding.sentence_vectors import kept_vectors

MOST = 3
NEAR = 12
"""So many entries, the nearest by meaning, are also compared by their words."""
LONG = 20
"""Characters from which a question counts as long."""
UNKNOWN = 0.6
"""A pair of characters that no entry has weighs so much of what the rarest known one weighs."""

# Logistic regression on asks left out of the sample handbook: `python -m benchmarks.handbook` makes them.
FEATURES = ("meaning", "meanings", "words", "covered", "covered_whole", "ahead", "long", "strange")
WEIGHTS = (-2.707, 46.784, -6.448, -2.422, 8.252, 46.597, 1.015, 0.072)
BIAS = -41.982

_NOISE = re.compile(r"[^\w]")


@dataclass(frozen=True)
class Candidate:
    """An entry that may answer; `score` is the chance that it does (0 to 1)."""

    key: str
    score: float

    def as_dict(self) -> dict[str, object]:
        """The candidate as a parse shows it."""
        return {"key": self.key, "score": round(self.score, 4)}


@dataclass(frozen=True)
class _Indexed:
    key: str
    first: int
    last: int
    asks: tuple[frozenset[str], ...]
    words: frozenset[str]
    """Of all its asks."""
    whole: frozenset[str]
    """Of its asks and its answer."""


@dataclass(frozen=True)
class _Near:
    entry: _Indexed
    meaning: float
    meanings: float
    words: float

    @property
    def rank(self) -> float:
        return 0.6 * self.meaning + 0.4 * self.meanings + 0.12 * self.words


class HandbookIndex:
    """All entries, ready to be searched. Keeps no state that changes."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], model: Encoder) -> None:
        texts = [[str(one["title"]), *map(str, one["asks"])] for one in entries]
        flat = [text for of_entry in texts for text in of_entry]
        self._vectors: Vectors = np.stack(kept_vectors(model, flat)) if flat else np.zeros((0, 1), np.float32)
        self._entries: list[_Indexed] = []
        place = 0
        for raw, asked in zip(entries, texts, strict=True):
            asks = tuple(grams(text) for text in asked)
            words = frozenset().union(*asks)
            whole = words | grams(str(raw["answer"]))
            self._entries.append(_Indexed(str(raw["key"]), place, place + len(asked), asks, words, whole))
            place += len(asked)
        self._have: dict[str, int] = {}
        for entry in self._entries:
            for gram in entry.words:
                self._have[gram] = self._have.get(gram, 0) + 1

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str, vector: Vectors) -> list[Candidate]:
        """The best entries for a question, the likeliest first; [] where there are none at all."""
        near, features = self.read(text, vector)
        if not near:
            return []
        chance = _chance(features)
        best = near[0].rank
        # The others: as much less likely as they are behind.
        return [Candidate(one.entry.key, chance * math.exp(-12 * (best - one.rank))) for one in near[:MOST]]

    def read(self, text: str, vector: Vectors) -> tuple[list[_Near], tuple[float, ...]]:
        """The nearest entries in order, and what speaks for the first one (in the order of FEATURES)."""
        if not self._entries:
            return [], ()
        alike = self._vectors @ vector
        asked = grams(text)
        total = max(sum(map(self._weight, asked)), 0.1)
        by_meaning = sorted(
            (self._by_meaning(entry, alike) for entry in self._entries), key=lambda one: -one.rank
        )
        near = sorted(
            (self._with_words(one, asked, total) for one in by_meaning[:NEAR]), key=lambda one: -one.rank
        )
        best = near[0]
        ahead = best.rank - near[1].rank if len(near) > 1 else 0.0
        strange = [self._weight(gram) for gram in asked - best.entry.whole if len(gram) == 2]
        features = (
            best.meaning,
            best.meanings,
            best.words,
            sum(map(self._weight, asked & best.entry.words)) / total,
            sum(map(self._weight, asked & best.entry.whole)) / total,
            ahead,
            min(len(text), LONG) / LONG,
            max(strange, default=0.0),
        )
        return near, features

    @staticmethod
    def _by_meaning(entry: _Indexed, alike: Vectors) -> _Near:
        own = np.sort(alike[entry.first : entry.last])[::-1]
        return _Near(entry, float(own[0]), float(own[:3].mean()), 0.0)

    def _with_words(self, one: _Near, asked: frozenset[str], total: float) -> _Near:
        shared = max(
            2 * sum(map(self._weight, asked & ask)) / (total + sum(map(self._weight, ask)))
            for ask in one.entry.asks
        )
        return _Near(one.entry, one.meaning, one.meanings, shared)

    def _weight(self, gram: str) -> float:
        """How much a pair of characters tells: the fewer entries have it the more."""
        have, all_entries = self._have.get(gram), len(self._entries)
        if have is None:
            return UNKNOWN * math.log(all_entries + 1)
        return math.log((all_entries + 1) / (have + 0.5))


def grams(text: str) -> frozenset[str]:
    """The characters of a text and their neighbouring pairs, of letters and digits only."""
    bare = _NOISE.sub("", normalise(text))
    return frozenset(bare) | {bare[place : place + 2] for place in range(len(bare) - 1)}


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The entries of the desk's file. Raises OSError or ValueError where it cannot be used."""
    content = json.loads(path.read_text(encoding="utf-8"))
    entries = content.get("entries") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("holds no list of entries")
    return entries


def _chance(features: Sequence[float]) -> float:
    total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    return 1 / (1 + math.exp(-max(min(total, 50.0), -50.0)))

"""Finds entries of the estate's handbook by meaning and by words (docs/handbook.md says what was measured).

The desk writes the entries as one JSON file: {"entries": [{"key", "title", "answer", "asks": []}]}. An
entry is near a question when one of its asks means the same (sentence vectors, seen from the middle of all
asks: handbook_space.py) and shares its rare words (characters and their pairs, weighed by how few entries
have them). All near entries and "none of them" are weighed against each other (handbook_chance.py).
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.language import normalise
from bot.understanding.encoder import Encoder, Vectors
from bot.understanding.handbook.chance import Question, Read, chances
from bot.understanding.handbook.space import Nearness, Space
from bot.understanding.sentence_vectors import kept_vectors

ELSEWHERE = Path(__file__).resolve().parents[3] / "nlu_data" / "handbook" / "elsewhere.yml"
MOST = 3
NEAR = 8
"""So many entries, the nearest by meaning, are also compared by their words."""
TOLD = 0.95
"""The least score of an entry that names these very words among its ways of asking."""
UNKNOWN = 0.6
"""A pair of characters that no entry has weighs so much of what the rarest known one weighs."""

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
    asks: tuple[frozenset[str], ...]
    words: frozenset[str]
    """Of its title and all its asks."""
    whole: frozenset[str]
    """Of its title, its asks and its answer."""


class HandbookIndex:
    """All entries, ready to be searched. Keeps no state that changes."""

    def __init__(
        self, entries: Sequence[Mapping[str, Any]], model: Encoder, elsewhere: Sequence[str] = ()
    ) -> None:
        """`elsewhere`: questions no handbook answers (read_elsewhere); what is like them is not known."""
        texts = [[str(one["title"]), *map(str, one["asks"])] for one in entries]
        self._entries = [
            _indexed(raw, tuple(map(grams, asked))) for raw, asked in zip(entries, texts, strict=True)
        ]
        self._told = {
            _bare(ask): str(one["key"]) for one, asked in zip(entries, texts, strict=True) for ask in asked
        }
        self._have: dict[str, int] = {}
        for entry in self._entries:
            for gram in entry.words:
                self._have[gram] = self._have.get(gram, 0) + 1
        self._rarest = math.log(len(entries) + 1)
        self._space: Space | None = None
        if entries:
            flat = [text for of_entry in texts for text in of_entry]
            answers = np.stack(kept_vectors(model, [str(one["answer"]) for one in entries]))
            others = np.stack(kept_vectors(model, elsewhere)) if elsewhere else None
            sizes = [len(one) for one in texts]
            self._space = Space(np.stack(kept_vectors(model, flat)), sizes, answers, others)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str, vector: Vectors) -> list[Candidate]:
        """The best entries for a question, the likeliest first; [] where there are none at all."""
        question = self.read(text, vector)
        told = self._told.get(_bare(text))
        scored = [
            Candidate(one.key, max(chance, TOLD) if one.key == told else chance)
            for one, chance in zip(question.near, chances(question), strict=True)
        ]
        return sorted(scored, key=lambda one: -one.score)[:MOST]

    def read(self, text: str, vector: Vectors) -> Question:
        """What speaks for each of the nearest entries, the nearest by meaning first, and for none."""
        if self._space is None:
            return Question(())
        asked = grams(text)
        total = max(self._weigh(asked), 0.1)
        near = tuple(
            self._read(self._entries[place], near, asked, total)
            for place, near in self._space.nearest(vector, NEAR)
        )
        return Question(near, *self._space.elsewhere(vector))

    def _read(self, entry: _Indexed, near: Nearness, asked: frozenset[str], total: float) -> Read:
        meaning, meanings, whole, answer = near
        strange = [self._weight(gram) for gram in asked - entry.whole if len(gram) == 2]
        return Read(
            entry.key,
            meaning,
            meanings,
            whole,
            answer,
            words=max(2 * self._weigh(asked & ask) / (total + self._weigh(ask)) for ask in entry.asks),
            covered=self._weigh(asked & entry.words) / total,
            covered_whole=self._weigh(asked & entry.whole) / total,
            strange=max(strange, default=0.0) / (UNKNOWN * self._rarest),
        )

    def _weigh(self, some: frozenset[str]) -> float:
        return sum(map(self._weight, some))

    def _weight(self, gram: str) -> float:
        """How much a pair of characters tells: the fewer entries have it the more."""
        have = self._have.get(gram)
        if have is None:
            return UNKNOWN * self._rarest
        return math.log((len(self._entries) + 1) / (have + 0.5))


def grams(text: str) -> frozenset[str]:
    """The characters of a text and their neighbouring pairs, of letters and digits only."""
    bare = _bare(text)
    return frozenset(bare) | {bare[place : place + 2] for place in range(len(bare) - 1)}


def _bare(text: str) -> str:
    return _NOISE.sub("", normalise(text))


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The entries of the desk's file. Raises OSError or ValueError where it cannot be used."""
    content = json.loads(path.read_text(encoding="utf-8"))
    entries = content.get("entries") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("holds no list of entries")
    return entries


@lru_cache(maxsize=1)
def read_elsewhere() -> tuple[str, ...]:
    """Questions that no handbook answers, as they come with the project."""
    return tuple(yaml.safe_load(ELSEWHERE.read_text(encoding="utf-8")))


def _indexed(raw: Mapping[str, Any], asks: tuple[frozenset[str], ...]) -> _Indexed:
    words = frozenset().union(*asks)
    return _Indexed(str(raw["key"]), asks, words, words | grams(str(raw["answer"])))

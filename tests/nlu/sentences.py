"""The sentences of the training data and of the held-out split, as the tests read them."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.language import normalise

ROOT = Path(__file__).resolve().parents[2]
TRAINING = ROOT / "nlu_data" / "nlu"
HELD_OUT = Path(__file__).with_name("heldout.yml")
HELD_OUT_LONG = Path(__file__).with_name("heldout_long.yml")
MATTERS = Path(__file__).with_name("matters.yml")


@dataclass(frozen=True)
class Sentence:
    """One labelled sentence."""

    text: str
    intent: str
    category: str | None
    upset: int
    file: str

    @property
    def label(self) -> str:
        """ "repair/lift", or the intent alone."""
        return f"{self.intent}/{self.category}" if self.category else self.intent

    @property
    def bare(self) -> str:
        """The normalised text without anything but letters and digits."""
        return re.sub(r"[\W_]", "", normalise(self.text))


@lru_cache(maxsize=1)
def training() -> tuple[Sentence, ...]:
    """All training sentences."""
    return tuple(one for path in sorted(TRAINING.rglob("*.yml")) for one in read(path))


@lru_cache(maxsize=1)
def held_out() -> tuple[Sentence, ...]:
    """The held-out split of chat and subject length."""
    return tuple(read(HELD_OUT))


@lru_cache(maxsize=1)
def held_out_long() -> tuple[Sentence, ...]:
    """The held-out letters."""
    return tuple(read(HELD_OUT_LONG))


@lru_cache(maxsize=1)
def several_matters() -> tuple[dict[str, Any], ...]:
    """Messages with several matters: text and labels."""
    return tuple(yaml.safe_load(MATTERS.read_text(encoding="utf-8")))


def read(path: Path) -> list[Sentence]:
    """The sentences of one file in Rasa's format."""
    found = []
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        metadata = block.get("metadata") or {}
        for line in block["examples"].splitlines():
            if line.strip():
                text = line.strip().removeprefix("-").strip()
                found.append(
                    Sentence(
                        text, block["intent"], metadata.get("category"), metadata.get("upset", 0), path.name
                    )
                )
    return found


def pairs_of_letters(text: str) -> frozenset[str]:
    """Neighbouring letters of a bare text: what near-copies share."""
    return frozenset(text[place : place + 2] for place in range(max(1, len(text) - 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of pairs that two texts have in common, 0 to 1."""
    return len(one & other) / len(one | other) if one | other else 1.0


def near_copies(
    sentences: Sequence[Sentence], known: Sequence[Sentence], least: float
) -> list[tuple[str, str]]:
    """Pairs of texts, one of each side, that share at least `least` of their letter pairs."""
    pairs = [pairs_of_letters(one.bare) for one in known]
    places: dict[str, list[int]] = defaultdict(list)
    for place, letters in enumerate(pairs):
        for pair in letters:
            places[pair].append(place)
    found = []
    for sentence in sentences:
        own = pairs_of_letters(sentence.bare)
        shared = Counter(place for pair in own for place in places.get(pair, ()))
        found += [
            (sentence.text, known[place].text)
            for place, number in shared.items()
            if number >= least * (len(own) + len(pairs[place]) - number)
        ]
    return found


def counts(sentences: tuple[Sentence, ...]) -> Counter[str]:
    """How many sentences each label has."""
    return Counter(sentence.label for sentence in sentences)

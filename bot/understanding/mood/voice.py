"""Reads how somebody writes (mood, manner): the meaning and the characters of a text together.

Characters carry what a vector hardly does: sarcasm ("厉害了"), swearing, a sigh at the end. Two logistic
regressions, averaged (meaning a little louder); rare classes weigh more, by a power of how rare they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.grams import Grams

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

VECTOR_SCALE = 16.0
VECTOR_STRENGTH = 3.0
CHARACTER_STRENGTH = 3.0
CHARACTERS_SHARE = 0.45
LONGEST_GRAM = 3
FEWEST = 2


@dataclass(frozen=True)
class Lesson:
    """Texts with their vectors, further signs, classes and weights."""

    texts: Sequence[str]
    vectors: Singles
    signs: Numbers
    classes: Sequence[str]
    weights: Numbers
    rareness: float
    """0: every sentence counts the same; 1: every class does."""


class MoodVoice:
    """Probabilities of classes; plain arrays inside."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        self.classes = [str(one) for one in arrays["classes"]]
        self._grams = Grams(arrays["grams"], arrays["idf"].astype(np.float64), LONGEST_GRAM)

    @classmethod
    def trained(cls, lesson: Lesson) -> "MoodVoice":
        """Learn from a lesson of two classes or more."""
        from sklearn.linear_model import LogisticRegression  # only training needs it

        classes = np.array(lesson.classes)
        names, counts = np.unique(classes, return_counts=True)
        rare = {
            name: (len(classes) / len(names) / n) ** lesson.rareness
            for name, n in zip(names, counts, strict=True)
        }
        weights = lesson.weights * np.array([rare[one] for one in classes])
        mean, spread = lesson.vectors.mean(axis=0), lesson.vectors.std(axis=0) + 1e-6
        rows = np.hstack([(lesson.vectors - mean) / spread / VECTOR_SCALE, lesson.signs])
        by_meaning = LogisticRegression(C=VECTOR_STRENGTH, max_iter=500).fit(rows, classes, weights)
        grams, counts = Grams.learnt(lesson.texts, LONGEST_GRAM, FEWEST)
        by_letters = LogisticRegression(C=CHARACTER_STRENGTH, max_iter=200).fit(counts, classes, weights)
        return cls(
            {
                "classes": names,
                "mean": mean,
                "spread": spread,
                "weights": _all_rows(by_meaning.coef_),
                "bias": _all_rows(by_meaning.intercept_),
                "grams": grams.names,
                "idf": grams.weights.astype(np.float32),
                "letter_weights": _all_rows(by_letters.coef_).astype(np.float16),
                "letter_bias": _all_rows(by_letters.intercept_),
            }
        )

    def chances(self, text: str, vector: Singles, signs: Numbers) -> Numbers:
        """One probability for each of `classes`."""
        own = self._arrays
        row = np.hstack([(vector - own["mean"]) / own["spread"] / VECTOR_SCALE, signs])
        meaning = _softmax(own["weights"] @ row + own["bias"])
        places, values = self._grams.of(text)
        letters = _softmax(own["letter_weights"][:, places].astype(np.float64) @ values + own["letter_bias"])
        return np.asarray((1 - CHARACTERS_SHARE) * meaning + CHARACTERS_SHARE * letters)

    def as_arrays(self) -> dict[str, Any]:
        """What the constructor takes."""
        return self._arrays


def _all_rows(fitted: Numbers) -> Numbers:
    """Two classes are fitted as one row: make it two."""
    if fitted.shape[0] > 1:
        return fitted
    return np.concatenate([np.zeros_like(fitted), fitted])


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())

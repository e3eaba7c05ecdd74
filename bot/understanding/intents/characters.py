"""The voice that reads characters: naive Bayes over them and their pairs. No encoder, trains in a second."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.grams import Grams

Numbers = npt.NDArray[np.float64]
Halves = npt.NDArray[np.float16]

SMOOTHING = 0.03
LONGEST_GRAM = 2


class CharacterVoice:
    """Log-probabilities of labels from the characters of a text; classes have equal chances beforehand."""

    def __init__(self, grams: Grams, chances: Halves) -> None:
        self._grams = grams
        # One row a gram, so that the few grams of a text are picked and not the whole table multiplied.
        # Half precision: the difference is below 0.1 %.
        self._chances = chances

    @classmethod
    def trained(cls, texts: Sequence[str], labels: npt.NDArray[np.int64], classes: int) -> "CharacterVoice":
        """Learn from texts and the numbers of their labels (0 … classes - 1)."""
        grams, counts = Grams.learnt(texts, LONGEST_GRAM)
        sums = np.zeros((classes, counts.shape[1]))
        for number in range(classes):
            sums[number] = counts[labels == number].sum(axis=0)
        smooth = sums + SMOOTHING
        chances = np.log(smooth) - np.log(smooth.sum(axis=1, keepdims=True))
        return cls(grams, np.ascontiguousarray(chances.T, dtype=np.float16))

    def scores(self, texts: Sequence[str]) -> Numbers:
        """One row a text, one number a label: logarithms, not normalised."""
        rows = np.zeros((len(texts), self._chances.shape[1]))
        for row, text in enumerate(texts):
            places, values = self._grams.of(text)
            rows[row] = values @ self._chances[places].astype(np.float32)
        return rows

    def as_arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs, as plain arrays."""
        return {
            "grams": self._grams.names,
            "weights": self._grams.weights.astype(np.float32),
            "chances": self._chances,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "CharacterVoice":
        """Take up what `as_arrays` wrote."""
        grams = Grams(arrays["grams"], arrays["weights"].astype(np.float64), LONGEST_GRAM)
        return cls(grams, arrays["chances"])

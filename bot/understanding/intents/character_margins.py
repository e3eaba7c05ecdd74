"""A second reader of characters, for the first level alone: linear margins over 1–4-grams.

Where naive Bayes counts each gram for itself, this one weighs them against each other; it bears slips of the
pen and names better. Grams that occur once are left out.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.grams import Grams

Numbers = npt.NDArray[np.float64]
Halves = npt.NDArray[np.float16]

LONGEST_GRAM = 4
FEWEST = 2
STRENGTH = 0.5


class CharacterMargins:
    """Margins of labels; one row a text, one number a label."""

    def __init__(self, grams: Grams, weights: Halves, bias: Numbers) -> None:
        self._grams = grams
        # One row a gram, so that the few grams of a text are picked and not the whole table multiplied.
        self._weights = weights
        self._bias = bias

    @classmethod
    def trained(cls, texts: Sequence[str], labels: npt.NDArray[np.int64]) -> "CharacterMargins":
        """Learn from texts and the numbers of their labels (0 … classes - 1, three or more of them)."""
        from sklearn.svm import LinearSVC  # only training needs it

        grams, rows = Grams.learnt(texts, LONGEST_GRAM, FEWEST)
        model = LinearSVC(C=STRENGTH, tol=1e-2, random_state=7)
        model.fit(rows, labels)
        return cls(grams, np.ascontiguousarray(model.coef_.T, dtype=np.float16), model.intercept_)

    def scores(self, texts: Sequence[str]) -> Numbers:
        """One row a text, one margin a label."""
        rows = np.zeros((len(texts), self._weights.shape[1]))
        for row, text in enumerate(texts):
            places, values = self._grams.of(text)
            rows[row] = values @ self._weights[places].astype(np.float32) + self._bias
        return rows

    def as_arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs, as plain arrays."""
        return {
            "grams": self._grams.names,
            "idf": self._grams.weights.astype(np.float32),
            "weights": self._weights,
            "bias": self._bias,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "CharacterMargins":
        """Take up what `as_arrays` wrote."""
        grams = Grams(arrays["grams"], arrays["idf"].astype(np.float64), LONGEST_GRAM)
        return cls(grams, arrays["weights"], arrays["bias"])

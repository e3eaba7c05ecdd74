"""The voice that reads characters: naive Bayes over them and their pairs. No encoder, trains in a second."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language import normalise

Numbers = npt.NDArray[np.float64]

SMOOTHING = 0.03


class CharacterVoice:
    """Log-probabilities of labels from the characters of a text; classes have equal chances beforehand."""

    def __init__(self, grams: list[str], weights: Numbers, chances: Numbers) -> None:
        self._grams = grams
        self._weights = weights
        # One row a gram, so that the few grams of a text are picked and not the whole table multiplied.
        self._chances = np.ascontiguousarray(chances.T, dtype=np.float32)
        self._reader = _reader({gram: place for place, gram in enumerate(grams)})
        self._reader.idf_ = weights

    @classmethod
    def trained(cls, texts: Sequence[str], labels: npt.NDArray[np.int64], classes: int) -> "CharacterVoice":
        """Learn from texts and the numbers of their labels (0 … classes - 1)."""
        reader = _reader(None)
        counts = reader.fit_transform([normalise(text) for text in texts])
        sums = np.zeros((classes, counts.shape[1]))
        for number in range(classes):
            sums[number] = counts[labels == number].sum(axis=0)
        smooth = sums + SMOOTHING
        chances = np.log(smooth) - np.log(smooth.sum(axis=1, keepdims=True))
        # `reader.idf_` is only there while it is fitted: keep the numbers themselves.
        return cls(list(reader.get_feature_names_out()), np.asarray(reader.idf_), chances)

    def scores(self, texts: Sequence[str]) -> Numbers:
        """One row a text, one number a label: logarithms, not normalised."""
        counts = self._reader.transform([normalise(text) for text in texts])
        rows = np.zeros((len(texts), self._chances.shape[1]))
        for row, (start, end) in enumerate(zip(counts.indptr, counts.indptr[1:], strict=False)):
            rows[row] = counts.data[start:end] @ self._chances[counts.indices[start:end]]
        return rows

    def as_arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs, as plain arrays (half precision: the difference is below 0.1 %)."""
        return {
            "grams": np.array(self._grams),
            "weights": self._weights.astype(np.float32),
            "chances": self._chances.T.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "CharacterVoice":
        """Take up what `as_arrays` wrote."""
        return cls(
            [str(gram) for gram in arrays["grams"]],
            arrays["weights"].astype(np.float64),
            arrays["chances"],
        )


def _reader(vocabulary: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, vocabulary=vocabulary)

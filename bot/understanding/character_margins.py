"""A second reader of characters, for the first level alone: linear margins over 1–4-grams.

Where naive Bayes counts each gram for itself, this one weighs them against each other; it bears slips of the
pen and names better. Grams that occur once are left out.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.language import normalise

Numbers = npt.NDArray[np.float64]

LONGEST_GRAM = 4
FEWEST = 2
STRENGTH = 0.5


class CharacterMargins:
    """Margins of labels; one row a text, one number a label."""

    def __init__(self, grams: Sequence[str], idf: Numbers, weights: Numbers, bias: Numbers) -> None:
        self._grams = list(grams)
        self._idf = idf
        # One row a gram, so that the few grams of a text are picked and not the whole table multiplied.
        self._weights = np.ascontiguousarray(weights, dtype=np.float32)
        self._bias = bias
        self._reader = _reader({gram: place for place, gram in enumerate(self._grams)})
        self._reader.idf_ = idf

    @classmethod
    def trained(cls, texts: Sequence[str], labels: npt.NDArray[np.int64]) -> "CharacterMargins":
        """Learn from texts and the numbers of their labels (0 … classes - 1, three or more of them)."""
        reader = _reader(None)
        rows = reader.fit_transform([normalise(text) for text in texts])
        model = LinearSVC(C=STRENGTH, tol=1e-2, random_state=7)
        model.fit(rows, labels)
        idf = np.asarray(reader.idf_)
        return cls(list(reader.get_feature_names_out()), idf, model.coef_.T, model.intercept_)

    def scores(self, texts: Sequence[str]) -> Numbers:
        """One row a text, one margin a label."""
        counts = self._reader.transform([normalise(text) for text in texts])
        rows = np.zeros((len(texts), self._weights.shape[1]))
        for row, (start, end) in enumerate(zip(counts.indptr, counts.indptr[1:], strict=False)):
            rows[row] = counts.data[start:end] @ self._weights[counts.indices[start:end]] + self._bias
        return rows

    def as_arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs, as plain arrays in half precision."""
        return {
            "grams": np.array(self._grams),
            "idf": self._idf.astype(np.float32),
            "weights": self._weights.astype(np.float16),
            "bias": self._bias,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "CharacterMargins":
        """Take up what `as_arrays` wrote."""
        grams = [str(gram) for gram in arrays["grams"]]
        return cls(grams, arrays["idf"].astype(np.float64), arrays["weights"], arrays["bias"])


def _reader(vocabulary: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, LONGEST_GRAM),
        sublinear_tf=True,
        min_df=FEWEST if vocabulary is None else 1,
        vocabulary=vocabulary,
    )

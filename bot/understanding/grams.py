"""Characters and their neighbours as numbers: the weighed grams of a text, of those that a voice knows.

The same weights as scikit-learn's TfidfVectorizer(analyzer="char", sublinear_tf=True), from which training
takes its table; without dictionaries of strings, which took 25 MB of the server, and without scikit-learn.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.language import normalise

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_SPACES = re.compile(r"\s\s+")
_BASE = 0x9E3779B97F4A7C15
"""Odd and large: a gram's key is its characters times powers of this, modulo 2**64."""


class Grams:
    """The grams a voice knows, each with its weight (idf)."""

    def __init__(self, names: npt.NDArray[np.str_], weights: Numbers, longest: int) -> None:
        """`names` of 1 to `longest` characters. ValueError where two of them could not be told apart."""
        self.names = names
        self.weights = weights
        self._longest = longest
        self._powers = np.array([pow(_BASE, place + 1, 1 << 64) for place in range(longest)], dtype=np.uint64)
        width = names.dtype.itemsize // 4
        codes = names.view(np.uint32).reshape(len(names), width).astype(np.uint64)
        keys = (codes * self._powers[:width]).sum(axis=1, dtype=np.uint64)
        self._places: Places = np.argsort(keys)
        self._keys = keys[self._places]
        if len(keys) and not np.all(self._keys[1:] > self._keys[:-1]):
            raise ValueError("two grams have one key")

    @classmethod
    def learnt(cls, texts: Sequence[str], longest: int, fewest: int = 1) -> tuple["Grams", Any]:
        """The grams that `fewest` of these texts have or more, and the texts' weights as a sparse matrix."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # only training needs it

        reader = TfidfVectorizer(analyzer="char", ngram_range=(1, longest), sublinear_tf=True, min_df=fewest)
        rows = reader.fit_transform([normalise(text) for text in texts])
        return cls(
            np.array(reader.get_feature_names_out(), dtype=str), np.asarray(reader.idf_), longest
        ), rows

    def of(self, text: str) -> tuple[Places, Numbers]:
        """Places of the known grams of a text and what each weighs in it; together of length 1."""
        plain = _SPACES.sub(" ", normalise(text).lower())
        codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        keys = [self._windows(codes, length) for length in range(1, min(self._longest, len(codes)) + 1)]
        if not keys or not len(self._keys):
            return np.zeros(0, np.int64), np.zeros(0)
        found, counts = np.unique(np.concatenate(keys), return_counts=True)
        where = np.minimum(np.searchsorted(self._keys, found), len(self._keys) - 1)
        known = self._keys[where] == found
        places = self._places[where[known]]
        values = (1.0 + np.log(counts[known])) * self.weights[places]
        norm = float(np.sqrt((values**2).sum()))
        return places, values / norm if norm else values

    def _windows(self, codes: npt.NDArray[np.uint64], length: int) -> npt.NDArray[np.uint64]:
        """The keys of all grams of a length, in the order of the text."""
        keys = codes[: len(codes) - length + 1] * self._powers[0]
        for place in range(1, length):
            keys = keys + codes[place : len(codes) - length + 1 + place] * self._powers[place]
        return np.asarray(keys)

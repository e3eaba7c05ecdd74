"""Sentence vectors of the handbook's asks, seen from the middle of them all.

All sentences about an estate are alike to the encoder: what they share is taken away (the mean), and the
directions in which asks of one and the same entry differ count less. Both are worked out from the asks
themselves in some 50 ms whenever an entry changes; nothing is trained.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bot.understanding.encoder import Vectors

EVEN = 0.9
"""How much of the spread within entries is taken as equal in all directions (0.7 is worse, 1.0 too)."""
TOO_NEAR = 0.75
"""A question that is meant for elsewhere and so near to an ask is not: this handbook answers it."""
_FIRST = 3

Nearness = tuple[float, float, float, float]
"""Cosines of a question to an entry: its nearest ask, the mean of the three nearest, of all, its answer."""


class Space:
    """All asks in the order of their entries, the answers, and questions for elsewhere; never changed."""

    def __init__(
        self, asks: Vectors, sizes: Sequence[int], answers: Vectors, elsewhere: Vectors | None = None
    ) -> None:
        ends = np.cumsum(sizes)
        self._bounds = list(pairwise([0, *ends.tolist()]))
        # A small handbook says little of where the middle of all questions is: those for elsewhere help.
        self._middle = (asks if elsewhere is None else np.concatenate([asks, elsewhere])).mean(axis=0)
        self._turn = _turn(asks, self._bounds)
        self._asks = self._seen(asks)
        self._answers = self._seen(answers)
        self._elsewhere = self._asks[:0]
        if elsewhere is not None:
            seen = self._seen(elsewhere)
            self._elsewhere = seen[(seen @ self._asks.T).max(axis=1) < TOO_NEAR]
        self._whole = _unit(np.stack([self._asks[start:end].mean(axis=0) for start, end in self._bounds]))

    def nearest(self, vector: Vectors, most: int) -> list[tuple[int, Nearness]]:
        """Places of the nearest entries, the nearest first."""
        seen = self._seen(vector)
        alike = self._asks @ seen
        near = [self._near(alike[start:end]) for start, end in self._bounds]
        of_whole, of_answer = self._whole @ seen, self._answers @ seen
        rank = [one + 0.5 * three + 0.3 * whole for (one, three), whole in zip(near, of_whole, strict=True)]
        return [
            (int(place), (*near[place], float(of_whole[place]), float(of_answer[place])))
            for place in np.argsort(rank)[::-1][:most]
        ]

    def elsewhere(self, vector: Vectors) -> tuple[float, float]:
        """The nearest question that is not the handbook's, and the mean of three; zeros without any."""
        if not len(self._elsewhere):
            return 0.0, 0.0
        return self._near(self._elsewhere @ self._seen(vector))

    @staticmethod
    def _near(alike: Vectors) -> tuple[float, float]:
        best = np.sort(alike)[::-1][:_FIRST]
        return float(best[0]), float(best.mean())

    def _seen(self, vectors: Vectors) -> Vectors:
        return _unit((vectors - self._middle) @ self._turn)


def _turn(asks: Vectors, bounds: Sequence[tuple[int, int]]) -> Vectors:
    """The matrix that evens out how asks of one entry differ (the inverse root of their scatter)."""
    apart = np.concatenate([asks[start:end] - asks[start:end].mean(axis=0) for start, end in bounds])
    scatter = apart.T @ apart / len(apart)
    size = len(scatter)
    spread = max(float(np.trace(scatter)) / size, 1e-6)
    values, axes = np.linalg.eigh((1 - EVEN) * scatter + EVEN * spread * np.eye(size))
    return np.asarray((axes / np.sqrt(values)) @ axes.T, dtype=np.float32)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), dtype=np.float32)

"""The voices that read the sentence vector beside the signs of the lexicons: linear, and the neighbours.

Both see a text in one space: the vector without the part that is only the name of an estate (place_names.py),
each number in units of its spread, the signs beside it with a weight.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.intents.logistic import fitted

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

VECTOR_SCALE = 20.0
LINEAR_SIGNS = 0.25
NEIGHBOUR_SIGNS = 0.25
STRENGTH = 10.0
NEAR_ENOUGH = 2e-4
"""Where learning ends; ten times nearer takes twice as long and reads no sentence better."""
NEIGHBOURS = 30
SHARPNESS = 12.0


@dataclass(frozen=True)
class Space:
    """How vectors are seen: centre and spread of the training sentences, and the directions left out."""

    mean: Singles
    spread: Singles
    left_out: Singles
    """Rows of length 1, at right angles to each other; none where names are not taken out."""

    @classmethod
    def of(cls, vectors: Singles, left_out: Singles) -> "Space":
        """The space of these training vectors."""
        kept = _without(vectors, left_out)
        return cls(kept.mean(axis=0), kept.std(axis=0) + 1e-6, left_out)

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "Space":
        """Take up what `as_arrays` wrote."""
        return cls(arrays["space_mean"], arrays["space_spread"], arrays["space_left_out"])

    def as_arrays(self) -> dict[str, Any]:
        """The space as plain arrays."""
        return {"space_mean": self.mean, "space_spread": self.spread, "space_left_out": self.left_out}

    def joined(self, vectors: Singles, signs: Singles, weight: float) -> Singles:
        """Vectors and signs as one row of numbers a text."""
        scaled = (_without(vectors, self.left_out) - self.mean) / self.spread / VECTOR_SCALE
        return np.hstack([scaled, signs * weight]).astype(np.float32)


class LinearVoice:
    """A logistic regression; `scores` are its logits."""

    def __init__(self, weights: Singles, bias: Numbers) -> None:
        # Stored in half the size; computed with in single precision.
        self._weights: Singles = np.asarray(weights, dtype=np.float32)
        self._bias = bias

    @classmethod
    def trained(cls, rows: Singles, labels: Labels) -> "LinearVoice":
        """Learn; labels are 0 … classes - 1, each of them there."""
        classes = int(labels.max()) + 1
        return cls(*fitted(rows, labels, classes, strength=STRENGTH, near_enough=NEAR_ENOUGH))

    def scores(self, rows: Singles) -> Numbers:
        """One row a text, one number a label."""
        return np.asarray(rows @ self._weights + self._bias, dtype=np.float64)

    def as_arrays(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {"weights": self._weights.astype(np.float16), "bias": self._bias}


class NeighbourVoice:
    """The nearest training sentences and their labels; `scores` are logarithms of their weights."""

    def __init__(self, mean: Singles, known: Singles, labels: Labels, classes: int) -> None:
        self._mean = mean
        self._known: Singles = np.ascontiguousarray(np.asarray(known, dtype=np.float32).T)
        self._labels = labels
        self._classes = classes

    @classmethod
    def trained(cls, rows: Singles, labels: Labels, classes: int) -> "NeighbourVoice":
        """Remember the training sentences."""
        mean = rows.mean(axis=0)
        return cls(mean, _unit(rows - mean), labels, classes)

    def scores(self, rows: Singles) -> Numbers:
        """One row a text, one number a label."""
        here = _unit(rows - self._mean)
        likeness = here @ self._known
        count = min(NEIGHBOURS, likeness.shape[1])
        nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        weights = np.exp(SHARPNESS * np.take_along_axis(likeness, nearest, axis=1).astype(np.float64))
        weights /= weights.sum(axis=1, keepdims=True)
        votes = np.full((len(here), self._classes), 1e-4)
        np.add.at(votes, (np.arange(len(here))[:, None], self._labels[nearest]), weights)
        return np.asarray(np.log(votes))

    def as_arrays(self) -> dict[str, Any]:
        """What the constructor takes, without the number of classes."""
        return {"mean": self._mean, "known": self._known.T.astype(np.float16), "labels": self._labels}


def _without(vectors: Singles, directions: Singles) -> Singles:
    if not len(directions):
        return vectors
    return np.asarray(vectors - vectors @ directions.T @ directions, dtype=np.float32)


def _unit(rows: Singles) -> Singles:
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9), dtype=np.float32)

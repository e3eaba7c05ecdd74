"""The understanding itself: three voices over one set of labels, each tempered, averaged, tempered again.

1. a logistic regression on the sentence vector together with the signs of the lexicons,
2. the nearest training sentences by the same numbers,
3. naive Bayes on characters (characters.py), which also stands alone where there is no encoder.
Temperatures are found on sentences left out in turn, so that a confidence of 0.8 is right eight times in ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.understanding.characters import CharacterVoice

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

SIGNS_WEIGHT = 0.15
NEIGHBOUR_SIGNS_WEIGHT = 0.25
VECTOR_SCALE = 20.0
STRENGTH = 30.0
NEIGHBOURS = 30
SHARPNESS = 12.0
FOLDS = 3


@dataclass(frozen=True)
class Reading:
    """Training or incoming texts as numbers; `vectors` is None where there is no encoder."""

    texts: Sequence[str]
    vectors: Singles | None
    signs: Singles

    def rows(self, chosen: npt.NDArray[np.int64]) -> "Reading":
        """Some of the texts."""
        vectors = None if self.vectors is None else self.vectors[chosen]
        return Reading([self.texts[place] for place in chosen], vectors, self.signs[chosen])


class Voices:
    """Trained voices; `chances` gives calibrated probabilities of the labels."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        self.labels = [str(label) for label in arrays["labels"]]
        self._characters = CharacterVoice.from_arrays(_part(arrays, "characters_"))
        self.has_vectors = "weights" in arrays
        # Stored in half the size; computed with in single precision.
        nothing = np.zeros((0, 0), np.float32)
        self._weights: Singles = np.asarray(arrays.get("weights", nothing), dtype=np.float32)
        self._known: Singles = np.asarray(arrays.get("known", nothing), dtype=np.float32).T

    @classmethod
    def trained(cls, reading: Reading, labels: Sequence[str]) -> "Voices":
        """Learn; every label needs FOLDS examples or more, ValueError otherwise."""
        names = sorted(set(labels))
        numbers = np.array([names.index(label) for label in labels], dtype=np.int64)
        few = [name for number, name in enumerate(names) if (numbers == number).sum() < FOLDS]
        if few:
            raise ValueError(f"Fewer than {FOLDS} training sentences for: {', '.join(few)}")
        voices = cls(_fit(reading, numbers, names))
        voices._temper(reading, numbers)
        return voices

    def chances(self, reading: Reading) -> Numbers:
        """One row a text, one probability a label."""
        heard = self._heard(reading)
        if len(heard) == 1:  # no encoder
            return self.chances_by_characters(reading.texts)
        mixed = _mix(heard, self._arrays["temperatures"])
        return _softmax(np.log(mixed + 1e-9) / float(self._arrays["temperature"]))

    def chances_by_characters(self, texts: Sequence[str]) -> Numbers:
        """As `chances`, by the third voice alone: a glance that costs a fraction of a millisecond."""
        return _softmax(self._characters.scores(texts) / float(self._arrays["temperature_alone"]))

    def as_arrays(self) -> dict[str, Any]:
        """Everything, as plain arrays for one .npz file."""
        return self._arrays

    def _heard(self, reading: Reading) -> list[Numbers]:
        characters = self._characters.scores(reading.texts)
        if not self.has_vectors or reading.vectors is None:
            return [characters]
        joined = _joined(self._arrays, reading, SIGNS_WEIGHT)
        linear = joined @ self._weights + self._arrays["bias"]
        return [np.asarray(linear), self._near(reading), characters]

    def _near(self, reading: Reading) -> Numbers:
        """Logarithms of the weights of labels among the nearest training sentences."""
        here = _unit(_joined(self._arrays, reading, NEIGHBOUR_SIGNS_WEIGHT) - self._arrays["known_mean"])
        likeness = here @ self._known
        count = min(NEIGHBOURS, likeness.shape[1])
        nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        votes = np.full((len(here), len(self.labels)), 1e-4)
        for row, places in enumerate(nearest):
            weights = np.exp(SHARPNESS * likeness[row, places])
            np.add.at(votes[row], self._arrays["known_labels"][places], weights / weights.sum())
        return np.asarray(np.log(votes))

    def _temper(self, reading: Reading, numbers: npt.NDArray[np.int64]) -> None:
        """Find the temperatures from scores of sentences that were left out."""
        heard = [
            np.zeros((len(numbers), len(self.labels))) for _ in self._heard(reading.rows(numbers[:1] * 0))
        ]
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
        for learnt, left in folds.split(numbers, numbers):
            part = Voices(_fit(reading.rows(learnt), numbers[learnt], self.labels))
            for whole, scores in zip(heard, part._heard(reading.rows(left)), strict=True):
                whole[left] = scores
        self._arrays["temperature_alone"] = np.array(_temperature(heard[-1], numbers))
        temperatures = np.array([_temperature(scores, numbers) for scores in heard])
        self._arrays["temperatures"] = temperatures
        mixed = np.log(_mix(heard, temperatures) + 1e-9)
        self._arrays["temperature"] = np.array(_temperature(mixed, numbers))


def _fit(reading: Reading, numbers: npt.NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    characters = CharacterVoice.trained(reading.texts, numbers, len(names))
    arrays: dict[str, Any] = {"labels": np.array(names)}
    arrays.update({f"characters_{name}": value for name, value in characters.as_arrays().items()})
    if reading.vectors is None:
        return arrays
    arrays["mean"] = reading.vectors.mean(axis=0)
    arrays["spread"] = reading.vectors.std(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
    model.fit(_joined(arrays, reading, SIGNS_WEIGHT), numbers)
    arrays["weights"] = model.coef_.T.astype(np.float32)
    arrays["bias"] = model.intercept_
    near = _joined(arrays, reading, NEIGHBOUR_SIGNS_WEIGHT)
    arrays["known_mean"] = near.mean(axis=0)
    arrays["known"] = _unit(near - arrays["known_mean"]).astype(np.float16)
    arrays["known_labels"] = numbers
    return arrays


def _joined(arrays: dict[str, Any], reading: Reading, weight: float) -> Singles:
    vectors = (reading.vectors - arrays["mean"]) / arrays["spread"] / VECTOR_SCALE
    return np.hstack([vectors, reading.signs * weight]).astype(np.float32)


def _mix(heard: Sequence[Numbers], temperatures: Numbers) -> Numbers:
    return np.asarray(
        np.mean([_softmax(scores / t) for scores, t in zip(heard, temperatures, strict=True)], axis=0)
    )


def _temperature(scores: Numbers, numbers: npt.NDArray[np.int64]) -> float:
    """The temperature under which the scores tell the truth best (least negative log-likelihood)."""

    def loss(log_temperature: float) -> float:
        chances = _softmax(scores / np.exp(log_temperature))
        return float(-np.log(chances[np.arange(len(numbers)), numbers] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded").x))


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _unit(rows: Singles) -> Singles:
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9))


def _part(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

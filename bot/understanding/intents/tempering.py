"""Scores made into probabilities that mean what they say: temperatures, and mixtures of several voices."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def mixed(scores: Sequence[Numbers], temperatures: Sequence[float], weights: Any = None) -> Numbers:
    """Several voices as one: each at its temperature, averaged."""
    each = [tempered(one, t) for one, t in zip(scores, temperatures, strict=True)]
    return np.asarray(np.average(each, axis=0, weights=weights))


def tempered(scores: Numbers, temperature: Any) -> Numbers:
    """Scores as probabilities; a higher temperature makes them less sure."""
    return _softmax(scores / float(temperature))


def best_temperature(scores: Numbers, numbers: Labels) -> float:
    """The temperature under which the scores tell the truth best (least negative log-likelihood)."""
    from scipy.optimize import minimize_scalar  # only training needs it

    def loss(log_temperature: float) -> float:
        chances = _softmax(scores / np.exp(log_temperature))
        return float(-np.log(chances[np.arange(len(numbers)), numbers] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded").x))


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))

"""Logistic regression over several classes, in single precision: several times quicker than scikit-learn's.

The same loss (cross entropy and half the squared weights over `strength`, the bias free), the same optimiser
(L-BFGS) and, on one thread, the same result every time. Most of what one training of our sentences costs was
here: docs/understanding.md, "Cost".
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

MOST_STEPS = 300


def fitted(
    rows: Any,
    labels: Labels,
    classes: int,
    *,
    strength: float,
    near_enough: float,
    weights: Numbers | None = None,
) -> tuple[Singles, Numbers]:
    """Weights (numbers × classes) and bias (classes) for rows that are dense or sparse.

    `labels` are 0 … classes - 1; `weights` say how much each row counts; it ends when no slope of the loss
    of one row is above `near_enough`.
    """
    from scipy.optimize import minimize  # only training needs it

    lesson = _Lesson(rows, labels, classes, strength, weights)
    begin = np.zeros((rows.shape[1] + 1) * classes)
    options = {"maxiter": MOST_STEPS, "gtol": near_enough, "ftol": 1e-12}
    found = minimize(lesson, begin, jac=True, method="L-BFGS-B", options=options).x
    table = found.reshape(-1, classes)
    return table[:-1].astype(np.float32), table[-1]


class _Lesson:
    """The loss of weights and its slopes."""

    def __init__(
        self, rows: Any, labels: Labels, classes: int, strength: float, weights: Numbers | None
    ) -> None:
        self._rows = rows.astype(np.float32)
        self._labels = labels
        self._classes = classes
        self._strength = strength
        count = np.ones(len(labels)) if weights is None else weights
        self._weights: Singles = (count / count.sum()).astype(np.float32)
        self._decay = 1.0 / strength / float(count.sum())
        self._every = np.arange(len(labels))

    def __call__(self, flat: Numbers) -> tuple[float, Numbers]:
        table = flat.reshape(-1, self._classes)
        scores = self._rows @ table[:-1].astype(np.float32) + table[-1].astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        mine = scores[self._every, self._labels].copy()
        chances = np.exp(scores, out=scores)
        sums = chances.sum(axis=1)
        loss = float(np.dot(self._weights.astype(np.float64), np.log(sums) - mine))
        chances /= sums[:, None]
        chances[self._every, self._labels] -= 1
        chances *= self._weights[:, None]
        slopes = np.empty_like(table)
        slopes[:-1] = self._rows.T @ chances
        slopes[:-1] += self._decay * table[:-1]
        slopes[-1] = chances.sum(axis=0)
        return loss + 0.5 * self._decay * float((table[:-1] ** 2).sum()), slopes.ravel()

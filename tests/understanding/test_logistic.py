"""Our logistic regression against scikit-learn's: the same loss has one best answer, whoever looks for it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.understanding.intents.logistic import fitted

CLASSES = 4
Lesson = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.float64]]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    chance = np.random.default_rng(7)
    labels = chance.integers(0, CLASSES, 300)
    rows = chance.normal(size=(300, 6)) + np.eye(CLASSES, 6)[labels]
    return rows.astype(np.float32), labels, chance.uniform(0.5, 3.0, 300)


def test_it_finds_what_scikit_learn_finds(lesson: Lesson) -> None:
    rows, labels, weights = lesson
    theirs = LogisticRegression(C=2.0, tol=1e-8, max_iter=2000).fit(rows, labels, weights)
    ours, bias = fitted(rows, labels, CLASSES, strength=2.0, near_enough=1e-6, weights=weights)
    assert _chances(rows @ ours + bias) == pytest.approx(theirs.predict_proba(rows), abs=0.005)


def test_sparse_rows_are_the_same_lesson(lesson: Lesson) -> None:
    rows, labels, _ = lesson
    dense = fitted(rows, labels, CLASSES, strength=2.0, near_enough=1e-6)
    sparse = fitted(csr_matrix(rows), labels, CLASSES, strength=2.0, near_enough=1e-6)
    assert dense[0] == pytest.approx(sparse[0], abs=0.01)


def test_the_same_lesson_gives_the_same_numbers(lesson: Lesson) -> None:
    rows, labels, _ = lesson
    once, again = (fitted(rows, labels, CLASSES, strength=2.0, near_enough=1e-4) for _ in range(2))
    assert np.array_equal(once[0], again[0])
    assert np.array_equal(once[1], again[1])


def _chances(scores: npt.NDArray[np.float64]) -> Any:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)

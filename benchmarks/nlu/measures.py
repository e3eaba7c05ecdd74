"""The figures of a candidate: F1 per level, the interval a sample allows, calibration, the main kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from benchmarks.nlu.material import Material

Chances = npt.NDArray[np.float64]
MAIN = ("repair", "complaint", "fee", "inquiry")
DRAWS = 400


@dataclass(frozen=True)
class Figures:
    """Of one candidate on one list of sentences."""

    intents: float
    low: float
    high: float
    categories: float | None
    main: float
    """Share of the sentences of the four main kinds whose kind is read right."""
    calibration: float
    """Expected calibration error over ten bins, of the first level."""


def figures(chances: Chances, asked: Material, names: Sequence[str], firsts: Sequence[str]) -> Figures:
    """Measure probabilities of labels against the truth."""
    of_first = np.array([firsts.index(name.partition("/")[0]) for name in names])
    sums = np.zeros((len(chances), len(firsts)))
    np.add.at(sums.T, of_first, chances.T)
    first = sums.argmax(axis=1)
    label = np.where(of_first[None, :] == first[:, None], chances, -1.0).argmax(axis=1)
    told = [firsts[number] for number in first]
    categories = f1(asked.labels, [names[number] for number in label])
    return _measured(asked, told, sums.max(axis=1), categories)


def figures_of_intents(told: Sequence[str], sure: Sequence[float], asked: Material) -> Figures:
    """The same of a candidate that tells the first level only."""
    return _measured(asked, list(told), np.array(sure), None)


def _measured(
    asked: Material, told: list[str], sure: npt.NDArray[np.float64], categories: float | None
) -> Figures:
    truth = asked.intents
    right = np.array([one == other for one, other in zip(told, truth, strict=True)])
    main = np.isin(truth, MAIN)
    low, high = interval(truth, told)
    return Figures(
        f1(truth, told), low, high, categories, float(right[main].mean()), calibration(sure, right)
    )


def f1(truth: Sequence[str], told: Sequence[str]) -> float:
    """Macro F1 over the labels that occur in the truth."""
    return float(f1_score(truth, told, average="macro", labels=sorted(set(truth)), zero_division=0))


def interval(truth: Sequence[str], told: Sequence[str]) -> tuple[float, float]:
    """The 95 % interval of the macro F1 that a sample of this size allows (bootstrap)."""
    draws = np.random.default_rng(7).integers(0, len(truth), (DRAWS, len(truth)))
    labels = sorted(set(truth))
    t = np.searchsorted(labels, truth)
    s = np.searchsorted([*labels, "\uffff"], [one if one in labels else "\uffff" for one in told])
    scores = [_macro(t[draw], s[draw], len(labels)) for draw in draws]
    return float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))


def _macro(truth: npt.NDArray[np.int64], told: npt.NDArray[np.int64], classes: int) -> float:
    hits = np.bincount(truth[truth == told], minlength=classes)[:classes]
    total = np.bincount(truth, minlength=classes)[:classes] + np.bincount(told, minlength=classes)[:classes]
    return float(np.where(total > 0, 2 * hits / np.maximum(total, 1), 1.0).mean())


def calibration(sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """How far confidence and truth lie apart, weighed over ten bins."""
    error = 0.0
    for low in np.arange(0.0, 1.0, 0.1):
        within = (sure > low) & (sure <= low + 0.1)
        if within.any():
            error += abs(right[within].mean() - sure[within].mean()) * within.mean()
    return float(error)

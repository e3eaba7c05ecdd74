"""Learns how near entries and "none" are weighed against each other (a conditional logit)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Numbers = npt.NDArray[np.float64]

FOLDS = 5
SHRINK = 1e-3
"""How much large weights cost, on features brought to the same scale."""


@dataclass(frozen=True)
class Case:
    """A question: a row of features for each near entry, those of "none", the place of the right entry."""

    kind: str
    near: Numbers
    none: Numbers
    right: int | None
    weight: float


@dataclass(frozen=True)
class _Table:
    near: Numbers
    there: npt.NDArray[np.bool_]
    none: Numbers
    right: npt.NDArray[np.int64]
    weight: Numbers


def fitted(cases: Sequence[Case]) -> tuple[Numbers, Numbers]:
    """Weights of an entry's features and of those of "none", for features as they are."""
    table = _table(cases)
    scale, none_scale = table.near[table.there].std(axis=0), table.none.std(axis=0)
    none_scale[none_scale == 0] = 1.0
    wide, none_wide = table.near.shape[2], table.none.shape[1]
    scaled = _Table(table.near / scale, table.there, table.none / none_scale, table.right, table.weight)
    found = minimize(_cost, np.zeros(wide + none_wide), args=(scaled, wide), jac=True, method="L-BFGS-B").x
    return found[:wide] / scale, found[wide:] / none_scale


def held_out_chances(cases: Sequence[Case]) -> list[Numbers]:
    """The chances of each case's near entries, by weights learnt from the other folds."""
    fold = np.random.RandomState(0).randint(0, FOLDS, len(cases))
    chances: list[Numbers] = [np.zeros(0)] * len(cases)
    for turn in range(FOLDS):
        weights, none_weights = fitted([one for n, one in enumerate(cases) if fold[n] != turn])
        for n in np.flatnonzero(fold == turn):
            sums = np.append(cases[n].near @ weights, cases[n].none @ none_weights)
            powers = np.exp(sums - sums.max())
            chances[n] = (powers / powers.sum())[:-1]
    return chances


def _table(cases: Sequence[Case]) -> _Table:
    most = max(len(one.near) for one in cases)
    near = np.zeros((len(cases), most, cases[0].near.shape[1]))
    there = np.zeros((len(cases), most), dtype=bool)
    for n, one in enumerate(cases):
        near[n, : len(one.near)] = one.near
        there[n, : len(one.near)] = True
    right = np.array([most if one.right is None else one.right for one in cases])
    return _Table(
        near, there, np.stack([one.none for one in cases]), right, np.array([one.weight for one in cases])
    )


def _cost(weights: Numbers, table: _Table, wide: int) -> tuple[float, Numbers]:
    """Mean loss and its gradient."""
    sums = np.where(table.there, table.near @ weights[:wide], -1e9)
    sums = np.column_stack([sums, table.none @ weights[wide:]])
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    rows, share = np.arange(len(chances)), table.weight / table.weight.sum()
    loss = -(share * np.log(chances[rows, table.right] + 1e-12)).sum() + SHRINK * (weights**2).sum()
    chances[rows, table.right] -= 1
    chances *= share[:, None]
    slope = np.append(np.einsum("ik,ikp->p", chances[:, :-1], table.near), chances[:, -1] @ table.none)
    return float(loss), slope + 2 * SHRINK * weights

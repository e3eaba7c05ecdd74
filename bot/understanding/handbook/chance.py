"""The chance that an entry of the handbook answers a question, beside the chance that none does.

The near entries and "none" are weighed against each other: a second entry that fits as well makes both less
sure; what no entry is near to is none, and so is what is like nlu_data/handbook/elsewhere.yml.
The numbers are learnt from asks left out of the sample handbook and from questions no entry answers:
`python -m benchmarks.handbook` makes them (docs/handbook.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FEATURES = (
    "meaning", "meanings", "whole", "answer", "words", "covered", "covered_whole", "strange",
    "meaning_words", "meaning_covered", "words_squared",
)  # fmt: skip
WEIGHTS = (6.021, -2.785, 8.427, 3.734, -3.408, -0.214, 8.78, 0.244, 4.67, 1.525, -4.591)
NONE_FEATURES = ("always", "meaning", "covered", "second", "strange", "elsewhere", "elsewheres")
NONE_WEIGHTS = (2.118, 1.881, 1.061, 3.56, 0.037, -2.293, 18.835)


@dataclass(frozen=True)
class Read:
    """What speaks for one entry."""

    key: str
    meaning: float
    """Cosine to the nearest ask."""
    meanings: float
    """Mean of the three nearest asks."""
    whole: float
    """To the mean of all its asks."""
    answer: float
    words: float
    """Weighed share of characters and pairs in common with the ask that shares most."""
    covered: float
    """How much of the question its asks have; with its answer: `covered_whole`."""
    covered_whole: float
    strange: float
    """The rarest pair of the question that it has nowhere, 1 for one that no entry has."""

    def features(self) -> tuple[float, ...]:
        """In the order of FEATURES."""
        return (
            self.meaning, self.meanings, self.whole, self.answer,
            self.words, self.covered, self.covered_whole, self.strange,
            self.meaning * self.words, self.meaning * self.covered, self.words**2,
        )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What speaks for each of the nearest entries, and for a question that is none of the handbook's."""

    near: tuple[Read, ...]
    elsewhere: float = 0.0
    """Cosine to the nearest question that no handbook answers; `elsewheres`: mean of three."""
    elsewheres: float = 0.0

    def none_features(self) -> tuple[float, ...]:
        """In the order of NONE_FEATURES."""
        by_meaning = sorted((one.meaning for one in self.near), reverse=True)
        return (
            1.0,
            by_meaning[0],
            max(one.covered for one in self.near),
            by_meaning[1] if len(by_meaning) > 1 else 0.0,
            min(one.strange for one in self.near),
            self.elsewhere,
            self.elsewheres,
        )


def chances(question: Question) -> list[float]:
    """The chance of each near entry, in the same order; what is missing to 1 is the chance of none."""
    if not question.near:
        return []
    sums = [_sum(WEIGHTS, one.features()) for one in question.near]
    none = _sum(NONE_WEIGHTS, question.none_features())
    highest = max(*sums, none)
    powers = [math.exp(one - highest) for one in sums]
    total = sum(powers) + math.exp(none - highest)
    return [one / total for one in powers]


def _sum(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))

"""One trial: every part learns, is asked about sentences it has not seen, and its cost is taken."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.nlu.material import (
    Material,
    directions,
    joined_letters,
    material,
    paraphrases,
    with_names,
    with_slips,
)
from benchmarks.nlu.parts import PARTS, Scores, lesson_of
from tests.nlu.sentences import held_out, held_out_long, training

FOLDS = 5


def say(line: str) -> None:
    """A word on how far it is."""
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Lists:
    """The sentences of a trial: those learnt from, and those asked about at the end."""

    training: Material
    asked: Mapping[str, Material]
    groups: list[int]
    names: list[str]
    firsts: list[str]

    @property
    def of_first(self) -> npt.NDArray[np.int64]:
        return np.array([self.firsts.index(name.partition("/")[0]) for name in self.names])

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        return np.array([self.names.index(label) for label in self.training.labels])


@dataclass(frozen=True)
class Heard:
    """The scores of one part: for the training sentences when left out, and for each list at the end."""

    left_out: Scores
    asked: Mapping[str, Scores]
    seconds: float
    """To learn everything once, on one core where nothing else runs."""


def lists() -> Lists:
    """Read the project's sentences; vectors come from the cache where they are known."""
    learnt = material(training())
    asked = {
        "held out": material(held_out()),
        "slips": with_slips(held_out()),
        "names": with_names(held_out()),
        "letters": material(held_out_long()),
        "long": joined_letters(held_out_long()),
    }
    names = sorted(set(learnt.labels))
    firsts = sorted(set(learnt.intents))
    return Lists(learnt, asked, paraphrases(learnt.sentences), names, firsts)


def hear(lists: Lists, wanted: Iterable[str]) -> dict[str, Heard]:
    """Let each part learn and speak."""
    numbers, out = lists.numbers, directions(lists.training)
    splits = list(
        StratifiedGroupKFold(FOLDS, shuffle=True, random_state=7).split(numbers, numbers, lists.groups)
    )
    found = {}
    for name in wanted:
        say(f"{name} …")
        part = PARTS[name]
        classes = len(lists.firsts if part.head else lists.names)
        left_out = np.zeros((len(numbers), classes))
        for learnt, left in splits:
            lesson = lesson_of(part, lists.training.rows(learnt), lists.names, lists.firsts, out)
            left_out[left] = part.learn(lesson)(lists.training.rows(left))
        started = time.process_time()
        judge = part.learn(lesson_of(part, lists.training, lists.names, lists.firsts, out))
        seconds = time.process_time() - started
        found[name] = Heard(left_out, {key: judge(asked) for key, asked in lists.asked.items()}, seconds)
    return found

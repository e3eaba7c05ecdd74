"""The learning curve: does understanding still grow with sentences, or is a better model the next step?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.nlu.material import directions
from benchmarks.nlu.measures import Figures, figures
from benchmarks.nlu.trial import Lists, say
from bot.understanding.intents.voices import Recipe, Voices

STEPS = (10, 20, 40, 60, 80, 100000)
"""At most so many sentences of each label, those of one paraphrase group together."""


@dataclass(frozen=True)
class Point:
    """`sentences` a category on average, and the figures on the held-out split."""

    sentences: float
    held_out: Figures


def points(lists: Lists) -> list[Point]:
    """Train on ever more sentences."""
    order = np.random.default_rng(7).permutation(len(lists.training.sentences))
    numbers, out = lists.numbers, directions(lists.training)
    found = []
    for most in STEPS:
        taken: dict[int, int] = {}
        chosen = []
        for place in order:
            label = int(numbers[place])
            if taken.get(label, 0) < most:
                taken[label] = taken.get(label, 0) + 1
                chosen.append(int(place))
        part = lists.training.rows(np.array(chosen))
        voices = Voices.trained(part.reading, part.labels, names_out=out, recipe=Recipe())
        asked = lists.asked["held out"]
        told = figures(voices.chances(asked.reading), asked, lists.names, lists.firsts)
        found.append(Point(len(chosen) / len(lists.names), told))
        say(f"{found[-1].sentences:.0f} a category: {told.intents:.3f}")
    return found

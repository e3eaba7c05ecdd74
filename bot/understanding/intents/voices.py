"""The understanding itself: voices over one set of labels, each tempered, averaged, tempered again.

Over all labels (intent and category together):
1. a logistic regression on the sentence vector and the signs of the lexicons (vector_voices.py),
2. the nearest training sentences by the same numbers,
3. naive Bayes on characters (characters.py), which also stands where there is no encoder.
Over the first level alone, as heads that correct the sum over its categories:
4. a logistic regression as in 1,
5. margins over characters (character_margins.py).
Temperatures are found on sentences left out in turn, so that a confidence of 0.8 is right eight times in ten.
What each is worth: docs/understanding.md, measured by benchmarks/nlu.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.intents.character_margins import CharacterMargins
from bot.understanding.intents.characters import CharacterVoice
from bot.understanding.intents.tempering import best_temperature, mixed, tempered
from bot.understanding.intents.vector_voices import (
    LINEAR_SIGNS,
    NEIGHBOUR_SIGNS,
    LinearVoice,
    NeighbourVoice,
    Space,
)

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

ALL_VOICES = ("linear", "near", "characters")
ALL_HEADS = ("linear_head", "margins_head")
_NEED_VECTORS = frozenset({"linear", "near", "linear_head"})
HEADS_SHARE = 1 / 3
"""How much of the first level the heads decide; the rest is the sum over its categories."""
FOLDS = 3
_OWN = ("labels", "firsts", "voices", "heads", "space_", "temperature")
_NO_DIRECTIONS: Singles = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Reading:
    """Training or incoming texts as numbers; `vectors` is None where there is no encoder."""

    texts: Sequence[str]
    vectors: Singles | None
    signs: Singles

    def rows(self, chosen: Labels) -> "Reading":
        """Some of the texts."""
        vectors = None if self.vectors is None else self.vectors[chosen]
        return Reading([self.texts[place] for place in chosen], vectors, self.signs[chosen])


@dataclass(frozen=True)
class Recipe:
    """Which voices and heads speak; a benchmark leaves some out."""

    voices: tuple[str, ...] = ALL_VOICES
    heads: tuple[str, ...] = ALL_HEADS

    def without_vectors(self) -> "Recipe":
        """What is left where there is no encoder."""
        return Recipe(
            tuple(name for name in self.voices if name not in _NEED_VECTORS),
            tuple(name for name in self.heads if name not in _NEED_VECTORS),
        )


class Voices:
    """Trained voices; `chances` gives calibrated probabilities of the labels."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        # What belongs to a part is kept by the part alone, in the form it computes with.
        self._arrays = {name: array for name, array in arrays.items() if name.startswith(_OWN)}
        self.labels = [str(label) for label in arrays["labels"]]
        self._firsts = np.array([str(one) for one in arrays["firsts"]])
        self._first_of = _first_of(self.labels, list(self._firsts))
        self._voices = [str(name) for name in arrays["voices"]]
        self._heads = [str(name) for name in arrays["heads"]]
        self._space = Space.from_arrays(arrays) if "space_mean" in arrays else None
        self._parts = {
            name: _loaded(name, arrays, len(self.labels)) for name in (*self._voices, *self._heads)
        }

    @classmethod
    def trained(
        cls,
        reading: Reading,
        labels: Sequence[str],
        *,
        names_out: Singles = _NO_DIRECTIONS,
        recipe: Recipe | None = None,
    ) -> "Voices":
        """Learn; every label needs FOLDS examples or more, ValueError otherwise.

        `names_out`: the directions of place names in the vectors (place_names.py).
        """
        names = sorted(set(labels))
        numbers = np.array([names.index(label) for label in labels], dtype=np.int64)
        few = [name for number, name in enumerate(names) if (numbers == number).sum() < FOLDS]
        if few:
            raise ValueError(f"Fewer than {FOLDS} training sentences for: {', '.join(few)}")
        wanted = recipe or Recipe()
        wanted = wanted if reading.vectors is not None else wanted.without_vectors()
        from sklearn.model_selection import StratifiedKFold  # only training needs it

        fit = _Fit(names, wanted, names_out)
        splits = list(StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(numbers, numbers))
        # The arithmetic lets other threads run: every core learns its part.
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            whole = threads.submit(fit.arrays, reading, numbers)
            heard = threads.map(lambda split: fit.left_out(reading, numbers, *split), splits)
            left_out = _put_together(heard, splits, len(numbers))
            voices = cls(whole.result())
        voices._temper(left_out, numbers)
        return voices

    def chances(self, reading: Reading) -> Numbers:
        """One row a text, one probability a label."""
        if self._space is not None and reading.vectors is None:
            return self.chances_by_characters(reading.texts)
        heard = self._heard(reading)
        flat = self._mixed([heard[name] for name in self._voices], "flat")
        heads = [name for name in self._heads if name in heard]
        if not heads:
            return flat
        summed = summed_of(flat, self._first_of, len(self._firsts))
        led = self._mixed([heard[name] for name in heads], "head")
        first = tempered(
            np.log((1 - HEADS_SHARE) * summed + HEADS_SHARE * led + 1e-9), self._arrays["temperature_first"]
        )
        return np.asarray(flat * (first / (summed + 1e-12))[:, self._first_of])

    def chances_by_characters(self, texts: Sequence[str]) -> Numbers:
        """As `chances`, by the third voice alone: a glance that costs a fraction of a millisecond."""
        part = self._parts["characters"]
        assert isinstance(part, CharacterVoice)
        return tempered(part.scores(texts), self._arrays["temperature_alone"])

    def as_arrays(self) -> dict[str, Any]:
        """Everything, as plain arrays for one .npz file."""
        found = dict(self._arrays)
        for name, part in self._parts.items():
            found.update({f"{name}_{key}": value for key, value in part.as_arrays().items()})
        return found

    def _heard(self, reading: Reading) -> dict[str, Numbers]:
        """The scores of every voice and head for these texts."""
        rows: dict[float, Singles] = {}
        heard = {}
        for name, part in self._parts.items():
            if isinstance(part, CharacterVoice | CharacterMargins):
                heard[name] = part.scores(reading.texts)
                continue
            weight = NEIGHBOUR_SIGNS if name == "near" else LINEAR_SIGNS
            if weight not in rows:
                assert self._space is not None
                assert reading.vectors is not None
                rows[weight] = self._space.joined(reading.vectors, reading.signs, weight)
            heard[name] = part.scores(rows[weight])
        return heard

    def _mixed(self, scores: Sequence[Numbers], what: str) -> Numbers:
        """Several voices as one: each tempered, averaged, tempered again."""
        both = mixed(scores, self._arrays[f"temperatures_{what}"])
        return tempered(np.log(both + 1e-9), self._arrays[f"temperature_{what}"])

    def _temper(self, left_out: Mapping[str, Numbers], numbers: Labels) -> None:
        """Find the temperatures from scores of sentences that were left out."""
        firsts = self._first_of[numbers]
        self._keep_temperatures("flat", [left_out[name] for name in self._voices], numbers)
        if "characters" in left_out:
            self._arrays["temperature_alone"] = np.array(best_temperature(left_out["characters"], numbers))
        if self._heads:
            self._keep_temperatures("head", [left_out[name] for name in self._heads], firsts)
            flat = self._mixed([left_out[name] for name in self._voices], "flat")
            led = self._mixed([left_out[name] for name in self._heads], "head")
            first = (1 - HEADS_SHARE) * summed_of(flat, self._first_of, len(self._firsts)) + HEADS_SHARE * led
            self._arrays["temperature_first"] = np.array(best_temperature(np.log(first + 1e-9), firsts))

    def _keep_temperatures(self, what: str, scores: Sequence[Numbers], numbers: Labels) -> None:
        temperatures = [best_temperature(one, numbers) for one in scores]
        self._arrays[f"temperatures_{what}"] = np.array(temperatures)
        both = np.log(mixed(scores, temperatures) + 1e-9)
        self._arrays[f"temperature_{what}"] = np.array(best_temperature(both, numbers))


@dataclass(frozen=True)
class _Fit:
    """What one training is made with: the same for the whole and for every fold."""

    names: list[str]
    recipe: Recipe
    names_out: Singles

    def left_out(self, reading: Reading, numbers: Labels, learnt: Labels, left: Labels) -> dict[str, Numbers]:
        """Learn some sentences, score the others."""
        part = Voices(self.arrays(reading.rows(learnt), numbers[learnt]))
        return part._heard(reading.rows(left))

    def arrays(self, reading: Reading, numbers: Labels) -> dict[str, Any]:
        """Learn; the voices as plain arrays, without temperatures."""
        firsts = sorted({_first(name) for name in self.names})
        found: dict[str, Any] = {
            "labels": np.array(self.names),
            "firsts": np.array(firsts),
            "voices": np.array(self.recipe.voices, dtype=str),
            "heads": np.array(self.recipe.heads, dtype=str),
        }
        of_first = _first_of(self.names, firsts)[numbers]
        rows: dict[str, Singles] = {}
        if reading.vectors is not None and _NEED_VECTORS & {*self.recipe.voices, *self.recipe.heads}:
            space = Space.of(reading.vectors, self.names_out)
            found.update(space.as_arrays())
            rows["near"] = space.joined(reading.vectors, reading.signs, NEIGHBOUR_SIGNS)
            rows["linear"] = space.joined(reading.vectors, reading.signs, LINEAR_SIGNS)
        for name in (*self.recipe.voices, *self.recipe.heads):
            part = _trained(name, reading.texts, rows, numbers, of_first, len(self.names))
            found.update({f"{name}_{key}": value for key, value in part.as_arrays().items()})
        return found


def _put_together(
    heard: Iterable[Mapping[str, Numbers]], splits: Sequence[tuple[Labels, Labels]], count: int
) -> dict[str, Numbers]:
    """The scores of each voice for all sentences, each from the fold that had left it out."""
    whole: dict[str, Numbers] = {}
    for scores, (_, left) in zip(heard, splits, strict=True):
        for name, rows in scores.items():
            whole.setdefault(name, np.zeros((count, rows.shape[1])))[left] = rows
    return whole


_Part = LinearVoice | NeighbourVoice | CharacterVoice | CharacterMargins


def _trained(
    name: str,
    texts: Sequence[str],
    rows: Mapping[str, Singles],
    numbers: Labels,
    firsts: Labels,
    classes: int,
) -> _Part:
    if name == "linear":
        return LinearVoice.trained(rows["linear"], numbers)
    if name == "near":
        return NeighbourVoice.trained(rows["near"], numbers, classes)
    if name == "characters":
        return CharacterVoice.trained(texts, numbers, classes)
    if name == "linear_head":
        return LinearVoice.trained(rows["linear"], firsts)
    return CharacterMargins.trained(texts, firsts)


def _loaded(name: str, arrays: dict[str, Any], classes: int) -> _Part:
    own = {key.removeprefix(f"{name}_"): value for key, value in arrays.items() if key.startswith(f"{name}_")}
    if name == "near":
        return NeighbourVoice(own["mean"], own["known"], own["labels"], classes)
    if name == "characters":
        return CharacterVoice.from_arrays(own)
    if name == "margins_head":
        return CharacterMargins.from_arrays(own)
    return LinearVoice(own["weights"], own["bias"])


def _first(label: str) -> str:
    return label.partition("/")[0]


def _first_of(labels: Sequence[str], firsts: Sequence[str]) -> Labels:
    """For each label the number of its first level."""
    return np.array([firsts.index(_first(label)) for label in labels], dtype=np.int64)


def summed_of(chances: Numbers, first_of: Labels, firsts: int) -> Numbers:
    """Probabilities of the first level: sums over its labels."""
    sums = np.zeros((len(chances), firsts))
    np.add.at(sums.T, first_of, chances.T)
    return sums

"""What is compared: mixtures of parts, as bot/understanding/intents/voices.py mixes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.nlu.parts import Scores
from bot.understanding.intents.tempering import best_temperature, mixed, tempered
from bot.understanding.intents.voices import HEADS_SHARE, summed_of

OURS = "the pipeline"


@dataclass(frozen=True)
class Candidate:
    """Flat voices over all labels, heads over the first level, and how much the heads decide."""

    voices: tuple[str, ...]
    heads: tuple[str, ...] = ()
    share: float = HEADS_SHARE
    weights: tuple[float, ...] | None = None
    """Of the voices; equal where not given."""


_VOICES = ("linear", "near", "characters")
_HEADS = ("linear head", "margins head")
CANDIDATES: Mapping[str, Candidate] = {
    OURS: Candidate(_VOICES, _HEADS),
    "before: names in, grams 1–3, no heads": Candidate(
        ("linear, names kept", "near, names kept", "characters 1-3")
    ),
    "characters alone": Candidate(("characters",)),
    "characters alone, grams 1–3": Candidate(("characters 1-3",)),
    "characters alone, grams 1–4": Candidate(("characters 1-4",)),
    "margins (SVM) alone": Candidate(("margins",)),
    "vector alone, linear": Candidate(("linear, vector only",)),
    "vector and signs, linear, names in": Candidate(("linear, names kept",)),
    "vector and signs, linear, names out": Candidate(("linear",)),
    "neighbours alone": Candidate(("near",)),
    "three voices, no heads": Candidate(_VOICES),
    "linear head only": Candidate(_VOICES, ("linear head",)),
    "margins head only": Candidate(_VOICES, ("margins head",)),
    "heads decide half": Candidate(_VOICES, _HEADS, share=0.5),
    "NB-SVM for the margins head": Candidate(_VOICES, ("linear head", "NB-SVM head")),
    "margins for naive Bayes": Candidate(("linear", "near", "margins"), _HEADS),
    "no neighbours": Candidate(("linear", "characters"), _HEADS),
    "linear voice twice as loud": Candidate(_VOICES, _HEADS, weights=(0.5, 0.25, 0.25)),
    "names and slips in training": Candidate(("linear", "near", "characters, noisy copies"), _HEADS),
    "place words dropped in training": Candidate(("linear", "near", "characters, place dropout"), _HEADS),
    "numbers masked": Candidate(("linear", "near", "characters, numbers masked"), _HEADS),
}


@dataclass(frozen=True)
class Tuning:
    """Temperatures of one candidate, found on scores of sentences that were left out."""

    voices: tuple[float, ...]
    flat: float
    heads: tuple[float, ...]
    head: float
    first: float


def tuned(
    candidate: Candidate,
    left_out: Mapping[str, Scores],
    labels: npt.NDArray[np.int64],
    of_first: npt.NDArray[np.int64],
) -> Tuning:
    """Find a candidate's temperatures."""
    voices = tuple(best_temperature(left_out[name], labels) for name in candidate.voices)
    together = mixed([left_out[name] for name in candidate.voices], voices, candidate.weights)
    flat = best_temperature(np.log(together + 1e-9), labels)
    if not candidate.heads:
        return Tuning(voices, flat, (), 1.0, 1.0)
    firsts = of_first[labels]
    heads = tuple(best_temperature(left_out[name], firsts) for name in candidate.heads)
    led = mixed([left_out[name] for name in candidate.heads], heads, None)
    head = best_temperature(np.log(led + 1e-9), firsts)
    summed = summed_of(tempered(np.log(together + 1e-9), flat), of_first, led.shape[1])
    both = (1 - candidate.share) * summed + candidate.share * tempered(np.log(led + 1e-9), head)
    return Tuning(voices, flat, heads, head, best_temperature(np.log(both + 1e-9), firsts))


def chances(
    candidate: Candidate, scores: Mapping[str, Scores], tuning: Tuning, of_first: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Probabilities of the labels, as the pipeline would give them."""
    together = mixed([scores[name] for name in candidate.voices], tuning.voices, candidate.weights)
    flat = tempered(np.log(together + 1e-9), tuning.flat)
    if not candidate.heads:
        return flat
    led = mixed([scores[name] for name in candidate.heads], tuning.heads, None)
    led = tempered(np.log(led + 1e-9), tuning.head)
    summed = summed_of(flat, of_first, led.shape[1])
    both = (1 - candidate.share) * summed + candidate.share * led
    first = tempered(np.log(both + 1e-9), tuning.first)
    return np.asarray(flat * (first / (summed + 1e-12))[:, of_first])

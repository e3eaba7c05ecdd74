"""What the pipeline's own classifier costs: seconds to train, megabytes to keep, milliseconds a message."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.nlu.material import directions
from benchmarks.nlu.trial import Lists
from bot.understanding.bare_facts import without_facts
from bot.understanding.encoder import encoder
from bot.understanding.intents.voices import Reading, Voices
from bot.understanding.sentence_vectors import read_vector
from bot.understanding.signs import signs

ASKED = 60
LONG = 500
"""Characters of a long message."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds and milliseconds of one core."""

    train: float
    encode: float
    """Seconds for one new training sentence's vector."""
    megabytes: float
    short: float
    long: float


def of_the_pipeline(lists: Lists) -> Cost:
    """Train it once as `./guanjia train` does and ask it, vectors not remembered."""
    out = directions(lists.training)
    started = time.process_time()
    voices = Voices.trained(lists.training.reading, lists.training.labels, names_out=out)
    train = time.process_time() - started
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voices.npz"
        np.savez(path, **voices.as_arrays())
        megabytes = path.stat().st_size / 1e6
    texts = [one.text for one in lists.asked["held out"].sentences[:ASKED]]
    letter = "，".join(one.text for one in lists.asked["letters"].sentences)
    longs = [letter[place : place + LONG] for place in range(0, len(letter) - LONG, LONG)][:8]
    short = _milliseconds(voices, [f"{text} " for text in texts])
    return Cost(train, short / 1000, megabytes, short, _milliseconds(voices, longs))


def _milliseconds(voices: Voices, texts: list[str]) -> float:
    model = encoder()
    assert model is not None
    waits = []
    for turn, text in enumerate(texts):
        said = without_facts(f"{text}{turn}")  # never heard before: nothing remembered helps
        started = time.process_time()
        voices.chances(Reading([said], read_vector(model, said)[None, :], signs([said])))
        waits.append((time.process_time() - started) * 1000)
    return statistics.median(waits)

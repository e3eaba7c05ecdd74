"""What the lexicons see in a text, as numbers: which things, faults and cues are named, how long it is.

A synonym added to a lexicon of `nlu_data/lexicons` helps at once, without a new sentence.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.language import normalise
from bot.language.lexicon import entries

Numbers = npt.NDArray[np.float32]

_LISTS = (("facility", False), ("fault", False), ("cue", True))
"""Lexicon, and whether its entries are regular expressions."""
_MOST = 3
_LONG = 60
_SHORT = 6


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    parts: dict[str, list[str]] = {}
    for name, are_patterns in _LISTS:
        for word, kind in entries(name):
            parts.setdefault(f"{name}:{kind}", []).append(
                word if are_patterns else re.escape(normalise(word))
            )
    return {
        kind: re.compile("|".join(sorted(words, key=len, reverse=True) if len(words) > 1 else words))
        for kind, words in parts.items()
    }


def names() -> list[str]:
    """What each number stands for, in their order; part of a trained model."""
    return [*_patterns(), "length", "short"]


def signs(texts: Sequence[str]) -> Numbers:
    """One row a text; a sign that occurs more often weighs more, up to three times."""
    rows = []
    for text in texts:
        plain = normalise(text)
        counts = [min(len(pattern.findall(plain)), _MOST) ** 0.5 for pattern in _patterns().values()]
        rows.append([*counts, min(len(plain), _LONG) / _LONG, float(len(plain) < _SHORT)])
    return np.array(rows, dtype=np.float32)

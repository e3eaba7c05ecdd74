"""The part of a sentence vector that is only the name of a place, learnt and taken out.

Letters carry city, street and estate in front of the matter, and the encoder hears them: "星河丽景的电梯坏了"
lies elsewhere than "电梯坏了". So a few training sentences are read once more with a made-up name before them
(nlu_data/lexicons/estate_name.txt); the directions in which that moves their vectors are left out of all.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bot.language.lexicon import words

Singles = npt.NDArray[np.float32]

SENTENCES = 160
DIRECTIONS = 2
"""More than two take away nothing more (docs/understanding.md)."""


def named_copies(texts: Sequence[str]) -> list[tuple[int, str]]:
    """Every so many-th text with a name before it: (its place, the copy). The same texts, the same copies."""
    places, estates = words("estate_name", "place"), words("estate_name", "estate")
    step = max(1, len(texts) // SENTENCES)
    copies = []
    for turn, place in enumerate(range(0, len(texts), step)):
        where = places[turn % len(places)] if turn % 3 else ""
        link = ("的", "，", "")[turn % 3]
        copies.append((place, f"{where}{estates[turn % len(estates)]}{link}{texts[place]}"))
    return copies


def name_directions(
    texts: Sequence[str], vectors: Singles, encode: Callable[[Sequence[str]], Sequence[Singles]]
) -> Singles:
    """The DIRECTIONS in which names move these vectors most, as rows of length 1."""
    copies = named_copies(texts)
    named = np.stack(list(encode([copy for _, copy in copies])))
    moves = named - vectors[[place for place, _ in copies]]
    return np.asarray(np.linalg.svd(moves, full_matrices=False)[2][:DIRECTIONS], dtype=np.float32)

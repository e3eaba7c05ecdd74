"""给我回电 and its kin: somebody who waits would rather be called; read without Rasa (R31)."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.lexicon import words
from bot.language.normalise import normalise

_NOISE = re.compile(r"[^\w\u4e00-\u9fff]+")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    asks, refused = (re.compile("|".join(words("callback", kind))) for kind in ("pattern", "refused"))
    return asks, refused


def asks_for_callback(text: str) -> bool:
    """Whether she asks to be called back. Only for those who wait: the words alone are too weak."""
    asks, refused = _patterns()
    squeezed = _NOISE.sub("", normalise(text))
    return bool(asks.search(squeezed)) and not refused.search(squeezed)

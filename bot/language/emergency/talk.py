"""What is written while help is on its way: asks how far it is, or is about another matter altogether."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from bot.language.lexicon import words
from bot.language.normalise import normalise

Talk = Literal["progress", "other", "more"]

_NOISE = re.compile(r"[^\w]+")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    progress, other = ("|".join(words("emergency_talk", kind)) for kind in ("progress", "other"))
    return re.compile(progress), re.compile(other)


def read_talk(text: str) -> Talk:
    """ "progress", "other", or "more": something those who come should read."""
    progress, other = _patterns()
    squeezed = _NOISE.sub("", normalise(text))
    if other.search(squeezed):
        return "other"
    return "progress" if progress.search(squeezed) else "more"

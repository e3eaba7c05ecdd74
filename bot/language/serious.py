"""Grave matters by words alone: who tells of an injury, a death, a theft is answered with restraint."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.lexicon import words
from bot.language.normalise import normalise


def is_serious(text: str) -> bool:
    """Whether `text` tells of harm to somebody, a crime or a disaster (R16)."""
    return _pattern().search(normalise(text)) is not None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in words("serious")))

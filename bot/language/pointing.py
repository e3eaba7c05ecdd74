"""Words that say nothing but point at an older message: "这个呢", "还没回我", a mere question mark."""

import re
from functools import cache

from bot.language.lexicon import words
from bot.language.normalise import normalise


def only_points(text: str) -> bool:
    """Is there nothing in the text but a finger that points at what it answers?"""
    return _pattern().fullmatch(normalise(text).strip()) is not None


@cache
def _pattern() -> "re.Pattern[str]":
    return re.compile("|".join(f"(?:{word})" for word in words("dialogue", "points")))

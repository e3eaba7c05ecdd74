"""Does a text ask for what belongs to somebody else, or tell the assistant to forget its rules?

Nothing would be given away without it: a resident's door to cases and bills checks whose they are. This hears
the question, so that she gets a clear answer and the way that exists instead of a wrong one (R24, R30).
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.lexicon import entries, words
from bot.language.normalise import normalise

LONGEST = 600
"""Characters that are looked at; who asks for a neighbour's telephone does not need more."""
KINDS = ("complainer", "owner", "contact", "bill", "cases", "injection")
"""In this order: who asks for a telephone and tells us to forget the rules hears about telephones."""


def asks_for_others(text: str) -> str | None:
    """Return what of somebody else's `text` asks for (of KINDS), None where it does not.

    Her own home ("我家", "我的") is hers; a home with its building is left to those who check whose it is.
    """
    plain = normalise(text)[:LONGEST]
    return next((kind for kind, pattern in _patterns() if pattern.search(plain)), None)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    (other,) = words("prying", "other")
    by_kind: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for pattern, kind in entries("prying"):
        if kind in by_kind:
            by_kind[kind].append(f"(?:{pattern.replace('{other}', other)})")
    return tuple((kind, re.compile("|".join(found))) for kind, found in by_kind.items())

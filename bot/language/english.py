"""Is a message written in English? Plain letters alone ("wifi", "zhuangxiu", "thx") are not enough."""

from __future__ import annotations

import re

from bot.language.lexicon import words

_WORD = re.compile(r"[a-z']+")
_HAN = re.compile(r"[\u3400-\u9fff]")
FEWEST = 3
SHARE = 0.4


def is_english(text: str) -> bool:
    """Return whether it is a sentence of at least three words, enough of them common English ones."""
    if _HAN.search(text):
        return False
    said = _WORD.findall(text.lower())
    common = frozenset(words("english"))
    return len(said) >= FEWEST and sum(word in common for word in said) >= SHARE * len(said)

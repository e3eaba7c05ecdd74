"""How upset a text is, by words alone: used when Rasa is down, and a feature of the classifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.lexicon import words
from bot.language.normalise import normalise

_KINDS = ("angry", "annoyed", "threat", "swearing", "sarcasm", "repeated", "despair", "calm")
_WORDS = ("angry", "annoyed", "threat", "swearing", "sarcasm", "repeated", "despair")
_EXCLAMATION = re.compile(r"[!?]{2,}|！{2,}")


@dataclass(frozen=True)
class MoodSigns:
    """Counts of each kind of sign in one text."""

    angry: int
    annoyed: int
    threat: int
    swearing: int
    sarcasm: int
    repeated: int
    despair: int
    calm: int
    exclamations: int
    strong_marks: int

    def as_list(self) -> list[float]:
        """The signs as features, in a fixed order, each capped at 3."""
        return [float(min(value, 3)) for value in vars(self).values()]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(words("mood", kind))) for kind in _KINDS}


def mood_signs(text: str) -> MoodSigns:
    """What signs of mood `text` shows."""
    plain = normalise(text)
    counts = {kind: len(pattern.findall(plain)) for kind, pattern in _patterns().items()}
    return MoodSigns(**counts, exclamations=plain.count("!"), strong_marks=len(_EXCLAMATION.findall(plain)))


def is_only_urgent(text: str) -> bool:
    """Is it haste and no more ("急急急！！水管爆了")? Who cries for help is not angry with us."""
    if not _urgency().search(normalise(text)):
        return False
    signs = vars(mood_signs(text))
    return not any(signs[kind] for kind in _WORDS)


@lru_cache(maxsize=1)
def _urgency() -> re.Pattern[str]:
    return re.compile("|".join(words("mood", "urgent")))


def mood(text: str) -> int:
    """0 calm, 1 annoyed, 2 angry, by the lexicon alone."""
    if is_only_urgent(text):
        return 0
    signs = mood_signs(text)
    if signs.swearing or signs.threat or signs.angry >= 2 or (signs.angry and signs.exclamations):
        return 2
    if signs.sarcasm and (signs.repeated or signs.exclamations or signs.strong_marks):
        return 2
    weight = (
        2 * signs.angry + signs.annoyed + signs.sarcasm + signs.repeated + signs.despair + signs.strong_marks
    )
    if weight >= 4:
        return 2
    return 1 if weight and weight > signs.calm else 0

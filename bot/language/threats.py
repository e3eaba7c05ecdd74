"""Threats in a resident's words (R15): not to pay, the authorities, the media, the law. Read without Rasa.

A question about paying ("不交物业费会怎么样"), somebody else's refusal, and what the company threatens with
are none. Who threatens is no enemy: she is somebody a person must speak with now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.lexicon import entries
from bot.language.normalise import normalise

KINDS = ("refuse", "authority", "media", "law")
_SENTENCE = re.compile(r"[^!！。；;\n?？]+[?？]*")


@dataclass(frozen=True)
class Threat:
    """One threat: its kind (of KINDS), and her words for it as they stand in the text."""

    kind: str
    words: str


def find_threats(text: str) -> tuple[Threat, ...]:
    """The threats of `text` in its order, each kind and each wording once."""
    plain = normalise(text)
    found: list[tuple[int, Threat]] = []
    for sentence in _SENTENCE.finditer(text):
        if not _patterns()["no"].search(plain, sentence.start(), sentence.end()):
            found += _in(text, plain, sentence.start(), sentence.end())
    return tuple(dict.fromkeys(threat for _, threat in sorted(found, key=lambda one: one[0])))


def threatens(text: str) -> bool:
    """Whether `text` holds a threat."""
    return bool(find_threats(text))


def _in(text: str, plain: str, start: int, end: int) -> list[tuple[int, Threat]]:
    # Normalising keeps every character's place: her own words are shown, not ours.
    return [
        (match.start(), Threat(kind, text[match.start() : match.end()]))
        for kind in KINDS
        for match in _patterns()[kind].finditer(plain, start, end)
    ]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    kinds: dict[str, list[str]] = {kind: [] for kind in (*KINDS, "no")}
    for pattern, kind in entries("threat"):
        kinds[kind].append(f"(?:{pattern})")
    return {kind: re.compile("|".join(patterns)) for kind, patterns in kinds.items()}

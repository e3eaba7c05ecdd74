"""Spoils a sentence as phones, voice input and letter heads do. Names and slips are data (noise/*.txt)."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("data")
_ANONYMOUS = ("某某小区", "某某花园", "某某家园", "某某苑", "某某", "我们小区", "小区")
_LINKS = ("", "的", "，", " ")
SLIP = 0.6
"""The chance that a word which is often misspelt is."""


def slipped(text: str, chance: random.Random) -> str:
    """Words misspelt as they sound, and one key too many, too few or in the wrong order."""
    for word, wrong in _slips():
        if word in text and chance.random() < SLIP:
            text = text.replace(word, chance.choice(wrong), 1)
    return _mistyped(text, chance)


def named(text: str, chance: random.Random) -> str:
    """A place and an estate before it, or where the sentence says "some estate"."""
    name = f"{chance.choice(_lines('places'))}{chance.choice(_lines('estates'))}"
    for anonymous in _ANONYMOUS:
        if anonymous in text:
            return text.replace(anonymous, name, 1)
    return f"{name}{chance.choice(_LINKS)}{text}"


def _mistyped(text: str, chance: random.Random) -> str:
    if len(text) < 5:
        return text
    place, what = chance.randrange(len(text) - 1), chance.random()
    if what < 0.4:
        return f"{text[:place]}{text[place + 1]}{text[place]}{text[place + 2 :]}"
    if what < 0.7:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place] + text[place:]


@lru_cache(maxsize=1)
def _slips() -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = [line.split("\t") for line in _lines("slips")]
    return tuple(
        (word, tuple(wrong.split(","))) for word, wrong in sorted(rows, key=lambda row: -len(row[0]))
    )


@lru_cache(maxsize=3)
def _lines(name: str) -> tuple[str, ...]:
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))

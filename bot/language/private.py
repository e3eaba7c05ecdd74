"""Takes personal data out of a sentence kept for training: homes, phones, plates, names, sums (R24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.language.case_numbers import find_case_numbers
from bot.language.contacts import find_phones, find_plates
from bot.language.lexicon import entries
from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL
from bot.language.people import find_given_names, find_people
from bot.language.rooms import find_homes

_MONEY = re.compile(rf"(?:\d+(?:[.,]\d+)?|{NUMERAL}+万?{NUMERAL}*)万?\s*(?:元|块(?:钱)?|rmb)")
_EMAIL = re.compile(r"[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dx](?!\d)")
_DIGITS = re.compile(r"(?<![\d.])\d{5,}(?![\d.])")
"""Longer numbers than a room's are a number of somebody or something."""
_PART_OF_HOME = re.compile(
    rf"(?:{NUMERAL}{{1,3}}\s*(?:号楼|栋|幢|座)(?:{NUMERAL}{{1,2}}\s*单元)?|{NUMERAL}{{3,4}}\s*(?:室|房(?!间)|户))"
)


def without_private(text: str, *, names: Sequence[str] = ()) -> str:
    """`text` with every piece of personal data replaced by words that name its kind (lexicon `private`).

    `names`: names known to stand for somebody here (the resident's own, the estate's); they go first.
    """
    masks = {kind: words for words, kind in entries("private")}
    taken: list[tuple[int, int, str]] = []
    for kind, spans in _found(text, names):
        for start, end in spans:
            if start < end and not any(start < last and first < end for first, last, _ in taken):
                taken.append((start, end, masks[kind]))
    for start, end, mask in sorted(taken, reverse=True):
        text = f"{text[:start]}{mask}{text[end:]}"
    return text


def _found(text: str, names: Sequence[str]) -> Iterable[tuple[str, list[tuple[int, int]]]]:
    """The surest kinds first; where two overlap the first one holds."""
    plain = normalise(text)
    own = [re.escape(normalise(name)) for name in names if len(name) > 1]
    if own:
        yield "person", [match.span() for match in re.finditer("|".join(own), plain)]
    yield "email", [match.span() for match in _EMAIL.finditer(plain)]
    yield "identity", [match.span() for match in _IDENTITY.finditer(plain)]
    yield "case_number", [(one.start, one.end) for one in find_case_numbers(text)]
    yield "phone", [(one.start, one.end) for one in find_phones(text)]
    yield "plate", [(one.start, one.end) for one in find_plates(text)]
    yield "home", [(one.start, one.end) for one in find_homes(text)]
    yield "home", [match.span() for match in _PART_OF_HOME.finditer(plain)]
    yield "money", [match.span() for match in _MONEY.finditer(plain)]
    yield "person", [(one.start, one.end) for one in (*find_given_names(text), *find_people(text))]
    yield "identity", [match.span() for match in _DIGITS.finditer(plain)]

"""Someone is in danger now (R17): read from the words alone, at intake, with the Rasa server up or down.

The words are data (`nlu_data/lexicons/emergency/`), so that an estate or a new turn of phrase needs no code.
What is past, imagined, denied, rehearsed, over, or a figure of speech is no emergency.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.language.emergency.context import CLEAR, FAINT, SILENT, cries, speaks_of_elsewhen, weigh
from bot.language.emergency.lexicon import KINDS, KindRules, Rules, kinds
from bot.language.emergency.text import Prepared, prepare
from bot.language.emergency.voice import READS, likeliest_kind, sounds

__all__ = ["KINDS", "Emergency", "find_emergency", "find_emergency_by_rules"]

_LONGEST = 4000
"""Characters read; a cry for help stands in the first of them, and a longer text is a letter."""

_FAR_APART = 60
_RAISES, _RAISES_ELSEWHEN = 50, 150
_SILENCES_A_CRY, _SILENCES, _SILENCES_A_DOUBT, _MAKES_DOUBTFUL = -500, -320, -150, -200
"""Hundredths of log-odds; chosen on lists that neither voice had seen (docs/emergencies.md)."""
CAUSES = ("fire", "gas", "shock", "crime")
"""What hurts people, and who come to help, too."""


@dataclass(frozen=True)
class Emergency:
    """`kind` is one of KINDS, read at text[start:end]; `certain` where the desk acts without asking first."""

    kind: str
    certain: bool
    start: int
    end: int


def find_emergency(text: str) -> Emergency | None:
    """The danger that `text` tells of, here and now, or None. Certain ones go before doubtful ones, then
    the order of KINDS (people before things) decides.

    Two voices that know nothing of each other: the rules, and how the words sound. Where they differ much,
    a certain one becomes a doubt, a doubt is dropped, and what only sounds like danger is asked about.
    """
    prepared = prepare(text[:_LONGEST])
    found = _by_rules(prepared)
    if found is None:
        return _by_sound(prepared, len(text))
    return _agreed(found, sounds(_around(prepared, found)), crying=cries(prepared))


def find_emergency_by_rules(text: str) -> Emergency | None:
    """As `find_emergency`, by the rules alone."""
    return _by_rules(prepare(text[:_LONGEST]))


def _by_rules(prepared: Prepared) -> Emergency | None:
    found = _best(prepared)
    if found is None or not found.certain:
        joined = prepared.without_stammer()
        closer = _best(joined) if joined else None
        found = closer if closer and (found is None or closer.certain) else found
    return found


def _by_sound(prepared: Prepared, length: int) -> Emergency | None:
    """Unknown words that sound like danger raise a doubt, less easily where another time is spoken of."""
    sound = sounds(prepared.text)
    if sound is None or sound <= _RAISES or (sound <= _RAISES_ELSEWHEN and speaks_of_elsewhen(prepared)):
        return None
    return Emergency(likeliest_kind(prepared.text), False, 0, length)


def _agreed(found: Emergency, sound: int | None, *, crying: bool) -> Emergency | None:
    if sound is None or (crying and sound > _SILENCES_A_CRY):
        return found
    if sound <= (_SILENCES if found.certain else _SILENCES_A_DOUBT):
        return None
    return replace(found, certain=found.certain and sound > _MAKES_DOUBTFUL)


def _around(prepared: Prepared, found: Emergency) -> str:
    """The whole of a message; of a letter, what stands around the danger."""
    text = prepared.text
    if len(text) <= READS:
        return text
    hit = bisect_left(prepared.places, found.start)
    start = max(0, min(hit - READS // 2, len(text) - READS))
    return text[start : start + READS]


def _best(text: Prepared) -> Emergency | None:
    doubtful: Emergency | None = None
    for rules in kinds():
        if not rules.trigger.search(text.text):
            continue
        found = _of_kind(text.masked(rules.mask), rules)
        if found and found.certain:
            return _with_cause(found, doubtful)
        doubtful = doubtful or found
    return doubtful


def _with_cause(found: Emergency, suspected: Emergency | None) -> Emergency:
    """Somebody lies there, and gas is suspected: what is done about gas comes first, and is no doubt now."""
    if found.kind == "injury" and suspected is not None and suspected.kind in CAUSES:
        return replace(suspected, certain=True)
    return found


def _of_kind(text: Prepared, rules: KindRules) -> Emergency | None:
    doubtful: Emergency | None = None
    for part, certain in ((rules.certain, True), (rules.doubtful, False)):
        for start, end in _spans(text.text, part):
            weight = weigh(text, start, end, rules.keeps)
            if weight == SILENT or (weight == FAINT and not certain):
                continue
            found = Emergency(rules.kind, certain and weight == CLEAR, *text.place(start, end))
            if found.certain:
                return found
            doubtful = doubtful or found
    return doubtful


def _spans(text: str, rules: Rules) -> Iterator[tuple[int, int]]:
    match = rules.single.search(text)
    while match:
        yield match.span()
        match = rules.single.search(text, match.start() + 1)
    for patterns in rules.joint:
        span = _joint_span(text, patterns)
        if span:
            yield span


def _joint_span(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[int, int] | None:
    matches = [pattern.search(text) for pattern in patterns]
    if not all(matches):
        return None
    start = min(match.start() for match in matches if match)
    end = max(match.end() for match in matches if match)
    return (start, end) if end - start <= _FAR_APART else None

"""What a sentence says beside its intent, by the word lists of the dialogue. Patterns are data."""

import re
from collections.abc import Iterable
from functools import cache

from bot.language.lexicon import words
from bot.language.normalise import normalise

_EDGES = " ,，.。;；:：、!！?？~～-—\n\t"
_CLAUSE_END = re.compile(r"[,，。;；、!！?？]+")
_RUNS = re.compile(r"[,，。;；、\s]*[,，;；、][,，。;；、\s]*")


@cache
def _pattern(kind: str, of: str = "dialogue") -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in words(of, kind)))


def says(kind: str, text: str, *, of: str = "dialogue") -> bool:
    """Return whether the text has words of this kind of the list `of`."""
    return _pattern(kind, of).search(normalise(text)) is not None


def found(kind: str, text: str, *, of: str = "dialogue") -> str:
    """Return her words of this kind, the first where there are several; "" for none."""
    match = _pattern(kind, of).search(normalise(text))
    return text[match.start() : match.end()] if match else ""


def longest(kind: str, text: str, *, of: str = "dialogue") -> str:
    """Return the longest of her words of this kind, the first of equal ones; "" for none."""
    spans = [match.span() for match in _pattern(kind, of).finditer(normalise(text))]
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]), default=(0, 0))
    return text[start:end]


def without(kinds: tuple[str, ...], text: str, spans: tuple[tuple[int, int], ...] = ()) -> str:
    """Return the text without `spans`, then without the words of these kinds, tidied up."""
    left = _cut(text, spans, "，")
    for kind in kinds:
        found_spans = [m.span() for m in _pattern(kind).finditer(normalise(left)) if m.end() > m.start()]
        left = _cut(left, found_spans, "")
    return _RUNS.sub("，", left).strip(_EDGES)


def clauses_of(text: str) -> list[str]:
    """Return the pieces of a sentence between its commas and stops."""
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip(_EDGES)]


def without_clause(kind: str, text: str, said: str) -> str:
    """Return the text without the clause that holds nothing but `said` and words of this kind."""
    clauses = [clause for clause in _RUNS.split(text) if clause.strip(_EDGES)]
    kept = [one for one in clauses if said not in one or not says(kind, one.replace(said, "").strip(_EDGES))]
    return "，".join(kept)


def _cut(text: str, spans: Iterable[tuple[int, int]], instead: str) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def tail(text: str) -> str:
    """Return a correction without the words that only say that it is one."""
    match = _pattern("correction_head").match(normalise(text))
    return text[match.end() :].strip(_EDGES) if match else text.strip(_EDGES)

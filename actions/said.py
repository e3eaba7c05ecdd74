"""What a sentence says beside its intent, by the word lists of the dialogue. Patterns are data."""

import re
from functools import cache

from bot.language.lexicon import words
from bot.language.normalise import normalise

_EDGES = " ,，.。;；:：、!！?？~～-—\n\t"
_RUNS = re.compile(r"[,，。;；、\s]*[,，;；、][,，。;；、\s]*")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in words("dialogue", kind)))


def says(kind: str, text: str) -> bool:
    """Return whether the text has words of this kind of the dialogue's list."""
    return _pattern(kind).search(normalise(text)) is not None


def found(kind: str, text: str) -> str:
    """Return her words of this kind, the first where there are several; "" for none."""
    match = _pattern(kind).search(normalise(text))
    return text[match.start() : match.end()] if match else ""


def without(kinds: tuple[str, ...], text: str, spans: tuple[tuple[int, int], ...] = ()) -> str:
    """Return the text without the words of these kinds and without `spans`, tidied up."""
    plain = normalise(text)
    cut = list(spans)
    for kind in kinds:
        cut += [match.span() for match in _pattern(kind).finditer(plain) if match.end() > match.start()]
    kept = "".join(char for at, char in enumerate(text) if not any(start <= at < end for start, end in cut))
    return _RUNS.sub("，", kept).strip(_EDGES)


def tail(text: str) -> str:
    """Return a correction without the words that only say that it is one."""
    match = _pattern("correction_head").match(normalise(text))
    return text[match.end() :].strip(_EDGES) if match else text.strip(_EDGES)

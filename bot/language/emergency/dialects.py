"""Dialect, internet writing and typed pinyin put into plain Mandarin, for the emergency check.

`nlu_data/lexicons/emergency/dialects.txt` holds `what is meant = forms`; `= forms` keeps forms as they are.
One table serves the rules and the second voice alike: a new dialect needs words, no rule and no code.
"""

from __future__ import annotations

from functools import lru_cache

from bot.language.lexicon import FOLDER

_FILE = FOLDER / "emergency" / "dialects.txt"


def in_mandarin(text: str, places: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """`text` with every dialect form replaced (the longest that fits), and where each character stood:
    a replacement stands where its form stood, its last character at the form's end."""
    forms, lengths = _forms()
    said: list[str] = []
    stood: list[int] = []
    start = 0
    while start < len(text):
        for length in lengths.get(text[start], ()):
            form = text[start : start + length]
            meant = forms.get(form)
            if meant is not None:
                end = start + len(form)
                said.append(meant)
                stood += [places[min(start + step, end - 1)] for step in range(len(meant) - 1)]
                stood.append(places[end - 1])
                start = end
                break
        else:
            said.append(text[start])
            stood.append(places[start])
            start += 1
    return "".join(said), tuple(stood)


@lru_cache(maxsize=1)
def _forms() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """What each form means, and how long the forms are that begin with a character, longest first."""
    found: dict[str, str] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        meant, _, forms = line.split("#", 1)[0].partition("=")
        for form in forms.split():
            found.setdefault(form, meant.strip() or form)
    lengths: dict[str, set[int]] = {}
    for form in found:
        lengths.setdefault(form[0], set()).add(len(form))
    return found, {sign: tuple(sorted(sizes, reverse=True)) for sign, sizes in lengths.items()}

"""One form for what residents type: simplified, half width, small letters; characters keep their places."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).with_name("traditional.txt")
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SMALL = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_PUNCTUATION = {
    "、": ",", "。": ".", "「": '"', "」": '"', "『": '"', "』": '"', "“": '"', "”": '"', "‘": "'", "’": "'",
    "【": "[", "】": "]", "《": "<", "》": ">", "—": "-", "–": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
    "･": "·", "•": "·", "・": "·", "…": ".",
}  # fmt: skip
# What a reader does not see: zero-width and direction marks, variation selectors, line and tab controls.
_UNSEEN = (
    *range(0x00, 0x20), 0x7F, *range(0x80, 0xA1), 0xAD, 0x180E, *range(0x2000, 0x2010),
    *range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x3000, *range(0xFE00, 0xFE10), 0xFEFF,
)  # fmt: skip
_SURROGATES = range(0xD800, 0xE000)
_BROKEN = "\ufffd"


@lru_cache(maxsize=1)
def _characters() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            table[ord(line[0])] = line[1]
    table.update(_FULL_WIDTH)
    for code in range(0xFF21, 0xFF3B):  # full-width capitals go all the way down
        table[code] = chr(code - 0xFEE0 + 32)
    table.update(_SMALL)
    table.update({ord(sign): half for sign, half in _PUNCTUATION.items()})
    table.update(dict.fromkeys(_UNSEEN, " "))
    table.update(dict.fromkeys(_SURROGATES, _BROKEN))
    return table


def normalise(text: str) -> str:
    """`text` for reading by machine: traditional → simplified, full → half width, ASCII in small letters,
    unseen characters → spaces, broken surrogates → U+FFFD.

    One character in, one character out: a span of the result is the same span of `text`. Doing it twice
    changes nothing.
    """
    return text.translate(_characters())


def clean(text: str) -> str:
    """`text` as the resident wrote it, safe to store and to send on: broken surrogates and NUL replaced."""
    return text.translate({0: _BROKEN, **dict.fromkeys(_SURROGATES, _BROKEN)})

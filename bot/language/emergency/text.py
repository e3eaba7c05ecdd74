"""A message made ready for the emergency patterns: one writing, no noise, and where each character stood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.emergency.dialects import in_mandarin
from bot.language.emergency.lexicon import figures, typos
from bot.language.normalise import normalise

BREAKS = ",.!?"
"""The only signs left in a prepared text: `,` parts clauses, the others part sentences."""

MASK = "□"
_KEPT = re.compile(r"[\w,.!?;:\n]")
_AS_BREAK = {";": ".", ":": ",", "\n": ","}
_STAMMER = re.compile(r"(?<=[\u4e00-\u9fff])[.,]{2,}(?=[\u4e00-\u9fff])")
_BREAK = re.compile(r"[,.!?]")
_SENTENCE = re.compile(r"[.!?]")


@dataclass(frozen=True)
class Prepared:
    """`text` for matching; text[i] stood at `places[i]` of the message."""

    text: str
    places: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The span of the message that text[start:end] was made from."""
        return self.places[start], self.places[end - 1] + 1

    def without_stammer(self) -> Prepared | None:
        """The text with "着...火...了" drawn together, or None where nobody stammers."""
        holes = [index for match in _STAMMER.finditer(self.text) for index in range(*match.span())]
        if not holes:
            return None
        gone = set(holes)
        kept = [index for index in range(len(self.text)) if index not in gone]
        return Prepared("".join(self.text[i] for i in kept), tuple(self.places[i] for i in kept))

    def masked(self, pattern: re.Pattern[str]) -> Prepared:
        """The text with everything `pattern` finds blotted out; places stay."""
        return Prepared(pattern.sub(_blot, self.text), self.places)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Bounds of the clause(s) that hold text[start:end]."""
        return _bounds(_BREAK, self.text, start, end)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Bounds of the sentence(s) that hold text[start:end]."""
        return _bounds(_SENTENCE, self.text, start, end)


def prepare(message: str) -> Prepared:
    """`message` simplified, in small letters, without spaces, emoji and signs that part nothing, dialect in
    Mandarin, slips of the pen put right, figures of speech blotted out. A slip is as long as what was meant,
    so places hold."""
    plain = normalise(message)
    places = tuple(index for index, sign in enumerate(plain) if _KEPT.match(sign))
    text, places = in_mandarin("".join(_AS_BREAK.get(plain[index], plain[index]) for index in places), places)
    for wrong, right in typos():
        text = wrong.sub(right, text)
    return Prepared(figures().sub(_blot, text), places)


def _bounds(sign: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    before = [match.end() for match in sign.finditer(text, 0, start)]
    after = sign.search(text, end)
    return (before[-1] if before else 0), (after.start() if after else len(text))


def _blot(match: re.Match[str]) -> str:
    return MASK * len(match[0])

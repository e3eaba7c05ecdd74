"""Cuts a text into pieces: short ones that may each hold a matter, and longer ones for the encoder."""

import re
from dataclasses import dataclass

# Words that begin something else; they part clauses even without a comma.
_WORDS = (
    r"另外|还有(?=就是|一|件|个|,|，|想|问|麻烦|请|要|，)|还想|还要问|顺[便带嘴口]|对了[,，]|再问|再就是|再一个|其次|此外|第二[,，是]"
    r"|再(?=麻烦|帮我|请你|反映|提一|提个|补充)|同时(?=想|请|也|要|反映|投诉|建议|希望|麻烦|咨询|询问)|而且|以及"
)
CONNECTOR = re.compile(rf"(?:{_WORDS}|还有)")
ONLY_CONNECTS = re.compile(
    rf"(?:{_WORDS}|还有)(?:[想要]?(?:问|说|反映|提|讲|咨询|请教|打听|补充|麻烦))?(?:一?[下声句嘴])?(?:[一个件]{{0,2}}事儿?)?[:：]?"
    r"|[第其]?[一二三四五六]|[1-6]"
)
"""A clause that says nothing of its own ("顺便说一声", "还有个事", the "二" of "二、")."""
SENTENCE_END = re.compile(r"[.!?;。！？；\n]+")
_SENTENCE = re.compile(rf"{SENTENCE_END.pattern}|(?<=.)(?={_WORDS})")
_CLAUSE = re.compile(r"[,，、\s]+")
LONGEST_PIECE = 80
MOST_READ = 800
"""Characters that go through the encoder (about 1 ms each); longer texts are read in even samples."""


@dataclass(frozen=True)
class Piece:
    """text[start:end] of the text it was cut from."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Piece]:
    """Sentences and what connectors part, without empty ones."""
    return _cut(text, 0, len(text), _SENTENCE)


def clauses(text: str) -> list[Piece]:
    """Sentences, cut again at commas."""
    return [clause for part in sentences(text) for clause in _cut(text, part.start, part.end, _CLAUSE)]


def for_encoder(text: str) -> list[str]:
    """The text in pieces of at most LONGEST_PIECE characters; whole up to MOST_READ, sampled beyond."""
    stripped = text.strip()
    if len(stripped) <= LONGEST_PIECE:
        return [stripped]
    pieces: list[str] = []
    for sentence in sentences(stripped):
        for start in range(0, len(sentence.text), LONGEST_PIECE):
            part = sentence.text[start : start + LONGEST_PIECE]
            if pieces and len(pieces[-1]) + len(part) < LONGEST_PIECE:
                pieces[-1] += "," + part
            else:
                pieces.append(part)
    most = MOST_READ // LONGEST_PIECE
    if len(pieces) <= most:
        return pieces or [stripped[:LONGEST_PIECE]]
    return [pieces[round(place * (len(pieces) - 1) / (most - 1))] for place in range(most)]


def _cut(text: str, start: int, end: int, border: re.Pattern[str]) -> list[Piece]:
    found: list[Piece] = []
    begin = start
    for match in [*border.finditer(text, start, end), None]:
        stop = match.start() if match else end
        words = text[begin:stop]
        stripped = words.strip()
        if stripped:
            first = begin + len(words) - len(words.lstrip())
            found.append(Piece(stripped, first, first + len(stripped)))
        if match:
            begin = match.end()
    return found

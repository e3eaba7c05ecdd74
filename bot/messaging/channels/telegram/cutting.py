"""One message of ours as the pieces Telegram takes: lengths in UTF-16 units, captions, one file each."""

from dataclasses import dataclass
from typing import Final

from bot.messaging.channels.base import OutgoingFile, OutgoingMessage

TEXT: Final = 4096
CAPTION: Final = 1024
_SENTENCE_ENDS: Final = ("\n", "。", "！", "？", "；", ". ", "! ", "? ")


@dataclass(frozen=True)
class Piece:
    """Words, or a file with (maybe) its caption."""

    text: str
    file: OutgoingFile | None = None


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(message: OutgoingMessage) -> list[Piece]:
    """In order; short words stand under the first file, longer ones before it."""
    text = message.text.strip()
    files = list(message.files)
    if files and units(text) <= CAPTION:
        return [Piece(text, files[0]), *(Piece("", file) for file in files[1:])]
    return [*(Piece(part) for part in cut(text)), *(Piece("", file) for file in files)]


def cut(text: str, longest: int = TEXT) -> list[str]:
    """Cut only where it is too long: at the end of a line or sentence, else anywhere but inside a sign."""
    parts = []
    rest = text.strip()
    while units(rest) > longest:
        head = _head(rest, longest)
        end = max(head.rfind(mark) + len(mark) if mark in head else 0 for mark in _SENTENCE_ENDS)
        if end <= len(head) // 4:  # a sentence end so early would make a very short message
            end = len(head)
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [part for part in (*parts, rest) if part]


def _head(text: str, longest: int) -> str:
    """As many characters as fit."""
    counted = 0
    for index, character in enumerate(text):
        counted += 2 if character > "\uffff" else 1
        if counted > longest:
            return text[:index]
    return text

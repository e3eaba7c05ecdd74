"""What a component is made from beside its class and config: Rasa trains it again when any of it changes."""

import hashlib
from pathlib import Path

from bot.language import lexicon

_UNDERSTANDING = Path(__file__).resolve().parent
_LANGUAGE = Path(lexicon.__file__).resolve().parent


def lexicon_files(*names: str) -> list[Path]:
    """Lists of nlu_data/lexicons."""
    return [lexicon.FOLDER / f"{name}.txt" for name in names]


def language_files(*names: str) -> list[Path]:
    """Modules and tables of bot/language."""
    return [_LANGUAGE / name for name in names]


def own_files(*names: str) -> list[Path]:
    """Modules of this room, by their path in it: "intents/voices"."""
    return [_UNDERSTANDING / f"{name}.py" for name in names]


def content_hash(*groups: list[Path]) -> str:
    """One hash over the content of all these files."""
    total = hashlib.sha256()
    for path in (path for group in groups for path in group):
        total.update(path.read_bytes())
    return total.hexdigest()


READING_OF_TEXT = [
    *language_files("normalise.py", "traditional.txt"),
    *language_files("rooms.py", "contacts.py"),
    *own_files("pieces", "encoder", "bare_facts"),
]
"""How a text becomes normal text and a vector."""

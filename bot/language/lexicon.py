"""Word lists of `nlu_data/lexicons`: one entry a line, `#` begins a comment, a tab parts entry and kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "lexicons"


@cache
def entries(name: str) -> tuple[tuple[str, str], ...]:
    """(word, kind) of the list `name`, in the file's order; kind is "" where the file gives none.

    A missing list raises FileNotFoundError: the lists are part of the program.
    """
    found: dict[str, str] = {}
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        word, _, kind = line.split("#", 1)[0].partition("\t")
        if word.strip():
            found.setdefault(word.strip(), kind.strip())
    return tuple(found.items())


@cache
def words(name: str, kind: str | None = None) -> tuple[str, ...]:
    """The words of a list, all or of one kind, longest first (so that a pattern prefers the longer one)."""
    chosen = [word for word, its_kind in entries(name) if kind is None or its_kind == kind]
    return tuple(sorted(chosen, key=len, reverse=True))

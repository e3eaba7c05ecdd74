"""The training sentences as the operator's side sees them: how many of each kind, what is new, what is gone.

Reads Rasa's format line by line (`intent`, `metadata`, `- a sentence`), without a YAML library: thousands of
sentences in a fraction of a second. Only hashes of sentences are kept beside a model.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_INTENT = re.compile(r"^\s*-?\s*intent:\s*(\w+)")
_CATEGORY = re.compile(r"^\s*metadata:.*?category:\s*(\w+)")
_SENTENCE = re.compile(r"^\s+- (.+)$")

Kept = Mapping[str, list[str]]
"""Hashes of the sentences of each kind ("repair/lift")."""


@dataclass(frozen=True)
class Changes:
    """Sentences added and removed, by kind; kinds without a change are left out."""

    total: int
    kinds: int
    added: Mapping[str, int]
    removed: Mapping[str, int]


def sentences_in(folders: Iterable[Path]) -> dict[str, list[str]]:
    """The hashes of all training sentences of these folders, by kind."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.yml")):
        kind = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if intent := _INTENT.match(line):
                kind = intent[1]
            elif category := _CATEGORY.match(line):
                kind = f"{kind}/{category[1]}"
            elif kind and (sentence := _SENTENCE.match(line)):
                found.setdefault(kind, []).append(_hash(sentence[1]))
    return found


def changes(before: Kept, now: Kept) -> Changes:
    """What is new and what is gone."""
    added, removed = {}, {}
    for kind in sorted({*before, *now}):
        old, new = set(before.get(kind, ())), set(now.get(kind, ()))
        if new - old:
            added[kind] = len(new - old)
        if old - new:
            removed[kind] = len(old - new)
    return Changes(sum(map(len, now.values())), len(now), added, removed)


def keep(path: Path, now: Kept) -> None:
    """Write down which sentences a model was trained from."""
    path.write_text(json.dumps(now), encoding="utf-8")


def kept(path: Path) -> Kept | None:
    """What `keep` wrote; None where a model has no such list."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return None


def _hash(sentence: str) -> str:
    return hashlib.sha256(sentence.strip().encode()).hexdigest()[:12]

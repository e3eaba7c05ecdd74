"""The data of `nlu_data/lexicons/emergency/`, read once: word lists, slips of the pen, rules, context.

A line holds one regular expression on prepared text. `#` opens a comment, `[section]` a section,
`{name}` stands for a word list of `names.txt`, `~` for up to six characters and `~~` for up to fourteen
that do not leave the sentence, `A && B` for two that stand in one message in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.language.lexicon import FOLDER

# People first: where a message tells of two kinds that are equally certain, the earlier one is acted upon.
KINDS = (
    "fire", "gas", "entrapment", "shock", "crime", "missing_person", "trapped_other", "falling_object",
    "injury", "flood",
)  # fmt: skip

_FOLDER = FOLDER / "emergency"
_NEVER = r"(?!)"
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Rules:
    """One section of a kind: `single` is every plain rule at once, `joint` the `&&` ones."""

    single: re.Pattern[str]
    joint: tuple[tuple[re.Pattern[str], ...], ...]


@dataclass(frozen=True)
class KindRules:
    """What is known of one kind; `keeps` names the contexts that do not silence it."""

    kind: str
    trigger: re.Pattern[str]
    mask: re.Pattern[str]
    certain: Rules
    doubtful: Rules
    keeps: frozenset[str]


@cache
def names() -> dict[str, str]:
    """The word lists of `names.txt`: name → group of a pattern; later ones may use earlier ones."""
    found: dict[str, str] = {}
    for line in _lines("names"):
        name, _, value = line.partition("=")
        found[name.strip()] = f"(?:{_NAME.sub(lambda m: found[m[1]], value.strip())})"
    return found


@cache
def typos() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Slips of the pen and homophones: what is written, and what is meant, of the same length."""
    pairs = [line.split("\t") for line in _lines("typos")]
    return tuple((re.compile(wrong.strip()), right.strip()) for wrong, right in pairs)


@cache
def figures() -> re.Pattern[str]:
    """Words that only look like danger (气炸了, 火锅): blotted out before anything is matched."""
    return _any_of([_written(line) for line in _lines("figures")])


@cache
def context() -> dict[str, re.Pattern[str]]:
    """The sections of `context.txt`: what makes a danger past, imagined, denied, rehearsed or over."""
    return {name: _any_of([_written(line) for line in lines]) for name, lines in _sections("context").items()}


@cache
def kinds() -> tuple[KindRules, ...]:
    """The rules of the ten kinds, in the order of KINDS."""
    return tuple(_kind(name) for name in KINDS)


def _kind(name: str) -> KindRules:
    sections = _sections(name)
    return KindRules(
        kind=name,
        trigger=_any_of([_written(line) for line in sections["trigger"]]),
        mask=_any_of([_written(line) for line in sections.get("mask", [])]),
        certain=_rules(sections.get("certain", [])),
        doubtful=_rules(sections.get("doubtful", [])),
        keeps=frozenset(" ".join(sections.get("keeps", [])).split()),
    )


def _rules(lines: list[str]) -> Rules:
    joint = [line.split("&&") for line in lines if "&&" in line]
    return Rules(
        single=_any_of([_written(line) for line in lines if "&&" not in line]),
        joint=tuple(tuple(re.compile(_written(part.strip())) for part in parts) for parts in joint),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or _NEVER)


def _written(line: str) -> str:
    spaced = line.replace("~~", r"[^.!?]{0,14}").replace("~", r"[^.!?]{0,6}")
    return _NAME.sub(lambda match: names()[match[1]], spaced)


def _sections(file: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in _lines(file):
        if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
            section = found.setdefault(line[1:-1], [])
        else:
            section.append(line)
    return found


def _lines(file: str) -> Iterator[str]:
    for line in (_FOLDER / f"{file}.txt").read_text(encoding="utf-8").splitlines():
        kept = line.split("#", 1)[0].strip()
        if kept:
            yield kept

"""Homes as residents write them: 3栋2单元1201室, 3-2-1201, 七号楼一单元三〇二, 12栋302, A座1502, 3#2-1201."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, digits

_N = NUMERAL
_BEFORE = rf"(?<!{_N})(?<![a-z.:/-])"
_HOUSE = r"(?:号楼|号院|栋楼|栋|幢|座|#楼|#|楼(?!上|下|道|层|梯|顶|里|板|长))"
_BUILDING = rf"(?P<building>[a-z]?{_N}{{1,4}}|[a-z])\s*{_HOUSE}\s*"
_UNIT = rf"(?P<unit>{_N}{{1,3}}|[a-z甲乙丙丁东西南北中])\s*(?:个?单元|门洞|单|门(?!口|禁|锁|前|外|坏|铃))\s*"
_FLOOR = rf"(?P<floor>{_N}{{1,3}})\s*(?:层|楼)\s*"
_COUNTED = r"(?:元|块|人|天(?!天)|年|月|万|平|方|米|度|分|点|次|个|吨|斤|家)"  # 302元 is no room
_ROOM = rf"(?P<room>{_N}{{3,7}}[a-z]?)(?!{_N})(?!\s*{_COUNTED})"
_END = r"(?:\s*(?:号房|房间|室|房|户|号(?!楼|线|院|门|车)))?"
_SEPARATOR = r"\s*[-/\\.·~_ ]\s*"

_WRITTEN = (
    # 3栋2单元1201室 · 七号楼一单元三〇二 · 3#2单元12楼1201 · 12栋302 · A座1502
    re.compile(
        rf"{_BEFORE}{_BUILDING}(?:[,的 ]\s*)?(?:{_UNIT})?(?:{_FLOOR})?(?:[-,的 ]\s*)?{_ROOM}{_END}"
    ),
    # 3栋2-1201 · 3#2-1201
    re.compile(rf"{_BEFORE}{_BUILDING}(?P<unit>{_N}{{1,2}})\s*[-/.]\s*{_ROOM}{_END}"),
    # 3-2-1201 · 3/2/1201 · A3-2-1201, and said as "三杠二杠一二〇一"
    re.compile(
        rf"{_BEFORE}(?P<building>[a-z]?{_N}{{1,3}}|[a-z])\s*(?:[-/·~_]|杠)\s*(?P<unit>{_N}{{1,2}})\s*(?:[-/·~_]|杠)\s*"
        rf"{_ROOM}{_END}(?![-/])"
    ),
    # 3-1201 (no unit)
    re.compile(
        rf"{_BEFORE}(?P<building>[a-z]?{_N}{{1,2}}|[a-z])\s*(?:-|杠)\s*{_ROOM}{_END}(?![-/:])"
    ),
    # 12号302室 (as Shanghai writes): only with the closing 室, since 号 alone is also a date
    re.compile(rf"{_BEFORE}(?P<building>{_N}{{1,3}})\s*号\s*{_ROOM}\s*(?:室|房)"),
)  # fmt: skip
_BARE = re.compile(
    rf"^\s*(?P<building>[a-z]?\d{{1,2}}){_SEPARATOR}(?P<unit>\d{{1,2}}){_SEPARATOR}(?P<room>\d{{3,4}})\s*[.!]?\s*$"
)
_PART_BUILDING = re.compile(rf"{_BEFORE}{_BUILDING}".rstrip(r"\s*"))
_PART_UNIT = re.compile(rf"(?<!{_N}){_UNIT}".rstrip(r"\s*"))
_PART_ROOM = re.compile(rf"{_BEFORE}{_ROOM}\s*(?:室|房|户)|^\s*(?P<alone>{_N}{{3,4}})\s*[.!]?\s*$")


@dataclass(frozen=True)
class HomeMention:
    """A whole home at text[start:end]; `unit` is None where the writer left it out."""

    building: str
    unit: str | None
    room: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """ "3-2-1201", or "3-1201" where no unit was said."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part)


@dataclass(frozen=True)
class HomeParts:
    """What a text says of a home; each part may be missing."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None


def find_homes(text: str) -> list[HomeMention]:
    """Homes named with at least building and room, in the order of the text; spans do not overlap."""
    plain = normalise(text)
    found: list[HomeMention] = []
    matches = [match for pattern in _WRITTEN for match in pattern.finditer(plain)]
    bare = _BARE.match(plain)
    for match in [*matches, *([bare] if bare else [])]:
        mention = _mention(match)
        if mention and not any(mention.start < old.end and old.start < mention.end for old in found):
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def read_home(text: str) -> HomeParts:
    """The parts of the first home in `text`, whole or not: "3栋" gives the building, "1201室" the room."""
    whole = find_homes(text)
    if whole:
        return HomeParts(whole[0].building, whole[0].unit, whole[0].room)
    plain = normalise(text)
    building = _PART_BUILDING.search(plain)
    unit = _PART_UNIT.search(plain, building.end() if building else 0) or _PART_UNIT.search(plain)
    room = _PART_ROOM.search(plain)
    return HomeParts(
        _number(building["building"]) if building else None,
        _number(unit["unit"]) if unit else None,
        _room(room["room"] or room["alone"]) if room else None,
    )


def _mention(match: re.Match[str]) -> HomeMention | None:
    parts = match.groupdict()
    building, room = _number(parts["building"]), _room(parts["room"])
    unit = _number(parts["unit"]) if parts.get("unit") else None
    if building is None or room is None:
        return None
    start, end = match.span()
    while end > start and match.string[end - 1].isspace():
        end -= 1
    return HomeMention(building, unit, room, start, end)


@lru_cache(maxsize=1024)
def _number(text: str) -> str | None:
    """ "三" → "3", "A3" → "A3", "03" → "3", "东" → "东"."""
    letter = text[0] if text[0].isascii() and text[0].isalpha() else ""
    rest = text[len(letter) :]
    if letter and not rest:
        return letter.upper()
    if not letter and len(text) == 1 and text in "甲乙丙丁东西南北中":
        return text
    number = digits(rest)
    return None if number is None else letter.upper() + (number.lstrip("0") or "0")


def _room(text: str) -> str | None:
    letter = text[-1] if text[-1].isascii() and text[-1].isalpha() else ""
    number = digits(text.removesuffix(letter)) if letter else digits(text)
    if number is None or not 3 <= len(number) <= 5:
        return None
    return number + letter.upper()

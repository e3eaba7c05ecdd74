"""Homes as residents write them: 3栋2单元1201室, 3-2-1201, 七号楼一单元三〇二, 12栋302, A座1502, 3#2-1201.

Slips of keyboard and voice input (3动2单园1201) count where nothing else fits between the numbers.
"12楼1201" is a floor and its room; "6楼1801" names building 6, as towns of the north say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.contacts import PROVINCES
from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, digits

_N = NUMERAL
_BEFORE = rf"(?<!{_N})(?<![a-z.:/廿卅-])(?<![{PROVINCES}](?=[a-z]))"
_UNIT_WORD = r"(?:个?[单担][元园圆员源]|门洞|单|门(?!口|禁|锁|前|外|坏|铃))"
_UNIT = rf"第?(?P<unit>{_N}{{1,3}}|[a-z甲乙丙丁东西南北中])\s*{_UNIT_WORD}\s*"
_HOUSE = (
    r"(?P<house>号楼|号院|栋楼|栋|幢|座|#楼|#|楼(?!上|下|道|层|梯|顶|里|板|长)"
    rf"|[号动冻懂洞](?=[-, ]?第?{_N}{{1,3}}\s*个?[单担][元园圆员源]))"
)
_BUILDING = rf"(?P<building>[a-z]?{_N}{{1,4}}|[a-z])\s*{_HOUSE}\s*"
_FLOOR = rf"(?:(?P<floor>{_N}{{1,3}})\s*(?:层|楼)|顶[层楼])\s*"
_GAP = r"(?:[-,的 ]\s*)?(?:(?:门牌|房|室|房间)号?\s*[是:]?\s*)?"
_COUNTED = r"(?:元|块|人|天(?!天)|年|月|万|平|方|米|度|分|点|次|个|吨|斤|家)"  # 302元 is no room
_ROOM = rf"(?P<room>{_N}{{3,7}}[a-z]?)(?!{_N})(?!\s*{_COUNTED})"
_END = r"(?:\s*(?:号房|房间|室|房|户|号(?!楼|线|院|门|车)))?"
_SEPARATOR = r"\s*[-/\\.,·~_ ]\s*"

_WRITTEN = (
    # 3栋2单元1201室 · 七号楼一单元三〇二 · 3#2单元12楼1201 · 12栋302 · A座1502
    re.compile(rf"{_BEFORE}{_BUILDING}(?:[-,的 ]\s*)?(?:{_UNIT})?{_GAP}(?:{_FLOOR})?{_GAP}{_ROOM}{_END}"),
    # 3栋2单元12楼01室 · 3栋2单元12 01 · 3-2-12-01: the room counted on its floor
    re.compile(
        rf"{_BEFORE}{_BUILDING}(?:[-,的 ]\s*)?(?:{_UNIT})?{_GAP}"
        rf"(?P<storey>{_N}{{1,3}})\s*(?:层|楼|(?<=[0-9])[ -](?=\d))\s*(?P<door>[0〇零]{_N}){_END}(?!{_N})"
    ),
    re.compile(
        rf"{_BEFORE}(?P<building>[a-z]?\d{{1,2}})-(?P<unit>\d{{1,2}})-(?P<storey>\d{{1,2}})-(?P<door>0\d)(?![-\d])"
    ),
    # 1201室3栋2单元 · 2单元1201,3栋: told backwards
    re.compile(rf"{_BEFORE}{_ROOM}\s*(?:室|房)[,的 ]?\s*{_BUILDING}(?:{_UNIT})?(?!{_N})"),
    re.compile(rf"{_BEFORE}{_UNIT}{_ROOM}{_END}[, ]\s*{_BUILDING.replace(chr(92) + 's*', '')}(?!{_N})"),
    # 3栋2-1201 · 3#2-1201
    re.compile(rf"{_BEFORE}{_BUILDING}-?(?P<unit>{_N}{{1,2}})\s*[-/.]\s*{_ROOM}{_END}"),
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
_SPOKEN = re.compile(rf"(?P<storey>{_N}?十{_N}?)(?P<door>[零〇0]{_N})")
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
    building = next(
        (one for one in _PART_BUILDING.finditer(plain) if not _leads_to_its_room(one, plain)), None
    )
    unit = _PART_UNIT.search(plain, building.end() if building else 0) or _PART_UNIT.search(plain)
    room = _PART_ROOM.search(plain)
    return HomeParts(
        _number(building["building"]) if building else None,
        _number(unit["unit"]) if unit else None,
        _room(room["room"] or room["alone"]) if room else None,
    )


def _mention(match: re.Match[str]) -> HomeMention | None:
    parts = match.groupdict()
    building, room = _number(parts["building"]), _room_of(parts)
    if parts.get("house") == "号" and match.string[: match.start()].endswith("月"):
        return None  # 11月5号2单元302: a day, not a building
    unit = _number(parts["unit"]) if parts.get("unit") else None
    if building is None or room is None or _is_floor(parts.get("house"), building, room):
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


def _room_of(parts: dict[str, str | None]) -> str | None:
    """The room, or the storey and the door on it ("12楼01")."""
    if parts.get("room"):
        return _room(parts["room"] or "")
    storey, door = digits(parts["storey"] or ""), digits(parts["door"] or "")
    return None if storey is None or door is None else _room(storey + door)


def _is_floor(house: str | None, number: str, room: str) -> bool:
    """Is it a floor and its room ("12楼1201")? A bare 楼 is a building where the room is on another one."""
    return house == "楼" and room[:-2] == number


def _leads_to_its_room(building: re.Match[str], plain: str) -> bool:
    room = re.match(rf"\s*{_ROOM}", plain[building.end() :])
    return room is not None and _is_floor(
        building["house"], _number(building["building"]) or "", _room(room["room"]) or ""
    )


def _room(text: str) -> str | None:
    letter = text[-1] if text[-1].isascii() and text[-1].isalpha() else ""
    text = text.removesuffix(letter)
    # 十二零一: the floor by value, the door digit by digit.
    spoken = _SPOKEN.fullmatch(text)
    number = f"{digits(spoken['storey'])}{digits(spoken['door'])}" if spoken else digits(text)
    if number is None or not 3 <= len(number) <= 5:
        return None
    return number + letter.upper()

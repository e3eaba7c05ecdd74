"""What a message about fees asks beside its category: aspects, an area, months, hours. Reads only."""

import re
from collections.abc import Iterable
from decimal import Decimal

from actions.said import says
from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, read_number

ASPECTS = (
    "cut_off", "not_handed_over", "vacant", "sold", "tenant", "no_contract", "lift", "shared", "late",
    "consequence", "included", "area", "begins", "prepaid",
)  # fmt: skip
"""What has an answer of its own, in the order it is told."""
ITEMS = ("property", "parking", "shared", "water", "power", "gas", "heating")
UTILITIES = ("water", "power", "gas", "heating")
_AREA = re.compile(rf"(?<![块元点])(?P<area>\d+(?:\.\d+)?|{NUMERAL}{{1,6}})\s*(?:平方米|平方|平米|平|㎡|m2)")
_MONTHS = re.compile(rf"(?P<count>\d{{1,2}}|{NUMERAL}{{1,3}})?\s*个?(?P<unit>半年|季度?|年|月)")
_HOURS = re.compile(rf"(?P<hours>\d{{1,3}}(?:\.5)?|{NUMERAL}{{1,3}}|半)\s*个?半?(?:小时|钟头)")
_LARGEST = Decimal(2000)


def aspects_of(text: str) -> tuple[str, ...]:
    """Return the aspects the words touch, in the order they are answered."""
    return tuple(aspect for aspect in ASPECTS if says(aspect, text, of="fee"))


def touches(text: str, *kinds: str) -> bool:
    """Return whether the words touch any of these kinds of the list of fees."""
    return any(says(kind, text, of="fee") for kind in kinds)


def items_of(text: str, among: Iterable[str] = ITEMS) -> tuple[str, ...]:
    """Return which items of a bill the words name."""
    return tuple(item for item in among if says(f"item_{item}", text, of="fee"))


def area_in(text: str) -> Decimal | None:
    """Return the floor area the words name, in square metres; "一平多少钱" names none."""
    for match in _AREA.finditer(normalise(text)):
        area = _figure(match["area"])
        if area is not None and 5 <= area <= _LARGEST:
            return area
    return None


def months_in(text: str) -> int | None:
    """Return for how many months she asks ("一年", "半年", "三个月"), None where it is not said."""
    for match in _MONTHS.finditer(normalise(text)):
        unit, count = match["unit"], _figure(match["count"] or "1")
        months = {"半年": 6, "年": 12, "月": 1}.get(unit, 3)
        if unit == "月" and "个" not in match[0]:
            continue  # "3月" is a month of the year
        if count is not None and 1 <= count * months <= 60:
            return months if unit == "半年" else int(count) * months
    return None


def minutes_in(text: str) -> int | None:
    """Return for how long she parks, in minutes."""
    match = _HOURS.search(normalise(text))
    if match is None:
        return None
    if match["hours"] == "半":
        return 30
    hours = _figure(match["hours"])
    half = 30 if re.search("个半(?:小时|钟头)", match[0]) else 0
    return None if hours is None else int(hours * 60) + half


def _figure(text: str) -> Decimal | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    number = read_number(text)
    return None if number is None else Decimal(number)

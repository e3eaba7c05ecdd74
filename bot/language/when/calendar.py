"""Reads phrases that name a day or a month of the calendar: "11月3日", "上个月15号", "10月初", "中秋".

`now` is local, as in readers.py; what could be of two years is the latest that has begun.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.language.numerals import NUMERAL, read_number
from bot.language.when.parts import (
    CLOCK,
    PART,
    Span,
    at,
    calendar_day,
    day_in,
    month_end,
    within,
)

_DATE = re.compile(
    rf"(?:(?P<year>20[0-9]{{2}})[年./-])?(?:(?P<month>{NUMERAL}{{1,3}})[月./-])?(?P<date>{NUMERAL}{{1,3}})[日号]?(?P<part>{PART})?{CLOCK}?"
)
_YEAR = r"(?P<year>去年|前年|今年|20[0-9]{2}年)"
_PART_OF_MONTH = r"(?P<third>初|上旬|中旬|下旬|底|末)"
_MONTH = re.compile(rf"{_YEAR}?的?(?P<month>{NUMERAL}{{1,3}})月(?:份|份?的?{_PART_OF_MONTH})?")
_MONTH_AGO = re.compile(
    rf"(?P<which>上上|上|这|本)?个?月(?:(?P<date>{NUMERAL}{{1,3}})[日号]|{_PART_OF_MONTH})(?P<part>{PART})?{CLOCK}?"
)
_THIRDS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 0), "底": (26, 0), "末": (26, 0)}
"""First and last day; 0 is the last day of the month."""
_SEASON = re.compile(rf"{_YEAR}的?(?P<season>[春夏秋冬])天?")
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
"""The month a season begins with; it lasts three."""
_YEAR_DATE = re.compile(rf"{_YEAR}的?(?P<rest>.*[日号].*)")


_FESTIVAL_DAYS = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1), "双十一": (11, 11), "双11": (11, 11)}
_LUNAR = {
    "春节": {
        2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
        2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
    },
    "端午": {
        2023: (6, 22), 2024: (6, 10), 2025: (5, 31), 2026: (6, 19), 2027: (6, 9), 2028: (5, 28),
        2029: (6, 16), 2030: (6, 5),
    },
    "中秋": {
        2023: (9, 29), 2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15), 2028: (10, 3),
        2029: (9, 22), 2030: (9, 12),
    },
}  # fmt: skip
"""Days of the Chinese calendar (GB/T 33661-2017)."""
_OTHER_NAMES = {"过年": "春节", "年前": "春节", "国庆节": "国庆", "端午节": "端午", "中秋节": "中秋"}
_WITHOUT_TABLE = {"春节": (2, 1), "端午": (6, 10), "中秋": (9, 20)}


def _named(words: str, now: datetime) -> Span | None:
    today = now.date()
    name = _OTHER_NAMES.get(words, words)
    if name in _FESTIVAL_DAYS or name in _LUNAR:
        day = max(one for one in (_festival(name, today.year - back) for back in (0, 1)) if one <= today)
        return Span(at(day - timedelta(days=15 if words == "年前" else 0), 0), None)
    if words == "年初":
        return Span(at(date(today.year, 1, 1), 0), None)
    return None


def _festival(name: str, year: int) -> date:
    lunar = _LUNAR.get(name)
    return date(year, *(lunar.get(year, _WITHOUT_TABLE[name]) if lunar else _FESTIVAL_DAYS[name]))


def _month_ago(words: str, now: datetime) -> Span | None:
    """A day or a third of this month or one before ("上个月15号", "上月底", "月初")."""
    match = _MONTH_AGO.fullmatch(words)
    if not match:
        return None
    first = now.date().replace(day=1)
    for _ in range({"上上": 2, "上": 1}.get(match["which"] or "", 0)):
        first = (first - timedelta(days=1)).replace(day=1)
    if match["third"]:
        return _third(first, match["third"])
    number = read_number(match["date"])
    day = day_in(first, number) if number else None
    return within(day, match, now) if day else None


def _third(first: date, name: str) -> Span:
    begins, ends = _THIRDS[name]
    last = first.replace(day=ends) if ends else month_end(first)
    return Span(at(first.replace(day=begins), 0), at(last, 24))


def _month(words: str, now: datetime) -> Span | None:
    match = _MONTH.fullmatch(words)
    month = read_number(match["month"]) if match else None
    if match is None or month is None or not 1 <= month <= 12:
        return None
    first = calendar_day(_year(match["year"], now), month, 1, now.date())
    if first and match["third"]:
        return _third(first, match["third"])
    return Span(at(first, 0), at(month_end(first) + timedelta(days=1), 0)) if first else None


def _year_end(words: str, now: datetime) -> Span | None:
    match = re.fullmatch(rf"{_YEAR}的?年?(?P<end>[初底])", words)
    year = _year(match["year"], now) if match else None
    if match is None or year is None:
        return None
    return _third(date(year, 1 if match["end"] == "初" else 12, 1), match["end"])


def _season(words: str, now: datetime) -> Span | None:
    match = _SEASON.fullmatch(words)
    year = _year(match["year"], now) if match else None
    if match is None or year is None:
        return None
    first = date(year, _SEASONS[match["season"]], 1)
    return Span(at(first, 0), at((first + timedelta(days=100)).replace(day=1), 0))


def _year(said: str | None, now: datetime) -> int | None:
    ago = {"去年": 1, "前年": 2, "今年": 0}.get(said or "")
    return now.year - ago if ago is not None else int(said[:4]) if said else None


def _date(words: str, now: datetime) -> Span | None:
    spoken = _YEAR_DATE.fullmatch(words)
    if spoken:
        words = f"{_year(spoken['year'], now)}年{spoken['rest']}"
    match = _DATE.fullmatch(words)
    if not match or not (match["month"] or re.search(r"[日号]", words)):
        return None
    day, today = read_number(match["date"]), now.date()
    if day is None:
        return None
    if match["month"]:
        month = read_number(match["month"])
        year = int(match["year"]) if match["year"] else None
        found = calendar_day(year, month, day, today) if month else None
    else:
        last_month = today.replace(day=1) - timedelta(days=1)
        found = next(
            (one for one in (day_in(today, day), day_in(last_month, day)) if one and one <= today), None
        )
    return within(found, match, now) if found else None


CALENDAR_READERS = (_named, _month_ago, _year_end, _month, _season, _date)

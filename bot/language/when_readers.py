"""Reads one phrase of time, without its zone: the first reader that knows the phrase says what it means.

`now` is local; every reader gives back a span, or None where the phrase is not of its kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.language.numerals import NUMERAL, read_number
from bot.language.when_parts import (
    CLOCK,
    NUMBER,
    PART,
    calendar_day,
    clock_hours,
    day_in,
    day_of,
    month_end,
    part_hours,
    read_length,
    spring_festival,
    weekday_of,
)


@dataclass(frozen=True)
class Span:
    """Local times without a zone."""

    begins: datetime | None = None
    ends: datetime | None = None
    repeats: str | None = None
    times: int | None = None
    approximate: bool = True


_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_WORD = (
    r"(?P<day>大前天|大后天|[前昨今明后](?:天|日|儿|个|晚|夜|早|晨)|今朝|昨|今|[寻琴听聽]晚|[寻琴听聽]日)"
)
_POINT = re.compile(rf"{_DAY_WORD}?的?(?P<part>{PART})?的?{CLOCK}?")
_WEEKDAY = re.compile(
    rf"(?P<which>上上|上|这|本|下)?个?(?:周|星期|礼拜)(?P<sign>[一二三四五六日天末])的?(?P<part>{PART})?的?{CLOCK}?"
)
_DATE = re.compile(
    rf"(?:(?P<year>20[0-9]{{2}})[年./-])?(?:(?P<month>{NUMERAL}{{1,3}})[月./-])?(?P<date>{NUMERAL}{{1,3}})[日号]?(?P<part>{PART})?{CLOCK}?"
)
_YEAR = r"(?P<year>去年|前年|今年|20[0-9]{2}年)"
_MONTH = re.compile(rf"{_YEAR}?的?(?P<month>{NUMERAL}{{1,3}})月(?:份|初|底|中旬)?")
_SEASON = re.compile(rf"{_YEAR}的?(?P<season>[春夏秋冬])天?")
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
"""The month a season begins with; it lasts three."""
_YEAR_DATE = re.compile(rf"{_YEAR}的?(?P<rest>.*[日号].*)")
_LENGTH = re.compile(
    rf"(?P<number>{NUMBER})(?P<more>多|来|几)?个?(?P<more2>多|半)?(?P<unit>分钟|小时|钟头|星期|礼拜|晚上|天|日|周|月|年|宿|晚)(?P<more3>多|半)?"
)
_IN_A_ROW = re.compile(
    rf"(?:连续|连着|接连)第?(?P<number>{NUMERAL}+|好几|几)个?(?P<unit>周[一二三四五六日末]|(?:星期|礼拜)[一二三四五六日天]|天晚上|晚上|天|晚|周|星期|礼拜|月|年|次|回)"
)
_OFTEN = (
    (r"(?:每天|天天|每到?|一到)(?:晚上|半夜|夜里|凌晨)|每晚", "nightly"),
    (r"(?:每天|天天)(?:早上|中午)?", "daily"),
    (r"每到?周末|一到周末", "weekend"),
    (r"隔三差五|三天两头|一直|经常|老是", "often"),
)
_LATELY = (
    (r"这两天|前两天", 2),
    (r"这几天|前几天|前些天", 4),
    (r"最近|近期|近日", 14),
    (r"前阵子|前段时间", 30),
)
_TAIL = re.compile(r"(?:开始|起|之后|以后|以来|就|到今天|到今|至今|到现在|了|没|以上)+$")
_HEAD = re.compile(r"^(?:自从?|打|从|都|已经|快|将近|大概|差不多|整整|足足|有)+")


def read_span(plain: str, now: datetime) -> Span:
    """The local times of a normalised phrase; an empty span where no reader knows it."""
    bare = _TAIL.sub("", _HEAD.sub("", plain)) or plain
    for reader in _READERS:
        span = reader(bare, now)
        if span is not None:
            return span
    return Span()


def _in_a_row(words: str, now: datetime) -> Span | None:
    match = _IN_A_ROW.match(words)
    if not match:
        return None
    count = read_number(match["number"]) or 3
    vague = "几" in match["number"]
    unit = match["unit"]
    if unit in ("次", "回"):
        return Span(repeats="often", times=count)
    if re.match(r"(?:周|星期|礼拜).", unit):
        sign = unit[-1]
        last = _back_to(now.date(), weekday_of(sign))
        first = last - timedelta(days=7 * (count - 1))
        until = last + timedelta(days=2 if sign == "末" else 1)
        name = "weekend" if sign == "末" else _NAMES[weekday_of(sign)]
        return Span(_at(first, 0), min(_at(until, 0), now), name, count, vague)
    length = read_length(match["number"], {"天晚上": "晚"}.get(unit, unit), "")
    nightly = "晚" in unit
    begins = now - length.duration if length else None
    repeats = "nightly" if nightly else "weekly" if unit in ("周", "星期", "礼拜") else "daily"
    return Span(begins, now, repeats if unit not in ("月", "年") else "often", count)


def _often(words: str, now: datetime) -> Span | None:
    return next((Span(repeats=name) for names, name in _OFTEN if re.fullmatch(names, words)), None)


def _lately(words: str, now: datetime) -> Span | None:
    days = next((days for names, days in _LATELY if re.fullmatch(names, words)), None)
    if days:
        return Span(now - timedelta(days=days), now)
    if re.fullmatch(r"刚才|刚刚|刚|方才", words):
        return Span(now - timedelta(minutes=15), now)
    return None


def _named(words: str, now: datetime) -> Span | None:
    today = now.date()
    if re.fullmatch(r"春节|过年|年前", words):
        day = spring_festival(today.year)
        day = day if day <= today else spring_festival(today.year - 1)
        return Span(_at(day - timedelta(days=15 if words == "年前" else 0), 0), None)
    if words == "国庆":
        first = calendar_day(None, 10, 1, today)
        return Span(_at(first, 0), None) if first else None
    if words == "年初":
        return Span(_at(date(today.year, 1, 1), 0), None)
    if words in ("月初", "月底"):
        return Span(_at(month_end(today) if words == "月底" else today.replace(day=1), 0), None)
    return None


def _weekday(words: str, now: datetime) -> Span | None:
    match = _WEEKDAY.fullmatch(words)
    if not match:
        return None
    weekday, today = weekday_of(match["sign"]), now.date()
    monday = today - timedelta(days=today.weekday())
    back = {"上上": -14, "上": -7, "下": 7}.get(match["which"] or "")
    if back is not None:
        day = monday + timedelta(days=back + weekday)
    elif match["which"]:
        day = monday + timedelta(days=weekday)
        day = day if day <= today else _back_to(today, weekday)
    else:
        day = _back_to(today, weekday)
    return _within(day, match, now, days=2 if match["sign"] == "末" else 1)


def _whole(words: str, now: datetime) -> Span | None:
    match = re.fullmatch(r"(上上|上|这|本)个?(周|星期|礼拜|月)", words)
    today = now.date()
    if match and match[2] != "月":
        monday = today - timedelta(days=today.weekday() + {"上上": 14, "上": 7}.get(match[1], 0))
        return Span(_at(monday, 0), _at(monday + timedelta(days=7), 0))
    if match:
        first = today.replace(day=1)
        for _ in range({"上上": 2, "上": 1}.get(match[1], 0)):
            first = (first - timedelta(days=1)).replace(day=1)
        return Span(_at(first, 0), _at(month_end(first) + timedelta(days=1), 0))
    year = {"去年": 1, "前年": 2, "今年": 0}.get(words)
    if year is None:
        return None
    return Span(_at(date(today.year - year, 1, 1), 0), _at(date(today.year - year + 1, 1, 1), 0))


def _month(words: str, now: datetime) -> Span | None:
    match = _MONTH.fullmatch(words)
    month = read_number(match["month"]) if match else None
    if match is None or month is None or not 1 <= month <= 12:
        return None
    first = calendar_day(_year(match["year"], now), month, 1, now.date())
    return Span(_at(first, 0), _at(month_end(first) + timedelta(days=1), 0)) if first else None


def _season(words: str, now: datetime) -> Span | None:
    match = _SEASON.fullmatch(words)
    year = _year(match["year"], now) if match else None
    if match is None or year is None:
        return None
    first = date(year, _SEASONS[match["season"]], 1)
    return Span(_at(first, 0), _at((first + timedelta(days=100)).replace(day=1), 0))


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
    return _within(found, match, now) if found else None


def _length(words: str, now: datetime) -> Span | None:
    match = _LENGTH.match(words)
    if not match or not re.fullmatch(r"前|之前|以前|", words[match.end() :]):
        return None
    extra = "".join(match[name] or "" for name in ("more", "more2", "more3"))
    length = read_length(match["number"], match["unit"], extra)
    if length is None:
        return None
    began = now - length.duration
    return Span(began, None, None, None, length.vague or length.duration >= timedelta(days=1))


def _point(words: str, now: datetime) -> Span | None:
    match = _POINT.fullmatch(words)
    if not match or not any(match[name] for name in ("day", "part", "hour")):
        return None
    today, word = now.date(), match["day"]
    day = day_of(word, today) if word else today
    if day is None:
        return None
    own = word[-1] if word and word[-1] in "晚夜早晨" else "早" if word == "今朝" else None
    part = match["part"] or own
    if part is None and match["hour"] is None and word not in (None, "今天", "今日", "今儿", "今"):
        return Span(_at(day, 0), _at(day, 24))
    if part is None and match["hour"] is None:
        return Span(_at(day, 0), max(now, _at(day, 0)))
    return _hours(day, part, match, now, fixed=bool(word))


def _within(day: date, match: re.Match[str], now: datetime, *, days: int = 1) -> Span:
    """The day, or the hours of it that were said."""
    if match["part"] or match["hour"]:
        return _hours(day, match["part"], match, now, fixed=True)
    return Span(_at(day, 0), _at(day + timedelta(days=days), 0))


def _hours(day: date, part: str | None, match: re.Match[str], now: datetime, *, fixed: bool) -> Span:
    """Hours of a day; without a day of its own the latest such hours that have begun."""
    clock = clock_hours(match, part) if match["hour"] else None
    if clock is None and part is None:
        return Span(_at(day, 0), _at(day, 24))
    if clock is None:
        first, last = part_hours(part or "")
        options = [(float(first), float(last))]
    else:
        # "三点" alone may be of the night or of the afternoon: the later one that has been.
        options = [
            (hour, hour) for hour in ((clock + 12, clock) if part is None and clock <= 12 else (clock,))
        ]
    days = [day] if fixed else [day, day - timedelta(days=1)]
    if clock is not None and clock >= 24 and fixed:
        days.append(day - timedelta(days=1))
    spans = [Span(_at(one, first), _at(one, last)) for one in days for first, last in options]
    past = [one for one in spans if one.begins is not None and one.begins <= now]
    chosen = max(past, key=lambda one: one.begins or now) if past else spans[-1 if not fixed else 0]
    sure = clock is not None and len(options) == 1 and match["about"] in (None, "整")
    return Span(chosen.begins, chosen.ends, None, None, not sure)


def _at(day: date, hours: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=round(hours * 60))


def _back_to(today: date, weekday: int) -> date:
    return today - timedelta(days=(today.weekday() - weekday) % 7)


_READERS = (
    _in_a_row,
    _often,
    _lately,
    _named,
    _weekday,
    _whole,
    _month,
    _season,
    _date,
    _length,
    _point,
)
